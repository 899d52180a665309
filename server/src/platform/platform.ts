import { join } from 'node:path';
import { AuditLog } from './audit';
import { Bus } from './bus/bus';
import { createCache, Processes, Signals, wakeUpFor, type Cache } from './cache';
import { Outbox } from './bus/outbox';
import { Relay } from './bus/relay';
import type { Clock } from './clock';
import type { Config } from './config/config';
import { CryptoBox, KeyStore, PasswordHasher, sealerFor, Sm2Worker, type Keys } from './crypto';
import { createIds, type Ids } from './database/ids';
import { leaseNode } from './database/node-lease';
import { createShards, type Shards } from './database/shards';
import type { TableDefinition } from './database/table';
import { Idempotency } from './http/idempotency';
import { Nonces } from './identity/nonces';
import { OrgDirectory } from './identity/org.store';
import { SessionService } from './identity/session.service';
import type { Log } from './log';
import { ServerObservability } from './observability';
import { Hub } from './realtime/hub';
import { Refresh } from './refresh';
import { Reseal } from './reseal';
import { BlobStore } from './storage';
import { Timers } from './timer/timers';
import { TwoPerson } from './two-person';

export interface Roles { api: boolean; worker: boolean }
const CACHE_ALONE = { url: null, prefix: 'ronghu:' };

/** What any business system needs, made once a process; knows nothing of the floors above. */
export interface Platform {
  /** What this process does: answers people (`api`), does the database's jobs (`worker`), or both. */
  roles: Roles;
  cache: Cache; processes: Processes; signals: Signals;
  config: Config; clock: Clock; ids: Ids; log: Log; shards: Shards; orgs: OrgDirectory; bus: Bus; outbox: Outbox; relay: Relay; timers: Timers; hub: Hub; keys: Keys; keyStore: KeyStore; reseal: Reseal; twoPerson: TwoPerson; crypto: CryptoBox; sm2: Sm2Worker;
  passwords: PasswordHasher; observability: ServerObservability; audit: AuditLog; blobs: BlobStore; sessions: SessionService; idempotency: Idempotency; close(): Promise<void>;
}
/** @param node 0..255, this process's share of the id space; leased in the database when not given. Opens the shards of `companyIds`, whose tables must exist (see migrate); `tables`: what a company added later gets. */
export async function createPlatform(config: Config, options: { clock: Clock; log: Log; node?: number; holder: string; companyIds: readonly number[]; roles?: Roles; tables?: readonly TableDefinition[]; version?: string }): Promise<Platform> {
  const { clock, log, holder } = options, roles = options.roles ?? { api: true, worker: true };
  const names = Object.entries(roles).filter(([, on]) => on).map(([name]) => name), observability = new ServerObservability({ config, clock, log, role: names.join('+'), version: options.version ?? '' });
  const shards = await createShards({ ...config.database, companyIds: options.companyIds, tables: options.tables, watch: observability.watch });
  const group = shards.group(), lease = options.node === undefined ? await leaseNode(group, options.holder, clock, log) : null;
  const ids = createIds(options.node ?? (lease as { node: number }).node, clock.now), bus = new Bus(log), outbox = new Outbox(ids, clock);
  const wakeUp = wakeUpFor(config.database.url, log), cache = createCache(config.cache ?? CACHE_ALONE, { group, ids, clock, log, holder, wakeUp });
  const processes = new Processes({ cache, clock, log, holder, roles: names }), signals = new Signals({ cache, log, processes });
  const keysDir = join(config.dataDir, 'keys'), keyStore = new KeyStore(keysDir, sealerFor(keysDir)), { keys } = keyStore, crypto = new CryptoBox(keys, { more: () => (keyStore.refresh() ? keyStore.keys : null) }), passwords = new PasswordHasher(), sm2 = new Sm2Worker();
  keyStore.onChange((fresh) => crypto.adopt(fresh));
  keyStore.watch((error) => log.error('the keystore cannot be read anew', { error }));
  const orgs = new OrgDirectory(group, signals);
  const audit = new AuditLog(ids, clock);
  const blobs = new BlobStore(join(config.dataDir, 'blobs'));
  const sessions = new SessionService({ group, orgs, clock, passwords, audit, cache, signals, nonces: new Nonces(Buffer.from(keys.blind, 'base64'), { cache, clock }), passwordAge: { allowDemoPasswords: config.demo }, seal: { publicKey: () => keys.signIn.publicKey, open: (sealed) => sm2.decrypt(sealed, keys.signIn.privateKey) } });
  // its client is loaded only where it is used
  const broker = config.bus?.kind === 'rocketmq' ? new (await import('./bus/rocketmq-broker.js')).RocketmqBroker({ ...config.bus, log }) : null;
  const relay = new Relay({ shards, bus, outbox, clock, log, holder, signals, wakeUp, workers: () => processes.workers(), broker }), timers = new Timers({ shards, ids, clock, log });
  const twoPerson = new TwoPerson({ group, ids, clock, audit }), reseal = new Reseal({ shards, ids, clock, log, crypto, timers, tables: options.tables ?? [] });
  const readOrgs = async (): Promise<void> => {
    await orgs.reload();
    const fresh = options.tables ? await shards.openAll(orgs.all().filter((node) => node.kind === 'company').map((node) => node.id)) : [];
    if (fresh.length) log.info('companies opened', { fresh });
  };
  const organisation = new Refresh(async () => { await readOrgs(); sessions.forgetAll('rightsChanged'); }, (error) => log.error('the organisation could not be read anew', { error }));
  signals.on('organisation', () => organisation.ask());
  signals.onGap(() => organisation.ask());
  // the signal is quick, the event is sure: the process that made the change may have died before it could tell
  bus.everywhere('org.changed', 'platform.organisation', async () => organisation.ask());
  observability.attach({ shards, cache, clock, log, holder, tables: options.tables ?? [], published: () => relay.published });
  signals.on('event', (head) => bus.follow(head));
  outbox.onCommit((shard) => relay.committed(shard));
  await wakeUp?.start();
  await cache.start();
  await processes.start();
  observability.board.start();
  await readOrgs(); // after we are listening: what changes from here on is told
  return {
    roles, cache, processes, signals, config, clock, ids, log, shards, orgs, bus, outbox, relay, timers, hub: new Hub(clock, (room, event) => signals.send('live', { room, event })), keys, keyStore, reseal, twoPerson, crypto, sm2, passwords, observability, audit, blobs, sessions, idempotency: new Idempotency({ db: group, clock, holder, gone: (name) => processes.gone(name) }),
    async close() {
      observability.probe.stop();
      keyStore.close();
      await timers.stop();
      await relay.stop();
      await signals.close();
      await organisation.close();
      await processes.close();
      await observability.board.close();
      await cache.close();
      await wakeUp?.close();
      await sm2.close();
      await lease?.release();
      await shards.close();
      await observability.close();
    },
  };
}
