// `ronghu run`: the processes of this host in the foreground, for systems without systemd.
import { spawn } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { becomeUser, bundleDir, product, runFile, running, versionOf } from './layout.mjs';
import { environment, processesOf } from './processes.mjs';
import { startDatabase } from './services.mjs';

/** Tells the wrapper script to start what `current` points to now. */
const AGAIN = 86;
const alive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
/** Runs until SIGTERM; on SIGHUP (an upgrade) ends with 86 after stopping all, and the wrapper starts the version in use. */
export async function supervise(inst) {
  const earlier = running(inst);
  if (earlier && earlier.pid !== process.pid) throw new Error(`融呼已在运行（进程 ${earlier.pid}）`);
  becomeUser(inst);
  process.chdir(inst.data);
  process.umask(0o027);
  const env = { ...process.env, ...environment(inst) }, say = (line) => console.log(line), { Children } = product().server('app/children.js'), children = new Children(inst.log, say);
  let database = null, stopping = false;
  const stop = async (code) => {
    if (stopping) return;
    stopping = true;
    say('正在停止 …');
    await children.stop();
    await database?.stop();
    rmSync(runFile(inst), { force: true });
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop(0));
  process.on('SIGHUP', () => void stop(AGAIN));
  const write = (ready, failed) => {
    writeFileSync(`${runFile(inst)}.new`, JSON.stringify({ pid: process.pid, ready, failed, version: versionOf(bundleDir).version, startedAt: Date.now(), pids: Object.fromEntries(processesOf(inst).map((p) => [p.name, children.pid(p.name)])), database: database?.pid }), { mode: 0o600 });
    renameSync(`${runFile(inst)}.new`, runFile(inst));
  };
  try {
    write(false);
    if (inst.embedded) { say('启动数据库 …'); database = await startDatabase(inst); }
    say('准备数据与语音节点配置 …');
    await new Promise((resolve, reject) => spawn(process.execPath, [join(bundleDir, 'deploy/ronghu.mjs'), 'service', 'prepare'], { env, stdio: 'inherit' }).on('exit', (code, signal) => (code === 0 ? resolve() : reject(new Error(`准备没有完成（${signal ?? code}）`)))).on('error', reject));
    for (const item of processesOf(inst)) {
      say(`启动${item.title} …`);
      await children.start({ name: item.name, script: join(bundleDir, item.script), args: item.args, env, readyLine: item.readyLine, againLine: item.againLine, ...(item.stopSeconds ? { stopMs: item.stopSeconds * 1000 } : {}) }, 60000);
    }
    write(true);
    say('融呼已就绪');
  } catch (error) {
    if (stopping) return;
    console.error(error.message);
    if (process.env.RONGHU_AGAIN !== '1') return stop(1);
    // this version was just put in place: whoever did so sees the reason and points back, then SIGHUP comes
    await children.stop();
    await database?.stop();
    write(false, error.message);
    setInterval(() => undefined, 60_000);
    return;
  }
  let reviving = false;
  setInterval(() => {
    if (stopping || reviving || !database || alive(database.pid)) return;
    reviving = true;
    say('数据库意外停止，正在重新启动');
    startDatabase(inst).then((again) => { database = again; write(true); }, (error) => say(error.message)).finally(() => { reviving = false; });
  }, 500);
}
