import type { CryptoBox } from '../platform/crypto';
import type { Db } from '../platform/database/db';
import { BulkWriter } from './bulk-writer';
import type { Ids } from '../platform/database/ids';
import { seasonOf } from '../modules/basic-info/house.service';
import { communityRows, addressOf, houseIndexRow, sortKey, termRows, groupedSql, type Grouped } from '../modules/basic-info/search/index-rows';
import { communityName, landlineNumber, mobileNumber, personName } from './names';
import type { Company, Station } from './organisation';
import type { Seeded } from './random';

/** A house that orders and calls of the season may come from. */
export interface KnownHouse { id: number; companyId: number; stationId: number; communityId: number; unitId: number; communityName: string; address: string; customerId: number; ownerName: string; number: string }
const DAY = 86_400_000;
const PRICE_CENTS_M2 = 3832;

/**
 * One company's six-level tree with `count` houses, their owners, numbers, payments, yearly records and room temperatures, and the group's indexes.
 * `everyForSeason`: each n-th house is handed back for the season's orders. `offset` numbers communities and telephones over the group.
 */
export async function makeHouses(d: { company: Db; group: Db; ids: Ids; random: Seeded; crypto: CryptoBox; now: number; light: boolean; lastOwner?: Owner }, company: Company, count: number, offset: { community: number; house: number }, onHouse: (made: number) => void): Promise<{ known: KnownHouse[]; communities: { id: number; stationId: number }[] }> {
  const { ids, random: r, now } = d, own = new BulkWriter(d.company), group = new BulkWriter(d.group), known: KnownHouse[] = [], communities: { id: number; stationId: number; name: string; path: string }[] = [];
  const area = (id: number, parent: number, kind: string, name: string, path: string, station: number | null, explicit: boolean, houses: number): void => own.add('area_node', { id, company_id: company.id, parent_id: parent, kind, node_name: name, path, own_station_id: explicit ? station : null, station_id: station, house_count: houses, sort_key: sortKey(name), version: 1, updated_at: now });
  const perStation = Math.ceil(count / company.stations.length), sources = [0, 1].map((i) => ({ id: ids.next(), name: `${company.short}${['一', '二'][i]}号热源厂`, houses: 0 }));
  let made = 0, communityNo = offset.community;
  for (const [s, station] of company.stations.entries()) {
    const source = sources[s < 3 ? 0 : 1] as { id: number; houses: number }, heatStation = ids.next(), stationPath = `/${source.id}/${heatStation}/`, target = Math.min(perStation, count - made);
    let inStation = 0;
    while (inStation < target) {
      const name = communityName(communityNo++), community = ids.next(), path = `${stationPath}${community}/`, goal = Math.min(target - inStation, r.int(560, 840));
      let inCommunity = 0, building = 0;
      while (inCommunity < goal) {
        building += 1;
        const buildingId = ids.next(), buildingName = `${building}号楼`, buildingPath = `${path}${buildingId}/`, floors = r.pick([6, 7, 11, 18]), units = r.int(2, 4);
        let inBuilding = 0;
        for (let u = 1; u <= units && inCommunity + inBuilding < goal; u++) {
          const unitId = ids.next(), unitName = `${u}单元`;
          let inUnit = 0;
          for (let floor = 1; floor <= floors; floor++) {
            for (let door = 1; door <= 2 && inCommunity + inBuilding + inUnit < goal; door++) {
              const n = offset.house + made + inStation + inCommunity + inBuilding + inUnit;
              const house = makeHouse(d, own, group, { company, station, community, name, buildingId, buildingName, unitId, unitName, room: `${floor}0${door}`, n });
              if (n % 7 === 0) known.push(house);
              inUnit += 1;
            }
          }
          area(unitId, buildingId, 'unit', unitName, `${buildingPath}${unitId}/`, station.id, false, inUnit);
          inBuilding += inUnit;
          await own.pace();
          await group.pace();
        }
        area(buildingId, community, 'building', buildingName, buildingPath, station.id, false, inBuilding);
        inCommunity += inBuilding;
        onHouse(made + inStation + inCommunity);
      }
      area(community, heatStation, 'community', name, path, station.id, false, inCommunity);
      for (const row of termRows(community, company.id, name)) group.add('area_term', row);
      communities.push({ id: community, stationId: station.id, name, path });
      inStation += inCommunity;
    }
    area(heatStation, source.id, 'heatStation', `${station.name.replace('维修站', '')}热力站`, stationPath, station.id, true, inStation);
    source.houses += inStation;
    made += inStation;
  }
  for (const source of sources) area(source.id, 0, 'heatSource', source.name, `/${source.id}/`, null, false, source.houses);
  await own.done();
  await group.done();
  const names = new Map(communities.map((c) => [c.id, c]));
  const grouped = await d.group.query<Grouped>(groupedSql('company_id = $1'), [company.id]);
  await d.group.insertMany('community_index', communityRows(grouped, (id) => names.get(id)));
  offset.community = communityNo;
  offset.house += made;
  return { known, communities };
}

interface Owner { companyId: number; customerId: number; name: string; numbers: string[] }
function makeHouse(d: { ids: Ids; random: Seeded; crypto: CryptoBox; now: number; light: boolean; lastOwner?: Owner }, own: BulkWriter, group: BulkWriter, at: { company: Company; station: Station; community: number; name: string; buildingId: number; buildingName: string; unitId: number; unitName: string; room: string; n: number }): KnownHouse {
  const { ids, random: r, crypto, now } = d, id = ids.next(), address = addressOf(at.name, at.buildingName, at.unitName, at.room);
  // One owner in twenty-five has another house of the company: the one before, so that lists show it.
  const known = d.lastOwner && d.lastOwner.companyId === at.company.id && r.chance(0.04) ? d.lastOwner : null;
  const owner = known ?? { companyId: at.company.id, customerId: ids.next(), name: personName(r), numbers: [mobileNumber(at.n), ...(r.chance(0.14) ? [landlineNumber(at.n)] : [])] };
  d.lastOwner = owner;
  const { customerId, name: ownerName } = owner, number = owner.numbers[0] as string;
  const heating = r.weighted([['on', 91], ['suspended', 7], ['off', 2]] as const), area = r.int(45, 145) + r.int(0, 99) / 100, due = Math.round(area * PRICE_CENTS_M2), arrears = heating === 'on' && r.chance(0.08) ? due : 0, contract = `${at.company.code}${String(at.n + 1).padStart(8, '0')}`;
  own.add('house', { id, company_id: at.company.id, unit_id: at.unitId, building_id: at.buildingId, community_id: at.community, station_id: at.station.id, room_no: at.room, address, area_m2: area, heating, contract_no: contract, arrears_cents: arrears, owner_id: customerId, version: 1, updated_at: now });
  if (!known) own.add('customer', { id: customerId, company_id: at.company.id, customer_name: ownerName, customer_level: r.chance(0.01) ? 'vip' : 'normal', version: 1, updated_at: now });
  for (const [i, n] of owner.numbers.entries()) {
    const blind = crypto.blind(n), last4 = crypto.blindLast4(n);
    if (!known) own.add('customer_phone', { customer_id: customerId, number_blind: blind, number_last4: last4, number_sealed: crypto.seal(n), attribution: i === 0 ? '黑龙江 哈尔滨 演示号段' : '黑龙江 哈尔滨', sort_no: i });
    group.add('phone_index', { number_blind: blind, number_last4: last4, company_id: at.company.id, customer_id: customerId, house_id: id, customer_name: ownerName });
  }
  own.add('house_customer', { house_id: id, customer_id: customerId, relation: 'owner', since_at: now - r.int(200, 4000) * DAY });
  group.add('house_index', houseIndexRow({ id, companyId: at.company.id, stationId: at.station.id, communityId: at.community, buildingId: at.buildingId, unitId: at.unitId, communityName: at.name, buildingName: at.buildingName, unitName: at.unitName, roomNo: at.room, address, ownerId: customerId, ownerName, contractNo: contract, heating, arrearsCents: arrears }));
  if (!d.light) {
    const year = Number(seasonOf(now).slice(0, 4)), seasons = [year - 1, year].map((y) => `${y}-${y + 1}`);
    for (const [i, season] of seasons.entries()) {
      const current = i === seasons.length - 1, suspended = !current && r.chance(0.04), paid = current ? due - arrears : due, paidAt = Date.UTC(year - 1 + i, 8, 1) + r.int(0, 44) * DAY + r.int(0, DAY);
      own.add('year_record', { house_id: id, season, heating: suspended ? 'suspended' : current ? heating : 'on', due_cents: suspended ? Math.round(due * 0.2) : due, paid_cents: suspended ? Math.round(due * 0.2) : paid, mean_celsius: current ? null : r.int(185, 238) / 10 });
      if (paid > 0 && (current || r.chance(0.4))) own.add('payment', { id: ids.next(), house_id: id, customer_id: customerId, paid_at: Math.min(paidAt, now - DAY), pay_kind: 'payment', season, amount_cents: suspended ? Math.round(due * 0.2) : paid, channel: r.pick(['微信', '支付宝', '营业厅', '银行代收']) });
    }
    if (r.chance(0.02)) own.add('payment', { id: ids.next(), house_id: id, customer_id: customerId, paid_at: now - r.int(20, 200) * DAY, pay_kind: 'refund', season: seasons[0] as string, amount_cents: r.int(5000, 60000), channel: '银行退款' });
    if (r.chance(0.12)) own.add('room_temperature', { id: ids.next(), house_id: id, measured_at: now - r.int(1, 20) * DAY, celsius: r.int(175, 245) / 10, room: '客厅', data_source: r.pick(['sensor', 'resident']), account_id: null });
  }
  return { id, companyId: at.company.id, stationId: at.station.id, communityId: at.community, unitId: at.unitId, communityName: at.name, address, customerId, ownerName, number };
}
