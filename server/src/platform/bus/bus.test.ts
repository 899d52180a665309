import { startTestDatabase, type TestDatabase } from '../testing/database';
import { silentLog } from '../log';
import { Timers } from '../timer/timers';
import { Bus, type BusEvent } from './bus';
import { busTables } from './bus.tables';
import { takeLease, releaseLease } from './lease';
import { AppError } from '../errors/app-error';
import { Outbox } from './outbox';
import { ownersOf } from './owner';
import { Relay } from './relay';

let db: TestDatabase, now = 1_800_000_000_000;
const clock = { now: () => now };
beforeAll(async () => { db = await startTestDatabase(busTables); }, 60000);
afterAll(() => db.stop());

describe('leases', () => {
  test('have one holder at a time, and a growing epoch when it changes', async () => {
    const g = db.shards.group();
    expect(await takeLease(g, 'x', 'a', now, 1000)).toBe(1);
    expect(await takeLease(g, 'x', 'b', now, 1000)).toBeNull();
    expect(await takeLease(g, 'x', 'a', now + 900, 1000)).toBe(1);
    expect(await takeLease(g, 'x', 'b', now + 2000, 1000)).toBe(2);
    await releaseLease(g, 'x', 'b');
    expect(await takeLease(g, 'x', 'a', now + 2001, 1000)).toBe(3);
  });
  test('are won by exactly one of twenty who ask at once', async () => {
    const won = await Promise.all(Array.from({ length: 20 }, (_, i) => takeLease(db.shards.group(), 'race', `p${i}`, now, 1000)));
    expect(won.filter((epoch) => epoch !== null)).toHaveLength(1);
  });
});
describe('the outbox', () => {
  const make = (holder: string) => {
    const bus = new Bus(), outbox = new Outbox(db.ids, clock), relay = new Relay({ shards: db.shards, bus, outbox, clock: { now: Date.now }, log: silentLog, holder });
    return { bus, outbox, relay };
  };
  test('publishes what was committed and nothing of what was rolled back, in order within an aggregate', async () => {
    const { bus, outbox, relay } = make('one');
    const seen: BusEvent[] = [];
    bus.on('thing.*', 'test', async (event) => { seen.push(event); });
    relay.start();
    const shard = db.shards.company(11);
    for (let i = 0; i < 50; i++) await shard.transaction((tx) => outbox.add(tx, { kind: 'thing.done', aggregate: 'thing', aggregateId: i % 3, companyId: 11, payload: { i } }));
    await expect(shard.transaction(async (tx) => { await outbox.add(tx, { kind: 'thing.done', aggregate: 'thing', aggregateId: 9, companyId: 11, payload: {} }); throw new Error('no'); })).rejects.toThrow();
    await relay.drain();
    expect(seen).toHaveLength(50);
    for (const aggregate of ['0', '1', '2']) { const order = seen.filter((e) => e.aggregateId === aggregate).map((e) => e.payload.i as number); expect(order).toEqual([...order].sort((a, b) => a - b)); }
    await relay.stop();
  });
  test('tries a failing consumer again, holding back its aggregate only', async () => {
    const { bus, outbox, relay } = make('two');
    const done: string[] = [];
    let failures = 2;
    bus.on('job', 'test', async (event) => { if (event.aggregateId === 'bad' && failures-- > 0) throw new Error('not yet'); done.push(`${event.aggregateId}${String(event.payload.n)}`); });
    const g = db.shards.group();
    await g.transaction((tx) => outbox.add(tx, ...[['bad', 1], ['good', 1], ['bad', 2]].map(([id, n]) => ({ kind: 'job', aggregate: 'a', aggregateId: id as string, companyId: null, payload: { n } }))));
    relay.start();
    await relay.drain();
    expect(done).toEqual(['good1', 'bad1', 'bad2']);
    await relay.stop();
  });
});
describe('consumers of many events', () => {
  const make = () => {
    const bus = new Bus(), outbox = new Outbox(db.ids, clock), relay = new Relay({ shards: db.shards, bus, outbox, clock: { now: Date.now }, log: silentLog, holder: 'many' });
    return { bus, outbox, relay };
  };
  test('run after those of single events, in the order of registration; one that says it is idempotent leaves no mark', async () => {
    const { bus, outbox, relay } = make(), seen: string[] = [], g = db.shards.group();
    bus.many('lot', 'index', async (events) => { seen.push(`index ${events.map((e) => e.aggregateId).join()}`); }, { idempotent: true });
    bus.many('lot', 'notices', async (events) => { seen.push(`notices ${events.length}`); });
    bus.on('lot', 'one', async (event) => { seen.push(`one ${event.aggregateId}`); });
    await g.transaction((tx) => outbox.add(tx, ...['x', 'y'].map((id) => ({ kind: 'lot', aggregate: 'lot', aggregateId: id, companyId: null, payload: {} }))));
    relay.start();
    await relay.drain();
    expect(seen).toEqual(['one x', 'one y', 'index x,y', 'notices 2']);
    expect(await g.query("select consumer, count(*) as n from bus_seen where consumer in ('index', 'notices') group by consumer")).toEqual([{ consumer: 'notices', n: 2 }]);
    await relay.stop();
  });
  test('one bad event among many holds up its own lane only, and what an idempotent consumer did in vain is undone', async () => {
    const { bus, outbox, relay } = make(), done: string[] = [], g = db.shards.group();
    let failures = 2;
    bus.many('bulk', 'index', async (events, tx) => {
      await tx.insertMany('lease', events.map((e) => ({ name: `bulk-${e.id}`, holder: 'x', epoch: 1, until_at: 0 })));
      if (events.some((e) => e.payload.bad) && failures-- > 0) throw new Error('not yet');
      tx.afterCommit(() => done.push(...events.map((e) => `${e.aggregateId}${String(e.payload.n)}`)));
    }, { idempotent: true });
    await g.transaction((tx) => outbox.add(tx, ...([['p', 1, true], ['q', 1, false], ['p', 2, false]] as const).map(([id, n, bad]) => ({ kind: 'bulk', aggregate: 'bulk', aggregateId: id, companyId: null, payload: { n, bad } }))));
    relay.start();
    await relay.drain();
    expect(done).toEqual(['q1', 'p1', 'p2']);
    expect(await g.query("select count(*) as n from lease where name like 'bulk-%'")).toEqual([{ n: 3 }]);
    await relay.stop();
  });
});
describe('a database that is away', () => {
  test('costs an event none of its tries, however long it lasts', async () => {
    const bus = new Bus(), outbox = new Outbox(db.ids, clock), relay = new Relay({ shards: db.shards, bus, outbox, clock: { now: Date.now }, log: silentLog, holder: 'away' });
    let tries = 0, done = false;
    bus.on('away', 'test', async () => { if (++tries < 30) throw new AppError('DATABASE_UNAVAILABLE'); done = true; });
    await db.shards.company(12).transaction((tx) => outbox.add(tx, { kind: 'away', aggregate: 'a', aggregateId: 1, companyId: 12, payload: {} }));
    relay.start();
    for (let i = 0; i < 400 && !done; i++) { relay.committed('company:12'); await new Promise((r) => setTimeout(r, 10)); }
    await relay.drain();
    expect(done).toBe(true);
    expect(await db.shards.company(12).query("select attempts, outbox_status from outbox where kind = 'away'")).toEqual([{ attempts: 0, outbox_status: 1 }]);
    await relay.stop();
  });
});
describe('who has a shard', () => {
  test('is the same for all who ask, even over the workers, and little moves when one goes', () => {
    const shards = ['group', ...Array.from({ length: 59 }, (_, i) => `company:${1000 + i}`)], three = ['h:1:a', 'h:2:b', 'h:3:c'], before = ownersOf(shards, three), after = ownersOf(shards, ['h:1:a', 'h:3:c']);
    expect(ownersOf([...shards].reverse(), [...three].reverse())).toEqual(before);
    for (const w of three) expect([...before.values()].filter((o) => o === w)).toHaveLength(20);
    expect(shards.filter((s) => before.get(s) !== 'h:2:b' && before.get(s) !== after.get(s)).length).toBeLessThan(15);
    for (let i = 0; i < 50; i++) expect(new Set(ownersOf(['group', 'company:11', 'company:12'], [`a${i}`, `b${i}`]).values()).size).toBe(2);
    expect(ownersOf(['group'], [])).toEqual(new Map());
  });
});
describe('durable timers', () => {
  test('run once when due, even with two workers, survive a failing handler, and can be set anew by their own handler', async () => {
    const log: string[] = [], make = () => new Timers({ shards: db.shards, ids: db.ids, clock, log: silentLog });
    const [a, b] = [make(), make()];
    let fail = true;
    for (const timers of [a, b]) {
      timers.on('ring', async (t) => { log.push(`ring ${t.key}`); });
      timers.on('flaky', async () => { if (fail) { fail = false; throw new Error('x'); } log.push('flaky'); });
      timers.on('again', async (t) => { log.push('again'); if (log.filter((x) => x === 'again').length < 2) await timers.set(db.shards.group(), { kind: 'again', key: t.key, dueAt: now + 1000, companyId: null, payload: {} }); });
    }
    const g = db.shards.group();
    for (let i = 0; i < 10; i++) await a.set(g, { kind: 'ring', key: `k${i}`, dueAt: now + 100, companyId: null, payload: { i } });
    await a.set(g, { kind: 'ring', key: 'k0', dueAt: now + 5000, companyId: null, payload: {} });
    await a.set(g, { kind: 'flaky', key: 'f', dueAt: now, companyId: null, payload: {} });
    await a.set(g, { kind: 'again', key: 'g', dueAt: now, companyId: null, payload: {} });
    await a.cancel(g, 'ring', 'k9');
    now += 200;
    await Promise.all([a.runDue(), b.runDue()]);
    expect(log.filter((x) => x.startsWith('ring')).sort()).toEqual(['ring k1', 'ring k2', 'ring k3', 'ring k4', 'ring k5', 'ring k6', 'ring k7', 'ring k8']);
    now += 5000;
    await a.runDue();
    expect(log).toEqual(expect.arrayContaining(['ring k0', 'flaky', 'again']));
    expect(log.filter((x) => x === 'again')).toHaveLength(2);
    expect(await g.query('select * from durable_timer')).toEqual([]);
  });
});
