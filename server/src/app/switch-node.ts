import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CryptoBox, loadOrCreateKeys } from '../platform/crypto';
import type { DatabaseTarget } from '../platform/database/places';
import { createShards } from '../platform/database/shards';
import type { Installation } from './install';

interface Generator { generateNode(input: unknown, directory: string): { node: unknown }; installSounds(node: unknown): void }
const secret = (): string => randomBytes(15).toString('base64url').replace(/[-_]/g, 'Z');

/**
 * Writes the configuration of the installation's first node from the phones and hotlines in the database, with passwords of its own
 * (kept sealed in `phone.sip_secret`), and the sounds beside it. Done at every start: what was changed in the portal takes effect.
 */
export async function configureSwitch(d: { root: string; dataDir: string; database: DatabaseTarget; installation: Installation }): Promise<void> {
  const { installation } = d, { switch: sw } = installation, node = sw.nodes[0];
  if (!node) return;
  const shards = await createShards({ ...d.database, maxConnections: 2, companyIds: [] }), group = shards.group();
  try {
    const crypto = new CryptoBox(loadOrCreateKeys(join(d.dataDir, 'keys')));
    const phones = await group.query<{ extension: string; sip_secret: string | null; station_id: number }>('select extension, sip_secret, station_id from phone order by extension limit 2000');
    const fresh = phones.filter((p) => !p.sip_secret);
    for (const phone of fresh) phone.sip_secret = crypto.seal(secret());
    if (fresh.length) await group.transaction(async (tx) => { for (const phone of fresh) await tx.execute('update phone set sip_secret = $1 where extension = $2', [phone.sip_secret, phone.extension]); });
    const hotlines = (await group.query<{ called_number: string }>('select called_number from access_number order by called_number limit 100')).map((r) => r.called_number);
    const directories = { recordings: sw.recordingsDir, spool: sw.spoolDir, prompts: join(sw.configDir, 'prompts'), music: join(sw.configDir, 'music') };
    for (const dir of Object.values(directories)) mkdirSync(dir, { recursive: true });
    const { generateNode, installSounds } = (await import(join(d.root, 'gateway-config/dist/index.js'))) as Generator;
    const made = generateNode({
      name: node.name, listen: { address: '127.0.0.1' }, eventSocket: { address: '127.0.0.1', port: node.port, password: node.password }, directories,
      phones: phones.map((p) => ({ extension: p.extension, password: crypto.open(p.sip_secret as string), name: '' })), phonesFrom: ['127.0.0.0/8'],
      trunks: [{ name: 'trunk1', address: '127.0.0.1', port: 5090, allowFrom: ['127.0.0.0/8'] }], hotlines: hotlines.length ? hotlines : ['96777'], localHuntGroup: phones.slice(0, 8).map((p) => p.extension), limits: { sessions: 2000, sessionsPerSecond: 200 }, ...node.description,
    }, sw.configDir);
    installSounds(made.node);
    writeFileSync(join(sw.configDir, 'event-password'), node.password, { mode: 0o600 });
  } finally { await shards.close(); }
}
