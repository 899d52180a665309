import { randomUUID } from 'node:crypto';
import type { CryptoBox } from '../platform/crypto';
import type { Db } from '../platform/database/db';
import type { Ids } from '../platform/database/ids';
import { demoSegments, mobileNumber } from './names';
import type { Organisation, Person } from './organisation';
import type { Seeded } from './random';

const DAY = 86_400_000, HOUR = 3_600_000, ZONE = 8 * HOUR;

/** What stands around houses and orders: number segments, areas of field people, today's check-ins, a few blocked numbers, an announcement. */
export async function makeExtras(d: { group: Db; ids: Ids; random: Seeded; crypto: CryptoBox; now: number; org: Organisation }, communities: readonly { id: number; stationId: number; companyId: number }[]): Promise<void> {
  const { group, random: r, now, org } = d, stations = org.companies.flatMap((c) => c.stations), workers = new Map(stations.map((s) => [s.id, s.workers] as const));
  await group.insertMany('number_segment', demoSegments());
  await group.insertMany('account_area', communities.flatMap((c) => {
    const list = workers.get(c.stationId) ?? [], first = r.int(0, Math.max(0, list.length - 1));
    return [...new Set([list[first], list[(first + 1) % Math.max(1, list.length)]])].filter((w): w is Person => w !== undefined).map((w) => ({ account_id: w.accountId, area_id: c.id, company_id: c.companyId }));
  }));
  const midnight = Math.floor((now + ZONE) / DAY) * DAY - ZONE;
  await group.insertMany('field_check_in', stations.flatMap((s) => s.workers.filter(() => r.chance(0.8)).map((w) => ({ step_id: randomUUID(), account_id: w.accountId, happened_at: Math.min(now - 60_000, midnight + 7.5 * HOUR + r.int(0, 40) * 60_000), lat: 45.74 + r.int(0, 60) / 1000, lng: 126.6 + r.int(0, 90) / 1000, accuracy_m: r.int(8, 60) }))));
  const [agent] = stations[0]?.agents ?? [];
  if (agent) {
    const reasons = ['多次恶意骚扰', '推销电话', '反复拨打不说话'];
    await group.insertMany('blocklist', reasons.map((reason, i) => { const number = mobileNumber(80_000_000 + i); return { blocklist_id: d.ids.next(), number_blind: d.crypto.blind(number), number_sealed: d.crypto.seal(number), treatment: 'prompt', reason, account_id: agent.accountId, person_name: agent.name, added_at: now - (i + 2) * DAY }; }));
  }
  if (org.leader) await group.insertMany('announcement', [{ id: d.ids.next(), org_id: org.groupId, body: '今夜最低气温 -18℃，各站注意巡检末端管网，值班电话保持畅通。', until_at: now + 2 * DAY, account_id: org.leader.accountId, person_name: org.leader.name, created_at: now - HOUR }]);
}
