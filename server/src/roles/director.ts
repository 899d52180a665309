import 'reflect-metadata';
import { join } from 'node:path';
import { DirectorProcess } from '../domain/telephony/director/director-process';
import { DIRECTOR_LEASE, TelephonyStore } from '../domain/telephony/telephony.store';
import { telephonySettings } from '../domain/telephony/telephony.settings';
import { SettingService } from '../domain/setting';
import { AuditLog } from '../platform/audit';
import { holderName, releaseLease, takeLease } from '../platform/bus/lease';
import { Outbox } from '../platform/bus/outbox';
import { systemClock } from '../platform/clock';
import { loadConfig } from '../platform/config/config';
import { CryptoBox, KeyStore, sealerFor } from '../platform/crypto';
import { createIds } from '../platform/database/ids';
import { leaseNode } from '../platform/database/node-lease';
import { createShards } from '../platform/database/shards';
import { createLog } from '../platform/log';
import { Observability, openProbePort } from '../platform/observability';
import { directorMetrics } from '../domain/telephony/telephony.metrics';
import { PRODUCT_VERSION } from '../app/version';

/** Short, so that a standby takes over within three seconds; renewed twice a second. */
const LEASE_MS = 2_000;
/** Exit code of a director that another one has replaced: its supervisor starts it again as a standby. */
const REPLACED = 75;

async function main(): Promise<void> {
  const log = createLog({ role: 'director', pid: process.pid });
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', { error }));
  const config = loadConfig(), clock = systemClock, holder = holderName();
  const node = config.switch.nodes[0];
  if (!node) throw new Error('setting switch.nodes is missing (see docs/配置.md)');
  const observability = new Observability({ config, clock, log, role: 'director', version: PRODUCT_VERSION });
  const shards = await createShards({ ...config.database, maxConnections: 6, companyIds: [], watch: observability.watch }), group = shards.group();
  const share = await leaseNode(group, holder, clock, log);
  const ids = createIds(share.node, clock.now), keysDir = join(config.dataDir, 'keys'), keyStore = new KeyStore(keysDir, sealerFor(keysDir)), crypto = new CryptoBox(keyStore.keys, { more: () => (keyStore.refresh() ? keyStore.keys : null) });
  keyStore.onChange((fresh) => crypto.adopt(fresh));
  keyStore.watch((error) => log.error('the keystore cannot be read anew', { error }));
  const settings = new SettingService({ group, clock, audit: new AuditLog(ids, clock), outbox: new Outbox(ids, clock) });
  const flows = settings.define(telephonySettings.ivr), restReasons = settings.define(telephonySettings.restReasons), skillGroups = settings.define(telephonySettings.skillGroups);
  const store = new TelephonyStore(group, crypto, { flows: async () => (await flows.get()).value, restReasons: async () => (await restReasons.get()).value, skillGroups: async () => (await skillGroups.get()).value });
  const close = async (): Promise<void> => { await share.release().catch(() => undefined); await shards.close().catch(() => undefined); };

  const [first] = await group.query<{ called_number: string }>('select called_number from access_number order by called_number limit 1');
  const director = new DirectorProcess({
    node, link: config.link, spoolDir: config.switch.spoolDir, dataDir: config.dataDir, config: store, sink: store, ids, clock, log, blind: (number) => crypto.blind(number),
    lease: { take: () => takeLease(group, DIRECTOR_LEASE, holder, clock.now(), LEASE_MS), release: async () => { await releaseLease(group, DIRECTOR_LEASE, holder); } },
    settings: {
      node: node.name, recordingsDir: config.switch.recordingsDir, promptsDir: join(config.switch.configDir, 'prompts'), trunk: process.env.RONGHU_TRUNK ?? 'trunk1', displayNumber: process.env.RONGHU_DISPLAY_NUMBER ?? first?.called_number ?? '96777',
      timeZone: config.timeZone, dialSeconds: 45, repeatWindowMs: 86_400_000, signInReadiness: 'busy',
    },
    processFigures: () => observability.meter.read(),
    onLost: (why) => { log.error('replaced', { why }); void close().finally(() => process.exit(REPLACED)); },
  });
  observability.metrics.pool(() => shards.pool());
  directorMetrics(observability.metrics, () => director.director?.snapshot() ?? null);
  const probes = observability.probes(async () => [...(director.director === null ? ['备用调度，正在等待租约'] : director.director.health().switchConnected ? [] : ['语音交换没有连上']), ...(director.director !== null && !director.director.databaseConnected ? ['集团数据库不可用'] : [])]);
  const probePort = config.monitoring.metricsPort === null ? null : await openProbePort(probes, config.monitoring.metricsPort);
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    probes.stop();
    await probePort?.close();
    await director.stop();
    await close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop().catch((error: unknown) => { log.error('stopped badly', { error }); process.exit(1); }));
  console.log('standby'); // serves when the lease is ours
  if (await director.start()) console.log(`ready ${director.port}`);
}
main().catch((error: unknown) => { console.error(error); process.exit(1); });
