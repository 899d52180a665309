import type { Connection, Engine, Place } from './engine';
import { ConnectionPool } from './pool';

interface Fake extends Connection { alive: boolean; at: string; closed: boolean }
/** An engine of nothing but connections: counts them, and can be told to fail. */
function fake(): { engine: Engine; all: Fake[]; fail: { connect: boolean; use: boolean } } {
  const all: Fake[] = [], fail = { connect: false, use: false };
  const connect = async (place: Place): Promise<Fake> => {
    await new Promise((r) => setTimeout(r, 1));
    if (fail.connect) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const c: Fake = { alive: true, at: place.schema, closed: false, run: async () => ({ records: [], affected: 0 }), insert: async () => undefined, begin: async () => undefined, commit: async () => undefined, rollback: async () => undefined, use: async (schema) => { if (fail.use) throw new Error('gone'); c.at = schema; }, close: async () => { c.alive = false; c.closed = true; } };
    all.push(c);
    return c;
  };
  return { engine: { connect } as unknown as Engine, all, fail };
}
const place = (schema: string, url = 'postgres://a/'): Place => ({ url, schema });
const open = (all: Fake[]): number => all.filter((c) => !c.closed).length;
const pools: ConnectionPool[] = [];
const poolOf = (max: number) => { const f = fake(), pool = new ConnectionPool(() => f.engine, max); pools.push(pool); return { ...f, pool }; };
afterEach(async () => { for (const pool of pools.splice(0)) await pool.close(); });

test('a connection of the same namespace is used again; another namespace of the same server takes a free one over only at the cap', async () => {
  const { pool, all } = poolOf(2);
  const a = await pool.acquire(place('a'), 'group');
  pool.release(a);
  expect((await pool.acquire(place('a'), 'group')).connection).toBe(a.connection);
  pool.release(a);
  const b = await pool.acquire(place('b'), 'company');
  expect(b.connection).not.toBe(a.connection);
  pool.release(b);
  const c = await pool.acquire(place('c'), 'company');
  expect(c.connection).toBe(a.connection); // the longest idle
  expect((c.connection as Fake).at).toBe('c');
  expect(open(all)).toBe(2);
});
test('between servers the old connection is closed before a new one is opened', async () => {
  const { pool, all } = poolOf(1);
  pool.release(await pool.acquire(place('a'), 'group'));
  const other = await pool.acquire(place('a', 'postgres://b/'), 'group');
  expect(all).toHaveLength(2);
  expect(all[0]?.closed).toBe(true);
  pool.release(other);
});
test('neither group nor companies can take all: a quarter is kept for the other', async () => {
  const { pool } = poolOf(8), taken = await Promise.all(Array.from({ length: 6 }, () => pool.acquire(place('c11'), 'company')));
  let seventh = false;
  const waiting = pool.acquire(place('c11'), 'company').then((held) => { seventh = true; return held; });
  const group = await Promise.all([pool.acquire(place('g'), 'group'), pool.acquire(place('g'), 'group')]);
  expect(seventh).toBe(false);
  pool.release(taken[0] as (typeof taken)[number]);
  pool.release(await waiting);
  for (const held of [...taken.slice(1), ...group]) pool.release(held);
});
test('those who wait are served in their order, and never more than the cap at once', async () => {
  const { pool, all } = poolOf(3), order: number[] = [];
  let now = 0, most = 0;
  await Promise.all(Array.from({ length: 60 }, async (_, i) => {
    const held = await pool.acquire(place(`c${i % 5}`), 'company');
    order.push(i);
    most = Math.max(most, ++now);
    await new Promise((r) => setTimeout(r, 1));
    now -= 1;
    pool.release(held);
  }));
  expect(most).toBeLessThanOrEqual(3);
  expect(open(all)).toBeLessThanOrEqual(3);
  expect(new Set(order).size).toBe(60);
});
test('a connection that was lost is dropped, one that cannot be opened frees its place', async () => {
  const { pool, all, fail } = poolOf(1), first = await pool.acquire(place('a'), 'group');
  (first.connection as Fake).alive = false;
  pool.release(first);
  fail.connect = true;
  await expect(pool.acquire(place('a'), 'group')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  fail.connect = false;
  const again = await pool.acquire(place('a'), 'group');
  expect(again.connection.alive).toBe(true);
  expect(all[0]?.closed).toBe(true);
  pool.release(again);
});
test('an idle connection whose wire failed unseen is replaced when it is turned to another namespace', async () => {
  const { pool, all, fail } = poolOf(1);
  pool.release(await pool.acquire(place('a'), 'group'));
  fail.use = true;
  const held = await pool.acquire(place('b'), 'group');
  expect(all).toHaveLength(2);
  expect((held.connection as Fake).at).toBe('b');
  pool.release(held);
});
test('after ten seconds without a free connection the caller is told, and a closed pool tells at once', async () => {
  jest.useFakeTimers();
  try {
    const { pool } = poolOf(1), made = pool.acquire(place('a'), 'group');
    await jest.advanceTimersByTimeAsync(5);
    const held = await made, waiting = pool.acquire(place('a'), 'group').catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(10_001);
    expect(await waiting).toMatchObject({ code: 'DATABASE_UNAVAILABLE', message: '数据库连接已用尽，请稍后重试' });
    pool.release(held);
    await pool.close();
    await expect(pool.acquire(place('a'), 'group')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  } finally { jest.useRealTimers(); }
});
test('who gives up while a connection is being opened leaves it to the next, and takes nobody else off the list', async () => {
  const f = fake();
  let slow = 120;
  const pool = new ConnectionPool(() => ({ ...f.engine, connect: async (at: Place) => { await new Promise((r) => setTimeout(r, slow)); return f.engine.connect(at); } }), 1, 60);
  pools.push(pool);
  const first = pool.acquire(place('a'), 'group'), impatient = expect(first).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  await new Promise((r) => setTimeout(r, 40));
  const second = expect(pool.acquire(place('a'), 'group')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' }); // waits behind it, by its own clock
  await impatient;
  await new Promise((r) => setTimeout(r, 30));
  const third = pool.acquire(place('a'), 'group');
  slow = 1;
  await second;
  const held = await third;
  expect([pool.figures().group, pool.open]).toEqual([1, 1]);
  pool.release(held);
  expect(pool.figures()).toMatchObject({ group: 0, idle: 1, waiting: 0 });
});
