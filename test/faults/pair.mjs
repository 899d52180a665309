// The whole product on a database of two servers: the primary is lost in the middle of orders and of a call, its standby is promoted, and the work goes on (PF-56).
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import { persist, repairAt } from '../harness/orders.mjs';
import { startProduct, until } from '../harness/product.mjs';
import { finish, runTests } from '../harness/runner.mjs';
import { channelOf, readyAgent, residentCalls } from '../harness/telephone.mjs';

const ORDERS = 160, LANES = 8;
const { startPair } = createRequire(import.meta.url)('../harness/pair.cjs'), pair = await startPair();
const product = await startProduct({ houses: 200, env: { RONGHU_DATABASE_URL: pair.url }, verbose: process.env.RONGHU_VERBOSE === '1' });
const houses = (await (await product.client('admin', 'admin')).call('GET', '/houses?size=50')).rows;

const tests = {
  'the primary is killed in the middle of 160 orders and of a call: the standby takes over, each acknowledged order is there once, the call talks on and the next one is answered': async () => {
    const client = await product.client('agent', 'agent02'), agent = await readyAgent(product, 'agent01', { answerAfterMs: 100 }), talking = await residentCalls(product, '13911120001', '1');
    await agent.is('talking', (s) => s.agent.callState === 'talking', 40000);
    const acknowledged = [], jobs = Array.from({ length: ORDERS }, (_, i) => i);
    let last = performance.now(), longest = 0;
    const lane = async () => {
      for (let i = jobs.shift(); i !== undefined; i = jobs.shift()) {
        acknowledged.push(await persist(client, 'POST', '/orders', repairAt(houses[i % houses.length], `主备切换 ${i}`), randomUUID()));
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      }
    };
    const failover = (async () => { await until('some orders are in', () => acknowledged.length >= ORDERS / 4, 60000, 5); pair.primary().kill(); await wait(500); await pair.promote(); })();
    await Promise.all([failover, ...Array.from({ length: LANES }, lane)]);
    console.log(`  主库被杀后 0.5 秒升主：受理最长停顿 ${Math.round(longest)} 毫秒`);
    const database = await pair.clientOf(1), count = async (sql) => Number((await database.query(sql)).rows[0].n);
    try {
      const schemas = (await database.query("select schema_name as name from information_schema.schemata where schema_name like 'ronghu_c%'")).rows;
      let stored = 0;
      for (const { name } of schemas) stored += await count(`select count(*) as n from ${name}.work_order where description like '主备切换 %'`);
      assert.equal(stored, ORDERS);
      assert.equal(new Set(acknowledged.map((order) => order.orderNo)).size, ORDERS, 'every order has a number of its own');
      const numbers = acknowledged.map(({ orderNo }) => `'${orderNo}'`).join(',');
      await until('the group index has each once', async () => (await count(`select count(*) as n from ronghu_group.work_order_index where order_no in (${numbers})`)) === ORDERS, 20000);
    } finally { await database.end(); }
    assert.ok((await channelOf(product, talking)).bridgedTo, 'the call talks on');
    await until('the telephone serves', async () => (await agent.state()).agent?.callState === 'talking', 30000, 100);
    await agent.command({ command: 'hangUp' });
    await product.sim('POST', `/calls/${talking}/hangup`, {}).catch(() => undefined); // the resident does not wait for the rating
    await agent.is('wrap-up', (s) => s.agent.readiness === 'wrapUp');
    await agent.command({ command: 'endWrapUp' });
    await residentCalls(product, '13911120002', '1');
    await agent.is('the next call is answered', (s) => s.agent.callState === 'talking', 40000);
    await agent.command({ command: 'hangUp' });
  },
};
let result;
try { result = await runTests(Object.entries(tests), { onFailure: () => console.log(product.log('server').slice(-6000)) }); } finally { await product.stop(); await pair.close(); }
finish(result);
