import 'reflect-metadata';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { startHttp } from '../app/http-server';
import { modules } from '../app/modules';
import { allTables } from '../app/tables';
import { DirectorClient } from '../domain/telephony/director-client';
import { DIRECTOR_PATH } from '../domain/telephony/director-protocol';
import { SettingService } from '../domain/setting';
import { FileAnchor, Sealer } from '../platform/audit';
import { systemClock } from '../platform/clock';
import { loadConfig } from '../platform/config/config';
import { knownCompanies } from '../platform/database/migrate';
import { createLog } from '../platform/log';
import { createPlatform } from '../platform/platform';

const PURGE_MS = 3_600_000;
/** The server process: the API with the live connection (role `api`) and the jobs of the database (role `worker`): relay, timers, sealing. */
async function main(): Promise<void> {
  const log = createLog({ role: 'server', pid: process.pid });
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', { error }));
  const config = loadConfig(), holder = `${hostname()}:${process.pid}`;
  const platform = await createPlatform(config, { clock: systemClock, log, holder, companyIds: await knownCompanies(config.database), tables: allTables });
  const { shards, clock, audit, outbox, ids, keys, sm2 } = platform, group = shards.group();
  const settings = new SettingService({ group, clock, audit, outbox });
  const directorClient = new DirectorClient({ url: `ws://${config.link.host}:${config.link.port}${DIRECTOR_PATH}`, token: config.link.token });
  directorClient.start();
  let connections = (): number => 0;
  const liveFigures = {
    directorConnected: () => directorClient.connected, directorEpoch: () => directorClient.health?.epoch ?? null, switchConnected: () => directorClient.connected && (directorClient.health?.switchConnected ?? false),
    callsInProgress: () => directorClient.calls.size, phonesOnline: () => directorClient.health?.phonesOnline ?? 0, liveConnections: () => connections(),
  };
  const http = await startHttp(platform, modules, { settings, directorClient, liveFigures, productVersion: '0.1.0' });
  connections = () => http.live.connections;
  await settings.install();
  platform.bus.on('binding.changed', 'director.reload', async () => { await directorClient.request('reload', {}).catch((error: unknown) => log.warn('the director reads bindings at its next start', { error })); });
  platform.bus.on('setting.changed', 'director.reload', async () => { await directorClient.request('reload', {}).catch((error: unknown) => log.warn('the director reads settings at its next start', { error })); });
  const sealer = new Sealer({ group, ids, clock, keys, sm2, holder, anchor: new FileAnchor(join(config.dataDir, 'anchor')), warn: (message, error) => log.warn(message, { error }) });
  platform.relay.start();
  platform.timers.start();
  sealer.start();
  const purge = setInterval(() => void platform.idempotency.purge(clock.now()).catch((error: unknown) => log.warn('old idempotency keys not removed', { error })), PURGE_MS);
  purge.unref();

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    sealer.stop();
    clearInterval(purge);
    directorClient.stop();
    await http.close();
    await platform.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop().catch((error: unknown) => { log.error('stopped badly', { error }); process.exit(1); }));
  console.log(`ready ${http.port}`);
}
main().catch((error: unknown) => { console.error(error); process.exit(1); });
