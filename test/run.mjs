// `npm test`: everything, cheapest first. `npm test -- unit stories` runs only the suites named; `--list` names them.
import { spawn } from 'node:child_process';
import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../scripts/build.mjs';
import { ensurePrerequisites } from './prerequisites.mjs';

const require = createRequire(import.meta.url);
const run = (command, args, env = {}) => new Promise((resolve) => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FORCE_COLOR: '0', ...env } });
  let out = '';
  const take = (stream) => (chunk) => { out = (out + chunk).slice(-400000); stream.write(chunk); };
  child.stdout.on('data', take(process.stdout));
  child.stderr.on('data', take(process.stderr));
  child.on('close', (code) => resolve({ code, out }));
});
const node = (script, ...args) => run(process.execPath, ['--enable-source-maps', script, ...args]);
/** "Tests: 1 failed, 20 passed" of jest, and "N passed, N failed" of our own runners. */
const count = (out) => {
  const jest = [...out.matchAll(/^Tests:\s+(?:(\d+) failed, )?(?:(\d+) skipped, )?(?:(\d+) passed, )?\d+ total/gm)].pop();
  const own = [...out.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].pop();
  // a runner of ours that runs jest within says the sum last
  if (own && own.index > (jest?.index ?? -1)) return { passed: Number(own[1]), failed: Number(own[2]), skipped: Number(own[3] ?? 0) };
  return jest ? { passed: Number(jest[3] ?? 0), failed: Number(jest[1] ?? 0), skipped: Number(jest[2] ?? 0) } : { passed: 0, failed: 0, skipped: 0 };
};
async function withDatabase(work) {
  const { startEmbedded } = require('../server/dist/platform/database/embedded.js');
  const { freePort } = require('./harness/ports.cjs');
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-tests-'));
  chmodSync(dir, 0o755);
  const database = await startEmbedded(join(dir, 'db'), await freePort(), 'test-only', { fsync: 'off', max_connections: '300' });
  try { return await work(database.url); } finally { await database.stop(); rmSync(dir, { recursive: true, force: true }); }
}
const suites = {
  lint: () => run('npm', ['run', '-s', 'lint']),
  typecheck: () => run('npm', ['run', '-s', 'typecheck']),
  unit: () => withDatabase((url) => run('npx', ['--no-install', 'jest', '--maxWorkers=2'], { RONGHU_TEST_SERVER_URL: url })),
  engines: () => node('test/engines/run.mjs'),
  deploy: () => node('test/deploy/run.mjs'),
  stories: () => node('test/stories/run.mjs'),
  bus: () => node('test/bus/run.mjs'),
  cluster: () => node('test/cluster/run.mjs'),
  hosts: () => node('test/hosts/run.mjs'),
  faults: () => node('test/faults/run.mjs'),
  pair: () => node('test/faults/pair.mjs'),
  lost: () => node('test/faults/lost.mjs'),
  peers: () => node('test/peers/run.mjs'),
  switch: () => node('test/peers/product.mjs'),
};
const wanted = process.argv.slice(2).filter((a) => !a.startsWith('--'));
if (process.argv.includes('--list')) { console.log(Object.keys(suites).join('\n')); process.exit(0); }
for (const name of wanted) if (!suites[name]) { console.error(`没有测试组 ${name}；可选：${Object.keys(suites).join('、')}`); process.exit(2); }
const names = wanted.length ? wanted : Object.keys(suites);
ensurePrerequisites(names);
await build({ onStart: (label) => console.error(`构建 ${label} …`) });
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of names) {
  const begin = Date.now();
  console.error(`\n=== ${name} ===`);
  const { code, out } = await suites[name]();
  const got = count(out);
  if (['lint', 'typecheck'].includes(name)) got[code === 0 ? 'passed' : 'failed'] += 1;
  else if (code !== 0 && got.failed === 0) got.failed = 1;
  else if (code === 0 && got.passed + got.skipped === 0) { console.error(`测试组 ${name} 没有执行任何测试`); got.failed = 1; }
  for (const key of Object.keys(total)) total[key] += got[key];
  console.error(`=== ${name}: ${got.passed} passed, ${got.failed} failed, ${got.skipped} skipped in ${Math.round((Date.now() - begin) / 1000)} s ===`);
  if (got.failed && !process.argv.includes('--keep-going')) break;
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed ? 1 : 0);
