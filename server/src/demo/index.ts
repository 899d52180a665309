import type { CryptoBox } from '../platform/crypto';
import type { Ids } from '../platform/database/ids';
import type { Shards } from '../platform/database/shards';
import { makeHouses, type KnownHouse } from './houses';
import { makePeople, type Organisation } from './organisation';
import { Seeded } from './random';
import { makeSeason } from './season';

export { defaultRights, planOrganisation, type Organisation } from './organisation';

export interface DemoOptions { houses: number; seed: number; now: number; passwordHash: string; /** Houses and owners only, for the million of the benchmarks. */ light?: boolean; orders?: number; calls?: number }
/**
 * Fills an empty installation whose organisation nodes and schemas exist already. Deterministic for a seed but for ids and sealed numbers.
 * `onProgress`: what is being made and how far (0..1).
 */
export async function generateDemo(d: { shards: Shards; ids: Ids; crypto: CryptoBox }, org: Organisation, options: DemoOptions, onProgress: (what: string, done: number) => void): Promise<void> {
  const random = new Seeded(options.seed), group = d.shards.group(), offset = { community: 0, house: 0 }, known: KnownHouse[] = [], communities: { id: number; stationId: number; companyId: number }[] = [];
  await makePeople({ group, ids: d.ids, random, now: options.now, passwordHash: options.passwordHash, seal: (text) => d.crypto.seal(text) }, org);
  const per = Math.ceil(options.houses / org.companies.length);
  for (const [i, company] of org.companies.entries()) {
    const count = Math.min(per, options.houses - offset.house), before = offset.house;
    const made = await makeHouses({ company: d.shards.company(company.id), group, ids: d.ids, random, crypto: d.crypto, now: options.now, light: options.light ?? false }, company, count, offset, (n) => onProgress('房屋与住户', (before + n) / options.houses));
    known.push(...made.known);
    communities.push(...made.communities.map((c) => ({ ...c, companyId: company.id })));
    onProgress('房屋与住户', (i + 1) / org.companies.length);
  }
  const workers = new Map(org.companies.flatMap((c) => c.stations.map((s) => [s.id, s.workers] as const)));
  await group.insertMany('account_area', communities.flatMap((c) => { const list = workers.get(c.stationId) ?? [], first = random.int(0, list.length - 1); return [list[first], list[(first + 1) % list.length]].map((w) => ({ account_id: (w as { accountId: number }).accountId, area_id: c.id, company_id: c.companyId })); }));
  onProgress('供暖季工单与通话', 0);
  const orders = options.orders ?? Math.max(240, Math.round(options.houses / 25));
  if (orders) await makeSeason({ group, company: (id) => d.shards.company(id), ids: d.ids, random, crypto: d.crypto, now: options.now, org }, known, orders, options.calls ?? orders * 2);
  onProgress('供暖季工单与通话', 1);
}
