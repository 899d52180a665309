/**
 * What the product's way to the database costs against the driver alone, in the same run and on the same server: claims, inserts of call events (20 in a
 * transaction) and of order events (one by one), lists of 20. Eight callers at once; product and driver take turns and the median of the rounds counts.
 * Figures per engine and kind, and over all `worst_ratio_to_raw`. Then 500,000 houses with owners, sealed numbers, address tree and the group's search
 * index into the default database: `import_500k_s`. Engines: embedded PostgreSQL (syncs to the disk), MariaDB and OceanBase's own where they can be had.
 */
import { createRequire } from 'node:module';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url), load = (path) => require(join(process.env.RONGHU_SERVER_DIST ?? fileURLToPath(new URL('../../server/dist', import.meta.url)), path));
const { startEmbedded } = load('platform/database/embedded.js'), { migrate } = load('platform/database/migrate.js'), { createShards } = load('platform/database/shards.js'), { allTables } = load('app/tables.js'), { createIds } = load('platform/database/ids.js');
const { generateDemo, planOrganisation } = load('demo/index.js'), { CryptoBox, loadOrCreateKeys } = load('platform/crypto/index.js');
const { freePort } = require('../harness/ports.cjs'), { startMariaDb, startSeekDb } = require('../harness/engines.cjs');

const CALLERS = 8, ROUND_MS = Number(process.env.ROUND_MS ?? 700), ROUNDS = 7, HOUSES = Number(process.env.HOUSES ?? 500_000), ROWS = 5000;
const only = process.env.ENGINES?.split(',');
const print = (line) => console.log(JSON.stringify({ bench: 'store', ...line }));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const ids = createIds(9, Date.now);

/** Operations per second of `CALLERS` callers for a while. */
async function pace(work) {
  let done = 0;
  const end = performance.now() + ROUND_MS, began = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, async () => { while (performance.now() < end) { await work(); done += 1; } }));
  return done / ((performance.now() - began) / 1000);
}
const eventRow = (i) => ({ event_id: ids.next(), call_id: `c${i % 1000}`, happened_at: 1_790_000_000_000 + i, kind: 'answered', agent_id: i % 500, detail: '坐席应答，转入通话', epoch: 1 });
const orderEvents = allTables.find((t) => t.name === 'work_order_event').columns;
const orderRow = (i) => Object.fromEntries(Object.entries(orderEvents).filter(([, c]) => !c.nullable).map(([name, c]) => [name, name === 'id' ? ids.next() : c.kind === 'bool' ? false : c.kind === 'text' ? '已派维修站'.slice(0, c.length) : ['json', 'longText'].includes(c.kind) ? '{}' : 1 + (i % 1000)]));
const CLAIM = 'update durable_timer set lease_until = $1, attempts = attempts + 1 where id = $2 and lease_until < $3 and due_at <= $4';
const LIST = 'select id, order_no, order_type, state, address, customer_name, created_at, due_at from work_order_index where company_id = $1 and state = $2 order by created_at desc, id desc limit $3';

/** The driver alone: its pool, its own parameters, the same statements. */
function rawPostgres(url) {
  const { Pool } = require('pg'), pool = new Pool({ connectionString: url, max: CALLERS, options: '-c search_path=bench_group' });
  const insert = (table, rows) => { const columns = Object.keys(rows[0]), params = []; const tuples = rows.map((row) => `(${columns.map((c) => { params.push(row[c]); return `$${params.length}`; }).join(',')})`); return [`insert into ${table} (${columns.join(',')}) values ${tuples.join(',')}`, params]; };
  return {
    run: (sql, params) => pool.query(sql, params), insertOne: (table, row) => pool.query(...insert(table, [row])), end: () => pool.end(),
    insertInTransaction: async (table, rows) => { const client = await pool.connect(); try { await client.query('begin'); await client.query(...insert(table, rows)); await client.query('commit'); } finally { client.release(); } },
  };
}
function rawMysql(url) {
  const { createPool } = require('mysql2/promise'), at = new URL(url), pool = createPool({ host: at.hostname, port: Number(at.port), user: 'root', database: 'bench_group', connectionLimit: CALLERS, charset: 'utf8mb4' });
  const insert = (table, rows) => { const columns = Object.keys(rows[0]); return [`insert into ${table} (${columns.join(',')}) values ?`, [rows.map((row) => columns.map((c) => row[c]))]]; };
  return {
    run: (sql, params) => pool.query(sql.replace(/\$\d+/g, '?'), params), insertOne: (table, row) => pool.query(...insert(table, [row])), end: () => pool.end(),
    insertInTransaction: async (table, rows) => { const c = await pool.getConnection(); try { await c.beginTransaction(); await c.query(...insert(table, rows)); await c.commit(); } finally { c.release(); } },
  };
}
async function compare(engine, url, raw) {
  const target = { url, shards: { mode: 'schemas', prefix: 'bench' } };
  await migrate(target, allTables, [11]);
  const shards = await createShards({ ...target, maxConnections: Math.ceil((CALLERS * 4) / 3) + 1, companyIds: [11] }), db = shards.group(), company = shards.company(11), driver = raw(url);
  const at = 1_790_000_000_000, timers = Array.from({ length: ROWS }, (_, i) => ({ id: i + 1, kind: 'bench', timer_key: `k${i}`, due_at: at, company_id: null, payload: '{}', lease_until: 0, attempts: 0 }));
  await db.insertMany('durable_timer', timers);
  const index = allTables.find((t) => t.name === 'work_order_index'), line = (i) => Object.fromEntries(Object.entries(index.columns).map(([name, c]) => [name, name === 'id' ? i + 1 : name === 'company_id' ? 11 + (i % 3) : name === 'state' ? (i % 4 ? 'dispatched' : 'closed') : name === 'created_at' ? at + i : name === 'order_no' ? `B${i}` : c.nullable ? null : c.kind === 'bool' ? false : c.kind === 'text' ? '松江新苑 3 号楼 2 单元 501'.slice(0, c.length) : c.kind === 'json' || c.kind === 'longText' ? '{}' : i]));
  await db.insertMany('work_order_index', Array.from({ length: ROWS }, (_, i) => line(i)));
  await shards.analyze();
  let n = 0, lease = at;
  const next = () => { n += 1; if (n % ROWS === 0) lease += 1000; return [lease + 500 + n % 400, 1 + (n % ROWS), lease + 1_000_000, at]; };
  const kinds = {
    claims: [() => db.execute(CLAIM, next()), () => driver.run(CLAIM, next())],
    call_events: [() => { const rows = Array.from({ length: 20 }, () => eventRow(n += 1)); return db.transaction((tx) => tx.insertMany('call_event', rows)); }, () => driver.insertInTransaction('call_event', Array.from({ length: 20 }, () => eventRow(n += 1)))],
    order_events: [() => company.insertMany('work_order_event', [orderRow(n += 1)]), () => driver.insertOne('bench_c11.work_order_event', orderRow(n += 1))],
    lists: [() => db.query(LIST, [11 + (n += 1) % 3, 'dispatched', 20]), () => driver.run(LIST, [11 + (n += 1) % 3, 'dispatched', 20])],
  };
  let worst = Infinity;
  try {
    for (const [kind, [ours, theirs]] of Object.entries(kinds)) {
      await pace(ours); await pace(theirs); // connections open, statements known
      const mine = [], raws = [];
      for (let i = 0; i < ROUNDS; i++) { const order = i % 2 ? [[theirs, raws], [ours, mine]] : [[ours, mine], [theirs, raws]]; for (const [work, into] of order) into.push(await pace(work)); }
      const value = Math.round(median(mine)), peer = Math.round(median(raws)), ratio = Math.round((median(mine) / median(raws)) * 100) / 100;
      worst = Math.min(worst, ratio);
      print({ figure: `${engine}_${kind}_per_s`, value, unit: '1/s', n: ROUNDS, peer: `the driver alone, ${peer}/s`, ratio });
    }
  } finally { await driver.end(); await shards.close(); }
  return worst;
}
const dir = mkdtempSync(join(tmpdir(), 'ronghu-bench-store-'));
chmodSync(dir, 0o755);
let embedded = null, worst = Infinity;
try {
  embedded = await startEmbedded(join(dir, 'db'), await freePort(), 'bench-only');
  if (!only || only.includes('postgres')) worst = Math.min(worst, await compare('postgres', embedded.url, rawPostgres));
  for (const [name, start] of [['mariadb', startMariaDb], ['oceanbase', startSeekDb]]) {
    if (only && !only.includes(name)) continue;
    const server = await start();
    if (server.skipped) { console.error(`跳过 ${name}：${server.skipped}`); continue; }
    try { worst = Math.min(worst, await compare(name, server.url, rawMysql)); } finally { await server.stop(); }
  }
  print({ figure: 'worst_ratio_to_raw', value: worst, unit: 'ratio' });
  if (HOUSES) {
    const made = planOrganisation(ids), companies = made.plan.companies.map((c) => c.id), target = { url: embedded.url };
    await migrate(target, allTables, companies);
    const shards = await createShards({ ...target, maxConnections: 12, companyIds: companies });
    try {
      await shards.group().insertMany('org_node', made.rows);
      const began = performance.now();
      await generateDemo({ shards, ids, crypto: new CryptoBox(loadOrCreateKeys(join(dir, 'keys'))) }, made.plan, { houses: HOUSES, seed: 1, now: Date.now(), light: true, orders: 0, calls: 0, passwordHash: 'x' }, () => undefined);
      const seconds = (performance.now() - began) / 1000, count = (await Promise.all(companies.map((id) => shards.company(id).query('select count(*) as n from house')))).reduce((sum, [row]) => sum + row.n, 0);
      if (count !== HOUSES) throw new Error(`${count} houses are stored, ${HOUSES} were written`);
      print({ figure: 'import_500k_s', value: Math.round(seconds * 10) / 10, unit: 's', n: HOUSES });
    } finally { await shards.close(); }
  }
} finally {
  await embedded?.stop();
  rmSync(dir, { recursive: true, force: true });
}
