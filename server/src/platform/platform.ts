import { join } from 'node:path';
import { AuditLog } from './audit';
import { Bus } from './bus/bus';
import { Outbox } from './bus/outbox';
import { Relay } from './bus/relay';
import type { Clock } from './clock';
import type { Config } from './config/config';
import { CryptoBox, loadOrCreateKeys, PasswordHasher, Sm2Worker, type Keys } from './crypto';
import { createIds, type Ids } from './database/ids';
import { leaseNode } from './database/node-lease';
import { createShards, followCompanies, type Shards } from './database/shards';
import type { TableDefinition } from './database/table';
import { Idempotency } from './http/idempotency';
import { OrgDirectory } from './identity/org.store';
import { SessionService } from './identity/session.service';
import type { Log } from './log';
import { Hub } from './realtime/hub';
import { BlobStore } from './storage';
import { Timers } from './timer/timers';

/** What any business system needs, made once a process; knows nothing of the floors above. */
export interface Platform {
  config: Config; clock: Clock; ids: Ids; log: Log; shards: Shards; orgs: OrgDirectory; bus: Bus; outbox: Outbox; relay: Relay; timers: Timers; hub: Hub; keys: Keys; crypto: CryptoBox; sm2: Sm2Worker;
  passwords: PasswordHasher; audit: AuditLog; blobs: BlobStore; sessions: SessionService; idempotency: Idempotency; close(): Promise<void>;
}
/** @param node 0..255, this process's share of the id space; leased in the database when not given. Opens the shards of `companyIds`, whose tables must exist (see migrate); `tables`: what a company added later gets. */
export async function createPlatform(config: Config, options: { clock: Clock; log: Log; node?: number; holder: string; companyIds: readonly number[]; tables?: readonly TableDefinition[] }): Promise<Platform> {
  const { clock, log } = options;
  const shards = await createShards({ ...config.database, companyIds: options.companyIds, tables: options.tables });
  const group = shards.group(), lease = options.node === undefined ? await leaseNode(group, options.holder, clock, log) : null;
  const ids = createIds(options.node ?? (lease as { node: number }).node, clock.now), bus = new Bus(), outbox = new Outbox(ids, clock);
  const keys = loadOrCreateKeys(join(config.dataDir, 'keys')), crypto = new CryptoBox(keys), passwords = new PasswordHasher(), sm2 = new Sm2Worker();
  const orgs = new OrgDirectory(group);
  await orgs.reload();
  const audit = new AuditLog(ids, clock);
  const blobs = new BlobStore(join(config.dataDir, 'blobs'));
  const sessions = new SessionService({ group, orgs, clock, passwords, audit, passwordAge: { allowDemoPasswords: config.demo }, seal: { publicKey: () => keys.signIn.publicKey, open: (sealed) => sm2.decrypt(sealed, keys.signIn.privateKey) } });
  const relay = new Relay({ shards, bus, outbox, clock, log, holder: options.holder }), timers = new Timers({ shards, ids, clock, log });
  const unfollow = options.tables ? followCompanies(shards, log, () => orgs.reload()) : (): void => undefined;
  return {
    config, clock, ids, log, shards, orgs, bus, outbox, relay, timers, hub: new Hub(clock), keys, crypto, sm2, passwords, audit, blobs, sessions, idempotency: new Idempotency(group, clock),
    async close() { unfollow(); await timers.stop(); await relay.stop(); await sm2.close(); await lease?.release(); await shards.close(); },
  };
}
