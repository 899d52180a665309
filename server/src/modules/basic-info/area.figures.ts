import type { AreaFigures } from '@ronghu/contract';
import type { Sql, SqlValue } from '../../platform/database/db';
import type { AreaRecord } from './area.store';

const FINAL = "('closed', 'voided', 'cancelled', 'handedOver')";
interface Place { companyId: number; /** null is the company itself. */ node: AreaRecord | null; /** null: not narrowed. */ stationIds: readonly number[] | null }

/** A condition being written, with its parameters. */
class Where {
  readonly params: SqlValue[] = [];
  bind(value: SqlValue): string { return `$${this.params.push(value)}`; }
  stations(column: string, place: Place): string { return place.stationIds === null ? '' : ` and ${column} in (${place.stationIds.map((id) => this.bind(id)).join(',') || '-1'})`; }
  communities(node: AreaRecord): string { return `(select ci.community_id from community_index ci where ci.path like ${this.bind(`${node.path}%`)})`; }
  /** Houses `h` of a place. */
  houses(place: Place): string {
    const { node } = place;
    const below = node === null ? '' : node.kind === 'unit' ? ` and h.unit_id = ${this.bind(node.id)}` : node.kind === 'building' ? ` and h.building_id = ${this.bind(node.id)}` : ` and h.community_id in ${this.communities(node)}`;
    return `h.company_id = ${this.bind(place.companyId)}${below}${this.stations('h.station_id', place)}`;
  }
}

/** What hangs on a node of the tree (BI-06), from the group's indexes alone. */
export async function areaFigures(group: Sql, place: Place): Promise<AreaFigures> {
  const [houses, orders, calls] = await Promise.all([houseFigures(group, place), orderFigures(group, place), callCount(group, place)]);
  return { houses: houses.n, customers: houses.owners, openOrders: orders.open, closedOrders: orders.closed, calls, arrearsCents: houses.arrears };
}

async function houseFigures(group: Sql, place: Place): Promise<{ n: number; owners: number; arrears: number }> {
  const w = new Where(), { node } = place;
  const sql = node?.kind === 'building' || node?.kind === 'unit'
    ? `select count(*) as n, count(distinct h.owner_id) as owners, coalesce(sum(h.arrears_cents), 0) as arrears from house_index h where ${w.houses(place)}`
    : `select coalesce(sum(n_on + n_suspended + n_off), 0) as n, coalesce(sum(customers), 0) as owners, coalesce(sum(arrears_cents), 0) as arrears from community_index where company_id = ${w.bind(place.companyId)}${node ? ` and path like ${w.bind(`${node.path}%`)}` : ''}${w.stations('station_id', place)}`;
  const [row] = await group.query<{ n: number; owners: number; arrears: number }>(sql, w.params);
  return row ?? { n: 0, owners: 0, arrears: 0 };
}
async function orderFigures(group: Sql, place: Place): Promise<{ open: number; closed: number }> {
  const w = new Where(), { node } = place;
  const below = node === null ? '' : node.kind === 'unit' ? ` and o.unit_id = ${w.bind(node.id)}` : node.kind === 'building' ? ` and o.house_id in (select h.id from house_index h where h.building_id = ${w.bind(node.id)})` : ` and o.community_id in ${w.communities(node)}`;
  const [row] = await group.query<{ open: number; closed: number }>(`select coalesce(sum(case when o.state in ${FINAL} then 0 else 1 end), 0) as open, coalesce(sum(case when o.state in ${FINAL} then 1 else 0 end), 0) as closed from work_order_index o where o.company_id = ${w.bind(place.companyId)}${below}${w.stations('o.station_id', place)}`, w.params);
  return row ?? { open: 0, closed: 0 };
}
/** Calls from or to the numbers of the houses' people; for the company the calls of the company. */
async function callCount(group: Sql, place: Place): Promise<number> {
  const w = new Where();
  const sql = place.node === null
    ? `select count(*) as n from call_record where company_id = ${w.bind(place.companyId)}${w.stations('station_id', place)}`
    : `select count(distinct c.call_id) as n from house_index h join phone_index p on p.house_id = h.id and p.company_id = h.company_id join call_record c on c.number_blind = p.number_blind where ${w.houses(place)}`;
  return (await group.query<{ n: number }>(sql, w.params))[0]?.n ?? 0;
}
