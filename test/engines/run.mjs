// `npm test engines`: the contract of the databases over every engine that can be had here, then the product's own stores and the
// whole product on them: the way of an order and of a call, every route with another company's ids, and the fault suite.
// Usage: node test/engines/run.mjs [contract|stores|product|isolation|faults]
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url), { startServer, startMariaDb, startSeekDb, installSeekDb } = require('../harness/engines.cjs');
const root = join(dirname(fileURLToPath(import.meta.url)), '../..'), wanted = process.argv.slice(2);
/** Where the product's SQL is: every module and domain with a store, so that what one database does not take is found. */
const STORES = ['platform/bus', 'platform/audit', 'platform/database/database', 'domain/work-order/order.service', 'domain/work-order/field.service', 'domain/telephony/telephony.store', 'domain/setting', 'domain/metric', 'modules/basic-info/basic-info.test', 'modules/call-center/call-center', 'modules/monitor-center', 'modules/report', 'modules/service-center/pop', 'demo'];
/** Making 170 tables takes OceanBase's engine some seconds a file: the paths of an order, of a call and of the basic data. */
const FEWER = ['platform/bus', 'domain/work-order/order.service', 'domain/work-order/field.service', 'domain/telephony/telephony.store', 'modules/basic-info/basic-info.test', 'modules/call-center/call-center'];
/** A matter of the clock, not of the database. */
const NOT = '^(?!.*(five times a second))';
const total = { passed: 0, failed: 0, skipped: 0 };
const jest = (label, args, env = {}) => new Promise((resolve) => {
  console.error(`\n--- ${label} ---`);
  const child = spawn(process.execPath, [join(root, 'node_modules/.bin/jest'), '--forceExit', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FORCE_COLOR: '0', ...env } });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { out = (out + chunk).slice(-200000); process.stderr.write(chunk); });
  child.on('close', (code) => {
    const found = [...out.matchAll(/^Tests:\s+(?:(\d+) failed, )?(?:(\d+) skipped, )?(?:(\d+) passed, )?\d+ total/gm)].pop();
    total.failed += Number(found?.[1] ?? 0) || (code === 0 && found ? 0 : 1);
    total.skipped += Number(found?.[2] ?? 0);
    total.passed += Number(found?.[3] ?? 0);
    resolve();
  });
});
const why = installSeekDb();
if (why) console.error(`OceanBase 引擎不可用：${why}`);
if (!wanted.length || wanted.includes('contract')) await jest('契约：全部可用数据库', ['--testMatch', '**/test/engines/*.engine.ts', '--runInBand']);
if (!wanted.length || wanted.includes('stores')) for (const [label, start, files] of [['MariaDB（OceanBase 适配器）', startMariaDb, STORES], ['OceanBase 自己的引擎', startSeekDb, FEWER]]) {
  const server = await start();
  console.error('不在此重复：监控中心“每秒至多五次”（与时钟有关，与数据库无关）');
  if (server.skipped) { console.error(`跳过 产品存储在 ${label} 上：${server.skipped}`); total.skipped += 1; continue; }
  try { await jest(`产品存储在 ${label} 上`, ['--runInBand', '--testTimeout=60000', '-t', NOT, ...files.map((path) => `server/src/${path}`)], { RONGHU_TEST_SERVER_URL: server.url }); } finally { await server.stop(); }
}
/** A runner of ours in a process of its own; its last line is the sum. */
async function runner(label, args, env = {}) {
  console.error(`\n--- ${label} ---`);
  const out = await new Promise((resolve) => { const child = spawn(process.execPath, args.map((arg, i) => (i ? arg : join(root, 'test', arg))), { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } }); let text = ''; child.stdout.on('data', (d) => { text += d; process.stderr.write(d); }); child.on('close', () => resolve(text)); });
  const [, passed, failed, skipped] = [...out.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].pop() ?? [0, 0, 1, 0];
  total.passed += Number(passed); total.failed += Number(failed); total.skipped += Number(skipped ?? 0);
}
for (const engine of ['mariadb', 'seekdb']) {
  if (!wanted.length || wanted.includes('product')) await runner(`整个产品在 ${engine} 上`, ['engines/product.mjs', engine]);
  if (!wanted.length || wanted.includes('isolation')) {
    const server = await startServer(engine);
    if (server.skipped) { console.error(`跳过 越权隔离在 ${engine} 上：${server.skipped}`); total.skipped += 1; } else try { await runner(`越权隔离（每条路由、每个实时事件）在 ${engine} 上`, ['stories/run.mjs', 'isolation'], { RONGHU_DATABASE_URL: server.url }); } finally { await server.stop(); }
  }
  if (!wanted.length || wanted.includes('faults')) await runner(`故障测试在 ${engine} 上`, ['faults/run.mjs'], { RONGHU_FAULTS_ENGINE: engine });
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed ? 1 : 0);
