// What a unit or the supervisor runs that is not a process of the server's own: the embedded database, and the preparation before a start.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { bundleDir, databaseTarget, product, readConfig } from './layout.mjs';

const alive = (pid) => { try { process.kill(pid, 0); return true; } catch (error) { return error.code === 'EPERM'; } };
/** Starts (or finds running) the embedded database of this installation. Returns what the server's own launcher gives: { url, pid, started, stop }. */
export async function startDatabase(inst, require = product()) {
  const { database } = readConfig(inst), { startEmbedded } = require.server('platform/database/embedded.js');
  return startEmbedded(join(inst.data, 'db'), database.embeddedPort, database.embeddedPassword);
}
const answers = (port) => new Promise((resolve) => { const s = createConnection(port, '127.0.0.1', () => { s.destroy(); resolve(true); }); s.on('error', () => resolve(false)); });
/** Runs `work` with the database reachable: the embedded one is started when nobody has (as the installation's user, whoever we are), and stopped again. */
export async function withDatabase(inst, work) {
  if (!inst.embedded || (await answers(readConfig(inst).database.embeddedPort))) return work();
  const child = spawn(process.execPath, [join(bundleDir, 'deploy/ronghu.mjs'), 'service', 'database'], { env: { ...process.env, RONGHU_BASE: inst.base }, stdio: ['ignore', 'pipe', 'inherit'] }), ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await Promise.race([new Promise((resolve) => child.stdout.on('data', (chunk) => { if (String(chunk).startsWith('ready')) resolve(); })), ended.then((code) => { throw new Error(`内嵌数据库没有启动（${code}）`); })]);
    return await work();
  } finally { child.kill('SIGTERM'); await ended; }
}
/** In the foreground until told to stop; ends with 1 when the database dies, so that whoever supervises starts it again. */
export async function serveDatabase(inst) {
  const database = await startDatabase(inst);
  console.log(`ready ${database.pid}`);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { if (stopping) return; stopping = true; void database.stop().then(() => process.exit(0)); });
  setInterval(() => { if (!stopping && !alive(database.pid)) { console.error('数据库意外停止'); process.exit(1); } }, 200);
}
/** Brings every shard up to this version's tables. Returns the number of statements run. */
export async function migrateAll(inst, require = product()) {
  const target = databaseTarget(readConfig(inst)), { knownCompanies, migrate } = require.server('platform/database/migrate.js'), { allTables } = require.server('app/tables.js');
  return migrate(target, allTables, await knownCompanies(target));
}
const addresses = () => Object.values(networkInterfaces()).flat().filter((a) => a && a.family === 'IPv4' && !a.internal).map((a) => a.address);
/** Tables, first contents, certificate, switch configuration: all that a start needs; again without effect. */
export async function prepare(inst, say = console.log) {
  const require = product(), installation = readConfig(inst), database = databaseTarget(installation);
  if (!inst.tlsCert || installation.link.tls) await require.server('app/local-authority.js').localAuthority(join(inst.data, 'tls'), [...new Set([inst.serverName, ...(inst.virtualAddress ? [inst.virtualAddress] : []), ...(installation.link.tls ? [inst.hostAddress] : []), ...addresses()])], Date.now());
  const filled = await require.server('app/seed.js').seed({ dataDir: inst.data, database, installation, houses: inst.houses, renewPasswords: false, onProgress: say });
  await require.server('app/switch-node.js').configureSwitch({ root: bundleDir, dataDir: inst.data, database, installation });
  say(filled ? '已建立数据' : '数据已是最新');
}
/** The certificate that people see, as PEM, or null when there is none yet. */
export function certificatePem(inst) {
  const file = inst.tlsCert || join(inst.data, 'tls/server.crt');
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
