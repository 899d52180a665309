// `npm test engines`: the contract of the databases over every engine that can be had here, the product's own stores on them, and the whole product on each: the way of an order and of a call,
// every route with another company's ids, re-encryption and import broken off, and the fault tests. Usage: node test/engines/run.mjs [contract|stores|product] [kingbase|mariadb|seekdb …].
// The fault tests wait for most of their time, so contract and stores run beside them, at the lowest priority: a director must not wait for a processor because a store is being tested.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url), { startServer, installSeekDb } = require('../harness/engines.cjs');
const root = join(dirname(fileURLToPath(import.meta.url)), '../..'), aside = process.argv.includes('--aside'), wanted = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const ENGINES = { kingbase: '金仓适配器（SCRAM-SM3 代理）', mariadb: 'MariaDB（OceanBase 适配器）', seekdb: 'OceanBase 自己的引擎' };
const PARTS = ['contract', 'stores', 'product'], parts = wanted.filter((w) => PARTS.includes(w)), engines = wanted.filter((w) => ENGINES[w]);
const want = (part) => !parts.length || parts.includes(part), on = engines.length ? engines : Object.keys(ENGINES);
/** Where the product's SQL is: every module and domain with a store, so that what one database does not take is found. */
const STORES = ['platform/bus', 'platform/audit', 'platform/reseal', 'platform/database/database', 'domain/work-order/order.service', 'domain/work-order/field.service', 'domain/telephony/telephony.store', 'domain/setting', 'domain/metric', 'modules/basic-info/basic-info.test', 'modules/basic-info/import/engine', 'modules/call-center/call-center', 'modules/monitor-center', 'modules/report', 'modules/service-center/pop', 'demo'];
/** Making 170 tables takes OceanBase's engine some seconds a file: the paths of an order, of a call and of the basic data, the re-encryption and the import. */
const FEWER = ['platform/bus', 'platform/reseal', 'domain/work-order/order.service', 'domain/work-order/field.service', 'domain/telephony/telephony.store', 'modules/basic-info/basic-info.test', 'modules/basic-info/import/engine', 'modules/call-center/call-center'];
const FILES = { kingbase: STORES, mariadb: STORES, seekdb: FEWER };
/** A matter of the clock, not of the database. */
const NOT = '^(?!.*(five times a second))';
const total = { passed: 0, failed: 0, skipped: 0 };
const count = (found) => { for (const key of Object.keys(total)) total[key] += found[key]; };
const timed = async (label, work) => { const begin = Date.now(); console.error(`\n--- ${label} ---`); await work(); console.error(`--- ${label}：${((Date.now() - begin) / 1000).toFixed(1)} 秒 ---`); };
/** Runs a command from the root and gives its text; shown as it comes, or, `quiet`, at its end. */
const run = (args, { env = {}, quiet = false, priority } = {}) => new Promise((resolve) => {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FORCE_COLOR: '0', ...env } });
  if (priority !== undefined) setPriority(child.pid, priority);
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { out = (out + chunk).slice(-400000); if (!quiet) process.stderr.write(chunk); });
  child.on('close', (code) => { if (quiet) process.stderr.write(out); resolve({ code, out }); });
});
async function jest(label, args, env = {}) {
  await timed(label, async () => {
    const { code, out } = await run([join(root, 'node_modules/.bin/jest'), '--forceExit', '--runInBand', ...args], { env });
    const found = [...out.matchAll(/^Tests:\s+(?:(\d+) failed, )?(?:(\d+) skipped, )?(?:(\d+) passed, )?\d+ total/gm)].pop();
    count({ passed: Number(found?.[3] ?? 0), failed: Number(found?.[1] ?? 0) || (code === 0 && found ? 0 : 1), skipped: Number(found?.[2] ?? 0) });
  });
}
/** A runner of ours in a process of its own; its last line is the sum. */
async function runner(label, args, options) {
  const work = async () => { const { out } = await run([join(root, 'test', args[0]), ...args.slice(1)], options), [, passed, failed, skipped] = [...out.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].pop() ?? [0, 0, 1, 0]; count({ passed: Number(passed), failed: Number(failed), skipped: Number(skipped ?? 0) }); };
  await (label ? timed(label, work) : work());
}
async function contractAndStores() {
  if (want('contract')) await jest('契约与脚本：全部可用数据库', ['--testMatch', '**/test/engines/*.engine.ts']);
  if (!want('stores')) return;
  console.error('不在此重复：监控中心“每秒至多五次”（与时钟有关，与数据库无关）');
  for (const engine of on) {
    const server = await startServer(engine);
    if (server.skipped) { console.error(`跳过 产品存储在 ${ENGINES[engine]} 上：${server.skipped}`); total.skipped += 1; continue; }
    try { await jest(`产品存储在 ${ENGINES[engine]} 上`, ['--testTimeout=60000', '-t', NOT, ...FILES[engine].map((path) => `server/src/${path}`)], { RONGHU_TEST_SERVER_URL: server.url }); } finally { await server.stop(); }
  }
}
const why = installSeekDb();
if (why) console.error(`OceanBase 引擎不可用：${why}`);
if (aside || !want('product')) await contractAndStores();
else {
  const beside = PARTS.filter((part) => part !== 'product' && want(part));
  const others = beside.length ? runner(null, ['engines/run.mjs', '--aside', ...beside, ...engines], { quiet: true, priority: 19 }) : null;
  for (const engine of on) await runner(`整个产品在 ${ENGINES[engine]} 上`, ['engines/product.mjs', engine]);
  await others;
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed ? 1 : 0);
