import type { HouseRow, PaymentRow, RoomTemperature } from '@ronghu/contract';
import { CALL_ROW_COLUMNS, CALL_ROW_FROM, type CallRecordRow } from '../../domain/metric/call-rows';
import { fromRow, INDEX_COLUMNS, type OrderIndexRecord } from '../../domain/work-order/order-record';
import type { Row, Sql, SqlValue } from '../../platform/database/db';

export interface PhoneHit { company_id: number; customer_id: number; house_id: number; customer_name: string; address: string | null; unit_id: number | null; station_id: number | null }
export interface PersonRow { id: number; customer_name: string; customer_level: 'normal' | 'vip'; id_no_sealed: string | null; remark: string | null; version: number; number_sealed: string | null; attribution: string | null }
export interface PastCall { number_sealed: string | null; company_id: number | null; agent_id: number | null; repeat_count: number }
export interface YearRow { season: string; heating: HouseRow['heating']; due_cents: number; paid_cents: number; mean_celsius: number | null }
export interface UnitRow { id: number; company_id: number; order_no: string; address: string; order_type: string; state: string; created_at: number; fault: string }
export type HouseDetail = Omit<HouseRow, 'ownerNumber' | 'stationName'> & { unitId: number; ownerSealed: string | null };
/** How much of each block the pop shows; the pages behind have the rest. */
const SHOWN = 20;


/** The SQL of the pop: one set of look-ups in the group's shard by the blind number, one in the shard of the company found. Every one is by an index. */
export const SHOWN_ORDERS = SHOWN;
export const popStore = {
  /** Customers and houses of a number, with what the house index knows of each house. */
  byBlind: (group: Sql, blind: string): Promise<PhoneHit[]> => group.query('select p.company_id, p.customer_id, p.house_id, p.customer_name, h.address, h.unit_id, h.station_id from phone_index p left join house_index h on h.id = p.house_id where p.number_blind = $1 order by p.company_id, p.customer_id, p.house_id limit 50', [blind]),
  async blocked(group: Sql, blind: string): Promise<{ id: number; reason: string; at: number; personName: string } | null> {
    const [row] = await group.query<{ blocklist_id: number; reason: string; added_at: number; person_name: string }>('select blocklist_id, reason, added_at, person_name from blocklist where number_blind = $1 and removed_at is null order by added_at desc limit 1', [blind]);
    return row ? { id: row.blocklist_id, reason: row.reason, at: row.added_at, personName: row.person_name } : null;
  },
  /** The number's calls of the whole enterprise, newest first (SC-08). */
  calls: (group: Sql, blind: string): Promise<CallRecordRow[]> => group.query(`select ${CALL_ROW_COLUMNS} from ${CALL_ROW_FROM} where r.number_blind = $1 order by r.started_at desc limit ${SHOWN}`, [blind]),
  async repeats(group: Sql, blind: string, since: number, until: number): Promise<number> {
    const [row] = await group.query<{ n: number }>("select count(*) as n from call_record where number_blind = $1 and started_at >= $2 and started_at < $3 and direction = 'inbound'", [blind, since, until]);
    return Number(row?.n ?? 0);
  },
  async record(group: Sql, callId: string): Promise<PastCall | null> { return (await group.query<PastCall>('select number_sealed, company_id, agent_id, repeat_count from call_record where call_id = $1', [callId]))[0] ?? null; },
  /** Orders of the customer, the house or the number, newest first. A union of index look-ups instead of one `or`, which a planner may turn into a scan. */
  async orders(group: Sql, key: { companyId: number | null; customerId: number | null; houseId: number | null; blind: string | null }): Promise<OrderIndexRecord[]> {
    const params: SqlValue[] = [], bind = (value: SqlValue): string => `$${params.push(value)}`;
    const ways = ([['customer_id', key.customerId], ['house_id', key.houseId], ['number_blind', key.blind]] as const).filter(([, value]) => value !== null);
    if (ways.length === 0) return [];
    const asked = ways.map(([column, value], i) => `select ${INDEX_COLUMNS} from (select ${INDEX_COLUMNS} from work_order_index where ${column} = ${bind(value)}${key.companyId === null ? '' : ` and company_id = ${bind(key.companyId)}`} order by created_at desc limit ${SHOWN}) w${i}`);
    const byId = new Map((await group.query<Row>(asked.join(' union all '), params)).map((row) => [Number(row.id), fromRow<OrderIndexRecord>(row)]));
    return [...byId.values()].sort((a, b) => b.createdAt - a.createdAt || b.id - a.id).slice(0, SHOWN);
  },

  /** The customer, a row a number. Empty when there is no such customer. */
  person: (company: Sql, id: number): Promise<PersonRow[]> => company.query('select c.id, c.customer_name, c.customer_level, c.id_no_sealed, c.remark, c.version, p.number_sealed, p.attribution from customer c left join customer_phone p on p.customer_id = c.id where c.id = $1 order by p.sort_no, p.number_blind limit 10', [id]),
  /** The customer's houses, own ones first. */
  async houses(company: Sql, customerId: number): Promise<HouseDetail[]> {
    const rows = await company.query<{ id: number; company_id: number; unit_id: number; station_id: number | null; room_no: string; address: string; area_m2: number; heating: HouseRow['heating']; contract_no: string; arrears_cents: number; community_name: string | null; owner_name: string | null; owner_sealed: string | null }>(
      "select h.id, h.company_id, h.unit_id, h.station_id, h.room_no, h.address, h.area_m2, h.heating, h.contract_no, h.arrears_cents, a.node_name as community_name, o.customer_name as owner_name, (select min(p.number_sealed) from customer_phone p where p.customer_id = h.owner_id and p.sort_no = (select min(q.sort_no) from customer_phone q where q.customer_id = h.owner_id)) as owner_sealed from house_customer hc join house h on h.id = hc.house_id left join area_node a on a.id = h.community_id left join customer o on o.id = h.owner_id where hc.customer_id = $1 order by case when hc.relation = 'owner' then 0 else 1 end, h.id limit 50", [customerId]);
    return rows.map((row) => ({ id: row.id, companyId: row.company_id, unitId: row.unit_id, communityName: row.community_name ?? '', address: row.address, roomNo: row.room_no, areaM2: row.area_m2, heating: row.heating, ownerName: row.owner_name, ownerSealed: row.owner_sealed, stationId: row.station_id || null, contractNo: row.contract_no, arrearsCents: row.arrears_cents }));
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
