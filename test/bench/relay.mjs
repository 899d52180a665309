/**
 * Events a second from the commit that wrote them to the commit of their effect, durable (the database syncs to the disk), in order within each aggregate and each
 * exactly once: `per_s`. Writers and relay work at the same time. Beside it: `single_per_s`, consumers that take one event at a time in a transaction of their own;
 * `latency_p99_ms`, commit to effect at 300 events/s; and the same way through a real RocketMQ where one can be started: `rocketmq_per_s`, and `rocketmq_burst_p99_ms`, commit to effect in bursts of 500 and of 30 (budget: 1,000). Budget: 3,000/s.
 */
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../harness/product.mjs';
import { missingRocketmq, startRocketmq } from '../harness/rocketmq.mjs';
import { bursts, SHARDS, startDatabase, startWorkers } from '../bus/rig.mjs';

const require = createRequire(import.meta.url), N = Number(process.env.EVENTS ?? 30000), PER_COMMIT = 10, WRITERS = 12, LANES = 2000;
const say = (figure, value, unit, n) => console.log(JSON.stringify({ bench: 'relay', figure, value, unit, n }));
const log = { info() {}, warn() {}, error: (m, f) => console.error(m, f) };
/** Writes n events, PER_COMMIT to a transaction, and waits until each has its effect. Seconds from the first commit on. */
async function run(rig, n) {
  await rig.clear();
  const counters = new Map(), begin = performance.now();
  let left = n;
  await Promise.all(Array.from({ length: WRITERS }, async (_, w) => {
    // a lane belongs to one writer, as an order belongs to one act at a time: the numbers are in the order of the commits
    for (let turn = 0; left > 0; turn++) {
      left -= PER_COMMIT;
      const lane = w + WRITERS * (turn % Math.floor(LANES / WRITERS)), shard = SHARDS[lane % SHARDS.length], from = counters.get(lane) ?? 0;
      counters.set(lane, from + PER_COMMIT);
      await rig.add(shard, `a${lane}`, Array.from({ length: PER_COMMIT }, (_, i) => from + i));
    }
  }));
  const written = performance.now();
  await until('every event has its effect', async () => (await rig.open()) === 0, 180000, 10);
  const seconds = (performance.now() - begin) / 1000, rows = await rig.effects();
  const total = Math.ceil(n / PER_COMMIT) * PER_COMMIT;
  if (rows.length < n || new Set(rows.map((r) => r.event_id)).size !== rows.length) throw new Error(`${rows.length} effects of ${total} events`);
  const last = new Map();
  for (const { lane, n: number } of rig.state.seen) { if (number !== (last.get(lane) ?? -1) + 1 && !rig.loose) throw new Error(`${lane}: ${number} after ${last.get(lane)}`); last.set(lane, number); }
  console.error(`${rows.length} events written in ${((written - begin) / 1000).toFixed(2)} s, all effects after ${seconds.toFixed(2)} s`);
  return rows.length / seconds;
}
const database = await startDatabase({});
try {
  const rig = await startWorkers(database.url, { workers: 1, log });
  try {
    await run(rig, 2000);
    say('per_s', Math.round(await run(rig, N)), '1/s', N);
    await rig.clear();
    const times = [], sent = new Map();
    for (let i = 0; i < 900; i++) { const at = performance.now(); void rig.add(SHARDS[i % 3], `l${i}`, i).then(() => sent.set(i, performance.now())); await wait(Math.max(0, 1000 / 300 - (performance.now() - at))); for (; rig.state.seen.length > times.length;) { const { n } = rig.state.seen[times.length]; times.push(performance.now() - (sent.get(n) ?? performance.now())); } }
    await until('all', async () => (await rig.open()) === 0, 20000);
    times.sort((a, b) => a - b);
    say('latency_p99_ms', Math.round(times[Math.floor(times.length * 0.99)]), 'ms', times.length);
  } finally { await rig.stop(); }
  const single = await startWorkers(database.url, { workers: 1, log, single: true });
  try { await run(single, 500); say('single_per_s', Math.round(await run(single, Math.min(N, 10000))), '1/s', Math.min(N, 10000)); } finally { await single.stop(); }
  const missing = missingRocketmq();
  if (missing) console.error(`RocketMQ is left out: ${missing}`); else {
    const { RocketmqBroker } = require('../../server/dist/platform/bus/rocketmq-broker.js'), topic = `bench-${randomUUID().slice(0, 8)}`, group = `workers-${topic}`, mq = await startRocketmq({ topics: [topic], groups: [group] });
    try {
      const via = await startWorkers(database.url, { workers: 1, log, broker: () => new RocketmqBroker({ endpoints: mq.endpoints, topic, group, accessKey: '', accessSecret: '', log, receivers: 6 }) });
      via.loose = true; // a second copy of an event is seen, and has no second effect
      try { await run(via, 500); say('rocketmq_per_s', Math.round(await run(via, N)), '1/s', N); const { p99, n } = await bursts(via, [...Array(5).fill(500), ...Array(20).fill(30)]); say('rocketmq_burst_p99_ms', p99, 'ms', n); } finally { await via.stop(); }
    } finally { await mq.stop(); }
  }
} finally { await database.stop(); }
process.exit(0);
