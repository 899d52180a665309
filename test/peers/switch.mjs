import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { answers } = createRequire(import.meta.url)('../harness/ports.cjs');

/**
 * Runs the FreeSWITCH that RONGHU_FREESWITCH_BIN names on a generated configuration, with all it writes below one folder.
 * @returns { pid, rssKb(), kill(), stop() }
 */
export async function startSwitch({ conf, work, port }) {
  const folder = (name) => { const made = join(work, name); mkdirSync(made, { recursive: true }); return made; };
  const args = ['-nonat', '-nf', '-conf', conf, ...['log', 'db', 'run', 'recordings', 'storage', 'cache', 'temp', 'certs'].flatMap((name) => [`-${name}`, folder(name)])];
  const child = spawn('sh', ['-c', 'ulimit -n $(ulimit -Hn); ulimit -s 240; exec "$0" "$@"', process.env.RONGHU_FREESWITCH_BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  const take = (chunk) => { out = (out + chunk).slice(-4000); };
  child.stdout.on('data', take); child.stderr.on('data', take);
  const over = new Promise((resolve) => child.once('exit', resolve));
  for (const end = Date.now() + 30000; !(await answers(port)); await new Promise((r) => setTimeout(r, 100))) {
    if (child.exitCode !== null) throw new Error(`FreeSWITCH ended at once:\n${out}`);
    if (Date.now() > end) { child.kill('SIGKILL'); throw new Error(`FreeSWITCH did not open its event socket:\n${out}`); }
  }
  return {
    pid: child.pid,
    rssKb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]),
    kill: async () => { child.kill('SIGKILL'); await over; },
    stop: async () => { if (!existsSync(`/proc/${child.pid}`)) return; child.kill('SIGTERM'); const hard = setTimeout(() => child.kill('SIGKILL'), 10000); await over; clearTimeout(hard); },
  };
}
