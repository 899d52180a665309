import type { Clock } from '../clock';
import type { Db } from '../database/db';
import type { Log } from '../log';
import type { WakeUp } from './wake-up';

/** Fast when nobody wakes us, slow when the database does: then polling only finds what a lost hint left behind. */
const POLL_MS = 200, POLL_WOKEN_MS = 1000;
/** Ids follow the senders' clocks, not the order of commits: this far back is looked again. Clocks of the hosts differ by less (docs/缓存与消息.md). */
const OVERLAP_MS = 10_000;
/** Rows are kept for a minute: after a longer absence something may be missing. */
const GAP_MS = 45_000;
interface Line { id: number; channel: string; body: string }

/** Reads the rows other processes broadcast, each once, those of one sender in order. */
export class BroadcastReader {
  private readonly listeners = new Map<string, ((message: string) => void)[]>();
  private readonly gaps: (() => void)[] = [];
  private readonly seen = new Map<number, number>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private hinted = new Set<number>();
  private readAt = 0;
  private closed = false;
  constructor(private readonly d: { group: Db; clock: Clock; log: Log; holder: string; wakeUp: WakeUp | null }) {}

  on(channel: string, listener: (message: string) => void): void { this.listeners.set(channel, [...(this.listeners.get(channel) ?? []), listener]); }
  onGap(listener: () => void): void { this.gaps.push(listener); }
  /** A row of our own: its hint comes back to us too. */
  skip(id: number): void { this.seen.set(id, this.d.clock.now()); }
  /** From now on; what was sent before is not told. */
  async start(): Promise<void> {
    this.readAt = this.d.clock.now();
    // what is there already was for those who were here
    for (const { id } of await this.d.group.query<{ id: number }>('select id from broadcast where at >= $1', [this.readAt - OVERLAP_MS])) this.seen.set(id, this.readAt);
    this.d.wakeUp?.listen((hint) => {
      if (hint === null) this.soon(null); else if (hint.startsWith('b:')) this.soon(Number(hint.slice(2)));
    });
    this.plan();
  }
  async close(): Promise<void> { this.closed = true; if (this.timer) clearTimeout(this.timer); await this.running; }

  private plan(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => { this.soon(null); this.plan(); }, this.d.wakeUp?.connected ? POLL_WOKEN_MS : POLL_MS);
    this.timer.unref();
  }
  private soon(id: number | null): void {
    if (this.closed || (id !== null && (this.seen.has(id) || this.hinted.has(id)))) return;
    if (id !== null) { this.hinted.add(id); if (this.hinted.size > 1) return; } // the read that is waiting takes it along
    this.running = this.running.then(() => (id === null ? this.poll() : this.readHinted())).catch((error: unknown) => { if (!this.closed) this.d.log.warn('broadcasts could not be read', { error }); });
  }
  private async readHinted(): Promise<void> {
    const ids = [...this.hinted];
    this.hinted = new Set();
    await this.read(ids);
  }
  private async poll(): Promise<void> {
    const now = this.d.clock.now(), from = Math.min(now, this.readAt) - OVERLAP_MS;
    const ids = (await this.d.group.query<{ id: number }>('select id from broadcast where at >= $1 and sender <> $2', [from, this.d.holder])).map((row) => row.id).filter((id) => !this.seen.has(id));
    const gap = now - this.readAt > GAP_MS;
    this.readAt = now;
    await this.read(ids);
    for (const [id, at] of this.seen) { if (at >= from - 2 * OVERLAP_MS) break; this.seen.delete(id); }
    if (gap) for (const listener of this.gaps) listener();
  }
  private async read(ids: readonly number[]): Promise<void> {
    for (let from = 0; from < ids.length; from += 200) {
      const part = ids.slice(from, from + 200);
      const lines = await this.d.group.query<Line>(`select id, channel, body from broadcast where id in (${part.map((_, i) => `$${i + 2}`).join(',')}) and sender <> $1 order by id`, [this.d.holder, ...part]);
      for (const line of lines) {
        if (this.seen.has(line.id)) continue;
        this.seen.set(line.id, this.d.clock.now());
        for (const listener of this.listeners.get(line.channel) ?? []) try { listener(line.body); } catch (error) { this.d.log.error('a broadcast could not be taken in', { channel: line.channel, error }); }
      }
    }
  }
}
