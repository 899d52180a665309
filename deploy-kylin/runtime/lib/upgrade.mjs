// `ronghu upgrade`: the new version beside the old one, tables first (they only grow, so the old version still works on them), then the switch of one link,
// and back again by itself when the new version does not serve (PF-58).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { backup } from './backup.mjs';
import { unready, waitReady } from './health.mjs';
import { hasSystemd, running, versionOf } from './layout.mjs';
import { passphraseFrom } from './seal.mjs';
import { withDatabase } from './services.mjs';
import { verifySums } from './sums.mjs';
import { processesOf } from './processes.mjs';
import { SYSTEM_UNITS, writeAll } from './generate.mjs';
import { askPeers } from './hosts.mjs';
import { systemdUnits } from './units.mjs';

const PREVIOUS = 'previous', wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const currentOf = (inst) => basename(readlinkSync(join(inst.base, 'current')));
function pointTo(inst, version) {
  const current = join(inst.base, 'current');
  rmSync(`${current}.new`, { force: true });
  symlinkSync(join('versions', version), `${current}.new`);
  renameSync(`${current}.new`, current); // one step: nobody sees neither
}
/** Puts a bundle (archive or folder) under `versions`, verified. Returns its version. @throws Error in Chinese, leaving nothing behind. */
async function place(inst, from) {
  const versions = join(inst.base, 'versions'), work = mkdtempSync(join(versions, '.new-'));
  try {
    const unpacked = statSync(from).isDirectory() ? spawnSync('cp', ['-a', `${from}/.`, work], { encoding: 'utf8' }) : spawnSync('tar', ['-xzf', from, '-C', work, '--strip-components=1', '--no-same-owner'], { encoding: 'utf8' });
    if (unpacked.status !== 0) throw new Error(`不能解开 ${from}：${(unpacked.stderr || String(unpacked.error ?? '')).trim()}`);
    if (!existsSync(join(work, 'VERSION.json')) || !existsSync(join(work, 'SM3SUMS'))) throw new Error(`${from} 不是融呼的安装包`);
    const next = versionOf(work), { bad } = await verifySums(work);
    if (bad.length) throw new Error(`新版本校验失败，没有改动现有版本：\n  ${bad.slice(0, 10).join('\n  ')}`);
    if (next.arch !== process.arch) throw new Error(`安装包是 ${next.arch} 的，本机是 ${process.arch}`);
    if (next.version === currentOf(inst)) throw new Error(`已经是 ${next.version}`);
    const target = join(versions, next.version);
    rmSync(target, { recursive: true, force: true }); // left by an earlier try; what is in use is another one
    spawnSync('chmod', ['755', work]);
    renameSync(work, target);
    return next.version;
  } catch (error) { rmSync(work, { recursive: true, force: true }); throw error; }
}
/** A command of a version that need not be the one in use, as arguments of spawnSync. */
const inVersion = (inst, version, args) => [join(inst.base, 'versions', version, 'node/bin/node'), [join(inst.base, 'versions', version, 'deploy/ronghu.mjs'), ...args], { encoding: 'utf8', env: { ...process.env, RONGHU_BASE: inst.base } }];
/** A unit that does not stay up, as a sentence, or null. @param before restarts by unit as first seen: systemd's count may go on over a start by hand. */
function failing(inst, before) {
  const shown = spawnSync('systemctl', ['show', '-p', 'Id,ActiveState,NRestarts', 'ronghu-prepare', ...processesOf(inst).map((p) => `ronghu-${p.name}`)], { encoding: 'utf8' }).stdout ?? '';
  for (const block of shown.trim().split('\n\n')) {
    const of = Object.fromEntries(block.split('\n').map((line) => line.split('='))), name = of.Id?.replace('.service', '');
    const count = Number(of.NRestarts), base = Math.min(before.get(name) ?? count, count);
    before.set(name, base);
    if (of.ActiveState === 'failed' || count - base >= 3) return `${name} 不能启动，见 ${join(inst.log, `${name.replace('ronghu-', '')}.log`)}`;
  }
  return null;
}
/** Restarts this host's processes on the version that `current` names. Returns when they have been told; false when nothing runs here. */
async function restart(inst) {
  const run = running(inst);
  if (run) {
    process.kill(run.pid, 'SIGHUP');
    for (let i = 0; i < 600 && running(inst)?.pid === run.pid; i++) await wait(100);
    return true;
  }
  if (!hasSystemd()) return false;
  // the units are those of the version that is to run; one from before this command existed gets ours
  if (spawnSync(...inVersion(inst, currentOf(inst), ['service', 'units'])).status !== 0) writeAll(SYSTEM_UNITS, systemdUnits(inst));
  for (const args of [['daemon-reload'], ['restart', 'ronghu-prepare', ...processesOf(inst).filter((p) => p.name !== 'simulator').map((p) => `ronghu-${p.name}`)]]) { if (spawnSync('systemctl', args, { stdio: 'ignore' }).status !== 0) return true; } // whether it serves is asked next
  return true;
}
/** Ready, by processes of that version: an old server still answering for a moment is not taken for the new one. */
async function serves(inst, version, ms) {
  const end = Date.now() + ms, before = new Map();
  for (;;) {
    const run = running(inst);
    if (run?.failed && run.version === version) return String(run.failed).split('\n')[0];
    const units = hasSystemd() && !run, broken = units ? failing(inst, before) : null;
    if (broken) return broken;
    const mine = units ? true : run?.ready && run.version === version;
    const why = mine ? await waitReady(inst, 1000) : '进程没有就绪';
    if (why === null) { await wait(2000); if ((units ? failing(inst, before) : null) === null && (await unready(inst)) === null) return null; } // a server that falls over at once has not come up
    if (Date.now() > end) return why ?? '服务启动后又停止';
    await wait(300);
  }
}
const migrate = (inst, version) => spawnSync(...inVersion(inst, version, ['service', 'migrate']));
export async function upgradeCommand(inst, from, values) {
  const old = currentOf(inst), ms = Number(values.timeout ?? 120) * 1000;
  if (inst.form !== 'single' && !values.force) {
    const peers = await askPeers(inst);
    if (!peers.some((p) => p.why === null)) throw new Error(`其他主机都不能接替（${peers.map((p) => `${p.host}：${p.why}`).join('；')}），升级会中断服务，没有改动；确要升级请加 --force`);
  }
  console.log('校验新版本 …');
  const next = await place(inst, resolve(from));
  console.log(`  ${old} → ${next}`);
  const active = running(inst) !== null || hasSystemd();
  await withDatabase(inst, async () => {
    if (!values['no-backup']) {
      console.log('升级前备份 …');
      const into = join(inst.data, 'backups');
      mkdirSync(into, { recursive: true, mode: 0o700 });
      const { dir } = await backup(inst, into, { passphrase: passphraseFrom(values['passphrase-file']) });
      console.log(`  ${dir}`);
    }
    console.log('更新表结构 …');
    const migrated = migrate(inst, next);
    if (migrated.status !== 0) { rmSync(join(inst.base, 'versions', next), { recursive: true, force: true }); throw new Error(`表结构更新失败，仍在使用 ${old}：${(migrated.stderr || migrated.stdout).trim().slice(-1000)}`); }
  });
  pointTo(inst, next);
  if (!active || !(await restart(inst))) { writeFileSync(join(inst.base, PREVIOUS), old); console.log(`已切换到 ${next}；融呼没有在运行，启动后生效`); return; }
  console.log('等待新版本就绪 …');
  const why = await serves(inst, next, ms);
  if (why === null) {
    writeFileSync(join(inst.base, PREVIOUS), old);
    for (const name of readdirSync(join(inst.base, 'versions'))) if (name !== next && name !== old) rmSync(join(inst.base, 'versions', name), { recursive: true, force: true });
    console.log(`升级完成：${next}；可用 ronghu rollback 退回 ${old}`);
    return;
  }
  console.log(`新版本没有就绪（${why}），退回 ${old} …`);
  pointTo(inst, old);
  await restart(inst);
  const still = await serves(inst, old, ms);
  throw new Error(still === null ? `升级没有成功，已退回 ${old}，服务正常；${next} 的程序保留在 ${join(inst.base, 'versions', next)} 供查找原因` : `升级没有成功，退回 ${old} 后服务仍未就绪：${still}。请查看 ${inst.log}`);
}
export async function rollbackCommand(inst, values) {
  const file = join(inst.base, PREVIOUS), old = existsSync(file) ? readFileSync(file, 'utf8').trim() : '', now = currentOf(inst);
  if (!old || old === now || !existsSync(join(inst.base, 'versions', old))) throw new Error('没有可退回的版本');
  pointTo(inst, old);
  writeFileSync(file, now);
  if (!(await restart(inst))) { console.log(`已切换到 ${old}，启动后生效`); return; }
  const why = await serves(inst, old, Number(values.timeout ?? 120) * 1000);
  if (why !== null) throw new Error(`已切换到 ${old}，但服务没有就绪：${why}`);
  console.log(`已退回 ${old}`);
}
