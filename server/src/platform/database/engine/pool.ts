import { AppError } from '../../errors/app-error';
import type { Connection, Engine, Place } from './engine';

const WAIT_MS = 10_000, IDLE_MS = 60_000, SWEEP_MS = 15_000;
export type ShardKind = 'group' | 'company';
export interface Held { connection: Connection; place: Place; kind: ShardKind; idleSince: number }
export interface PoolFigures { max: number; idle: number; group: number; company: number; waiting: number }
interface Waiter { place: Place; kind: ShardKind; /** It gave up while its connection was being opened. */ gone: boolean; give(held: Held): void; fail(error: unknown): void }
const same = (a: Place, b: Place): boolean => a.schema === b.schema && a.url === b.url;

/**
 * The connections of this process, for all its shards together: a hundred companies do not take a hundred times what one takes. A connection keeps its
 * shard's namespace and is turned to another when that one has none free; between servers it is closed and a new one opened. A quarter is kept for the
 * group and a quarter for the companies, so that neither starves the other. @param max connections at most, of all shards and servers. @param waitMs patience of who waits for one.
 */
export class ConnectionPool {
  private readonly idle: Held[] = [];
  private readonly waiting: Waiter[] = [];
  private readonly used = { group: 0, company: 0 };
  private readonly limit: number;
  private readonly sweeper: NodeJS.Timeout;
  private closed = false;
  constructor(private readonly engineOf: (url: string) => Engine, readonly max: number, private readonly waitMs = WAIT_MS) {
    this.limit = max < 4 ? max : max - Math.max(1, Math.floor(max / 4));
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS);
    this.sweeper.unref();
  }
  /** Connections open now, idle or used. */
  get open(): number { return this.idle.length + this.used.group + this.used.company; }
  /** How the connections are used at this moment, and how many callers wait for one. */
  figures(): PoolFigures { return { max: this.max, idle: this.idle.length, group: this.used.group, company: this.used.company, waiting: this.waiting.length }; }

  /** @throws AppError DATABASE_UNAVAILABLE when none became free in ten seconds; errors of the wire when none can be opened. */
  acquire(place: Place, kind: ShardKind): Promise<Held> {
    if (this.closed) return Promise.reject(new AppError('DATABASE_UNAVAILABLE'));
    const ready = this.waiting.length === 0 && this.used[kind] < this.limit ? this.match(place, kind) : null;
    if (ready) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { place, kind, gone: false, give: (held) => { clearTimeout(timer); resolve(held); }, fail: (error) => { clearTimeout(timer); reject(error); } };
      const timer = setTimeout(() => { const at = this.waiting.indexOf(waiter); if (at < 0) waiter.gone = true; else this.waiting.splice(at, 1); reject(new AppError('DATABASE_UNAVAILABLE', '数据库连接已用尽，请稍后重试')); }, this.waitMs);
      this.waiting.push(waiter);
      this.serve();
    });
  }
  /** Gives a connection back; one whose wire failed, or that is in an unknown state, is dropped. */
  release(held: Held, broken = false): void {
    this.used[held.kind] -= 1;
    if (broken || !held.connection.alive || this.closed) drop(held.connection);
    else { held.idleSince = Date.now(); this.idle.push(held); }
    this.serve();
  }
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.sweeper);
    for (const waiter of this.waiting.splice(0)) waiter.fail(new AppError('DATABASE_UNAVAILABLE'));
    for (let i = 0; this.used.group + this.used.company > 0 && i < 500; i++) await new Promise((r) => setTimeout(r, 10));
    await Promise.all(this.idle.splice(0).map(({ connection }) => connection.close().catch(() => undefined))); // a lost connection is closed already
  }

  private serve(): void {
    for (let i = 0; i < this.waiting.length;) {
      const waiter = this.waiting[i] as Waiter;
      if (this.used[waiter.kind] < this.limit && this.start(waiter)) this.waiting.splice(i, 1);
      else i += 1;
    }
  }
  /** True when the waiter has got, or will get, a connection. */
  private start(waiter: Waiter): boolean {
    const ready = this.match(waiter.place, waiter.kind);
    if (ready) { waiter.give(ready); return true; }
    for (const dead of this.take((h) => !h.connection.alive)) drop(dead.connection);
    const other = this.open < this.max ? null : (this.take((h) => h.place.url === waiter.place.url, 1)[0] ?? this.idle.shift());
    if (other === undefined) return false;
    this.used[waiter.kind] += 1;
    void this.make(waiter, other);
    return true;
  }
  private async make(waiter: Waiter, other: Held | null): Promise<void> {
    const { place, kind } = waiter;
    try {
      let connection: Connection | null = null;
      if (other && other.place.url === place.url) {
        try { await other.connection.use(place.schema); connection = other.connection; } catch { drop(other.connection); } // its wire had failed unseen: a new one tells
      } else if (other) await other.connection.close().catch(() => undefined); // it was given up anyway
      const held: Held = { connection: connection ?? (await this.engineOf(place.url).connect(place)), place, kind, idleSince: 0 };
      if (waiter.gone) this.release(held); else waiter.give(held);
    } catch (error) { this.used[kind] -= 1; waiter.fail(error); this.serve(); }
  }
  /** The connection of this namespace that was used last. */
  private match(place: Place, kind: ShardKind): Held | null {
    for (let at = this.idle.length - 1; at >= 0; at--) {
      const held = this.idle[at] as Held;
      if (!held.connection.alive || !same(held.place, place)) continue;
      this.idle.splice(at, 1);
      held.kind = kind;
      this.used[kind] += 1;
      return held;
    }
    return null;
  }
  /** Takes the longest idle first. */
  private take(which: (held: Held) => boolean, limit = Infinity): Held[] {
    const out: Held[] = [];
    for (let i = 0; i < this.idle.length && out.length < limit;) if (which(this.idle[i] as Held)) out.push(...this.idle.splice(i, 1)); else i += 1;
    return out;
  }
  private sweep(): void { const before = Date.now() - IDLE_MS; for (const held of this.take((h) => h.idleSince < before || !h.connection.alive)) drop(held.connection); }
}
function drop(connection: Connection): void { void connection.close().catch(() => undefined); } // it may be gone already: nothing is left to do
