import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../log';
import type { Cache, Lock, Member } from './cache';

export interface RedisCacheOptions { /** `rediss://…?ca=file` is TLS, with the authority that signed the server's certificate. */ url: string; /** Before every key and channel, so that several installations can share one server. */ prefix: string; log: Log; commandTimeoutMs?: number }
const PING_MS = 500;
function addressOf(text: string): { url: string; tls: RedisOptions['tls'] } {
  const url = new URL(text), ca = url.searchParams.get('ca');
  url.searchParams.delete('ca');
  return { url: url.toString(), tls: url.protocol === 'rediss:' ? { ...(ca ? { ca: readFileSync(ca) } : {}) } : undefined };
}

/**
 * The Redis protocol (Redis 5 and later, TongRDS, Tendis): RESP2, single-key commands, no Lua, so that a proxy in front does no harm. The one use of WATCH
 * (giving a lock back) is guarded: a server without it lets the lock end by itself.
 */
export class RedisCache implements Cache {
  readonly kind = 'redis' as const;
  private readonly commands: Redis;
  private readonly subscriber: Redis;
  private watcher: Redis | null = null;
  private watching: Promise<unknown> = Promise.resolve();
  private noWatch = false;
  private readonly listeners = new Map<string, ((message: string) => void)[]>();
  private readonly gaps: (() => void)[] = [];
  private readonly states: ((up: boolean) => void)[] = [];
  private readonly me = randomUUID();
  private subscribed = false;
  private answers = false;
  private told = false;
  private everUp = false;
  private pinging: NodeJS.Timeout | null = null;
  private closed = false;
  constructor(private readonly o: RedisCacheOptions) {
    const options: RedisOptions = { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0, connectTimeout: 2000, commandTimeout: o.commandTimeoutMs ?? 1000, retryStrategy: (times) => Math.min(1000, 50 * 2 ** Math.min(times, 5)), enableReadyCheck: true, autoResubscribe: false };
    const { url, tls } = addressOf(o.url);
    if (tls) options.tls = tls;
    this.commands = new Redis(url, options);
    this.subscriber = new Redis(url, { ...options, commandTimeout: undefined });
    for (const connection of [this.commands, this.subscriber]) connection.on('error', () => undefined); // `close` follows and is what counts
    this.subscriber.on('ready', () => void this.resubscribe());
    this.subscriber.on('close', () => { this.subscribed = false; this.settle(); });
    this.commands.on('close', () => { this.answers = false; this.settle(); });
    this.commands.on('ready', () => { this.answers = true; this.settle(); });
    this.subscriber.on('message', (channel: string, text: string) => this.heard(channel, text));
  }
  private key(kind: string, name: string): string { return `${this.o.prefix}${kind}:${name}`; }

  async get(key: string): Promise<string | null> { return this.commands.get(this.key('v', key)); }
  async set(key: string, value: string, ttlMs: number): Promise<void> { await this.commands.set(this.key('v', key), value, 'PX', ttlMs); }
  async add(key: string, value: string, ttlMs: number): Promise<boolean> { return (await this.commands.set(this.key('v', key), value, 'PX', ttlMs, 'NX')) === 'OK'; }
  async delete(key: string): Promise<boolean> { return (await this.commands.del(this.key('v', key))) > 0; }
  async count(key: string, ttlMs: number): Promise<number> {
    const name = this.key('n', key);
    await this.commands.set(name, '0', 'PX', ttlMs, 'NX');
    const n = await this.commands.incr(name);
    if (n === 1) await this.commands.pexpire(name, ttlMs); // it may have ended between the two: a counter without an end would lock somebody out for ever
    return n;
  }
  async lock(name: string, ttlMs: number): Promise<Lock | null> {
    const key = this.key('l', name), holder = randomUUID();
    if ((await this.commands.set(key, holder, 'PX', ttlMs, 'NX')) !== 'OK') return null;
    const token = await this.commands.incr(this.key('f', name));
    return { token, extend: (ms) => this.ifHeld(key, holder, (multi) => multi.pexpire(key, ms)), release: async () => { await this.ifHeld(key, holder, (multi) => multi.del(key)); } };
  }
  async join(set: string, member: string, body: string, ttlMs: number): Promise<void> {
    await this.commands.set(this.key('p', `${set}:${member}`), body, 'PX', ttlMs);
    await this.commands.zadd(this.key('s', set), Date.now() + ttlMs, member);
  }
  async leave(set: string, member: string): Promise<void> { await this.commands.del(this.key('p', `${set}:${member}`)); await this.commands.zrem(this.key('s', set), member); }
  async members(set: string): Promise<Member[]> {
    const out: Member[] = [];
    // the members' own keys end by the server's clock; the sorted set only lists whom to ask, with room for clocks that differ
    await this.commands.zremrangebyscore(this.key('s', set), '-inf', Date.now() - 60_000);
    for (const member of (await this.commands.zrange(this.key('s', set), 0, -1)).sort()) { const body = await this.commands.get(this.key('p', `${set}:${member}`)); if (body !== null) out.push({ member, body }); }
    return out;
  }
  async publish(channel: string, message: string): Promise<void> { await this.commands.publish(this.key('c', channel), `${this.me}\n${message}`); }
  subscribe(channel: string, listener: (message: string) => void): void {
    const first = !this.listeners.has(channel);
    this.listeners.set(channel, [...(this.listeners.get(channel) ?? []), listener]);
    if (first && this.subscribed) void this.subscriber.subscribe(this.key('c', channel)).catch((error: unknown) => this.o.log.warn('not subscribed', { channel, error }));
  }
  onGap(listener: () => void): void { this.gaps.push(listener); }
  /** Told when both connections serve and when they no longer do. */
  onState(listener: (up: boolean) => void): void { this.states.push(listener); }
  healthy(): boolean { return this.answers && this.subscribed; }

  /** Resolves connected, or after the first attempt failed; goes on trying by itself. */
  async start(): Promise<void> {
    await Promise.all([this.commands, this.subscriber].map((connection) => connection.connect().catch((error: unknown) => this.o.log.warn('the cache server cannot be reached; going on without it', { error }))));
    const until = Date.now() + 1000;
    while (!this.healthy() && this.commands.status === 'ready' && Date.now() < until) await new Promise((r) => setTimeout(r, 5));
    this.plan();
  }
  async close(): Promise<void> {
    this.closed = true;
    if (this.pinging) clearTimeout(this.pinging);
    for (const connection of [this.commands, this.subscriber, this.watcher]) connection?.disconnect();
    await this.watching.catch(() => undefined); // cut off with its connection
  }

  private plan(): void {
    if (this.closed) return;
    // a server that hangs without closing is away too
    this.pinging = setTimeout(() => void (async () => {
      if (this.commands.status === 'ready') {
        const before = this.answers;
        this.answers = await this.commands.ping().then(() => true, () => false);
        if (before !== this.answers) this.settle();
      }
      this.plan();
    })(), PING_MS);
    this.pinging.unref();
  }
  private settle(): void {
    const up = this.healthy();
    if (this.told === up || this.closed) return;
    this.told = up;
    for (const listener of this.states) listener(up);
    if (up && this.everUp) for (const listener of this.gaps) listener();
    if (up) this.everUp = true;
  }
  private async resubscribe(): Promise<void> {
    try {
      const channels = [...this.listeners.keys()].map((channel) => this.key('c', channel));
      if (channels.length) await this.subscriber.subscribe(...channels);
      this.subscribed = true;
      this.settle();
    } catch (error) { this.o.log.warn('not subscribed; trying again', { error }); this.subscriber.disconnect(true); }
  }
  private heard(name: string, text: string): void {
    const cut = text.indexOf('\n'), channel = name.slice(this.key('c', '').length);
    if (text.slice(0, cut) === this.me) return;
    for (const listener of this.listeners.get(channel) ?? []) try { listener(text.slice(cut + 1)); } catch (error) { this.o.log.error('a broadcast could not be taken in', { channel, error }); }
  }
  /** One at a time: what WATCH guards belongs to the connection, not to the caller. */
  private ifHeld(key: string, holder: string, act: (multi: ReturnType<Redis['multi']>) => ReturnType<Redis['multi']>): Promise<boolean> {
    const work = this.watching.catch(() => undefined).then(async () => {
      if (this.noWatch) return (await this.commands.get(key)) === holder;
      this.watcher ??= this.commands.duplicate({ lazyConnect: false, enableOfflineQueue: true, commandTimeout: 2000 }).on('error', () => undefined); // its commands fail by themselves
      const connection = this.watcher;
      try { await connection.watch(key); } catch (error) {
        if (!/unknown command|not support/i.test(String(error))) throw error;
        this.noWatch = true;
        return (await this.commands.get(key)) === holder;
      }
      if ((await connection.get(key)) !== holder) { await connection.unwatch(); return false; }
      return (await act(connection.multi()).exec()) !== null;
    });
    this.watching = work;
    return work;
  }
}
