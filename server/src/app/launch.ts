import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { randomPassword } from '../platform/crypto';
import { reachable, startEmbedded, type EmbeddedDatabase } from '../platform/database/embedded';
import { Children } from './children';
import { freePorts, loadOrMakeInstallation, saveInstallation, type Installation } from './install';
import { lanAddresses, localAuthority } from './local-authority';
import { seed } from './seed';
import { configureSwitch } from './switch-node';

/** What a running product says of itself in `run.json`: for a second start, the tests and whoever looks. */
interface Run { ready: boolean; pid: number; base: string; simulator: string | null; password: string | null; pids: Record<string, number | undefined>; /** Server and director processes by name, with the ports of those that answer people. */ processes: { name: string; port?: number; /** Loopback port of /healthz, /readyz and /metrics of a process that answers no people. */ metricsPort?: number }[]; startedAt: number; demoMs: number; warmMs: number }
const args = process.argv.slice(2), has = (flag: string) => args.includes(flag), option = (flag: string) => (has(flag) ? args[args.indexOf(flag) + 1] : undefined);
const root = process.env.RONGHU_ROOT ?? resolve(__dirname, '../../..'), begin = Date.now();
const say = (line: string): void => console.log(line);

/** The data folder: as told, or `.data`; when root starts us below a closed folder the database's unprivileged user needs another place. */
function dataFolder(): string {
  const wanted = resolve(option('--data') ?? process.env.RONGHU_DATA ?? join(root, '.data'));
  if (process.getuid?.() !== 0 || reachable(existsSync(wanted) ? wanted : dirname(wanted))) return wanted;
  const other = join('/var/tmp', `ronghu-${createHash('sha256').update(wanted).digest('hex').slice(0, 10)}`);
  say(`数据库不能以 root 身份运行，且 ${wanted} 对普通用户不可达，数据改放在 ${other}`);
  return other;
}
const alive = (pid: number): boolean => { try { process.kill(pid, 0); return true; } catch { return false; } };
const readRun = (file: string): Run | null => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Run) : null);

function announce(run: Run, installation: Installation, authority: string | null, lan: string[]): void {
  const line = '─'.repeat(64);
  say(`\n${line}\n融呼已就绪（用时 ${((Date.now() - begin) / 1000).toFixed(1)} 秒）\n`);
  say(`  集团门户     ${run.base}/admin/\n  坐席工作台   ${run.base}/agent/\n  现场移动端   ${run.base}/m/`);
  for (const address of lan) say(`  局域网       https://${address}:${installation.http.port}/m/`);
  if (authority) say(`  手机信任根证书  ${authority}（安装到手机后即可离线使用）`);
  if (run.simulator) say(`  模拟语音交换 ${run.simulator}/（拨打热线、按键、接听话机）`);
  if (installation.demoPassword) say(`\n  演示账号（口令均为 ${installation.demoPassword}）\n    admin     集团管理员      leader    公司领导        operator   子公司操作员\n    banzhang  班长            agent01   坐席            zhanzhang  维修站负责人\n    worker01  维修员          auditor   审计员          sysadmin   系统管理员`);
  say(`\n  数据与日志   ${dataDir}\n  按 Ctrl-C 停止；npm start -- --fresh 重新开始\n${line}`);
}
const dataDir = dataFolder(), runFile = join(dataDir, 'run.json');
const children = new Children(join(dataDir, 'logs'), (line) => say(line));
let database: EmbeddedDatabase | null = null, stopping = false;

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  say('正在停止 …');
  await children.stop();
  await database?.stop();
  rmSync(runFile, { force: true });
  process.exit(code);
}
/** A count of processes: 1 to 16. */
function countOf(flag: string): number {
  const text = option(flag), n = Number(text ?? 1);
  if (!Number.isInteger(n) || n < 1 || n > 16) throw new Error(`${flag} 应为 1 到 16 的整数，当前为 ${text}`);
  return n;
}
/**
 * Directors and server processes. By default one process answers people and does the database's jobs. `--api N` and `--workers N` part the two and run so many of
 * each, the API processes on ports of their own behind a front; `--directors 2` keeps a standby.
 */
async function startProcesses(env: NodeJS.ProcessEnv, installation: Installation): Promise<Run['processes']> {
  const directors = countOf('--directors'), apis = countOf('--api'), workers = countOf('--workers'), apart = has('--api') || has('--workers');
  const linkPorts = [installation.link.port, ...(await freePorts(directors - 1, installation.link.port + 1))], names: Run['processes'] = [];
  env.RONGHU_LINK_URLS = linkPorts.map((port) => `ws://127.0.0.1:${port}`).join(',');
  const script = join(root, 'server/dist/roles/director.js'), metricsPorts = await freePorts(directors + (apart ? workers : 0), installation.link.port + 100);
  for (const [i, port] of linkPorts.entries()) {
    const name = i === 0 ? 'director' : `director${i + 1}`;
    // after a restart it waits behind the one that took over
    await children.start({ name, script, env: { ...env, RONGHU_LINK_PORT: String(port), RONGHU_METRICS_PORT: String(metricsPorts[i]) }, readyLine: i === 0 ? 'ready' : 'standby', againLine: 'standby' });
    names.push({ name, metricsPort: metricsPorts[i] });
  }
  const server = (name: string, role: string, more: NodeJS.ProcessEnv = {}): Promise<string> => children.start({ name, script: join(root, 'server/dist/roles/server.js'), args: ['--role', role], env: { ...env, ...more }, readyLine: 'ready' }, 60000);
  if (!apart) { await server('server', 'api,worker'); return [...names, { name: 'server', port: installation.http.port }]; }
  // the cap of one process is shared out, so that more processes do not ask the database for more connections
  const share = String(Math.max(10, Math.floor(72 / (apis + workers)))), ports = await freePorts(apis, installation.http.port + 1), plain = { RONGHU_TLS_CERT: '', RONGHU_TLS_KEY: '', RONGHU_HTTP_HOST: '127.0.0.1', RONGHU_TRUST_PROXY: '1' };
  await Promise.all([
    ...Array.from({ length: workers }, (_, i) => server(`worker${i + 1}`, 'worker', { RONGHU_DATABASE_MAX: share, RONGHU_METRICS_PORT: String(metricsPorts[directors + i]) })),
    ...ports.map((port, i) => server(`api${i + 1}`, 'api', { RONGHU_DATABASE_MAX: share, RONGHU_HTTP_PORT: String(port), ...plain })),
  ]);
  await children.start({ name: 'front', script: join(root, 'server/dist/app/front.js'), env: { ...env, RONGHU_FRONT_TARGETS: ports.join(',') }, readyLine: 'ready' });
  return [...names, ...ports.map((port, i) => ({ name: `api${i + 1}`, port })), ...Array.from({ length: workers }, (_, i) => ({ name: `worker${i + 1}`, metricsPort: metricsPorts[directors + i] })), { name: 'front', port: installation.http.port }];
}
async function main(): Promise<void> {
  const earlier = readRun(runFile);
  if (earlier && earlier.pid !== process.pid && alive(earlier.pid)) {
    if (has('--fresh')) { say('融呼正在运行：请先在它的窗口按 Ctrl-C 停止，再用 --fresh 重新开始'); process.exit(1); }
    say(`融呼已在运行：${earlier.base}/admin/`);
    process.exit(0);
  }
  if (has('--fresh') && existsSync(dataDir)) {
    const old = existsSync(join(dataDir, 'ronghu.config.json')) ? (JSON.parse(readFileSync(join(dataDir, 'ronghu.config.json'), 'utf8')) as Installation) : null;
    if (old?.database.embeddedPort) await (await startEmbedded(join(dataDir, 'db'), old.database.embeddedPort, old.database.embeddedPassword as string).catch(() => null))?.stop();
    for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  const lan = has('--lan'), { installation, made } = await loadOrMakeInstallation(dataDir, { demo: !has('--no-demo'), httpPort: has('--free-ports') ? 0 : Number(option('--port') ?? 8080), anyPorts: has('--free-ports') });
  let renew = false;
  if (lan && !made && installation.http.host === '127.0.0.1') { installation.demoPassword = installation.demoPassword ? randomPassword(14) : null; renew = true; } // what was printed for loopback only is not carried to a network
  if (lan !== (installation.http.host === '0.0.0.0')) { installation.http.host = lan ? '0.0.0.0' : '127.0.0.1'; saveInstallation(dataDir, installation); }

  say('[3/5] 启动数据库 …');
  const external = process.env.RONGHU_DATABASE_URL ?? installation.database.url;
  if (!external) database = await startEmbedded(join(dataDir, 'db'), installation.database.embeddedPort as number, installation.database.embeddedPassword as string);
  const url = external ?? (database as EmbeddedDatabase).url, place = { url, shards: installation.database.shards };
  const env: NodeJS.ProcessEnv = { ...process.env, RONGHU_DATA: dataDir, RONGHU_DATABASE_URL: url, RONGHU_HTTP_PORT: String(installation.http.port), RONGHU_HTTP_HOST: installation.http.host, RONGHU_LINK_PORT: String(installation.link.port), RONGHU_LINK_TOKEN: installation.link.token, RONGHU_DEMO: installation.demo ? '1' : '0' };
  const demoBegin = Date.now();
  const seeded = await seed({ dataDir, database: place, installation, houses: Number(option('--houses') ?? 50000), renewPasswords: renew, onProgress: (text) => say(`[4/5] ${text}`) });
  const demoMs = seeded ? Date.now() - demoBegin : 0;
  const authority = lan ? await localAuthority(join(dataDir, 'tls'), lanAddresses(), Date.now()) : null;
  if (authority) Object.assign(env, { RONGHU_TLS_CERT: authority.certFile, RONGHU_TLS_KEY: authority.keyFile });

  say('[5/5] 启动语音交换、话务调度与服务 …');
  await configureSwitch({ root, dataDir, database: place, installation });
  const node = installation.switch.nodes[0] as Installation['switch']['nodes'][number];
  const trunk = node.description?.trunks?.[0]?.name;
  if (trunk) env.RONGHU_TRUNK ??= trunk;
  if (installation.switch.simulated) await children.start({ name: 'simulator', script: join(root, 'packages/switch-simulator/dist/main.js'), args: ['--config', installation.switch.configDir, '--event-port', String(node.port), '--http-port', String(installation.switch.simulatorPort), '--password-file', join(installation.switch.configDir, 'event-password')], env, readyLine: '模拟交换已启动' });
  const processes = await startProcesses(env, installation);
  const base = `${lan ? 'https' : 'http'}://127.0.0.1:${installation.http.port}`;
  const pidsNow = (): Run['pids'] => ({ simulator: children.pid('simulator'), ...Object.fromEntries(processes.map(({ name }) => [name, children.pid(name)])), database: database?.pid });
  const write = (): Run => {
    const run: Run = { ready: true, pid: process.pid, base, simulator: installation.switch.simulated ? `http://127.0.0.1:${installation.switch.simulatorPort}` : null, password: installation.demoPassword, pids: pidsNow(), processes, startedAt: begin, demoMs, warmMs: Date.now() - begin };
    writeFileSync(`${runFile}.new`, JSON.stringify(run), { mode: 0o600 });
    renameSync(`${runFile}.new`, runFile);
    return run;
  };
  const run = write();
  const pids = () => JSON.stringify(pidsNow());
  let known = pids(), reviving = false;
  setInterval(() => {
    if (stopping) return;
    if (database && !reviving && !alive(database.pid)) {
      reviving = true;
      say('数据库意外停止，正在重新启动');
      startEmbedded(join(dataDir, 'db'), installation.database.embeddedPort as number, installation.database.embeddedPassword as string).then((again) => { database = again; }, (error: Error) => say(error.message)).finally(() => { reviving = false; });
    }
    if (pids() !== known) { known = pids(); write(); }
  }, 100);
  announce(run, installation, authority?.authorityFile ?? null, lan ? lanAddresses() : []);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));
main().catch((error: unknown) => { console.error(error instanceof Error ? error.message : error); void stop(1); });
