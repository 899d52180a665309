// Machines that really boot: systemd as the first process of a root of its own, with the daemons of Debian beside the product, on a bridge of this machine's.
// No image and no container engine: systemd-nspawn gives the namespaces. Where that cannot be had, `prepareMachines` says why.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../harness/product.mjs';
import { has } from '../prerequisites.mjs';

const CACHES = '/var/cache/ronghu-tests', CLEAN = join(CACHES, 'bookworm-minbase'), PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const PACKAGES = ['systemd-sysv', 'dbus', 'nginx-light', 'libnginx-mod-stream', 'keepalived', 'firewalld', 'netbase', 'nftables', 'iproute2', 'logrotate'], BOOTING = join(CACHES, `bookworm-machine-${createHash('sha256').update(PACKAGES.join()).digest('hex').slice(0, 8)}`);
export const sh = (...args) => { const done = spawnSync(args[0], args.slice(1), { encoding: 'utf8' }); if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.stderr || done.error?.message}`); return done.stdout.trim(); };
const within = (root, args) => spawnSync('chroot', [root, '/usr/bin/env', '-i', `PATH=${PATH}`, 'DEBIAN_FRONTEND=noninteractive', ...args], { encoding: 'utf8', timeout: 300000 });
/** The root with those packages, made once with the network from the clean one. Returns null, or why it cannot be had. */
export function prepareMachines() {
  if (process.getuid() !== 0) return '没有 root 权限';
  for (const command of ['systemd-nspawn', 'ip', 'nsenter']) if (!has(command)) return `没有 ${command}`;
  if (existsSync(join(BOOTING, 'sbin/init'))) return null;
  if (!existsSync(join(CLEAN, 'bin/sh'))) return '没有干净的系统根（debootstrap）';
  console.log('  制作能启动的系统根 …');
  const draft = `${BOOTING}.new`;
  rmSync(draft, { recursive: true, force: true });
  sh('cp', '-a', '--reflink=auto', CLEAN, draft);
  copyFileSync('/etc/resolv.conf', join(draft, 'etc/resolv.conf'));
  const settings = readdirSync('/etc/apt/apt.conf.d').filter((name) => !existsSync(join(draft, 'etc/apt/apt.conf.d', name)));
  for (const name of settings) cpSync(join('/etc/apt/apt.conf.d', name), join(draft, 'etc/apt/apt.conf.d', name)); // how this machine reaches its packages
  writeFileSync(join(draft, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  sh('mount', '-t', 'proc', 'proc', join(draft, 'proc'));
  let made;
  try { made = [['apt-get', 'update', '-qq'], ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...PACKAGES], ['apt-get', 'clean'], ['systemctl', 'disable', '-q', 'nginx', 'keepalived', 'firewalld', 'logrotate.timer'], ['systemctl', 'mask', '-q', 'systemd-networkd', 'systemd-networkd-wait-online', 'systemd-remount-fs', 'apt-daily.timer', 'apt-daily-upgrade.timer']].map((args) => within(draft, args)).find((done) => done.status !== 0); } finally { sh('umount', join(draft, 'proc')); }
  for (const name of [...settings.map((s) => `etc/apt/apt.conf.d/${s}`), 'usr/sbin/policy-rc.d', 'etc/resolv.conf', 'var/lib/apt/lists']) rmSync(join(draft, name), { recursive: true, force: true });
  writeFileSync(join(draft, 'etc/machine-id'), ''); // made at the start; without the file everything would be switched on
  if (made) { rmSync(draft, { recursive: true, force: true }); return `不能安装 systemd 等软件包：${`${made.stdout}${made.stderr}`.trim().split('\n').pop()}`; }
  renameSync(draft, BOOTING);
  return null;
}
/** A bridge, and namespaces and machines on it. `address(n)`: the n-th address. */
export function network() {
  const tag = `rd${process.pid % 10000}`, net = 10 + (process.pid % 200), bridge = `${tag}br`, address = (n) => `10.78.${net}.${n}`, cleanups = [];
  sh('ip', 'link', 'add', bridge, 'type', 'bridge');
  cleanups.push(() => sh('ip', 'link', 'del', bridge));
  sh('ip', 'addr', 'add', `${address(254)}/24`, 'dev', bridge);
  sh('ip', 'link', 'set', bridge, 'up');
  return {
    tag, bridge, address,
    /** A bare namespace with an address. Returns its name. */
    namespace(name, n) {
      const ns = `${tag}${name}`;
      sh('ip', 'netns', 'add', ns);
      cleanups.push(() => { for (const pid of sh('ip', 'netns', 'pids', ns).split('\n').filter(Boolean)) try { process.kill(Number(pid), 'SIGKILL'); } catch (error) { if (error.code !== 'ESRCH') throw error; } sh('ip', 'link', 'del', `${ns}v`); sh('ip', 'netns', 'del', ns); }); // a daemon's own children outlive it
      sh('ip', 'link', 'add', `${ns}v`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', ns);
      sh('ip', 'link', 'set', `${ns}v`, 'master', bridge, 'up');
      for (const args of [['addr', 'add', `${address(n)}/24`, 'dev', 'eth0'], ['link', 'set', 'eth0', 'up'], ['link', 'set', 'lo', 'up']]) sh('ip', '-n', ns, ...args);
      return ns;
    },
    close() { for (const clean of cleanups.reverse()) try { clean(); } catch (error) { if (!/No such|Cannot|not exist/i.test(error.message)) console.error(`cleaning up: ${error.message}`); } },
  };
}
const childOf = (pid) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0] || 0);
/**
 * @param shared folder of this machine that all machines see as /mnt/ronghu.
 * @returns { dir, at(path) → host path, inside, answers, address, boot(), exec(args), outside(args), cut(), close() }; `outside` runs a program of this machine in the network of that one.
 */
export async function machine(net, name, n, shared) {
  const dir = mkdtempSync('/var/tmp/ronghu-machine-'), link = `${net.tag}${name}v`, address = net.address(n);
  chmodSync(dir, 0o755);
  sh('cp', '-a', '--reflink=auto', `${BOOTING}/.`, dir);
  writeFileSync(join(dir, 'etc/hostname'), `${name}\n`);
  mkdirSync(join(dir, 'mnt/ronghu'), { recursive: true });
  writeFileSync(join(dir, 'etc/systemd/system/address.service'), `[Unit]\nDefaultDependencies=no\nBefore=network-pre.target network.target network-online.target\nWants=network.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c 'ip addr add ${address}/24 dev eth0; ip link set eth0 up'\n[Install]\nWantedBy=sysinit.target\n`);
  for (const wanted of ['sysinit.target.wants', 'network-online.target.wants']) { mkdirSync(join(dir, 'etc/systemd/system', wanted), { recursive: true }); symlinkSync('/etc/systemd/system/address.service', join(dir, 'etc/systemd/system', wanted, 'address.service')); }
  let holder = null, text = '';
  const leader = () => { const pid = holder && holder.exitCode === null && holder.signalCode === null ? childOf(holder.pid) : 0; if (!pid) throw new Error(`machine ${name} is not up:\n${text}`); return pid; };
  const finish = (command, args, options) => { const done = spawnSync(command, args, { encoding: 'utf8', timeout: 200000, maxBuffer: 64e6, ...options }); return { code: done.status ?? 1, out: `${done.stdout ?? ''}${done.stderr ?? ''}${done.error ? done.error.message : ''}` }; };
  const enter = () => ['-t', String(leader()), '-m', '-u', '-i', '-n', '-p', '/usr/bin/env', '-i', `PATH=${PATH}`, 'LANG=C.UTF-8', 'HOME=/root'];
  const self = {
    name, dir, address, at: (path) => join(dir, path), inside: (path) => path, answers: {}, leader, console: () => text,
    exec: (args, options) => finish('nsenter', [...enter(), ...args], options),
    /** Ours for a process of that machine. */
    pid: (inner) => Number(readdirSync('/proc').find((name) => { if (!/^\d+$/.test(name)) return false; try { const ids = /^NSpid:(.*)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))[1].trim().split(/\s+/); return ids.length > 1 && Number(ids.at(-1)) === inner && readlinkSync(`/proc/${name}/ns/pid`) === readlinkSync(`/proc/${leader()}/ns/pid`); } catch (error) { if (error.code === 'ENOENT' || error.code === 'ESRCH') return false; throw error; } })),
    start: (args) => spawn('nsenter', [...enter(), ...args], { stdio: ['ignore', 'pipe', 'pipe'] }),
    outside: (args) => finish('nsenter', ['-t', String(leader()), '-n', ...args]),
    /** As its own user says it: everything stops in order, and the root is started anew. */
    async reboot() {
      const ended = new Promise((resolve) => holder.once('exit', resolve));
      self.exec(['systemctl', 'reboot']);
      const code = await ended;
      if (code !== 133) throw new Error(`the machine ended with ${code} instead of asking for a start`); // 133: its manager asked to be started again
      await self.boot();
    },
    async boot() {
      holder = spawn('systemd-nspawn', ['--quiet', '--boot', '--register=no', '--keep-unit', '-D', dir, `--machine=${net.tag}${name}`, `--network-veth-extra=${link}:eth0`, `--bind=${shared}:/mnt/ronghu`, '--console=pipe', '--resolv-conf=off', '--timezone=off', '--link-journal=no'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      for (const stream of [holder.stdout, holder.stderr]) stream.on('data', (chunk) => { text = (text + chunk).slice(-20000); });
      await until(`the cable of ${name}`, () => { sh('ip', 'link', 'set', link, 'master', net.bridge, 'up'); return true; }, 20000, 50);
      await until(`${name} is booted`, () => /running|degraded/.test(self.exec(['systemctl', 'is-system-running']).out), 90000, 200).catch((error) => { throw new Error(`${error.message}\n${text.slice(-3000)}`); });
    },
    /** A power cut: the cable first, so that nobody says goodbye. */
    async cut() {
      if (!holder || holder.exitCode !== null || holder.signalCode !== null) return performance.now();
      const ended = new Promise((resolve) => holder.once('exit', resolve)), pid = childOf(holder.pid);
      spawnSync('ip', ['link', 'set', link, 'down']);
      const at = performance.now();
      if (pid) process.kill(pid, 'SIGKILL');
      await Promise.race([ended, wait(10000)]);
      if (holder.exitCode === null && holder.signalCode === null) { holder.kill('SIGKILL'); await ended; }
      return at;
    },
    async close() { await self.cut(); if (existsSync(dir) && statSync(dir).isDirectory()) rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }); },
  };
  return self;
}
