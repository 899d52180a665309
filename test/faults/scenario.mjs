// Orders and calls while the database, Redis, the broker, an API process and a worker are stopped hard, one after the other, all of them the real parts. Used by
// the suite `lost` and by bench `recovery`.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { repairAt } from '../harness/orders.mjs';
import { startProduct, until } from '../harness/product.mjs';
import { missingRocketmq, startRocketmq } from '../harness/rocketmq.mjs';
import { readyAgent } from '../harness/telephone.mjs';

const { answers, freePort } = createRequire(import.meta.url)('../harness/ports.cjs'), REDIS = process.env.RONGHU_REDIS_SERVER ?? 'redis-server';
async function startRedis() {
  if (spawnSync(REDIS, ['--version']).status !== 0) return null;
  const port = await freePort(), dir = mkdtempSync(join(tmpdir(), 'ronghu-redis-'));
  let child;
  const start = async () => { child = spawn(REDIS, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir], { stdio: 'ignore' }); await until('redis', () => answers(port), 5000, 20); };
  const kill = async () => { const ended = new Promise((r) => child.once('exit', r)); child.kill('SIGKILL'); await ended; };
  await start();
  return { url: `redis://127.0.0.1:${port}/0`, start, kill, stop: async () => { if (child.exitCode === null && child.signalCode === null) await kill(); rmSync(dir, { recursive: true, force: true }); } };
}
/**
 * @param orders how many; @param say prose. Returns { figures: [name, ms][], skipped: [part, reason][], report }; rejects when something acknowledged is lost or doubled.
 */
export async function nothingLost({ orders, say = () => {}, lanes = 12 }) {
  const skipped = [], figures = [], redis = await startRedis(), noBroker = missingRocketmq();
  if (!redis) skipped.push(['Redis', `${REDIS} 未安装`]);
  if (noBroker) skipped.push(['RocketMQ', noBroker]);
  const topic = `ronghu-${randomUUID().slice(0, 8)}`, group = `workers-${topic}`;
  let mq = null, product = null;
  try {
    mq = noBroker ? null : await startRocketmq({ topics: [topic], groups: [group] });
    product = await startProduct({ houses: 600, args: ['--api', '2', '--workers', '2'], verbose: process.env.RONGHU_VERBOSE === '1', env: { ...(redis ? { RONGHU_CACHE_URL: redis.url } : {}), ...(mq ? { RONGHU_BUS: 'rocketmq', RONGHU_BUS_ENDPOINTS: mq.endpoints, RONGHU_BUS_TOPIC: topic, RONGHU_BUS_GROUP: group } : {}) } });
    const { sql } = product;
    const houses = (await (await product.client('admin', 'admin')).call('GET', '/houses?size=200')).rows, clients = await Promise.all(['agent02', 'agent03', 'agent04'].map((login) => product.client('agent', login)));
    const body = (i) => repairAt(houses[i % houses.length], `不丢单 ${i}`);
    const acknowledged = new Map(), ackedAt = [];
    let refusals = 0, next = 0, over = false, allowed = 0;
    /** Sends until acknowledged, with the same key each time, as the pages do. */
    const persist = async (client, path, sent, key, ms = 120000) => { for (const end = Date.now() + ms; ;) try { return await client.call('POST', path, sent, key); } catch (error) { if (Date.now() > end || (error.status && error.status < 500 && (error.code !== 'STATE_CONFLICT' || path !== '/orders'))) throw error; refusals += 1; await wait(100); } };
    const lane = async (l) => { for (let i = next++; i < orders; i = next++) { while (i >= allowed) await wait(10); const asked = performance.now(), order = await persist(clients[l % clients.length], '/orders', body(i), randomUUID()); acknowledged.set(i, order); ackedAt.push({ asked, at: performance.now(), id: order.id }); } };
    const calls = [], caller = async () => {
      const agent = await readyAgent(product, 'agent01', { answerAfterMs: 50 });
      for (let n = 0; !over; n++) {
        const number = `139333${String(10000 + n)}`;
        const dialled = await persist(agent.client, '/phone/commands', { command: 'dial', number }, randomUUID()).then(() => true, (error) => { if (error.code !== 'STATE_CONFLICT') throw error; return false; });
        const talking = dialled && await until('the call talks', async () => { const s = await agent.state().catch(() => null); return s?.agent.callState === 'talking' && s.call?.callId; }, 10000, 50).catch(() => null);
        if (talking && !calls.includes(talking)) calls.push(talking);
        await persist(agent.client, '/phone/commands', { command: 'hangUp' }, randomUUID(), 20000).catch(() => null); // it may have ended by itself
        await until('free', async () => (await agent.state().catch(() => null))?.agent.callState === 'idle', 20000, 50);
        await persist(agent.client, '/phone/commands', { command: 'endWrapUp' }, randomUUID(), 20000).catch(() => null); // or there is none
        await wait(400);
      }
    };
    const begin = performance.now(), working = Promise.all(Array.from({ length: lanes }, (_, l) => lane(l))), calling = caller();
    let failed = null;
    working.catch((error) => { failed ??= error; });
    calling.catch((error) => { failed ??= error; });
    // so many orders are in, and there is enough to do until `upTo`: the part is stopped under load
    const PARTS = [0.12, 0.3, 0.45, 0.65, 0.8, 1];
    allowed = Math.ceil(orders * PARTS[0]);
    const reached = async (part) => { await acked(part); allowed = Math.ceil(orders * PARTS[PARTS.indexOf(part) + 1]); };
    const acked = (part) => until(`${Math.round(part * 100)} % of the orders`, () => { if (failed) throw failed; return acknowledged.size >= orders * part; }, 600000, 10);
    const nextAck = async (from) => until('an order is acknowledged again', () => ackedAt.find((a) => a.asked >= from)?.at, 60000, 2);
    const indexed = async (id) => (await sql('select 1 from ronghu_group.work_order_index where id = $1', [id])).length === 1;
    const note = (name, ms) => { figures.push([name, Math.round(ms)]); say(`${name}: ${Math.round(ms)} ms`); };

    await reached(0.12);
    { const at = performance.now(); product.kill('database', 'SIGQUIT'); note('database_ms', (await nextAck(at)) - at); }
    await reached(0.3);
    if (redis) { const at = performance.now(); await redis.kill(); note('redis_ms', (await nextAck(at)) - at); await wait(2500); await redis.start(); }
    await reached(0.45);
    if (mq) {
      await mq.kill('broker');
      const at = performance.now(), during = await until('an order during the outage', () => ackedAt.find((a) => a.asked >= at), 60000, 5);
      await wait(4000);
      assert.ok(!(await indexed(during.id)), 'the broker really carries the events');
      await mq.start('broker');
      const back = performance.now();
      await until('the order told during the outage is in the index', () => indexed(during.id), 120000, 20);
      note('broker_ms', performance.now() - back);
    }
    await reached(0.65);
    { const at = performance.now(); product.kill('api1'); note('api_ms', (await nextAck(at)) - at); }
    await reached(0.8);
    { const at = performance.now(); product.kill('worker1'); const after = await until('an order after it', () => ackedAt.find((a) => a.asked >= at), 60000, 2); await until('it is in the index', () => indexed(after.id), 120000, 10); note('worker_ms', performance.now() - at); }
    await acked(1);
    await working;
    const seconds = (performance.now() - begin) / 1000;
    over = true;
    await calling;
    say(`${orders} orders in ${seconds.toFixed(0)} s with ${refusals} refusals repeated, ${calls.length} calls`);

    const shards = (await sql("select nspname from pg_namespace where nspname like 'ronghu_c%'")).map((r) => r.nspname), all = ['ronghu_group', ...shards];
    const drain = performance.now();
    await until('all events are through', async () => { for (const s of all) if (Number((await sql(`select count(*) as n from ${s}.outbox where outbox_status in (0, 3)`))[0].n)) return false; return true; }, 300000, 100);
    note('drained_ms', performance.now() - drain);
    const stored = (await Promise.all(shards.map((s) => sql(`select id, order_no, description from ${s}.work_order where description like '不丢单 %'`)))).flat();
    assert.equal(acknowledged.size, orders);
    assert.equal(stored.length, orders, `${stored.length} orders stored, ${orders} acknowledged`);
    const byId = new Map(stored.map((r) => [Number(r.id), r]));
    for (const [i, order] of acknowledged) assert.equal(byId.get(order.id)?.description, `不丢单 ${i}`, `order ${i} was acknowledged as ${order.orderNo}`);
    assert.equal(new Set(stored.map((r) => r.order_no)).size, orders, 'an order number was given twice');
    const inIndex = await sql("select id from ronghu_group.work_order_index where id in (select id from unnest($1::bigint[]) as x(id))", [[...byId.keys()]]);
    assert.equal(inIndex.length, orders, 'lines of the group index');
    for (const s of shards) assert.deepEqual(await sql(`select order_id, count(*) from ${s}.work_order_event where kind = 'intake' group by order_id having count(*) > 1`), [], 'an order with two intakes');
    assert.deepEqual(await sql('select account_id, source_key, count(*) as n from ronghu_group.notice group by account_id, source_key having count(*) > 1'), [], 'a notice told twice');
    assert.deepEqual((await Promise.all(all.map((s) => sql(`select id, kind, last_error from ${s}.outbox where outbox_status = 2`)))).flat(), [], 'no event is set aside');
    for (const callId of calls) await until(`call ${callId} has its record`, async () => (await sql('select call_id from ronghu_group.call_record where call_id = $1 and ended_at is not null', [callId])).length === 1, 30000, 200);
    return { figures, skipped, report: `${orders} orders, ${refusals} refusals repeated, ${calls.length} calls, ${seconds.toFixed(0)} s` };
  } catch (error) {
    if (product) for (const name of ['api1', 'worker1', 'worker2']) say(`--- ${name}\n${product.log(name).split('\n').slice(-6).join('\n').slice(-1500)}`);
    throw error;
  } finally { await product?.stop(); await redis?.stop(); await mq?.stop(); }
}
