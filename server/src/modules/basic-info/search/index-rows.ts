import { pinyin } from 'pinyin-pro';
import type { Row } from '../../../platform/database/db';
import { buildingKey, houseSeq, nameKey, nameTail, nameTerms, roomKey, unitKey } from './address.rules';

/** What the group's index keeps of a house; made the same way by events, imports and generators. */
export interface HouseFacts {
  id: number; companyId: number; stationId: number | null; communityId: number; buildingId: number; unitId: number; communityName: string; buildingName: string; unitName: string; roomNo: string; address: string;
  ownerId: number | null; ownerName: string | null; contractNo: string; heating: string; arrearsCents: number;
}
export const addressOf = (community: string, building: string, unit: string, room: string): string => `${community}${building}${unit}${room}`;
export function houseIndexRow(h: HouseFacts): Row {
  const [b, u, r] = [buildingKey(h.buildingName), unitKey(h.unitName), roomKey(h.roomNo)];
  return {
    id: h.id, company_id: h.companyId, station_id: h.stationId ?? 0, community_id: h.communityId, building_id: h.buildingId, unit_id: h.unitId, community_name: h.communityName, address: h.address, building_key: b, unit_key: u, room_key: r, house_seq: houseSeq(b, u, r),
    owner_id: h.ownerId, owner_name: h.ownerName, owner_tail: h.ownerName === null ? null : nameTail(h.ownerName), contract_no: h.contractNo, heating: h.heating, arrears_cents: h.arrearsCents,
  };
}
/** Pinyin without tones, numbers padded, so that 阳光2期 stands before 阳光10期 on every database. */
export const sortKey = (name: string): string => pinyin(nameKey(name), { toneType: 'none', separator: ' ', nonZh: 'consecutive' }).toLowerCase().replace(/\d+/g, (d) => d.padStart(6, '0')).slice(0, 120);
export const termRows = (communityId: number, companyId: number, name: string): Row[] => nameTerms(name).map((term) => ({ term, community_id: communityId, company_id: companyId }));

interface Grouped { community_id: number; station_id: number; company_id: number; heating: string; due: number; n: number; arrears: number; owners: number }
/** Folds counted groups of houses into the rows of `community_index`. `nameOf`: name and path of a community. */
export function communityRows(groups: readonly Grouped[], nameOf: (communityId: number) => { name: string; path: string } | undefined): Row[] {
  const rows = new Map<string, Record<string, string | number>>();
  for (const g of groups) {
    const community = nameOf(g.community_id);
    if (!community) continue;
    const key = `${g.community_id}/${g.station_id}`;
    const row = rows.get(key) ?? { community_id: g.community_id, station_id: g.station_id, company_id: g.company_id, node_name: community.name, name_key: nameKey(community.name), sort_key: sortKey(community.name), path: community.path, arrears_cents: 0, customers: 0, n_on: 0, n_on_due: 0, n_suspended: 0, n_suspended_due: 0, n_off: 0, n_off_due: 0 };
    rows.set(key, row);
    const add = (column: string, n: number): void => { row[column] = (row[column] as number) + n; };
    add(`n_${g.heating}`, g.n);
    if (g.due) add(`n_${g.heating}_due`, g.n);
    add('arrears_cents', g.arrears);
    add('customers', g.owners);
  }
  return [...rows.values()];
}
/** Counts houses by community, station, heating and arrears; one pass. `where`: a condition on house_index. */
export const groupedSql = (where: string): string => `select community_id, station_id, company_id, heating, case when arrears_cents > 0 then 1 else 0 end as due, count(*) as n, sum(arrears_cents) as arrears, count(distinct owner_id) as owners from house_index where ${where} group by community_id, station_id, company_id, heating, case when arrears_cents > 0 then 1 else 0 end`;
export type { Grouped };
