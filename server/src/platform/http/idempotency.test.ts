import { AppError } from '../errors/app-error';
import type { Db } from '../database/db';
import { startTestDatabase, type TestDatabase } from '../testing/database';
import { busTables } from '../bus/bus.tables';
import { Idempotency } from './idempotency';

let db: TestDatabase, now = Date.now(), serial = 0;
const gone = new Set<string>();
beforeAll(async () => { db = await startTestDatabase(busTables); }, 60_000);
afterAll(async () => { await db?.stop(); });

/** The group's database, which can be away; `after` lets a statement through and then loses its answer. */
function frail(): { db: Db; mode: 'here' | 'away' | 'after' } {
  const group = db.shards.group(), state = { mode: 'here' as 'here' | 'away' | 'after', db: group };
  const lost = (): never => { throw new AppError('DATABASE_UNAVAILABLE'); };
  state.db = new Proxy(group, { get(of, key) {
    const value = Reflect.get(of, key) as unknown;
    if (typeof value !== 'function') return value;
    return async (...args: unknown[]): Promise<unknown> => {
      if (state.mode === 'away') return lost();
      const answer = await (value as (...a: unknown[]) => Promise<unknown>).apply(of, args);
      return state.mode === 'after' ? lost() : answer;
    };
  } });
  return state;
}
const commands = (holder = 'a', over: Db = db.shards.group()): Idempotency => new Idempotency({ db: over, clock: { now: () => now }, holder, gone: (name) => gone.has(name) });
const entry = (over: object = {}) => ({ accountId: 7, key: `k${serial += 1}`, route: 'POST /x', digest: 'd', ...over });

it.each(['away', 'after'] as const)('the database goes while a command runs (%s): its repeat runs as soon as it is back, here and in another process', async (mode) => {
  for (const elsewhere of [false, true]) {
    const link = frail(), here = commands('a', link.db), other = commands('b'), e = entry();
    await expect(here.once(e, async () => { link.mode = mode; throw new AppError('DATABASE_UNAVAILABLE'); })).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    link.mode = 'here';
    const begin = Date.now();
    expect(await (elsewhere ? other : here).once(e, async () => 'again')).toBe('again');
    expect(Date.now() - begin).toBeLessThan(3000);
  }
});
it('a key that was stored although its answer got lost does not stand in the way of its repeat', async () => {
  const link = frail(), here = commands('a', link.db), e = entry();
  link.mode = 'after';
  await expect(here.once(e, async () => 'never')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  link.mode = 'here';
  expect(await here.once(e, async () => 'again')).toBe('again');
  await new Promise((r) => setTimeout(r, 900)); // what was owed is settled, and takes nothing from the answer
  expect(await here.once(e, async () => 'twice')).toBe('again');
});
const until = async (check: () => boolean | Promise<boolean>): Promise<void> => { for (let i = 0; i < 300; i++) { if (await check()) return; await new Promise((r) => setTimeout(r, 10)); } throw new Error('did not come true in three seconds'); };
beforeEach(() => { now = Date.now(); gone.clear(); });
const fixed = { accountId: 5, key: '8d6f8f0e-7d43-4f5c-9a52-111111111111', route: 'POST /x', digest: 'd' };
test('run the work once for ten callers at once and give all the same answer', async () => {
  const once = commands();
  let runs = 0;
  const answers = await Promise.all(Array.from({ length: 10 }, () => once.once(fixed, async () => { runs += 1; await new Promise((r) => setTimeout(r, 30)); return { n: runs }; })));
  expect(runs).toBe(1);
  expect(new Set(answers.map((a) => JSON.stringify(a)))).toEqual(new Set(['{"n":1}']));
});
test('refuse other content under the same key, and let a failed command be tried again', async () => {
  const once = commands();
  await expect(once.once({ ...fixed, digest: 'other' }, async () => 1)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  const failing = { ...fixed, key: '8d6f8f0e-7d43-4f5c-9a52-222222222222' };
  await expect(once.once(failing, async () => { throw new Error('first'); })).rejects.toThrow('first');
  expect(await once.once(failing, async () => 'second')).toBe('second');
});
test('a command whose process is gone is run again by its repeat, after five seconds and once', async () => {
  const key = { ...fixed, key: '8d6f8f0e-7d43-4f5c-9a52-333333333333' }, began = now;
  void commands('dead').once(key, () => new Promise(() => undefined));
  await until(async () => (await db.shards.group().query('select 1 from idempotency where idem_key = $1', [key.key])).length === 1);
  gone.add('dead');
  now = began + 4_900;
  let runs = 0;
  const again = [commands('b'), commands('c')].map((process) => process.once(key, async () => { runs += 1; return 'again'; }));
  await new Promise((r) => setTimeout(r, 200));
  expect(runs).toBe(0);
  now = began + 5_100;
  expect(await Promise.all(again)).toEqual(['again', 'again']);
  expect(runs).toBe(1);
});
test('a command whose process lives is waited for: a slow upload is not run twice', async () => {
  const key = { ...fixed, key: '8d6f8f0e-7d43-4f5c-9a52-444444444444' };
  let end = (_answer: string): void => undefined, runs = 0;
  const first = commands('slow').once(key, () => { runs += 1; return new Promise<string>((resolve) => { end = resolve; }); });
  await until(() => runs === 1);
  now += 500_000;
  const repeat = commands('b').once(key, async () => { runs += 1; return 'second'; });
  await new Promise((r) => setTimeout(r, 300));
  end('first');
  expect([await first, await repeat, runs]).toEqual(['first', 'first', 1]);
});
test('a process that hung and failed at last leaves alone the key that another has taken over', async () => {
  const key = { ...fixed, key: '8d6f8f0e-7d43-4f5c-9a52-555555555555' };
  let fail = (_error: Error): void => undefined;
  const hung = commands('hung').once(key, () => new Promise((_resolve, reject) => { fail = reject; }));
  await until(async () => (await db.shards.group().query('select 1 from idempotency where idem_key = $1', [key.key])).length === 1);
  gone.add('hung');
  now += 6_000;
  expect(await commands('b').once(key, async () => 'b')).toBe('b');
  fail(new Error('too late'));
  await expect(hung).rejects.toThrow('too late');
  expect(await commands('c').once(key, async () => 'c')).toBe('b');
});
