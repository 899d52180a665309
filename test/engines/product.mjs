// Usage: node test/engines/product.mjs kingbase|mariadb|seekdb. The whole product on what answers as KingbaseES does, on the wire of OceanBase's MySQL mode (MariaDB) or on OceanBase's own
// engine, started once as `npm start` does: a company added in the portal and used at once, every route with another company's ids, a new key and the re-encryption killed in the middle, an
// import killed in the middle, a call taken and counted, the fault tests with the server and the database killed. Prints "N passed, N failed, N skipped".
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { startProduct, until } from '../harness/product.mjs';
import { finish, runTests } from '../harness/runner.mjs';
import { readyAgent, residentCalls } from '../harness/telephone.mjs';
import { faults } from '../faults/suite.mjs';
import { stories } from '../stories/isolation.story.mjs';
import { backUpAndRestore } from './backup.mjs';
import { startImport, wholeImport } from './import.mjs';

const [which = 'kingbase', ...wanted] = process.argv.slice(2), server = await createRequire(import.meta.url)('../harness/engines.cjs').startServer(which);
if (server.skipped) { console.error(`跳过 整个产品在 ${which} 上：${server.skipped}`); finish({ passed: 0, failed: 0, skipped: 1 }); }
const result = { passed: 0, failed: 0, skipped: 0 }, begin = Date.now();
async function part(name, tests, options = {}) {
  const from = Date.now(), got = await runTests(tests, { wanted, limitMs: 180000, ...options });
  for (const key of Object.keys(result)) result[key] += got[key];
  console.log(`  ${which} ${name}: ${((Date.now() - from) / 1000).toFixed(1)} s`);
}
let product = null;
try {
  product = await startProduct({ houses: 600, env: { RONGHU_DATABASE_URL: server.url } });
  console.log(`  ${which} database and product: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
  const admin = await product.client('admin', 'admin'), second = await product.client('admin', 'sysadmin'), log = { onFailure: () => console.log(product.log('server').split('\n').slice(-15).join('\n').slice(-4000)) };
  const both = async (act, reason) => { const { id } = await admin.call('POST', '/keys/requests', { act, reason }); await second.call('POST', `/keys/requests/${id}`, { answer: 'confirm' }); };
  /** Customers of twenty houses with their numbers, masked (a mask is made of the opened number), and by which key each is sealed. */
  const numbers = async () => {
    const customers = (await Promise.all(houses.map((h) => admin.call('GET', `/houses/${h.companyId}/${h.id}`)))).flatMap((h) => h.customers), keys = new Set();
    const masked = JSON.parse(JSON.stringify(customers), (name, value) => { if (name === 'ref') { keys.add(String(value).split('.')[0]); return undefined; } return value; });
    return { masked, keys: [...keys] };
  };
  const houses = (await admin.call('GET', '/houses?size=20')).rows;
  let company, before, killedAt, imported;
  await part('company, order, keys', [
    ['the product starts on it and starts no database of its own', async () => { assert.equal(product.run().pids.database, undefined); }],
    ['two persons make a new data key while it runs', async () => {
      before = await numbers();
      assert.deepEqual([before.masked.length > 10, before.keys], [true, ['k1']]);
      await both('rotate', '引擎测试');
      assert.equal((await admin.call('GET', '/keys')).keys.length, 2);
    }],
    ['a company added in the portal has its database at once, takes a station and an address tree', async () => {
      const root = (await admin.call('GET', '/org/tree')).find((n) => n.kind === 'group');
      company = await admin.call('POST', '/org/nodes', { parentId: root.id, kind: 'company', name: '呼兰供热分公司', code: 'HL' });
      const station = await admin.call('POST', '/org/nodes', { parentId: company.id, kind: 'station', name: '呼兰一站', code: 'HL01' });
      const source = await admin.call('POST', '/areas', { companyId: company.id, parentId: null, kind: 'heatSource', name: '呼兰热源厂' });
      assert.deepEqual((await admin.call('GET', `/areas?companyId=${company.id}`)).map((n) => n.id), [source.id]);
      assert.equal(station.companyId, company.id);
      await assert.rejects(admin.call('POST', '/org/nodes', { parentId: root.id, kind: 'company', name: '又一家', code: 'HL' }), /编码 HL 已被使用/);
    }],
    ['an order of the new company is taken in, numbered with its code and found in the group’s list', async () => {
      const desk = await product.client('agent', 'agent03'), order = await desk.call('POST', '/orders', { companyId: company.id, type: 'repair', urgency: 'normal', source: 'manual', faultCode: 'notHot', description: '整栋不热', customerId: null, houseId: null, callId: null, number: '13904510001', attachmentIds: [] });
      assert.match(order.orderNo, /^HL\d{13}$/);
      await until('the relay of the new shard tells the group', async () => (await admin.call('GET', `/orders?orgId=${company.id}&page=1&size=20`)).rows.some((row) => row.orderNo === order.orderNo));
    }],
  ], log);
  await part('isolation', stories.map((story) => [story.name, () => story.run({ product })]), log);
  await part('call', [
    ['a resident’s call rings an agent and becomes a record', async () => {
      const agent = await readyAgent(product, 'agent01'), resident = await residentCalls(product, '15400009973', '1');
      await agent.is('the phone rings', (s) => s.agent.callState === 'ringing', 30000);
      await until('the call is in the list', async () => (await admin.call('GET', '/calls?page=1&size=5')).rows.some((row) => row.direction === 'inbound' && row.endedAt === null), 15000);
      await product.sim('POST', `/calls/${resident}/hangup`, {});
    }],
  ], log);
  await part('re-encryption and import', [
    ['the server is killed (-9) in the middle of an import, and answers again', async () => {
      imported = await startImport(admin, company.id);
      const { rowsRead } = await until('it is in the middle', () => imported.middle(), 60000, 5);
      product.kill('server');
      await until('the server answers again', () => admin.call('GET', '/keys'), 30000, 100);
      console.log(`  ${which}: import broken off at row ${rowsRead}`);
    }],
    ['the server is killed (-9) in the middle of the re-encryption, and answers again', async () => {
      await until('the new key seals', async () => (await admin.call('GET', '/keys')).keys[1]?.sealing, 20000, 200);
      await both('reseal', '引擎测试');
      killedAt = await until('it is in the middle', async () => {
        const { job } = await admin.call('GET', '/keys');
        if (job.state !== 'running') throw new Error('the re-encryption was over before it could be broken off');
        return job.resealed > 0 && job.done < job.total && job;
      }, 20000, 5);
      product.kill('server');
      await until('the server answers again', () => admin.call('GET', '/keys'), 30000, 100);
    }],
  ], log);
  const { tests, options } = await faults(product, server);
  await part('faults', tests, options);
  await part('after all of it', [
    ['the database is killed and back while nobody looks: the lists answer, and what is made afterwards stays', async () => {
      await server.restart();
      await until('the lists answer again', async () => (await admin.call('GET', '/orders?page=1&size=5')).rows.length > 0, 30000);
      await admin.call('POST', '/org/nodes', { parentId: company.id, kind: 'station', name: '呼兰二站', code: 'HL02' });
    }],
    ['the re-encryption went on from where it stood: every row has the new key, every number opens to what it was', async () => {
      const job = await until('it is over', async () => { const { job: j } = await admin.call('GET', '/keys'); return j.state !== 'running' && j; }, 60000, 200);
      assert.deepEqual([job.state, job.lastError, job.columnsDone], ['done', null, job.columns]);
      console.log(`  ${which}: ${job.resealed} values of ${job.columns} columns, killed at ${killedAt.done}`);
      assert.ok(job.resealed > killedAt.resealed, 'it went on');
      assert.deepEqual(await numbers(), { masked: before.masked, keys: ['k2'] });
    }],
    which === 'kingbase' ? ['a backup of all tables while it runs is restored into an empty database of the same server, each table with its count and SM3', async () => {
      const { tables, rows, database } = await backUpAndRestore({ dataDir: product.dataDir, url: server.url });
      assert.match(database, /KingbaseES/);
      assert.ok(tables > 150 && rows > 20000, `${tables} tables, ${rows} rows`);
    }] : ['a logical backup is refused with the name of the tool to use', () => assert.rejects(backUpAndRestore({ dataDir: product.dataDir, url: server.url }), /oceanbase 上不支持逻辑备份与恢复：请用数据库自带的工具.*obdumper/)],
    ['the import was taken up and is whole', () => wholeImport(admin, company.id, imported)],
  ], log);
} catch (error) { result.failed += 1; console.error(error.stack); } finally { await product?.stop(); await server.stop(); }
console.log(`  ${which} in all: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
finish(result);
