import type { Clock } from '../clock';
import type { Log } from '../log';
import type { Cache } from './cache';

/** What the processes must know of each other to work together; their figures are on the `FigureBoard`. */
export interface ProcessInfo { holder: string; roles: string[] }
const SET = 'processes', BEAT_MS = 1000, TTL_MS = 4000, LOOK_MS = 400, SETTLE_MS = 800;

/** Which server processes run now. Each says so once a second; one that is killed is gone after four. Hosts' clocks differ by less than a second (docs/缓存与消息.md). */
export class Processes {
  private timer: NodeJS.Timeout | null = null;
  private beatAt = -Infinity;
  private joinedAt = 0;
  private readonly gaps: (() => void)[] = [];
  private known: ProcessInfo[];
  private unsure = false;
  private busy: Promise<void> = Promise.resolve();
  private closed = false;
  constructor(private readonly d: { cache: Cache; clock: Clock; log: Log; holder: string; roles: string[] }) { this.known = [this.self()]; }

  /** How many others there are; at least one while nobody knows. */
  others(): number { return Math.max(this.unsure ? 1 : 0, this.known.length - 1); }
  /** Whether the process of this name is known to run no more; false while nobody knows. One that hangs for four seconds counts as gone. */
  gone(holder: string): boolean { return !this.unsure && !this.known.some((p) => p.holder === holder); }
  /** Holders of the processes that do the database's jobs, this one among them when it is one. */
  workers(): string[] { return this.known.filter((p) => p.roles.includes('worker')).map((p) => p.holder); }
  /** This process was silent so long that the others took it for gone and told it nothing. */
  onGap(listener: () => void): void { this.gaps.push(listener); }

  async start(): Promise<void> {
    this.joinedAt = Date.now();
    await this.look();
    this.timer = setInterval(() => { this.busy = this.look(); }, LOOK_MS);
    this.timer.unref();
  }
  /** Resolves when every other process knows this one. */
  async settled(): Promise<void> { const rest = this.joinedAt + SETTLE_MS - Date.now(); if (this.others() > 0 && rest > 0) await new Promise((r) => setTimeout(r, rest)); }
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearInterval(this.timer);
    await this.busy;
    await this.d.cache.leave(SET, this.d.holder).catch((error: unknown) => this.d.log.warn('this process is not signed off; it lapses', { error }));
  }

  private self(): ProcessInfo { return { holder: this.d.holder, roles: this.d.roles }; }
  private async look(): Promise<void> {
    if (this.closed) return;
    try {
      const now = performance.now();
      if (now - this.beatAt >= BEAT_MS - LOOK_MS / 2) {
        const late = now - this.beatAt > TTL_MS - BEAT_MS && this.beatAt !== -Infinity;
        await this.d.cache.join(SET, this.d.holder, JSON.stringify(this.self()), TTL_MS);
        this.beatAt = performance.now();
        if (late) for (const listener of this.gaps) listener();
      }
      this.known = [this.self(), ...(await this.d.cache.members(SET)).filter((m) => m.member !== this.d.holder).map((m) => JSON.parse(m.body) as ProcessInfo)];
      this.unsure = false;
    } catch (error) {
      if (!this.unsure && !this.closed) this.d.log.warn('the other server processes are not known', { error });
      this.unsure = true;
    }
  }
}
