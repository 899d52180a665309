import type { HouseRow, PaymentRow, RoomTemperature } from '@ronghu/contract';
import { CALL_ROW_COLUMNS, CALL_ROW_FROM, type CallRecordRow } from '../../domain/metric/call-rows';
import { fromRow, INDEX_COLUMNS, type OrderIndexRecord } from '../../domain/work-order/order-record';
import type { Row, Sql, SqlValue } from '../../platform/database/db';

export interface PhoneHit { company_id: number; customer_id: number; house_id: number; customer_name: string }
export interface HouseHit { id: number; company_id: number; unit_id: number; station_id: number; address: string }
export interface CustomerRow { id: number; customer_name: string; customer_level: 'normal' | 'vip'; id_no_sealed: string | null; remark: string | null; version: number }
export interface PhoneRow { number_sealed: string; number_blind: string; attribution: string | null }
export interface YearRow { season: string; heating: HouseRow['heating']; due_cents: number; paid_cents: number; mean_celsius: number | null }
export interface UnitRow { id: number; company_id: number; order_no: string; address: string; order_type: string; state: string; created_at: number; fault: string }
export type HouseDetail = Omit<HouseRow, 'ownerNumber' | 'stationName'> & { unitId: number; ownerSealed: string | null };
/** How much of each block the pop shows; the pages behind have the rest. */
const SHOWN = 20;

const marks = (values: readonly SqlValue[], from = 1): string => values.map((_, i) => `$${from + i}`).join(', ');

/** The SQL of the pop: one set of look-ups in the group's shard by the blind number, one in the shard of the company found. Every one is by an index. */
export const popStore = {
  byBlind: (group: Sql, blind: string): Promise<PhoneHit[]> => group.query('select company_id, customer_id, house_id, customer_name from phone_index where number_blind = $1 order by company_id, customer_id, house_id limit 50', [blind]),
  byCustomer: (group: Sql, companyId: number, customerId: number): Promise<PhoneHit[]> => group.query('select distinct company_id, customer_id, house_id, customer_name from phone_index where company_id = $1 and customer_id = $2 order by house_id limit 50', [companyId, customerId]),
  houses: (group: Sql, ids: readonly number[]): Promise<HouseHit[]> => (ids.length ? group.query(`select id, company_id, unit_id, station_id, address from house_index where id in (${marks(ids)})`, ids) : Promise.resolve([])),
  async blocked(group: Sql, blinds: readonly string[]): Promise<{ id: number; reason: string; at: number; personName: string } | null> {
    const [row] = blinds.length ? await group.query<{ blocklist_id: number; reason: string; added_at: number; person_name: string }>(`select blocklist_id, reason, added_at, person_name from blocklist where number_blind in (${marks(blinds)}) and removed_at is null order by added_at desc limit 1`, blinds) : [];
    return row ? { id: row.blocklist_id, reason: row.reason, at: row.added_at, personName: row.person_name } : null;
  },
  /** The number's calls of the whole enterprise, newest first (SC-08). */
  calls: (group: Sql, blinds: readonly string[]): Promise<CallRecordRow[]> => (blinds.length ? group.query(`select ${CALL_ROW_COLUMNS} from ${CALL_ROW_FROM} where r.number_blind in (${marks(blinds)}) order by r.started_at desc limit ${SHOWN}`, blinds) : Promise.resolve([])),
  async repeats(group: Sql, blind: string, since: number, until: number): Promise<number> {
    const [row] = await group.query<{ n: number }>("select count(*) as n from call_record where number_blind = $1 and started_at >= $2 and started_at < $3 and direction = 'inbound'", [blind, since, until]);
    return Number(row?.n ?? 0);
  },
  async record(group: Sql, callId: string): Promise<{ number_sealed: string | null; started_at: number; repeat_count: number } | null> { return (await group.query<{ number_sealed: string | null; started_at: number; repeat_count: number }>('select number_sealed, started_at, repeat_count from call_record where call_id = $1', [callId]))[0] ?? null; },
  /** Orders of the customer, the house or the number. Three index look-ups instead of one `or`, which a planner may turn into a scan. */
  async orders(group: Sql, key: { companyId: number | null; customerId: number | null; houseId: number | null; blinds: readonly string[] }): Promise<OrderIndexRecord[]> {
    const ask = (column: string, value: SqlValue): Promise<Row[]> => group.query<Row>(`select ${INDEX_COLUMNS} from work_order_index where ${column} = $1${key.companyId === null ? '' : ' and company_id = $2'} order by created_at desc limit ${SHOWN}`, key.companyId === null ? [value] : [value, key.companyId]);
    const found = await Promise.all([...(key.customerId === null ? [] : [ask('customer_id', key.customerId)]), ...(key.houseId === null ? [] : [ask('house_id', key.houseId)]), ...key.blinds.map((blind) => ask('number_blind', blind))]);
    const byId = new Map(found.flat().map((row) => [Number(row.id), fromRow<OrderIndexRecord>(row)]));
    return [...byId.values()].sort((a, b) => b.createdAt - a.createdAt || b.id - a.id).slice(0, SHOWN);
  },

  async customer(company: Sql, id: number): Promise<CustomerRow | null> { return (await company.query<CustomerRow>('select id, customer_name, customer_level, id_no_sealed, remark, version from customer where id = $1', [id]))[0] ?? null; },
  phones: (company: Sql, customerId: number): Promise<PhoneRow[]> => company.query('select number_sealed, number_blind, attribution from customer_phone where customer_id = $1 order by sort_no, number_blind limit 10', [customerId]),
  housesOf: (company: Sql, customerId: number): Promise<{ id: number; address: string; unit_id: number }[]> => company.query('select h.id, h.address, h.unit_id from house_customer hc join house h on h.id = hc.house_id where hc.customer_id = $1 order by case when hc.relation = \'owner\' then 0 else 1 end, h.id limit 50', [customerId]),
  async house(company: Sql, id: number): Promise<HouseDetail | null> {
    const [row] = await company.query<{ id: number; company_id: number; unit_id: number; station_id: number | null; room_no: string; address: string; area_m2: number; heating: HouseRow['heating']; contract_no: string; arrears_cents: number; community_name: string | null; owner_name: string | null; owner_sealed: string | null }>(
      'select h.id, h.company_id, h.unit_id, h.station_id, h.room_no, h.address, h.area_m2, h.heating, h.contract_no, h.arrears_cents, a.node_name as community_name, o.customer_name as owner_name, (select min(p.number_sealed) from customer_phone p where p.customer_id = h.owner_id and p.sort_no = (select min(q.sort_no) from customer_phone q where q.customer_id = h.owner_id)) as owner_sealed from house h left join area_node a on a.id = h.community_id left join customer o on o.id = h.owner_id where h.id = $1', [id]);
    return row ? { id: row.id, companyId: row.company_id, unitId: row.unit_id, communityName: row.community_name ?? '', address: row.address, roomNo: row.room_no, areaM2: row.area_m2, heating: row.heating, ownerName: row.owner_name, ownerSealed: row.owner_sealed, stationId: row.station_id || null, contractNo: row.contract_no, arrearsCents: row.arrears_cents } : null;
  },
  years: (company: Sql, houseId: number): Promise<YearRow[]> => company.query(`select season, heating, due_cents, paid_cents, mean_celsius from year_record where house_id = $1 order by season desc limit ${SHOWN}`, [houseId]),
  async payments(company: Sql, houseId: number): Promise<PaymentRow[]> {
    const rows = await company.query<{ id: number; paid_at: number; pay_kind: PaymentRow['kind']; season: string; amount_cents: number; channel: string }>(`select id, paid_at, pay_kind, season, amount_cents, channel from payment where house_id = $1 order by paid_at desc, id desc limit ${SHOWN}`, [houseId]);
    return rows.map((row) => ({ id: row.id, at: row.paid_at, kind: row.pay_kind, season: row.season, amountCents: row.amount_cents, channel: row.channel }));
  },
  async temperatures(company: Sql, houseId: number): Promise<RoomTemperature[]> {
    const rows = await company.query<{ measured_at: number; celsius: number; data_source: RoomTemperature['source'] }>(`select measured_at, celsius, data_source from room_temperature where house_id = $1 order by measured_at desc limit ${SHOWN}`, [houseId]);
    return rows.map((row) => ({ at: row.measured_at, celsius: row.celsius, source: row.data_source }));
  },
  /** What the neighbours of the unit reported (SC-02, 同单元业务). */
  unit: (company: Sql, unitId: number, exceptHouseId: number): Promise<UnitRow[]> => company.query(`select id, company_id, order_no, address, order_type, state, created_at, fault from work_order where unit_id = $1 and (house_id is null or house_id <> $2) and state <> 'draft' order by created_at desc limit ${SHOWN}`, [unitId, exceptHouseId]),
  orderTimes: async (company: Sql, houseId: number): Promise<number[]> => (await company.query<{ created_at: number }>("select created_at from work_order where house_id = $1 and state <> 'draft' order by created_at desc limit 500", [houseId])).map((row) => row.created_at),
};
