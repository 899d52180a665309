// One line on whether this host serves, and what runs.
import { spawnSync } from 'node:child_process';
import { bundleDir, hasSystemd, running, versionOf } from './layout.mjs';
import { unready } from './health.mjs';
import { doorShut } from './hosts.mjs';
import { processesOf } from './processes.mjs';

const unitsOf = (inst) => [...(inst.embedded ? ['database'] : []), 'prepare', ...processesOf(inst).map((p) => p.name)];
/** Exit code 0 when the server is ready, 1 otherwise (also for keepalived). @param door asks the proxy's port instead, which other hosts may stand in for. */
export async function status(inst, { quiet, door }) {
  const why = await (door ? doorShut(inst) : unready(inst));
  if (!quiet) {
    console.log(`融呼 ${versionOf(bundleDir).version}：${why === null ? '正常' : why}`);
    const run = running(inst);
    if (run) console.log(`前台运行，进程 ${run.pid}；${Object.entries(run.pids).map(([name, pid]) => `${name} ${pid ?? '未运行'}`).join('，')}`);
    else if (hasSystemd()) for (const name of unitsOf(inst)) console.log(`${`ronghu-${name}`.padEnd(18)} ${spawnSync('systemctl', ['is-active', `ronghu-${name}`], { encoding: 'utf8' }).stdout.trim()}`);
    else console.log('没有在运行');
  }
  process.exit(why === null ? 0 : 1);
}
