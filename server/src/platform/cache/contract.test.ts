import { randomUUID } from 'node:crypto';
import { busTables } from '../bus/bus.tables';
import { silentLog } from '../log';
import { startTestDatabase, type TestDatabase } from '../testing/database';
import { createIds } from '../database/ids';
import { cacheTables, DatabaseCache, wakeUpFor, type PostgresWakeUp, RedisCache, ResilientCache, type Cache } from '.';
import { noRedis, startRedis, type RedisServer } from './testing/redis-server';

const missing = noRedis();
if (missing) process.stderr.write(`skipped: the Redis protocol (${missing})\n`);
const wait = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));
async function until(what: string, check: () => boolean | Promise<boolean>, ms = 5000): Promise<number> {
  const begin = Date.now();
  while (!(await check())) { if (Date.now() - begin > ms) throw new Error(`timed out: ${what}`); await wait(5); }
  return Date.now() - begin;
}
let db: TestDatabase, redis: RedisServer | null = null, made: Cache[] = [], node = 20;
beforeAll(async () => { db = await startTestDatabase([...busTables, ...cacheTables], []); if (!missing) redis = await startRedis(); }, 60000);
afterEach(async () => { for (const cache of made.splice(0)) await cache.close(); made = []; });
afterAll(async () => { await redis?.stop(); await db.stop(); });

const onDatabase = async (notify: boolean): Promise<DatabaseCache> => {
  const wakeUp = notify ? wakeUpFor(db.target.url, silentLog) : null, cache = new DatabaseCache({ group: db.shards.group(), ids: createIds(++node, Date.now), clock: { now: Date.now }, log: silentLog, holder: `test:${randomUUID()}`, wakeUp });
  await wakeUp?.start();
  const close = cache.close.bind(cache);
  cache.close = async () => { await close(); await wakeUp?.close(); };
  return cache;
};
const adapters: [string, () => Promise<Cache>][] = [
  ['the database with notification', () => onDatabase(true)],
  ['the database by polling alone', () => onDatabase(false)],
  ...(missing ? [] : [
    ['the Redis protocol', async () => new RedisCache({ url: (redis as RedisServer).url, prefix: 't:', log: silentLog })] as [string, () => Promise<Cache>],
    ['Redis over the database', async () => new ResilientCache(new RedisCache({ url: (redis as RedisServer).url, prefix: 'r:', log: silentLog }), await onDatabase(true), { log: silentLog, holder: randomUUID() })] as [string, () => Promise<Cache>],
  ]),
];
describe.each(adapters)('a cache on %s', (_name, make) => {
  const open = async (): Promise<Cache> => { const cache = await make(); made.push(cache); await cache.start(); return cache; };
  const key = (): string => randomUUID();

  test('keeps a value for every process until its time is over', async () => {
    const [a, b] = [await open(), await open()], k = key(), text = `引号 ' 换行\n和 👍 ${'长'.repeat(9000)}`;
    expect(await b.get(k)).toBeNull();
    await a.set(k, text, 400);
    expect(await b.get(k)).toBe(text);
    await b.set(k, 'new', 150);
    expect(await a.get(k)).toBe('new');
    await wait(220);
    expect(await a.get(k)).toBeNull();
  });
  test('grants a once-only mark to exactly one of twenty callers in two processes, and again after its time', async () => {
    const [a, b] = [await open(), await open()], k = key();
    const won = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? a : b).add(k, String(i), 300)));
    expect(won.filter(Boolean)).toHaveLength(1);
    await wait(350);
    expect(await a.add(k, 'x', 300)).toBe(true);
  });
  test('says of a deletion whose it was', async () => {
    const [a, b] = [await open(), await open()], k = key();
    await a.set(k, 'x', 5000);
    expect((await Promise.all([a.delete(k), b.delete(k)])).filter(Boolean)).toHaveLength(1);
    expect(await a.get(k)).toBeNull();
    expect(await b.delete(k)).toBe(false);
  });
  test('counts forty calls of two processes without losing or doubling one, and begins anew after the time', async () => {
    const [a, b] = [await open(), await open()], k = key();
    const seen = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? a : b).count(k, 1500)));
    expect([...seen].sort((x, y) => x - y)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    await wait(1600);
    expect(await a.count(k, 1000)).toBe(1);
  });
  test('gives a lock to one holder, with a growing token, and takes nothing from a newer holder', async () => {
    const [a, b] = [await open(), await open()], k = key().slice(0, 20);
    const first = await a.lock(k, 300);
    expect(await b.lock(k, 300)).toBeNull();
    expect(await a.lock(k, 300)).toBeNull();
    expect(await first?.extend(300)).toBe(true);
    await wait(400);
    const second = await b.lock(k, 3000);
    expect(second?.token).toBeGreaterThan(first?.token as number);
    expect(await first?.extend(300)).toBe(false);
    await first?.release();
    expect(await a.lock(k, 300)).toBeNull();
    await second?.release();
    expect((await a.lock(k, 300))?.token).toBeGreaterThan(second?.token as number);
  });
  test('knows who is there, until they leave or fall silent', async () => {
    const [a, b] = [await open(), await open()], set = key();
    await a.join(set, 'one', '{"n":1}', 400);
    await b.join(set, 'two', '', 5000);
    await a.join(set, 'one', '{"n":2}', 400);
    expect(await b.members(set)).toEqual([{ member: 'one', body: '{"n":2}' }, { member: 'two', body: '' }]);
    await wait(500);
    expect((await a.members(set)).map((m) => m.member)).toEqual(['two']);
    await b.leave(set, 'two');
    expect(await a.members(set)).toEqual([]);
  });
  test('broadcasts to the other processes within 500 ms, in order, once, longer than any notification, and not to the sender', async () => {
    const [a, b, c] = [await make(), await make(), await make()], heard: Record<string, string[]> = { a: [], b: [], c: [] };
    made.push(a, b, c);
    for (const [name, cache] of Object.entries({ a, b, c })) { cache.subscribe('x', (m) => heard[name]?.push(m)); await cache.start(); }
    const sent = Array.from({ length: 60 }, (_, i) => `${i}:${'字'.repeat(i === 30 ? 9000 : 3)}`);
    for (const message of sent) await a.publish('x', message);
    await a.publish('y', 'nobody asked for it');
    expect(await until('all heard', () => heard.b?.length === 60 && heard.c?.length === 60, 3000)).toBeLessThan(500);
    await wait(300);
    expect(heard).toEqual({ a: [], b: sent, c: sent });
  }, 20000);
});

describe('a lost connection for wake-ups', () => {
  test('costs a poll, not a message, and heals', async () => {
    const wakeUp = wakeUpFor(db.target.url, silentLog) as PostgresWakeUp, parts = { group: db.shards.group(), clock: { now: Date.now }, log: silentLog };
    await wakeUp.start();
    const b = new DatabaseCache({ ...parts, ids: createIds(90, Date.now), holder: 'b', wakeUp }), a = new DatabaseCache({ ...parts, ids: createIds(91, Date.now), holder: 'a', wakeUp: null });
    const heard: string[] = [];
    b.subscribe('x', (m) => heard.push(m));
    await b.start();
    await db.shards.group().query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ronghu-wake'");
    await a.publish('x', 'while away');
    await until('heard by polling', () => heard.includes('while away'), 3000);
    await until('listens again', () => wakeUp.connected, 5000);
    await b.close();
    await wakeUp.close();
  });
});

(missing ? describe.skip : describe)('losing Redis in the middle', () => {
  const pair = async () => {
    const open = async () => { const cache = new ResilientCache(new RedisCache({ url: (redis as RedisServer).url, prefix: 'k:', log: silentLog, commandTimeoutMs: 400 }), await onDatabase(true), { log: silentLog, holder: randomUUID() }); made.push(cache); return cache; };
    return [await open(), await open()] as const;
  };
  test.each([['kill -9', (r: RedisServer) => r.kill(), (r: RedisServer) => r.start()], ['a hang', async (r: RedisServer) => r.pause(), async (r: RedisServer) => r.resume()]])('%s: the database carries on at once, nothing is granted twice, and Redis is used again by itself', async (_how, lose, restore) => {
    const server = redis as RedisServer, [a, b] = await pair(), heard: string[] = [];
    let gaps = 0;
    b.subscribe('x', (m) => heard.push(m));
    b.onGap(() => { gaps += 1; });
    await a.start();
    await b.start();
    expect(a.healthy() && b.healthy()).toBe(true);
    const mark = randomUUID(), lock = await a.lock(mark.slice(0, 20), 20000);
    expect(await a.add(mark, 'x', 20000)).toBe(true);
    await a.publish('x', 'before');
    await until('heard', () => heard.includes('before'));
    await lose(server);
    const begin = Date.now();
    await a.set('v', '1', 5000);
    expect(await a.count(`n${mark}`, 5000)).toBe(1);
    expect(Date.now() - begin).toBeLessThan(2500);
    await a.publish('x', 'while away');
    await until('heard without Redis', () => heard.includes('while away'), 4000);
    expect(await b.add(mark, 'x', 20000)).toBe(false);
    expect(await b.lock(mark.slice(0, 20), 20000)).toBeNull();
    await until('both know', () => !a.healthy() && !b.healthy(), 5000);
    expect(await b.get('v')).toBe('1');
    expect(gaps).toBeGreaterThan(0);
    await restore(server);
    await until('Redis is used again', () => a.healthy() && b.healthy(), 8000);
    expect(await b.add(mark, 'x', 20000)).toBe(false);
    expect(await b.lock(mark.slice(0, 20), 20000)).toBeNull();
    await lock?.release();
    await a.publish('x', 'after');
    await until('heard again', () => heard.includes('after'));
    expect(heard).toEqual(['before', 'while away', 'after']);
  }, 40000);
  test('a process that cannot see Redis hears those that can', async () => {
    const [a] = await pair(), heard: string[] = [];
    const b = new ResilientCache(new RedisCache({ url: 'redis://127.0.0.1:1/0', prefix: 'k:', log: silentLog }), await onDatabase(true), { log: silentLog, holder: randomUUID() });
    made.push(b);
    b.subscribe('x', (m) => heard.push(m));
    await a.start();
    await b.start();
    expect([a.healthy(), b.healthy()]).toEqual([true, false]);
    await wait(1200);
    await a.publish('x', 'both ways');
    await until('heard', () => heard.includes('both ways'), 3000);
  }, 20000);
});
