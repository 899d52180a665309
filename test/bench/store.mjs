/**
 * What the product's way to the database costs against the driver alone, in the same run and on the same server: claims, inserts of call events (20 in a
 * transaction) and of order events (one by one), lists of 20. Eight callers at once; product and driver take turns and the median of the rounds counts.
 * Figures per engine and kind, and over all `worst_ratio_to_raw`. Then a file of 500,000 houses with owners and numbers through the product's own import (BI-04)
 * into an empty company of the default database, from the upload to the state “done”: `import_500k_s`; the processor time of it all beside it; then a file that
 * changes 100,000 of them: `import_change_100k_s`. Engines: embedded PostgreSQL (syncs to the disk), MariaDB and OceanBase's own where they can be had.
 */
import { createRequire } from 'node:module';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url), load = (path) => require(join(process.env.RONGHU_SERVER_DIST ?? fileURLToPath(new URL('../../server/dist', import.meta.url)), path));
const { startEmbedded } = load('platform/database/embedded.js'), { migrate } = load('platform/database/migrate.js'), { createShards } = load('platform/database/shards.js'), { allTables } = load('app/tables.js'), { createIds } = load('platform/database/ids.js');
const { planOrganisation } = load('demo/index.js'), { createPlatform } = load('platform/platform.js'), { silentLog } = load('platform/log.js'), { systemScope } = load('platform/identity/scopes.js'), { systemClock } = load('platform/clock.js'), { ImportRunner } = load('modules/basic-info/import/runner.js'), { ImportService } = load('modules/basic-info/import/import.service.js'), { NumberAttribution } = load('domain/telephony/attribution/number-attribution.js');
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
/** Rows as a company keeps them: ordered by address, one owner in fifty with a second house, one in seven with a second number. */
function* houseFile(count, area) {
  const given = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂'], family = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
  let text = '热源,热站,小区,楼栋,单元,房号,面积,供热状态,合同号,业主姓名,业主电话\n';
  for (let i = 0; i < count; i++) {
    const unit = Math.floor(i / 24), building = Math.floor(unit / 3), community = Math.floor(building / 9), station = Math.floor(community / 70), o = i % 50 === 49 ? i - 1 : i;
    text += `${(station % 2) + 1}号热源厂,${station + 1}号热力站,松江新苑${community + 1}期,${(building % 9) + 1}号楼,${(unit % 3) + 1}单元,${Math.floor((i % 24) / 2) + 1}0${(i % 2) + 1},${area(i)},${i % 13 ? '供热' : '报停'},SJ${String(i).padStart(9, '0')},${family[o % 20]}${given[(o * 7) % 22]}${given[(o * 11) % 22]},1${3000000000 + o * 37}${o % 7 ? '' : `、0451${80000000 + o}`}\n`;
    if (text.length > 1 << 18) { yield Buffer.from(text); text = ''; }
  }
  yield Buffer.from(text);
}
/** Seconds of processor time of this process and of all processes of the database. */
function processorSeconds(pid) {
  const own = process.cpuUsage(), ticks = readdirSync('/proc').filter((d) => /^\d+$/.test(d)).reduce((sum, d) => {
    try { const stat = readFileSync(`/proc/${d}/stat`, 'utf8'), f = stat.slice(stat.lastIndexOf(')') + 2).split(' '); return Number(d) === pid ? sum + [11, 12, 13, 14].reduce((n, i) => n + Number(f[i]), 0) : Number(f[1]) === pid ? sum + Number(f[11]) + Number(f[12]) : sum; } catch { return sum; } // it has just ended
  }, 0);
  return { node: (own.user + own.system) / 1e6, database: ticks / 100 };
}
/** Nothing listens: services and the worker's timers only. */
const CONFIG = { production: false, demo: false, http: { host: '127.0.0.1', port: 0, trustProxy: false, tls: null }, cache: { url: null, prefix: 'bench:' }, bus: { kind: 'database', endpoints: '127.0.0.1:1', topic: 't', group: 'g', accessKey: '', accessSecret: '' }, link: { host: '127.0.0.1', port: 0, token: 't', urls: [] }, switch: { nodes: [], recordingsDir: '.', spoolDir: '.', configDir: '.' }, monitoring: { metricsToken: null, metricsPort: null, slowQueryMs: 200 }, fronts: { admin: '.', agent: '.', mobile: '.' }, timeZone: 'Asia/Shanghai' };
async function imports(embedded) {
  const made = planOrganisation(ids), [company] = made.plan.companies, target = { url: embedded.url };
  await migrate(target, allTables, [company.id]);
  const platform = await createPlatform({ ...CONFIG, dataDir: join(dir, 'data'), database: { ...target, maxConnections: 16 } }, { clock: systemClock, log: { ...silentLog, error: (...words) => console.error(...words) }, node: 3, holder: 'bench', companyIds: [company.id], tables: allTables });
  const runner = new ImportRunner(platform), service = new ImportService(platform, runner), scope = systemScope('bench');
  const run = async (name, count, area) => {
    const began = performance.now(), before = processorSeconds(embedded.pid), { id } = await service.start(scope, company.id, `${name}.csv`, await service.keep(houseFile(count, area)));
    let job;
    do { await new Promise((r) => setTimeout(r, 100)); job = await service.get(scope, company.id, id); } while (job.finishedAt === null);
    const after = processorSeconds(embedded.pid), line = { seconds: (performance.now() - began) / 1000, node: after.node - before.node, database: after.database - before.database, job };
    console.error(`${name}：${line.seconds.toFixed(1)} 秒，处理器 服务 ${line.node.toFixed(1)} 秒、数据库 ${line.database.toFixed(1)} 秒，均载 ${loadavg().map((n) => n.toFixed(1)).join(' ')}，峰值内存 ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
    if (job.state !== 'done' || job.bad > 0) throw new Error(`${name} ended ${job.state}, ${job.bad} bad rows: ${job.error}`);
    return line;
  };
  try {
    await platform.shards.group().insertMany('org_node', made.rows.filter((row) => row.company_id === null || row.company_id === company.id));
    await platform.orgs.reload();
    await new NumberAttribution(platform.shards.group()).install();
    platform.timers.start();
    const first = await run('50 万户', HOUSES, (i) => 45 + (i % 100) + 0.5);
    const [{ n }] = await platform.shards.company(company.id).query('select count(*) as n from house');
    if (n !== HOUSES || first.job.created !== HOUSES) throw new Error(`${n} houses are stored, ${first.job.created} of ${HOUSES} were new`);
    print({ figure: 'import_500k_s', value: Math.round(first.seconds * 10) / 10, unit: 's', n: HOUSES });
    print({ figure: 'import_500k_cpu_s', value: Math.round((first.node + first.database) * 10) / 10, unit: 's', n: HOUSES });
    const some = Math.round(HOUSES / 5), second = await run('其中 10 万户有变', some, (i) => 46 + (i % 100) + 0.5);
    if (second.job.changed !== some) throw new Error(`${second.job.changed} of ${some} houses were changed`);
    print({ figure: 'import_change_100k_s', value: Math.round(second.seconds * 10) / 10, unit: 's', n: some });
  } finally { await runner.close(); await platform.close(); }
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
  if (HOUSES) await imports(embedded);
} finally {
  await embedded?.stop();
  rmSync(dir, { recursive: true, force: true });
}
