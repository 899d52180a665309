import type { Log } from '../../../platform/log';
import { claimLease, releaseLease, renewLease, type SwitchLink } from '../switch';

export interface DatabaseLease { take(): Promise<number | null>; release(): Promise<void> }
export interface LeaseKeeperOptions { database: DatabaseLease; link: SwitchLink; log: Log; onLost: (why: string) => void; /** The right to command lapsed for a while, and is back: in between nobody can be rung. */ onStale?: () => void; onFresh?: () => void; /** Monotonic ms: a wall clock that jumps must not keep a lease alive. */ monotonic?: () => number; everyMs?: number }
/** No command when the last renewal is older than this. */
const FRESH_MS = 2_000;
const NODE_LEASE_SECONDS = 3;

/**
 * The right to command: a lease with an epoch in the database, shown to the node beside its expiry. While the database is away the incumbent goes on
 * as long as the node still knows no higher epoch; a paused process finds its renewal too old and asks before it says anything.
 */
export class LeaseKeeper {
  epoch = 0;
  private renewedAt = -Infinity;
  private asking = false;
  private claimed = false;
  private timer: NodeJS.Timeout | null = null;
  private lost = false;
  private claiming = false;
  private nodeBusy = false;
  private databaseBusy = false;
  private stale = false;
  constructor(private readonly options: LeaseKeeperOptions) {}

  private monotonic(): number { return (this.options.monotonic ?? (() => performance.now()))(); }
  /** What the node last acknowledged: `ageMs` since then, null when it never did. */
  get nodeLease(): { held: boolean; ageMs: number | null } { return { held: this.claimed && this.mayCommand(), ageMs: this.renewedAt === -Infinity ? null : Math.round(this.monotonic() - this.renewedAt) }; }
  /** Asked by the link before every command. */
  mayCommand(): boolean { return !this.lost && (this.asking || this.monotonic() - this.renewedAt <= FRESH_MS); }

  /** Waits until the lease of the database is ours; a standby stays here. `stopped` ends the waiting. */
  async acquire(stopped: () => boolean, pauseMs = 200): Promise<boolean> {
    while (!stopped()) {
      try {
        const epoch = await this.options.database.take();
        if (epoch !== null) { this.epoch = epoch; return true; }
      } catch (error) { this.options.log.warn('the lease of the director could not be asked for', { error }); }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return false;
  }

  /** At each `up` of the link, before anything is commanded. False: a higher epoch rules. */
  async claim(): Promise<boolean> {
    this.asking = this.claiming = true;
    try {
      if (!(await claimLease(this.options.link, this.epoch)) || !(await renewLease(this.options.link, this.epoch, NODE_LEASE_SECONDS))) { this.lose('the node serves a newer director'); return false; }
      this.renewedAt = this.monotonic();
      this.claimed = true;
      return true;
    } finally { this.asking = this.claiming = false; }
  }
  /** The node refused a command of ours. While claiming that is only the answer to a question. */
  fenced(): void { if (!this.asking) this.lose('the node serves a newer director'); }
  /** The link is down: nothing is renewed there until it is claimed again. */
  unclaim(): void { this.claimed = false; this.stale = false; }

  start(): void { this.timer = setInterval(() => { void this.renew(); }, this.options.everyMs ?? 500); }
  /**
   * One round: a lapse is noticed first, at every beat, also while an earlier question still waits for its answer; then the node, since calls depend on it, and
   * beside it the database: one that hangs must not keep the node's lease from being renewed.
   */
  async renew(): Promise<void> {
    if (this.lost) return;
    if (this.claimed && !this.stale && !this.mayCommand()) { this.stale = true; this.options.log.warn('the lease was not renewed in time: no commands until it is'); this.options.onStale?.(); }
    const node = this.nodeBusy ? undefined : this.renewNode(), database = this.databaseBusy ? undefined : this.renewDatabase();
    await Promise.all([node, database]);
  }
  private async renewNode(): Promise<void> {
    this.nodeBusy = true;
    try {
      await this.askNode();
      if (this.stale && this.claimed && this.mayCommand()) { this.stale = false; this.options.onFresh?.(); }
    } finally { this.nodeBusy = false; }
  }
  private async askNode(): Promise<void> {
    // A claim under way renews by itself, with an epoch that the node may not know yet.
    if (!this.claimed || this.claiming || this.options.link.state !== 'up') return;
    const asked = this.monotonic();
    this.asking = true;
    // The check of the link runs before the first await, so only this one command passes.
    const renewing = renewLease(this.options.link, this.epoch, NODE_LEASE_SECONDS);
    this.asking = false;
    try {
      if (await renewing) this.renewedAt = asked; else this.lose('the node serves a newer director');
    } catch (error) { this.options.log.warn('the lease of the node could not be renewed', { error }); }
  }
  private async renewDatabase(): Promise<void> {
    this.databaseBusy = true;
    try {
      const epoch = await this.options.database.take();
      if (epoch === null) { this.lose('another director holds the lease'); return; }
      if (epoch !== this.epoch) { this.epoch = epoch; if (this.claimed && this.options.link.state === 'up') await this.claim(); }
    } catch (error) { this.options.log.warn('the lease of the database could not be renewed; going on while no newer director appears', { error }); } finally { this.databaseBusy = false; }
  }
  /** The database knows a newer epoch than a batch of ours: ours, taken anew after a lapse, or another director's? */
  async confirm(): Promise<boolean> {
    try { await this.renewDatabase(); } catch { return false; }
    return !this.lost;
  }
  private lose(why: string): void {
    if (this.lost) return;
    this.lost = true;
    if (this.timer) clearInterval(this.timer);
    this.options.onLost(why);
  }
  /** An orderly stop: the callers go to the station at once, the next director need not wait. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    if (this.lost) return;
    const { link } = this.options;
    if (this.claimed && link.state === 'up') { this.asking = true; await releaseLease(link, this.epoch).catch(() => undefined); this.asking = false; }
    this.lost = true;
    await this.options.database.release().catch(() => undefined);
  }
}
