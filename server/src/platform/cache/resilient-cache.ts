import { randomUUID } from 'node:crypto';
import type { Log } from '../log';
import type { Cache, Lock, Member } from './cache';
import type { RedisCache } from './redis-cache';

const DEGRADED = 'cache.degraded', DEGRADED_TTL_MS = 5000, BEAT_MS = 1000, REMEMBERED = 20_000;

/**
 * A Redis server over the database. Two stores must never both grant the same thing: locks, once-only marks and memberships of server processes stay on the
 * database; values, counters and broadcasts go to Redis while it serves and to the database while it does not. A process that lost Redis says so in the
 * database, and the others then broadcast on both ways. Each loss and each return is a gap: copies are read anew.
 */
export class ResilientCache implements Cache {
  readonly kind = 'redis+database' as const;
  private readonly gaps: (() => void)[] = [];
  private readonly seen = new Set<string>();
  private beat: NodeJS.Timeout | null = null;
  private bothWays = true;
  private latch: NodeJS.Timeout | null = null;
  constructor(private readonly redis: RedisCache, private readonly database: Cache, private readonly d: { log: Log; holder: string }) {}

  private async fast<T>(run: (cache: Cache) => Promise<T>): Promise<T> {
    if (this.redis.healthy()) try { return await run(this.redis); } catch (error) { this.d.log.warn('the cache server failed; the database does its work', { error }); }
    return run(this.database);
  }
  get(key: string): Promise<string | null> { return this.fast((c) => c.get(key)); }
  set(key: string, value: string, ttlMs: number): Promise<void> { return this.fast((c) => c.set(key, value, ttlMs)); }
  count(key: string, ttlMs: number): Promise<number> { return this.fast((c) => c.count(key, ttlMs)); }
  async delete(key: string): Promise<boolean> { const gone = await this.fast((c) => c.delete(key)); return this.redis.healthy() ? (await this.database.delete(key)) || gone : gone; }
  add(key: string, value: string, ttlMs: number): Promise<boolean> { return this.database.add(key, value, ttlMs); }
  lock(name: string, ttlMs: number): Promise<Lock | null> { return this.database.lock(name, ttlMs); }
  join(set: string, member: string, body: string, ttlMs: number): Promise<void> { return this.database.join(set, member, body, ttlMs); }
  leave(set: string, member: string): Promise<void> { return this.database.leave(set, member); }
  members(set: string): Promise<Member[]> { return this.database.members(set); }

  async publish(channel: string, message: string): Promise<void> {
    const text = `${randomUUID()}\n${message}`;
    let sent = false;
    if (this.redis.healthy()) try { await this.redis.publish(channel, text); sent = true; } catch (error) { this.d.log.warn('broadcast goes by the database', { channel, error }); }
    if (!sent || this.bothWays) await this.database.publish(channel, text);
  }
  subscribe(channel: string, listener: (message: string) => void): void {
    const once = (text: string): void => {
      const cut = text.indexOf('\n'), id = text.slice(0, cut);
      if (this.seen.has(id)) return;
      this.seen.add(id);
      if (this.seen.size > REMEMBERED) for (const old of this.seen) { this.seen.delete(old); if (this.seen.size <= REMEMBERED / 2) break; }
      listener(text.slice(cut + 1));
    };
    this.redis.subscribe(channel, once);
    this.database.subscribe(channel, once);
  }
  onGap(listener: () => void): void { this.gaps.push(listener); }
  healthy(): boolean { return this.redis.healthy(); }

  async start(): Promise<void> {
    this.redis.onState((up) => {
      this.d.log.warn(up ? 'the cache server serves' : 'the cache server is away; the database does its work');
      void this.pulse();
      this.gap();
      // until the others have read that we are cut off they may have told Redis alone
      if (!up) { if (this.latch) clearTimeout(this.latch); this.latch = setTimeout(() => this.gap(), 2 * BEAT_MS + 500); this.latch.unref(); }
    });
    this.database.onGap(() => this.gap());
    await this.database.start();
    await this.redis.start();
    await this.pulse();
    this.beat = setInterval(() => void this.pulse(), BEAT_MS);
    this.beat.unref();
  }
  async close(): Promise<void> {
    if (this.beat) clearInterval(this.beat);
    if (this.latch) clearTimeout(this.latch);
    await this.redis.close();
    await this.database.close();
  }
  private gap(): void { for (const listener of this.gaps) listener(); }
  private async pulse(): Promise<void> {
    try {
      if (this.redis.healthy()) await this.database.leave(DEGRADED, this.d.holder); else await this.database.join(DEGRADED, this.d.holder, '', DEGRADED_TTL_MS);
      this.bothWays = (await this.database.members(DEGRADED)).length > 0;
    } catch (error) { this.bothWays = true; this.d.log.warn('it is not known who is without the cache server', { error }); }
  }
}
