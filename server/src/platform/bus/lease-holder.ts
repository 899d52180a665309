import type { Clock } from '../clock';
import type { Db } from '../database/db';
import { releaseLease, takeLease } from './lease';

/** A lease that is kept while work goes on. `fresh` is what an act has to ask: by the monotonic clock, so a process that was paused knows that it may have lost it. */
export class LeaseHolder {
  epoch = 0;
  private takenAt = -Infinity;
  constructor(private readonly d: { db: Db; name: string; holder: string; clock: Clock; ttlMs: number }) {}
  /** Takes or renews it; false while another holds it. Renews only when a third of its time is over. */
  async take(): Promise<boolean> {
    const begin = performance.now();
    if (begin - this.takenAt < this.d.ttlMs / 3) return true;
    const epoch = await takeLease(this.d.db, this.d.name, this.d.holder, this.d.clock.now(), this.d.ttlMs);
    if (epoch === null) { this.takenAt = -Infinity; return false; }
    this.epoch = epoch;
    this.takenAt = begin;
    return true;
  }
  fresh(): boolean { return performance.now() - this.takenAt < this.d.ttlMs * 0.8; }
  get held(): boolean { return this.takenAt !== -Infinity; }
  async give(): Promise<void> { this.takenAt = -Infinity; await releaseLease(this.d.db, this.d.name, this.d.holder); }
}
