import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKingbaseProxy, type KingbaseProxy } from '../../packages/kingbase-driver/src/testing/kingbase-proxy';
import { freePort } from '../../server/src/platform/testing/database';
import { contract, type ContractServer } from '../../server/src/platform/database/contract.suite';
import { startEmbedded } from '../../server/src/platform/database/embedded';
import { notRun, servers, type Restartable, type Started } from './servers';

/** An embedded PostgreSQL that can be killed and started again. */
async function postgres(): Promise<Restartable> {
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-contract-'));
  chmodSync(dir, 0o755);
  const port = await freePort(), begin = () => startEmbedded(join(dir, 'db'), port, 'test-only', { max_connections: '200' });
  let running = await begin();
  const kill = async () => { process.kill(running.pid, 'SIGQUIT'); for (let i = 0; i < 200; i++) { try { process.kill(running.pid, 0); } catch { return; } await new Promise((r) => setTimeout(r, 25)); } };
  return { url: running.url, restart: async () => { await kill(); running = await begin(); }, stop: async () => { await running.stop(); rmSync(dir, { recursive: true, force: true }); } };
}
function over(name: string, start: () => Promise<Started>, more: Partial<ContractServer> = {}): void {
  let stop = async (): Promise<void> => undefined;
  contract(name, async () => { const server = await start(); if ('skipped' in server) throw new Error(server.skipped); stop = server.stop; return { url: server.url, restart: server.restart, ...more }; }, () => stop());
}
over('PostgreSQL（内嵌）', postgres);
{
  let proxy: KingbaseProxy;
  over('KingbaseES 适配器（PostgreSQL 之前以金仓的版本、模式与 SCRAM-SM3 应答）', async () => {
    const server = await postgres();
    proxy = await startKingbaseProxy({ backend: server.url, password: 'Kb-口令1' });
    return { url: `kingbase://app:${encodeURIComponent('Kb-口令1')}@127.0.0.1:${proxy.port}/ronghu`, restart: server.restart, stop: async () => { await proxy.stop(); await server.stop(); } };
  });
}
const mariadb = servers.mariaDbMissing(), seekdb = servers.seekDbMissing(), dm = process.env.DM_URL;
if (mariadb) notRun('契约 OceanBase 适配器（MariaDB）', mariadb); else over('OceanBase 适配器（MariaDB）', servers.startMariaDb);
if (seekdb) notRun('契约 OceanBase 自己的引擎（seekdb）', seekdb); else over('OceanBase 自己的引擎（seekdb）', servers.startSeekDb, { padsText: true });
if (!dm) notRun('契约 达梦', '没有设置 DM_URL（dm://用户:口令@主机:5236），且本机没有达梦服务器'); else over('达梦', async () => ({ url: dm, restart: async () => { throw new Error('not ours to stop'); }, stop: async () => undefined }), { restart: undefined });
