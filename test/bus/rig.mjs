// Two workers on one real database, in one process so that the order of what they do can be compared; the carrier between outbox and consumers is the one under test.
import { createRequire } from 'node:module';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

const require = createRequire(import.meta.url), load = (path) => require(`../../server/dist/${path}.js`);
const { startEmbedded } = load('platform/database/embedded'), { migrate } = load('platform/database/migrate'), { createShards } = load('platform/database/shards'), { createIds } = load('platform/database/ids'), { defineTable, c } = load('platform/database/table');
const { busTables } = load('platform/bus/bus.tables'), { Bus } = load('platform/bus/bus'), { Outbox } = load('platform/bus/outbox'), { Relay } = load('platform/bus/relay'), { PostgresWakeUp } = load('platform/cache/wake-up'), { cacheTables } = load('platform/cache/cache.tables');
const { freePort } = require('../harness/ports.cjs');
export const COMPANIES = [11, 12], SHARDS = ['group', ...COMPANIES.map((id) => `company:${id}`)];
const effect = defineTable({ name: 'effect', comment: '消费结果（测试）', shard: 'group', primaryKey: ['id'], columns: { id: c.id('编号'), event_id: c.id('事件'), lane: c.text('线', 60), n: c.int('序') } });

/** A database of its own; `fsync` off unless durability is what is measured. */
export async function startDatabase(settings = { fsync: 'off' }) {
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-bus-'));
  chmodSync(dir, 0o755);
  const port = await freePort(), start = () => startEmbedded(join(dir, 'db'), port, 'test-only', settings);
  let embedded = await start();
  await migrate(embedded.url, [...busTables, ...cacheTables, effect], COMPANIES);
  return { url: embedded.url, kill: () => process.kill(embedded.pid, 'SIGQUIT'), async again() { for (let i = 0; ; i++) try { embedded = await start(); return; } catch (error) { if (i > 40) throw error; await wait(250); } }, async stop() { await embedded.stop(); rmSync(dir, { recursive: true, force: true }); } };
}
let node = 40;
/** @param broker makes the broker of one worker, or null for the database's own way. */
export async function startWorkers(url, { broker = () => null, workers = 2, single = false, log = { info() {}, warn() {}, error() {} } } = {}) {
  const shards = await createShards({ url, maxConnections: 24, companyIds: COMPANIES }), group = shards.group();
  const state = { skew: 0, seen: [], fail: new Map() }, clock = { now: () => Date.now() + state.skew }, ids = createIds(++node, Date.now), wakeUp = new PostgresWakeUp(url, log), outbox = new Outbox(ids, clock), holders = Array.from({ length: workers }, (_, i) => `w${i}-${randomUUID()}`);
  await wakeUp.start();
  const relays = holders.map((holder) => {
    const bus = new Bus(log);
    bus.on('test.*', 'watch', async (event) => {
      const lane = `${event.shard}/${event.aggregateId}`, failing = state.fail.get(lane);
      if (failing && failing(event)) throw new Error('the consumer cannot yet');
      state.seen.push({ id: event.id, lane, n: event.payload.n, holder });
    });
    // one at a time: a transaction of the consumer's own, idempotent by a look of its own
    if (single) bus.on('test.*', 'effect', async (event) => { await group.transaction(async (tx) => { if ((await tx.query('select 1 as one from bus_seen where consumer = $1 and event_id = $2', ['single', event.id])).length) return; await tx.insertMany('bus_seen', [{ consumer: 'single', event_id: event.id, at: clock.now() }]); await tx.insertMany('effect', [{ id: ids.next(), event_id: event.id, lane: `${event.shard}/${event.aggregateId}`, n: event.payload.n }]); }); });
    else bus.many('test.*', 'effect', async (events, tx) => { await tx.insertMany('effect', events.map((event) => ({ id: ids.next(), event_id: event.id, lane: `${event.shard}/${event.aggregateId}`, n: event.payload.n }))); });
    const relay = new Relay({ shards, bus, outbox, clock, log, holder, signals: { send() {} }, wakeUp, workers: () => holders, broker: broker() });
    relay.start();
    return relay;
  });
  outbox.onCommit((shard) => { for (const relay of relays) relay.committed(shard); });
  return {
    shards, group, ids, clock, outbox, relays, state, holders,
    db: (shard) => (shard === 'group' ? group : shards.company(Number(shard.split(':')[1]))),
    /** One transaction a call. */
    async add(shard, aggregateId, ns, more = {}) { const db = this.db(shard); await db.transaction((tx) => outbox.add(tx, ...[ns].flat().map((n) => ({ kind: 'test.done', aggregate: 'thing', aggregateId, companyId: null, payload: { n }, ...more })))); },
    open: async () => (await Promise.all([group, ...COMPANIES.map((id) => shards.company(id))].map((db) => db.query('select count(*) as n from outbox where outbox_status in (0, 3)')))).reduce((sum, [row]) => sum + row.n, 0),
    effects: () => group.query('select event_id, lane, n from effect order by id'),
    async clear() { state.seen.length = 0; state.fail.clear(); for (const db of [group, ...COMPANIES.map((id) => shards.company(id))]) await db.execute('delete from outbox'); await group.execute('delete from effect'); await group.execute('delete from bus_seen'); },
    async stop() { for (const relay of relays) await relay.stop(); await wakeUp.close(); await shards.close(); },
  };
}
/**
 * Bursts of so many events each, one transaction an event, all at once; a pause between them.
 * @returns milliseconds from the commit to the effect over all of them: n, p50, p99, longest; silence: the longest time in a burst, from its last commit on, in which no event had its effect.
 */
export async function bursts(rig, sizes, lanes = 150) {
  const times = [];
  let serial = 0, silence = 0;
  for (const size of sizes) {
    await rig.clear();
    const committed = new Map(), seen = new Map(), { push } = rig.state.seen;
    rig.state.seen.push = function (entry) { if (!seen.has(entry.n)) seen.set(entry.n, performance.now()); return push.call(this, entry); };
    try {
      await Promise.all(Array.from({ length: size }, async () => { const n = ++serial; await rig.add(SHARDS[n % SHARDS.length], `b${n % lanes}`, n); committed.set(n, performance.now()); }));
      for (const end = Date.now() + 30000; seen.size < size;) { if (Date.now() > end) throw new Error(`${size - seen.size} of ${size} events have no effect after 30 s`); await wait(2); }
    } finally { delete rig.state.seen.push; }
    let last = Math.max(...committed.values());
    for (const at of [...seen.values()].sort((a, b) => a - b)) if (at > last) { silence = Math.max(silence, at - last); last = at; }
    for (const [n, at] of committed) times.push(Math.max(0, seen.get(n) - at));
    while (await rig.open()) await wait(5);
    await wait(50 + (serial % 7) * 40);
  }
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))]);
  return { n: times.length, p50: at(0.5), p99: at(0.99), longest: at(1), silence: Math.round(silence) };
}
