// Faults of the whole product: what was acknowledged survives, talking calls go on, agents and queue come back, nothing happens twice.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { persist, repairAt } from '../harness/orders.mjs';
import { until } from '../harness/product.mjs';
import { channelOf, readyAgent, residentCalls } from '../harness/telephone.mjs';


/**
 * @param product a product that runs. @param server the database server it runs on, which is killed and started by the test ({ restart }); null: its own embedded one.
 * @returns { tests, options } for the runner.
 */
export async function faults(product, server) {
  const houses = (await (await product.client('admin', 'admin')).call('GET', '/houses?size=50')).rows;
  const intake = (i) => repairAt(houses[i % houses.length], `故障测试 ${i}`);
  let nextNumber = 13911110000;
  const serving = (client) => until('the telephone serves', async () => (await client.call('GET', '/phone/state')).agent, 30000, 100);

  const tests = [
    ['kill -9 of the server in the middle of 120 orders loses none that was acknowledged and makes none twice', async () => {
      const client = await product.client('agent', 'agent02'), acknowledged = [];
      const work = Array.from({ length: 120 }, (_, i) => async () => { const key = randomUUID(); acknowledged.push({ i, order: await persist(client, 'POST', '/orders', intake(i), key) }); });
      const killer = (async () => { for (let k = 0; k < 2; k++) { const goal = (k + 1) * 30; await until('some orders are in', () => acknowledged.length >= goal, 60000, 5); product.kill('server'); await wait(500); } })();
      const lanes = Array.from({ length: 12 }, async () => { for (let job = work.shift(); job; job = work.shift()) await job(); });
      await Promise.all([...lanes, killer]);
      assert.equal(acknowledged.length, 120);
      assert.equal(new Set(acknowledged.map((a) => a.order.orderNo)).size, 120, 'every order has a number of its own');
      const counted = await countOrders('故障测试');
      assert.equal(counted, 120, `exactly the acknowledged orders exist, not ${counted}`);
      await until('the group index has them all', async () => (await client.call('GET', `/orders?q=${acknowledged[119].order.orderNo}`)).total === 1, 20000);
    }],
    ['kill -9 of the director: the talking call talks on, agent and call are rebuilt, the waiting caller keeps the place, and the record is whole', async () => {
      const agent = await readyAgent(product, 'agent01', { answerAfterMs: 100 }), talking = await residentCalls(product, String(nextNumber++), '1');
      await agent.is('talking', (s) => s.agent.callState === 'talking', 40000);
      const waitingCaller = await residentCalls(product, String(nextNumber++), '1');
      await wait(1500);
      const callId = (await agent.state()).call.callId;
      product.kill('director');
      await wait(300);
      assert.ok((await channelOf(product, talking)).bridgedTo, 'the bridge stands while nobody controls');
      await until('the agent is rebuilt as talking', async () => { const s = await agent.state(); return s.agent.callState === 'talking' && s.call.callId === callId; }, 20000);
      assert.ok(await channelOf(product, waitingCaller), 'the waiting caller is still there');
      await agent.command({ command: 'hangUp' });
      await product.sim('POST', `/calls/${talking}/hangup`, {}).catch(() => undefined); // the resident does not wait for the rating
      await agent.is('wrap-up', (s) => s.agent.readiness === 'wrapUp');
      await agent.command({ command: 'endWrapUp' });
      await agent.is('the waiting caller is offered', (s) => s.agent.callState === 'talking' && s.call.callId !== callId, 30000);
      const record = await until('the call has its record', async () => { const c = await agent.client.call('GET', `/calls/${callId}`); return c.endedAt && c; }, 15000);
      assert.equal(record.endReason, 'completed');
      assert.ok(record.talkSeconds >= 1, 'the talk was counted through the crash');
      await agent.command({ command: 'hangUp' });
    }],
    ['a director stopped for 10 s and woken commands nothing: the station served the caller meanwhile, and then all goes on', async () => {
      const agent = await readyAgent(product, 'agent01', { answerAfterMs: null });
      await agent.command({ command: 'setReadiness', readiness: 'busy' });
      const caller = await residentCalls(product, String(nextNumber++), '1');
      await wait(1000);
      const pid = product.kill('director', 'SIGSTOP');
      const served = await until('the waiting caller is handed to the station\'s own phones', async () => { const s = await product.sim('GET', '/state'); return s.phones.some((p) => p.state === 'ringing'); }, 12000, 100).then(() => true, () => false);
      await wait(2500);
      process.kill(pid, 'SIGCONT');
      assert.ok(served, 'a lapsed lease sends the caller to the local hunt group');
      await serving(agent.client);
      await until('the director holds the lease again', async () => (await product.sim('GET', '/state')).leaseAlive, 20000);
      await product.sim('POST', `/calls/${caller}/hangup`, {}).catch(() => undefined);
      const again = await readyAgent(product, 'agent01', { answerAfterMs: 100 });
      await residentCalls(product, String(nextNumber++), '1');
      await again.is('a new call is served by the centre', (s) => s.agent.callState === 'talking', 40000);
      await again.command({ command: 'hangUp' });
    }],
    ['a call that ends while the centre is stopped has its record afterwards', async () => {
      const agent = await readyAgent(product, 'agent01', { answerAfterMs: 100 }), resident = await residentCalls(product, String(nextNumber++), '1');
      await agent.is('talking', (s) => s.agent.callState === 'talking', 40000);
      const callId = (await agent.state()).call.callId, pid = product.kill('director', 'SIGSTOP');
      await wait(1200);
      await product.sim('POST', `/calls/${resident}/hangup`, {});
      await wait(1500);
      process.kill(pid, 'SIGKILL');
      const record = await until('the record is there', async () => { const c = await agent.client.call('GET', `/calls/${callId}`); return c.endedAt && c; }, 30000, 300);
      assert.ok(record.endReason === 'completed', `ended as ${record.endReason}`);
      await agent.is('free again', (s) => s.agent.callState === 'idle', 20000);
    }],
    ['the event link is cut and restored: the call is still known and can be ended', async () => {
      const agent = await readyAgent(product, 'agent01', { answerAfterMs: 100 });
      await residentCalls(product, String(nextNumber++), '1');
      await agent.is('talking', (s) => s.agent.callState === 'talking', 40000);
      await product.sim('POST', '/event-socket/cut', {});
      await wait(1500);
      await agent.is('still talking', (s) => s.agent.callState === 'talking', 15000);
      await until('the call can be ended', async () => { await agent.command({ command: 'hangUp' }).catch((e) => { if (e.code === 'STATE_CONFLICT') return; throw e; }); return (await agent.state()).agent.callState === 'idle'; }, 15000, 300);
    }],
    ['the database is stopped and comes back: the talking call goes on, requests say so, nothing acknowledged is lost', async () => {
      const agent = await readyAgent(product, 'agent01', { answerAfterMs: 100 }), resident = await residentCalls(product, String(nextNumber++), '1');
      await agent.is('talking', (s) => s.agent.callState === 'talking', 40000);
      const callId = (await agent.state()).call.callId, before = await agent.client.call('POST', '/orders', intake(500));
      const back = server?.restart();
      if (!server) product.kill('database', 'SIGQUIT');
      const failure = await agent.client.call('POST', '/orders', intake(501)).then(() => null, (error) => error);
      assert.ok(failure === null || failure.status === 503 || failure.code === 'DATABASE_UNAVAILABLE', `told as unavailable, not ${failure?.status} ${failure?.code}`);
      assert.ok((await product.sim('GET', '/state')).channels.some((c) => c.bridgedTo), 'the call talks on');
      await back;
      await until('orders are taken again', () => agent.client.call('POST', '/orders', intake(502)), 30000, 200);
      assert.equal((await agent.client.call('GET', `/orders/${before.companyId}/${before.id}`)).orderNo, before.orderNo);
      await agent.is('still talking', (s) => s.agent.callState === 'talking' && s.call.callId === callId, 15000);
      await agent.command({ command: 'hangUp' });
      await product.sim('POST', `/calls/${resident}/hangup`, {}).catch(() => undefined);
      await until('the call\'s record was kept through it', async () => (await agent.client.call('GET', `/calls/${callId}`)).endedAt, 20000, 300);
    }],
    ['the same dial key twice places one call', async () => {
      const agent = await readyAgent(product, 'agent01', { answerAfterMs: 100 }), key = randomUUID(), number = String(nextNumber++);
      await Promise.all([agent.command({ command: 'dial', number }, key), agent.command({ command: 'dial', number }, key)]);
      await agent.is('talking', (s) => s.agent.callState === 'talking', 20000);
      await agent.command({ command: 'dial', number }, key);
      const state = await product.sim('GET', '/state');
      assert.equal(state.channels.filter((c) => c.outside).length, 1, JSON.stringify(state.channels));
      await agent.command({ command: 'hangUp' });
    }],
    ['the browser closed in wrap-up: the server\'s clock ends it', async () => {
      const watcher = await product.client('admin', 'admin'), { value, version } = await watcher.call('GET', '/settings/skillGroups'), groups = await watcher.call('GET', '/skill-groups');
      await watcher.call('PUT', '/settings/skillGroups', { value: groups.map(({ code }) => ({ ...value.find((g) => g.code === code), code, wrapUpSeconds: 6 })), baseVersion: version, reason: '故障测试：话后处理 6 秒' });
      const agent = await readyAgent(product, 'agent01', { answerAfterMs: 100 });
      await residentCalls(product, String(nextNumber++), '1');
      await agent.is('talking', (s) => s.agent.callState === 'talking', 40000);
      await agent.command({ command: 'hangUp' });
      const { agent: view } = await agent.is('wrap-up', (s) => s.agent.readiness === 'wrapUp');
      assert.ok(view.wrapUpUntil - Date.now() < 7000, 'the group\'s own time');
      await until('ready by itself', async () => (await watcher.call('GET', '/agents')).find((a) => a.agentId === view.agentId)?.readiness === 'ready', view.wrapUpUntil - Date.now() + 8000, 300);
    }],
    ['a 50 MB photo, a broken frame and a script in a name: a clear error, nothing lost, nothing executed', async () => {
      const client = await product.client('agent', 'agent02');
      const form = new FormData();
      form.append('companyId', String(houses[0].companyId));
      form.append('stage', 'intake');
      form.append('kind', 'photo');
      form.append('file', new Blob([Buffer.from('ffd8ffe000104a46494600', 'hex'), Buffer.alloc(50_000_000, 1)]), 'big.jpg');
      const big = await fetch(`${client.root}/attachments`, { method: 'POST', headers: { cookie: client.cookie(), 'x-ronghu': '1', 'idempotency-key': randomUUID() }, body: form }).then((r) => r.status, () => 413);
      assert.equal(big, 413);
      const script = '<script>alert(1)</script>', order = await client.call('POST', '/orders', { ...intake(900), contactName: script, description: script });
      assert.equal((await client.call('GET', `/orders/${order.companyId}/${order.id}`)).description, script, 'kept as text');
      await assert.rejects(client.call('POST', '/orders', { ...intake(901), surprise: 1 }), (e) => e.code === 'BAD_INPUT');
      await assert.rejects(client.call('POST', '/orders', { ...intake(902), description: 'x'.repeat(2001) }), (e) => e.code === 'BAD_INPUT');
      await assert.rejects(client.call('POST', '/orders', { ...intake(903), companyId: 'abc' }), (e) => e.code === 'BAD_INPUT');
    }],
  ];
  async function countOrders(part) {
    let n = 0;
    for (const { name } of await product.sql("select schema_name as name from information_schema.schemata where schema_name like 'ronghu_c%'")) n += Number((await product.sql(`select count(*) as n from ${name}.work_order where description like '${part}%'`))[0].n);
    return n;
  }
  const options = {
      onFailure: () => { for (const process of ['director', 'server']) console.log(`--- ${process} log\n${product.log(process).split('\n').slice(-12).join('\n').slice(-3000)}`); },
      // what a failed test left behind must not spoil the next
      after: async () => {
        const state = await product.sim('GET', '/state').catch(() => ({ channels: [] }));
        for (const channel of state.channels) await product.sim('POST', `/calls/${channel.uuid}/hangup`, {}).catch(() => undefined);
        await wait(500);
        const agent = await product.client('agent', 'agent01').catch(() => null);
        await agent?.call('POST', '/phone/commands', { command: 'endWrapUp' }).catch(() => undefined);
      },
  };
  return { tests, options };
}
