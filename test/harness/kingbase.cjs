// A server that answers as KingbaseES does (version text, mode, SCRAM-SM3, its own databases): an embedded PostgreSQL behind a proxy in a process of its own, on one port, killed and started again together.
const { fork } = require('node:child_process');
const { chmodSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { freePort } = require('./ports.cjs');

const root = resolve(__dirname, '../..'), PASSWORD = 'Kb-口令1';
/** @returns { url, name, restart(), stop() } */
async function startKingbase() {
  const { startEmbedded } = require(join(root, 'server/dist/platform/database/embedded.js'));
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-kingbase-'));
  chmodSync(dir, 0o755);
  const port = await freePort(), port2 = await freePort();
  let database, proxy;
  const start = async () => {
    database = await startEmbedded(join(dir, 'db'), port2, 'test-only', { max_connections: '300', fsync: 'off' });
    proxy = fork(__filename, [JSON.stringify({ backend: database.url, password: PASSWORD, port })], { execArgv: [] });
    await new Promise((ready, failed) => { proxy.once('message', ready); proxy.once('exit', (code) => failed(new Error(`the proxy ended with ${code}`))); });
  };
  const gone = async (pid) => { for (let i = 0; i < 400; i++) { try { process.kill(pid, 0); } catch { return; } await new Promise((r) => setTimeout(r, 25)); } throw new Error(`process ${pid} does not end`); };
  const kill = async () => { proxy.kill('SIGKILL'); process.kill(database.pid, 'SIGQUIT'); await gone(database.pid); };
  try { await start(); } catch (error) { proxy?.kill('SIGKILL'); await database?.stop(); rmSync(dir, { recursive: true, force: true }); throw error; }
  return { url: `kingbase://ronghu:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/ronghu`, name: 'kingbase', restart: async () => { await kill(); await start(); }, stop: async () => { proxy.kill('SIGKILL'); await database.stop(); rmSync(dir, { recursive: true, force: true }); } };
}
module.exports = { startKingbase };
if (require.main === module) {
  const { startKingbaseProxy } = require(join(root, 'packages/kingbase-driver/dist/testing/kingbase-proxy.js'));
  process.once('disconnect', () => process.exit(0));
  startKingbaseProxy(JSON.parse(process.argv[2])).then(({ port }) => process.send(port));
}
