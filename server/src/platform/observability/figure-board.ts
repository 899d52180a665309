import type { Cache } from '../cache';
import type { PoolFigures } from '../database/shards';
import type { Log } from '../log';
import type { ProcessFigures } from './process-figures';
import type { SlowQuery } from './slow-queries';

/** What one server process tells the others of itself. `liveConnections` are those of people's pages, `pool` those to the databases. */
export interface BoardEntry { holder: string; process: ProcessFigures; liveConnections: number; pool: PoolFigures; slow: SlowQuery[] }
const SET = 'figures', BEAT_MS = 2000, TTL_MS = 8000, SLOW_TOLD = 10, SQL_TOLD = 400;

/** The figures of all server processes, whichever of them is asked: each puts its own into the shared short-term store every two seconds. */
export class FigureBoard {
  private timer: NodeJS.Timeout | null = null;
  private busy: Promise<void> = Promise.resolve();
  private failing = false;
  constructor(private readonly d: { cache: Cache; holder: string; log: Log; own: () => Omit<BoardEntry, 'holder'> }) {}
  own(): BoardEntry {
    const own = this.d.own();
    return { holder: this.d.holder, ...own, slow: own.slow.slice(0, SLOW_TOLD).map((q) => ({ ...q, sql: q.sql.slice(0, SQL_TOLD) })) };
  }
  start(): void {
    const beat = (): void => { this.busy = this.tell(); };
    beat();
    this.timer = setInterval(beat, BEAT_MS);
    this.timer.unref();
  }
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.busy;
    await this.d.cache.leave(SET, this.d.holder).catch((error: unknown) => this.d.log.warn('the figures of this process are not withdrawn; they lapse', { error }));
  }
  /** Ours, then the others; only ours while the store is away. */
  async all(): Promise<BoardEntry[]> {
    try { return [this.own(), ...(await this.d.cache.members(SET)).filter((m) => m.member !== this.d.holder).map((m) => JSON.parse(m.body) as BoardEntry)]; } catch { return [this.own()]; } // the page shows the database as away by itself
  }
  private async tell(): Promise<void> {
    try { await this.d.cache.join(SET, this.d.holder, JSON.stringify(this.own()), TTL_MS); this.failing = false; } catch (error) {
      if (!this.failing) this.d.log.warn('the figures of this process are not told to the others', { error });
      this.failing = true;
    }
  }
}
