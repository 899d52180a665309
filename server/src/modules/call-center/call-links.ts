import type { Clock } from '../../platform/clock';
import type { Db } from '../../platform/database/db';
import type { Log } from '../../platform/log';

interface CallKey { call_id: string; number_blind: string | null; order_id: number | null; order_no: string | null }
interface Hit { number_blind: string; company_id: number; customer_id: number; customer_name: string; house_id: number }
/** What an order's event tells of it. */
export interface OrderKey { id: number; company_id: number; order_no: string; call_id: string; customer_id: number | null; customer_name: string | null; address: string; station_id: number | null }
const BATCH = 500, LOOK_BACK_MS = 3_600_000, FIRST_LOOK_BACK_MS = 2 * 86_400_000;

/**
 * What a call record gains from others (the director writes its own columns only): customer and house of the number, order taken in the call. Filled as soon as
 * call or order is told, and swept now and then, so that a record that came later than the news (journal, spool of a station cut off) gets its links too.
 */
export class CallLinks {
  private swept = false;
  constructor(private readonly d: { db: Db; clock: Clock; log: Log }) {}

  /** Links of the records begun in the last hour (two days at the first run) that still lack them. */
  async sweep(): Promise<void> {
    const since = this.d.clock.now() - (this.swept ? LOOK_BACK_MS : FIRST_LOOK_BACK_MS);
    for (const order of await this.d.db.query<OrderKey>(`select o.id, o.company_id, o.order_no, o.call_id, o.customer_id, o.customer_name, o.address, o.station_id from work_order_index o join call_record r on r.call_id = o.call_id where o.created_at >= $1 and r.order_id is null order by o.created_at limit ${BATCH}`, [since])) await this.order(order);
    await this.d.db.execute('update call_record set order_no = (select o.order_no from work_order_index o where o.id = call_record.order_id) where started_at >= $1 and order_id is not null and order_no is null', [since]);
    for (let last = ' '; ;) { // below every id; an empty text would be NULL on a database of Oracle semantics
      const calls = await this.d.db.query<CallKey>(`select r.call_id, r.number_blind, r.order_id, r.order_no from call_record r where r.started_at >= $1 and r.customer_id is null and r.number_blind is not null and r.call_id > $2 and exists (select 1 from phone_index p where p.number_blind = r.number_blind) order by r.call_id limit ${BATCH}`, [since, last]);
      await this.name(calls);
      const end = calls[calls.length - 1];
      if (calls.length < BATCH || !end) break;
      last = end.call_id;
    }
    this.swept = true;
  }
  /** A call is over: names its customer when the record is there already; the sweep does it otherwise. */
  async ended(callId: string): Promise<void> {
    const calls = await this.d.db.query<CallKey>('select call_id, number_blind, order_id, order_no from call_record where call_id = $1 and customer_id is null and number_blind is not null', [callId]);
    await this.name(calls);
  }
  /** An order was taken in a call: the record names it, with the customer and house that the agent settled on. The first order of a call stays. */
  async order(order: Omit<OrderKey, 'call_id'> & { call_id: string | null }): Promise<void> {
    if (order.call_id === null) return;
    await this.d.db.execute(
      'update call_record set order_id = $1, order_company_id = $2, order_no = $3, company_id = $4, customer_id = coalesce($5, customer_id), customer_name = coalesce($6, customer_name), house_address = $7, station_id = coalesce(station_id, $8) where call_id = $9 and order_id is null',
      [order.id, order.company_id, order.order_no, order.company_id, order.customer_id, order.customer_name, order.address, order.station_id, order.call_id]);
  }
  /** A number of one customer names the call; one of several only what they share. */
  private async name(calls: readonly CallKey[]): Promise<void> {
    const blinds = [...new Set(calls.map((call) => call.number_blind).filter((blind): blind is string => blind !== null))];
    if (blinds.length === 0) return;
    const hits = await this.d.db.query<Hit>(`select number_blind, company_id, customer_id, customer_name, house_id from phone_index where number_blind in (${blinds.map((_, i) => `$${i + 1}`).join(', ')})`, blinds);
    const houseIds = [...new Set(hits.map((hit) => hit.house_id).filter((id) => id > 0))];
    const houses = new Map(houseIds.length ? (await this.d.db.query<{ id: number; address: string; station_id: number }>(`select id, address, station_id from house_index where id in (${houseIds.map((_, i) => `$${i + 1}`).join(', ')})`, houseIds)).map((house) => [house.id, house]) : []);
    for (const call of calls) {
      const own = hits.filter((hit) => hit.number_blind === call.number_blind), company = only(own.map((hit) => hit.company_id));
      if (company === null) continue;
      const customer = only(own.map((hit) => hit.customer_id)), homes = own.map((hit) => houses.get(hit.house_id)).filter((house) => house !== undefined), home = homes[0], station = only(homes.map((house) => house.station_id).filter((id) => id > 0));
      await this.d.db.execute('update call_record set company_id = coalesce(company_id, $1), customer_id = $2, customer_name = coalesce($3, customer_name), house_address = $4, station_id = coalesce(station_id, $5) where call_id = $6 and customer_id is null',
        [company, customer, customer === null ? null : (own[0]?.customer_name ?? null), customer === null ? null : (home?.address ?? null), station, call.call_id]);
    }
  }
}
const only = <T>(values: readonly T[]): T | null => (new Set(values).size === 1 ? (values[0] ?? null) : null);
