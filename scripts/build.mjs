// Builds what has changed since the last build: contract, switch side, server, then the three front ends. Usage: node scripts/build.mjs [--force] [name…]
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const tsc = (dir, project = 'tsconfig.json') => [bin('tsc'), ['-p', join(dir, project)]];
const vite = (dir) => [bin('vite'), ['build', '--logLevel', 'warn'], dir];
export const parts = [
  { name: 'contract', label: '公共契约', dir: 'packages/contract', from: ['packages/contract/src'], steps: [tsc('packages/contract'), tsc('packages/contract', 'tsconfig.esm.json')] },
  { name: 'gateway-config', label: '语音节点配置', dir: 'gateway-config', from: ['gateway-config/src', 'gateway-config/prompts'], steps: [tsc('gateway-config')] },
  { name: 'switch-simulator', label: '模拟语音交换', dir: 'packages/switch-simulator', from: ['packages/switch-simulator/src'], steps: [tsc('packages/switch-simulator')] },
  { name: 'kingbase-driver', label: '人大金仓驱动', dir: 'packages/kingbase-driver', from: ['packages/kingbase-driver/src'], steps: [tsc('packages/kingbase-driver')] },
  { name: 'dm-driver', label: '达梦驱动', dir: 'packages/dm-driver', from: ['packages/dm-driver/src'], steps: [tsc('packages/dm-driver')] },
  { name: 'server', label: '服务端', dir: 'server', from: ['server/src', 'packages/contract/src', 'packages/kingbase-driver/src', 'packages/dm-driver/src', 'gateway-config/src'], steps: [tsc('server')] },
  ...[['web-admin', '集团门户'], ['web-agent', '坐席工作台'], ['mobile-h5', '移动端']].map(([name, label]) => ({ name, label, dir: name, from: [`${name}/src`, `${name}/index.html`, `${name}/public`, `${name}/vite.config.ts`, 'packages/ui/src', 'packages/contract/src'], steps: [vite(name)], gzip: true })),
];
const files = (path) => !existsSync(path) ? [] : statSync(path).isFile() ? [path] : readdirSync(path).sort().flatMap((name) => files(join(path, name)));
const digest = (part) => {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const file of part.from.flatMap((p) => files(join(root, p)))) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
};
const run = ([command, args, cwd]) => new Promise((resolve, reject) => {
  const child = spawn(command, args, { cwd: cwd ? join(root, cwd) : root, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (d) => { out += d; });
  child.stderr.on('data', (d) => { out += d; });
  child.on('error', reject);
  child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command.split('/').pop()} ${args.join(' ')}\n${out}`))));
});
/** Compressed copies beside the files, so that serving them costs no time. */
const compress = (dir) => { for (const file of files(dir)) if (/\.(js|css|html|svg|json|webmanifest|wasm)$/.test(file)) writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 })); };

/** @param onStart called with a part's label before it is built. Returns the names built. */
export async function build({ force = false, only = [], onStart = () => {} } = {}) {
  const built = [];
  for (const part of parts) {
    if (only.length && !only.includes(part.name)) continue;
    const stamp = join(root, part.dir, 'dist', '.stamp'), want = digest(part);
    if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === want) continue;
    onStart(part.label);
    if (force) rmSync(join(root, part.dir, 'dist'), { recursive: true, force: true }); // otherwise overwritten in place: what runs from there goes on
    for (const step of part.steps) await run(step);
    if (part.gzip) compress(join(root, part.dir, 'dist'));
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, want);
    built.push(part.name);
  }
  return built;
}
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const only = process.argv.slice(2).filter((a) => !a.startsWith('--'));
  build({ force: process.argv.includes('--force'), only, onStart: (label) => console.error(`构建 ${label} …`) }).then((done) => console.error(done.length ? `已构建：${done.join('、')}` : '没有变化，无需构建'), (error) => { console.error(error.message); process.exit(1); });
}
