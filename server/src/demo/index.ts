import { Readable } from 'node:stream';
import type { CryptoBox } from '../platform/crypto';
import { createIds, type Ids } from '../platform/database/ids';
import { definitionOf } from '../platform/database/table';
import { withIndexesAfterwards, type Shards } from '../platform/database/shards';
import type { BlobStore } from '../platform/storage';
import { makeExtras } from './extras';
import { makeHouses, type KnownHouse } from './houses';
import type { Picture } from './order-story';
import { makePeople, type Organisation } from './organisation';
import { scenePicture, signaturePicture } from './pictures';
import { Seeded } from './random';
import { makeSeason } from './season';

export { defaultRights, planOrganisation, type Organisation } from './organisation';

export interface DemoOptions { houses: number; seed: number; now: number; passwordHash: string; /** Houses and owners only, for the million of the benchmarks. */ light?: boolean; orders?: number; calls?: number }
/** `blobs`: where signatures and photos go; without it orders are signed in their history but carry no picture and no sealed evidence. */
export interface DemoParts { shards: Shards; ids: Ids; crypto: CryptoBox; blobs?: Pick<BlobStore, 'put'> }
const DAY = 86_400_000;
const definitions = (...names: string[]) => names.flatMap((name) => definitionOf(name) ?? []);

/**
 * Fills an empty installation whose organisation nodes and schemas exist already. Deterministic for a seed but for ids and sealed numbers.
 * `onProgress`: what is being made and how far (0..1).
 */
export async function generateDemo(d: DemoParts, org: Organisation, options: DemoOptions, onProgress: (what: string, done: number) => void): Promise<void> {
  const random = new Seeded(options.seed), { now } = options, group = d.shards.group(), offset = { community: 0, house: 0 }, known: KnownHouse[] = [], communities: { id: number; stationId: number; companyId: number }[] = [];
  await makePeople({ group, ids: d.ids, random, now, passwordHash: options.passwordHash, seal: (text) => d.crypto.seal(text) }, org);
  // Ids of the past: a million houses would otherwise take up the ids of the minutes to come.
  const ids = createIds(0, () => now - 400 * DAY), per = Math.ceil(options.houses / org.companies.length);
  const fill = async (): Promise<void> => {
    for (const company of org.companies) {
      const count = Math.min(per, options.houses - offset.house), before = offset.house;
      const shard = d.shards.company(company.id), make = async (): Promise<void> => {
        const made = await makeHouses({ company: shard, group, ids, random, crypto: d.crypto, now, light: options.light ?? false }, company, count, offset, (n) => onProgress('房屋与住户', (before + n) / options.houses));
        known.push(...made.known);
        communities.push(...made.communities.map((c) => ({ ...c, companyId: company.id })));
      };
      await (options.light ? withIndexesAfterwards(shard, definitions('house', 'customer', 'customer_phone', 'house_customer'), make) : make());
    }
  };
  if (options.light) await withIndexesAfterwards(group, definitions('house_index', 'phone_index'), fill);
  else await fill();
  await makeExtras({ group, ids, random, crypto: d.crypto, now, org }, communities);
  onProgress('供暖季工单与通话', 0);
  const orders = options.orders ?? (options.light ? 300 : Math.max(300, Math.round(options.houses / 20))), pictures = await makePictures(d.blobs, random);
  if (orders && org.leader) await makeSeason({ group, company: (id) => d.shards.company(id), random, crypto: d.crypto, now, org, leader: org.leader, operators: org.operators ?? new Map(), ...pictures }, known, orders, options.calls ?? orders * 2, (done) => onProgress('供暖季工单与通话', done));
  onProgress('供暖季工单与通话', 1);
}

/** Few enough to make in a moment, many enough not to look copied. */
async function makePictures(blobs: Pick<BlobStore, 'put'> | undefined, random: Seeded): Promise<{ signatures: Picture[]; scenes: { plain: Picture[]; leak: Picture[] } }> {
  const keep = async (list: Buffer[]): Promise<Picture[]> => (blobs ? Promise.all(list.map((bytes) => blobs.put(Readable.from([bytes]), { maxBytes: 1_000_000 }))) : []);
  const many = (count: number, make: () => Buffer): Buffer[] => (blobs ? Array.from({ length: count }, make) : []);
  return { signatures: await keep(many(16, () => signaturePicture(random))), scenes: { plain: await keep(many(6, () => scenePicture(random, false))), leak: await keep(many(4, () => scenePicture(random, true))) } };
}
