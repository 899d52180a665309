import { takeLease, releaseLease } from '../bus/lease';
import type { Clock } from '../clock';
import type { Db } from '../database/db';
import type { Ids } from '../database/ids';
import { isUniqueViolation } from '../database/shards';
import type { Log } from '../log';
import { BroadcastReader } from './broadcast-reader';
import type { Cache, Lock, Member } from './cache';
import type { WakeUp } from './wake-up';

const PURGE_MS = 20_000, KEEP_MS = 60_000;
export interface DatabaseCacheParts { group: Db; ids: Ids; clock: Clock; log: Log; holder: string; wakeUp: WakeUp | null }

/** The default: rows with an end, in the group's shard. Needs nothing but the database. */
export class DatabaseCache implements Cache {
  readonly kind = 'database' as const;
  private readonly reader: BroadcastReader;
  private purging: NodeJS.Timeout | null = null;
  private locks = 0;
  constructor(private readonly d: DatabaseCacheParts) { this.reader = new BroadcastReader(d); }

  async get(key: string): Promise<string | null> { return (await this.d.group.query<{ body: string | null }>('select body from cache_entry where cache_key = $1 and until_at > $2', [key, this.d.clock.now()]))[0]?.body ?? null; }
  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const until = this.d.clock.now() + ttlMs;
    while (!(await this.d.group.execute('update cache_entry set body = $1, until_at = $2 where cache_key = $3', [value, until, key]))) if (await this.insert(key, value, 0, until)) return;
  }
  async add(key: string, value: string, ttlMs: number): Promise<boolean> {
    const now = this.d.clock.now();
    await this.d.group.execute('delete from cache_entry where cache_key = $1 and until_at <= $2', [key, now]);
    return this.insert(key, value, 0, now + ttlMs);
  }
  async delete(key: string): Promise<boolean> { return (await this.d.group.execute('delete from cache_entry where cache_key = $1 and until_at > $2', [key, this.d.clock.now()])) > 0; }
  async count(key: string, ttlMs: number): Promise<number> {
    for (;;) {
      const now = this.d.clock.now();
      // one transaction: the row stays ours between adding and reading, so two callers never see the same count
      const hits = await this.d.group.transaction(async (tx) => {
        if (!(await tx.execute('update cache_entry set hits = hits + 1 where cache_key = $1 and until_at > $2', [key, now]))) return null;
        return (await tx.query<{ hits: number }>('select hits from cache_entry where cache_key = $1', [key]))[0]?.hits ?? null;
      });
      if (hits !== null) return hits;
      await this.d.group.execute('delete from cache_entry where cache_key = $1 and until_at <= $2', [key, now]);
      if (await this.insert(key, null, 1, now + ttlMs)) return 1;
    }
  }
  async lock(name: string, ttlMs: number): Promise<Lock | null> {
    const { group, clock } = this.d, row = `lock:${name}`.slice(0, 60), holder = `${this.d.holder.slice(-44)}#${++this.locks}`;
    const token = await takeLease(group, row, holder, clock.now(), ttlMs);
    if (token === null) return null;
    return {
      token, extend: async (ms) => (await group.execute('update lease set until_at = $1 where name = $2 and holder = $3 and epoch = $4 and until_at >= $5', [clock.now() + ms, row, holder, token, clock.now()])) > 0,
      release: async () => { await releaseLease(group, row, holder); },
    };
  }
  async join(set: string, member: string, body: string, ttlMs: number): Promise<void> {
    const until = this.d.clock.now() + ttlMs;
    while (!(await this.d.group.execute('update presence set until_at = $1, body = $2 where set_name = $3 and member_name = $4', [until, body, set, member]))) {
      try { await this.d.group.insertMany('presence', [{ set_name: set, member_name: member, body, until_at: until }]); return; } catch (error) { if (!isUniqueViolation(error)) throw error; }
    }
  }
  async leave(set: string, member: string): Promise<void> { await this.d.group.execute('delete from presence where set_name = $1 and member_name = $2', [set, member]); }
  async members(set: string): Promise<Member[]> {
    const rows = await this.d.group.query<{ member_name: string; body: string | null }>('select member_name, body from presence where set_name = $1 and until_at > $2 order by member_name', [set, this.d.clock.now()]);
    return rows.map((row) => ({ member: row.member_name, body: row.body ?? '' }));
  }
  async publish(channel: string, message: string): Promise<void> {
    const id = this.d.ids.next();
    this.reader.skip(id);
    await this.d.group.insertMany('broadcast', [{ id, channel, sender: this.d.holder, body: message, at: this.d.clock.now() }]);
    this.d.wakeUp?.notify(`b:${id}`);
  }
  subscribe(channel: string, listener: (message: string) => void): void { this.reader.on(channel, listener); }
  onGap(listener: () => void): void { this.reader.onGap(listener); }
  healthy(): boolean { return true; }
  async start(): Promise<void> {
    await this.reader.start();
    this.purging = setInterval(() => void this.purge().catch((error: unknown) => this.d.log.warn('ended cache rows not removed', { error })), PURGE_MS);
    this.purging.unref();
  }
  async close(): Promise<void> { if (this.purging) clearInterval(this.purging); await this.reader.close(); }
  /** Removes what ended; several processes may do it at once. */
  async purge(): Promise<void> {
    const now = this.d.clock.now();
    await this.d.group.execute('delete from cache_entry where until_at <= $1', [now]);
    await this.d.group.execute('delete from presence where until_at <= $1', [now]);
    await this.d.group.execute('delete from broadcast where at < $1', [now - KEEP_MS]);
  }
  private async insert(key: string, body: string | null, hits: number, until: number): Promise<boolean> {
    try { await this.d.group.insertMany('cache_entry', [{ cache_key: key, body, hits, until_at: until }]); return true; } catch (error) { if (isUniqueViolation(error)) return false; throw error; }
  }
}
