// A machine to install on, made of what there is: a clean Debian root in namespaces of its own, or a folder with a bare PATH. Neither has a network.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { has } from '../prerequisites.mjs';

const CACHE = '/var/cache/ronghu-tests/bookworm-minbase', PATH = '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', isRoot = process.getuid() === 0;
/** The clean root's template, made once with the network. Returns null, with the reason printed, where it cannot be had. */
function template() {
  if (!isRoot) { console.log('  没有 root 权限'); return null; }
  if (process.env.RONGHU_DEPLOY_PLACE === 'folder') { console.log('  RONGHU_DEPLOY_PLACE=folder'); return null; }
  if (existsSync(join(CACHE, 'bin/sh'))) return CACHE;
  if (!has('debootstrap')) { console.log('  没有 debootstrap'); return null; }
  console.log('  制作干净的系统根 …');
  rmSync(`${CACHE}.new`, { recursive: true, force: true });
  mkdirSync(`${CACHE}.new`, { recursive: true });
  const made = spawnSync('debootstrap', ['--variant=minbase', 'bookworm', `${CACHE}.new`], { encoding: 'utf8', timeout: 300000 });
  if (made.status !== 0) { console.log(`  debootstrap 没有成功：${(made.stdout ?? '').trim().split('\n').pop()}`); return null; }
  renameSync(`${CACHE}.new`, CACHE);
  return CACHE;
}
const DEVICES = 'for n in null zero full random urandom; do : > "$R/dev/$n"; mount --bind "/dev/$n" "$R/dev/$n"; done';
async function hold(args) {
  const holder = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => { holder.stdout.once('data', resolve); holder.once('exit', (code) => reject(new Error(`unshare ended with ${code}`))); });
  return holder;
}
const childOf = (pid) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
/**
 * @returns { kind, dir, at(path) → host path, inside(path) → path there, answers, exec(args), start(args), outside(args), close() }.
 * `outside` runs a program of this machine in the place's network alone.
 */
export async function makePlaces() {
  const base = template();
  console.log(base ? '  安装位置：debootstrap 的干净根（chroot），独立的网络、进程、挂载命名空间，没有网络' : '  安装位置：单独的目录、最小 PATH、独立的网络命名空间（不是干净的系统根），没有网络');
  return { kind: base ? 'root' : 'folder', make: () => (base ? cleanRoot(base) : folder()) };
}
const finish = (command, args, options) => { const done = spawnSync(command, args, { encoding: 'utf8', timeout: 200000, maxBuffer: 64e6, ...options }); return { code: done.status ?? 1, out: `${done.stdout ?? ''}${done.stderr ?? ''}${done.error ? done.error.message : ''}` }; };
async function cleanRoot(base) {
  const dir = mkdtempSync('/var/tmp/ronghu-deploy-');
  chmodSync(dir, 0o755);
  const copied = spawnSync('cp', ['-a', '--reflink=auto', `${base}/.`, dir], { encoding: 'utf8' });
  if (copied.status !== 0) throw new Error(copied.stderr);
  const holder = await hold(['--net', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', `R=$1; ip link set lo up; mount -t proc proc "$R/proc"; mount -t tmpfs -o mode=755 tmpfs "$R/dev"; ${DEVICES}; mkdir -m 1777 "$R/dev/shm"; mount -t tmpfs -o mode=1777 tmpfs "$R/dev/shm"; echo up; exec sleep infinity`, 'sh', dir]);
  const pid = childOf(holder.pid), enter = ['-t', String(pid), '-n', '-m', '-p', 'chroot', dir, '/usr/bin/env', '-i', `PATH=${PATH}`, 'LANG=C.UTF-8', 'HOME=/root'];
  return {
    dir, at: (path) => join(dir, path), inside: (path) => path, answers: {},
    exec: (args, options) => finish('nsenter', [...enter, ...args], options),
    start: (args) => spawn('nsenter', [...enter, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }),
    outside: (args) => finish('nsenter', ['-t', String(pid), '-n', ...args]),
    async close() { const ended = new Promise((r) => holder.once('exit', r)); if (holder.exitCode === null && holder.signalCode === null) { holder.kill('SIGKILL'); await ended; } rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }); },
  };
}
async function folder() {
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-deploy-')), paths = { base: join(dir, 'opt'), data: join(dir, 'data'), log: join(dir, 'log'), etc: join(dir, 'etc'), bin: join(dir, 'bin') };
  chmodSync(dir, 0o755);
  const holder = await hold([...(isRoot ? [] : ['--user', '--map-root-user']), '--net', 'sh', '-c', 'ip link set lo up; echo up; exec sleep infinity']);
  const ids = [`--map-user=${userInfo().uid}`, `--map-group=${userInfo().gid}`], into = ['-t', String(holder.pid), ...(isRoot ? [] : ['-U', '--preserve-credentials']), '-n'];
  const enter = [...into, ...(isRoot ? [] : ['unshare', '--user', ...ids]), '/usr/bin/env', '-i', `PATH=${paths.bin}:${PATH}`, 'LANG=C.UTF-8', `HOME=${dir}`];
  const inside = (path) => join(dir, path);
  return {
    dir, at: (path) => { for (const [own, usual] of [['base', '/opt/ronghu'], ['data', '/var/lib/ronghu'], ['log', '/var/log/ronghu'], ['etc', '/etc/ronghu']]) if (path.startsWith(usual)) return paths[own] + path.slice(usual.length); return inside(path); }, inside, answers: { ...paths, ...(isRoot ? { user: 'nobody' } : {}) },
    exec: (args, options) => finish('nsenter', [...enter, ...args], options),
    start: (args) => spawn('nsenter', [...enter, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }),
    outside: (args) => finish('nsenter', [...into, ...args]),
    async close() { const ended = new Promise((r) => holder.once('exit', r)); if (holder.exitCode === null) { holder.kill('SIGKILL'); await ended; } rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }); },
  };
}
/** A bundle with another version number and other content here and there, with a list that is right for it. @param changes text by path. */
export async function variant(bundle, to, version, changes, makeSums) {
  rmSync(to, { recursive: true, force: true });
  copyInto(bundle, to);
  const about = { ...JSON.parse(readFileSync(join(to, 'VERSION.json'), 'utf8')), version };
  const server = { ...JSON.parse(readFileSync(join(to, 'server/package.json'), 'utf8')), version };
  for (const [path, text] of Object.entries({ ...changes, 'server/package.json': `${JSON.stringify(server, null, 2)}\n`, 'VERSION.json': `${JSON.stringify(about, null, 2)}\n` })) replace(join(to, path), text);
  replace(join(to, 'SM3SUMS'), await makeSums(to));
}
/** A name of its own for what is linked elsewhere. */
const replace = (path, text) => { rmSync(path, { force: true }); writeFileSync(path, text); };
/** Hard links where the file system allows it: 250 MB are copied many times otherwise. */
export function copyInto(from, to) {
  if (spawnSync('cp', ['-al', from, to], { stdio: 'ignore' }).status === 0) return;
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}
