import type { OrderState } from '@ronghu/contract';
import type { Row, Sql, SqlValue } from '../../platform/database/db';
import { fromRow, INDEX_COLUMNS, toRow, type OrderIndexRecord } from './order-record';

export interface StepRecord { stepId: string; deviceId: string; deviceSeq: number; orderId: number; accountId: number; kind: string; stepStatus: 'applied' | 'rejected'; code: string | null; message: string | null; doneAt: number; receivedAt: number; payload: string }
export interface CheckInRecord { stepId: string; accountId: number; happenedAt: number; lat: number | null; lng: number | null; accuracyM: number | null }
const many = async <T>(sql: Sql, text: string, params: readonly SqlValue[]): Promise<T[]> => (await sql.query<Row>(text, params)).map((r) => fromRow<T>(r));

/** SQL of the field side: device steps and files in the company's shard, check-ins and the worker's lists in the group's. */
export const fieldStore = {
  async step(sql: Sql, stepId: string): Promise<StepRecord | null> { return (await many<StepRecord>(sql, 'select * from field_step where step_id = $1', [stepId]))[0] ?? null; },
  addStep: (sql: Sql, row: StepRecord): Promise<void> => sql.insertMany('field_step', [toRow(row)]),
  async appliedSteps(sql: Sql, orderId: number, accountId: number): Promise<string[]> { return (await sql.query<{ step_id: string }>("select step_id from field_step where order_id = $1 and account_id = $2 and step_status = 'applied' order by device_seq", [orderId, accountId])).map((r) => r.step_id); },
  /** Ties an uploaded file to its order and says what it is; the content itself never changes. */
  async bindFile(sql: Sql, id: number, f: { orderId: number; kind: 'photo' | 'signature'; takenAt: number; lat: number | null; lng: number | null; roundNo: number }): Promise<void> {
    await sql.execute('update attachment set order_id = $1, kind = $2, taken_at = $3, lat = $4, lng = $5, round_no = $6 where id = $7 and order_id is null', [f.orderId, f.kind, f.takenAt, f.lat, f.lng, f.roundNo, id]);
  },
  ofWorker: (sql: Sql, accountId: number): Promise<OrderIndexRecord[]> => many(sql, `select ${INDEX_COLUMNS} from work_order_index where worker_id = $1 and state in ('assigned','accepted','onSite') order by case when due_at is null then 1 else 0 end, due_at, id`, [accountId]),
  doneBy: (sql: Sql, accountId: number, since: number): Promise<OrderIndexRecord[]> => many(sql, `select ${INDEX_COLUMNS} from work_order_index where worker_id = $1 and state in ('completed','closed') and completed_at >= $2 order by completed_at desc limit 100`, [accountId, since]),
  /** Orders on which this person made a step or was the worker lately: what the device may still show. */
  touched: (sql: Sql, accountId: number, since: number): Promise<{ id: number; orderNo: string; state: OrderState; workerId: number | null; workerName: string | null }[]> =>
    many(sql, 'select o.id, o.order_no, o.state, o.worker_id, o.worker_name from work_order o where o.id in (select e.order_id from field_step e where e.account_id = $1 and e.received_at >= $2) or o.id in (select h.order_id from worker_hold h where h.account_id = $3 and h.since_at >= $4)', [accountId, since, accountId, since]),
  async hasHeld(sql: Sql, orderId: number, accountId: number): Promise<boolean> { return (await sql.query('select order_id from worker_hold where order_id = $1 and account_id = $2', [orderId, accountId])).length > 0; },
  addCheckIn: (sql: Sql, row: CheckInRecord): Promise<void> => sql.insertMany('field_check_in', [toRow(row)]),
  async checkInAt(sql: Sql, stepId: string, accountId: number): Promise<number | null> { return (await sql.query<{ happened_at: number }>('select happened_at from field_check_in where step_id = $1 and account_id = $2', [stepId, accountId]))[0]?.happened_at ?? null; },
};
