/**
 * Intake to dispatch per second, durable: every order is committed (number, history, timers, outbox) before the next of its caller begins, on a database that
 * syncs to the disk. 32 callers at once over three companies. A second figure tells how fast the group's index follows, a third the longest intake.
 * Database: an embedded one of its own, or the server named by RONGHU_DATABASE_URL, where a database is made and dropped. Prints one JSON line a figure.
 */
import { createRequire } from 'node:module';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const dist = process.env.RONGHU_SERVER_DIST ?? fileURLToPath(new URL('../../server/dist', import.meta.url));
if (!existsSync(join(dist, 'domain/work-order/index.js'))) { console.error(`the server is not built (${dist}): npm run build`); process.exit(1); }
const load = (path) => require(join(dist, path));
const { startEmbedded } = load('platform/database/embedded.js'), { migrate } = load('platform/database/migrate.js'), { createPlatform } = load('platform/platform.js'), { buildScope } = load('platform/identity/scopes.js');
const { SettingService } = load('domain/setting/index.js'), { createWorkOrders } = load('domain/work-order/index.js'), { createMessaging } = load('domain/messaging/index.js'), { allTables } = load('app/tables.js'), { silentLog } = load('platform/log.js');
const { Client } = require('pg');
const { freePort } = require('../harness/ports.cjs');

const COMPANIES = [11, 12, 13], STATIONS = 6, HOUSES = 600, CALLERS = 32, WARM = 300, ORDERS = Number(process.env.ORDERS ?? 4000);
const dir = mkdtempSync(join(tmpdir(), 'ronghu-bench-orders-'));
chmodSync(dir, 0o755);
let embedded = null, platform = null, name = null, base = process.env.RONGHU_DATABASE_URL;
const admin = async (sql) => { const client = new Client({ connectionString: base }); await client.connect(); try { await client.query(sql); } finally { await client.end(); } };
try {
  if (!base) { embedded = await startEmbedded(join(dir, 'db'), await freePort(), 'bench-only'); base = embedded.url; }
  name = `bench_orders_${process.pid}`;
  await admin(`create database ${name}`);
  const url = base.replace(/\/[^/]*$/, `/${name}`), now = Date.now();
  await migrate(url, allTables, COMPANIES);
  const seedClient = new Client({ connectionString: url });
  await seedClient.connect();
  const org = (...values) => seedClient.query('insert into ronghu_group.org_node (id, parent_id, kind, name, code, path, company_id) values ($1,$2,$3,$4,$5,$6,$7)', values);
  await org(1, null, 'group', '集团', 'GRP', '/1/', null);
  for (const c of COMPANIES) { await org(c, 1, 'company', `公司${c}`, `C${c}`, `/1/${c}/`, c); for (let s = 1; s <= STATIONS; s++) await org(c * 100 + s, c, 'station', `站${s}`, `C${c}S${s}`, `/1/${c}/${c * 100 + s}/`, c); }
  await seedClient.query("insert into ronghu_group.account (id, login, person_name, org_id, password_hash, created_at) values (5000,'agent','赵坐席',1,'x',$1)", [now]);
  await seedClient.query("insert into ronghu_group.account_role values (5000,'agent',1)");
  for (const p of ['order.read', 'order.intake', 'order.arrange']) await seedClient.query("insert into ronghu_group.role_permission values ('agent',$1)", [p]);
  let account = 6000;
  for (const c of COMPANIES) for (let s = 1; s <= STATIONS; s++) { account += 1; await seedClient.query('insert into ronghu_group.account (id, login, person_name, org_id, password_hash, created_at) values ($1,$2,$3,$4,$5,$6)', [account, `head${account}`, '站长', c * 100 + s, 'x', now]); await seedClient.query("insert into ronghu_group.account_role values ($1,'stationHead',$2)", [account, c * 100 + s]); }
  await seedClient.end();
  const config = { dataDir: dir, production: false, demo: true, http: { host: '127.0.0.1', port: 0, tls: null }, database: { url, maxConnections: 40 }, link: { host: '127.0.0.1', port: 0, token: 't' }, switch: { nodes: [], recordingsDir: dir, spoolDir: dir, configDir: dir }, fronts: { admin: dir, agent: dir, mobile: dir }, timeZone: 'Asia/Shanghai' };
  platform = await createPlatform(config, { clock: { now: () => Date.now() }, log: silentLog, node: 9, holder: 'bench', companyIds: COMPANIES });
  const group = platform.shards.group(), work = createWorkOrders(platform, new SettingService({ group, clock: platform.clock, audit: platform.audit, outbox: platform.outbox }));
  createMessaging(platform);
  for (const c of COMPANIES) {
    const db = platform.shards.company(c);
    await db.insertMany('area_node', [{ id: c * 10, company_id: c, parent_id: 0, kind: 'community', node_name: '松江新苑', path: '/', sort_key: 'a', updated_at: now }]);
    await db.insertMany('house', Array.from({ length: HOUSES }, (_, i) => ({ id: c * 100000 + i, company_id: c, unit_id: c * 1000, building_id: c * 1000, community_id: c * 10, station_id: c * 100 + 1 + (i % STATIONS), room_no: `${i}`, address: `松江新苑1号楼${i}`, area_m2: 90, heating: 'on', contract_no: `HT${c}${i}`, updated_at: now })));
  }
  const scope = await buildScope(group, platform.orgs, { accountId: 5000, personName: '赵坐席', login: 'agent', frontEnd: 'agent', sessionId: 'bench', address: '127.0.0.1' });
  let taken = 0, longest = 0;
  const caller = async (count) => {
    for (let i; (i = taken++) < count;) {
      const c = COMPANIES[i % COMPANIES.length], began = performance.now();
      const o = await work.intakes.intake(scope, { companyId: c, type: 'repair', urgency: 'normal', source: 'phone', faultCode: 'notHot', description: '客厅暖气不热，已三天', customerId: null, houseId: c * 100000 + (i % HOUSES), number: `138${String(10000000 + i)}`, callId: null, attachmentIds: [] });
      if (o.state !== 'dispatched') throw new Error(`order ${o.orderNo} is ${o.state}`);
      longest = Math.max(longest, performance.now() - began);
    }
  };
  const run = async (count) => { taken = 0; longest = 0; const began = performance.now(); await Promise.all(Array.from({ length: CALLERS }, () => caller(count))); return (performance.now() - began) / 1000; };
  await run(WARM);
  const seconds = await run(ORDERS);
  const slowest = Math.round(longest), total = WARM + ORDERS;
  const rows = (await Promise.all(COMPANIES.map((c) => platform.shards.company(c).query("select count(*) as n from work_order where state = 'dispatched'")))).reduce((n, [r]) => n + r.n, 0);
  if (rows !== total) throw new Error(`${rows} orders are stored, ${total} were acknowledged`);
  const numbers = new Set((await Promise.all(COMPANIES.map((c) => platform.shards.company(c).query('select order_no from work_order')))).flat().map((r) => r.order_no));
  if (numbers.size !== total) throw new Error('an order number was given twice');
  const began = performance.now();
  platform.relay.start();
  await platform.relay.drain();
  const drained = (performance.now() - began) / 1000, [{ n: indexed }] = await group.query('select count(*) as n from work_order_index');
  if (indexed !== total) throw new Error(`${indexed} lines in the index, ${total} orders`);
  console.error(`${ORDERS} orders taken in and dispatched by ${CALLERS} callers in ${seconds.toFixed(2)} s; ${total} events published in ${drained.toFixed(2)} s`);
  for (const line of [{ figure: 'per_s', value: Math.round(ORDERS / seconds), unit: '1/s', n: ORDERS }, { figure: 'indexed_per_s', value: Math.round(total / drained), unit: '1/s', n: total }, { figure: 'slowest_ms', value: slowest, unit: 'ms', n: ORDERS }]) console.log(JSON.stringify({ bench: 'orders', ...line }));
} finally {
  await platform?.close();
  if (name) await admin(`drop database if exists ${name} with (force)`).catch((error) => console.error(String(error)));
  await embedded?.stop();
  rmSync(dir, { recursive: true, force: true });
}
