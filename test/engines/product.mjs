// Usage: node test/engines/product.mjs [mariadb|seekdb]. The whole product on the wire of OceanBase's MySQL mode (MariaDB) or on OceanBase's own engine: started as `npm start` does, a company added in the portal and used at once, a call
// taken and counted, the database killed and back. Prints "N passed, N failed".
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { startProduct, until } from '../harness/product.mjs';
import { readyAgent, residentCalls } from '../harness/telephone.mjs';

const require = createRequire(import.meta.url), { startMariaDb, startSeekDb } = require('../harness/engines.cjs');
const which = process.argv[2] ?? 'mariadb', server = await (which === 'seekdb' ? startSeekDb : startMariaDb)();
if (server.skipped) { console.error(`跳过 整个产品在 ${which} 上：${server.skipped}`); console.log('\n0 passed, 0 failed, 1 skipped'); process.exit(0); }
let product = null, passed = 0, failed = 0;
const step = async (name, work) => { try { await work(); passed += 1; console.error(`✓ ${name}`); } catch (error) { failed += 1; console.error(`✗ ${name}\n${error.stack}`); } };
try {
  product = await startProduct({ houses: 600, env: { RONGHU_DATABASE_URL: server.url } });
  let admin, company, station;
  await step(`the product starts on it (${product.startMs} ms with demo data) and starts no database of its own`, async () => { assert.equal(product.run().pids.database, undefined); admin = await product.client('admin', 'admin'); });
  await step('a company added in the portal has its database at once, takes a station and an address tree', async () => {
    const root = (await admin.call('GET', '/org/tree')).find((n) => n.kind === 'group');
    company = await admin.call('POST', '/org/nodes', { parentId: root.id, kind: 'company', name: '呼兰供热分公司', code: 'HL' });
    station = await admin.call('POST', '/org/nodes', { parentId: company.id, kind: 'station', name: '呼兰一站', code: 'HL01' });
    const source = await admin.call('POST', '/areas', { companyId: company.id, parentId: null, kind: 'heatSource', name: '呼兰热源厂' });
    assert.deepEqual((await admin.call('GET', `/areas?companyId=${company.id}`)).map((n) => n.id), [source.id]);
    assert.equal(station.companyId, company.id);
    await assert.rejects(admin.call('POST', '/org/nodes', { parentId: root.id, kind: 'company', name: '又一家', code: 'HL' }), /编码 HL 已被使用/);
  });
  await step('an order of the new company is taken in, numbered with its code and found in the group’s list', async () => {
    const desk = await product.client('agent', 'agent03'), order = await desk.call('POST', '/orders', { companyId: company.id, type: 'repair', urgency: 'normal', source: 'manual', faultCode: 'notHot', description: '整栋不热', customerId: null, houseId: null, callId: null, number: '13904510001', attachmentIds: [] });
    assert.match(order.orderNo, /^HL\d{13}$/);
    await until('the relay of the new shard tells the group', async () => (await admin.call('GET', `/orders?orgId=${company.id}&page=1&size=20`)).rows.some((row) => row.orderNo === order.orderNo));
  });
  await step('a resident’s call rings an agent and becomes a record', async () => {
    const agent = await readyAgent(product, 'agent01');
    await residentCalls(product, '15400009973', '1');
    await agent.is('the phone rings', (s) => s.agent.callState === 'ringing', 30000);
    await until('the call is in the list', async () => (await admin.call('GET', '/calls?page=1&size=5')).rows.some((row) => row.direction === 'inbound' && row.endedAt === null), 15000);
  });
  await step('the database is killed and back: the product says so, then goes on by itself', async () => {
    await server.restart();
    await until('the lists answer again', async () => (await admin.call('GET', '/orders?page=1&size=5')).rows.length > 0, 30000);
    await admin.call('POST', '/org/nodes', { parentId: company.id, kind: 'station', name: '呼兰二站', code: 'HL02' });
  });
} catch (error) { failed += 1; console.error(error.stack); } finally { await product?.stop(); await server.stop(); }
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
