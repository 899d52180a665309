import 'reflect-metadata';
import { join } from 'node:path';
import { startHttp } from '../app/http-server';
import { modules } from '../app/modules';
import { allTables } from '../app/tables';
import { DirectorClient } from '../domain/telephony/director-client';
import { SettingService } from '../domain/setting';
import { FileAnchor, Sealer } from '../platform/audit';
import { holderName } from '../platform/bus/lease';
import { systemClock } from '../platform/clock';
import { loadConfig } from '../platform/config/config';
import { knownCompanies } from '../platform/database/migrate';
import { createLog } from '../platform/log';
import { openProbePort } from '../platform/observability';
import { serverTelephonyMetrics } from '../domain/telephony/telephony.metrics';
import { PRODUCT_VERSION } from '../app/version';
import { createPlatform } from '../platform/platform';

const PURGE_MS = 3_600_000;
/** `--role api,worker` (default both). @throws Error for a role there is not. */
export function rolesOf(args: readonly string[]): { api: boolean; worker: boolean } {
  const at = args.indexOf('--role'), names = (at < 0 ? 'api,worker' : (args[at + 1] ?? '')).split(',').map((name) => name.trim()).filter(Boolean), unknown = names.filter((name) => name !== 'api' && name !== 'worker');
  if (names.length === 0 || unknown.length) throw new Error(`--role takes api, worker or both (api,worker)${unknown.length ? `, not ${unknown.join(', ')}` : ''}; the director is a process of its own`);
  return { api: names.includes('api'), worker: names.includes('worker') };
}
/** A server process: answers people and holds their live connections (role `api`), does the jobs of the database (role `worker`: relay, timers, sealing), or both. Any number of either on one database. */
async function main(): Promise<void> {
  const roles = rolesOf(process.argv.slice(2)), log = createLog({ role: Object.entries(roles).filter(([, on]) => on).map(([name]) => name).join('+'), pid: process.pid });
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', { error }));
  const config = loadConfig(), holder = holderName();
  const platform = await createPlatform(config, { clock: systemClock, log, holder, roles, companyIds: await knownCompanies(config.database), tables: allTables, version: PRODUCT_VERSION });
  const { shards, clock, audit, outbox, ids, keys, sm2, signals, processes } = platform, group = shards.group();
  const settings = new SettingService({ group, clock, audit, outbox, signals });
  const directorClient = new DirectorClient({ url: config.link.urls, token: config.link.token, caFile: config.link.tls?.caFile });
  directorClient.start();
  const liveFigures = {
    directorConnected: () => directorClient.connected, directorEpoch: () => directorClient.health?.epoch ?? null, directorHealth: () => (directorClient.connected ? directorClient.health : null), switchConnected: () => directorClient.connected && (directorClient.health?.switchConnected ?? false),
    callsInProgress: () => directorClient.calls.size, phonesOnline: () => directorClient.health?.phonesOnline ?? 0,
  };
  const http = await startHttp(platform, modules, { settings, directorClient, liveFigures, productVersion: PRODUCT_VERSION });
  platform.observability.liveConnections = () => http.live.connections;
  serverTelephonyMetrics(platform.observability.metrics, directorClient);
  const { metricsPort } = platform.observability.monitoring, probePort = metricsPort === null ? null : await openProbePort(platform.observability.probe, metricsPort);
  await settings.install();
  platform.bus.on('binding.changed', 'director.reload', async () => { await directorClient.request('reload', {}).catch((error: unknown) => log.warn('the director reads bindings at its next start', { error })); });
  platform.bus.on('setting.changed', 'director.reload', async () => { await directorClient.request('reload', {}).catch((error: unknown) => log.warn('the director reads settings at its next start', { error })); });
  const sealer = new Sealer({ group, ids, clock, keys, sm2, holder, anchor: new FileAnchor(join(config.dataDir, 'anchor')), warn: (message, error) => log.warn(message, { error }) });
  const purge = setInterval(() => void Promise.all([platform.idempotency.purge(clock.now()), platform.relay.purge(clock.now())]).catch((error: unknown) => log.warn('what ended long ago was not removed', { error })), PURGE_MS);
  purge.unref();
  if (roles.worker) {
    platform.relay.start();
    platform.timers.start();
    sealer.start();
  } else clearInterval(purge);
  await processes.settled();
  await http.listen();

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    platform.observability.probe.stop();
    if (roles.worker) sealer.stop();
    clearInterval(purge);
    await http.close({ noticeMs: config.http.drainMs });
    directorClient.stop(); // until here people are still answered
    await probePort?.close();
    await platform.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop().catch((error: unknown) => { log.error('stopped badly', { error }); process.exit(1); }));
  console.log(`ready ${http.port}`);
}
if (require.main === module) main().catch((error: unknown) => { console.error(error); process.exit(1); });
