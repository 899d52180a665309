import type { OrderState } from '@ronghu/contract';
import type { Row, Sql, SqlValue } from '../../platform/database/db';
import { changedColumns, fromRow, ORDER_COLUMNS, toRow, type ApprovalRecord, type OrderRecord } from './order-record';

export interface EventRecord {
  id: number; orderId: number; happenedAt: number; accountId: number; personName: string; ruleNo: number; kind: string; title: string; fromState: OrderState | null; toState: OrderState | null; reason: string | null; roundNo: number; versionNo: number;
  intervention: boolean; lat: number | null; lng: number | null; detail: string | null;
}
export interface AttachmentRecord { id: number; orderId: number | null; deviceUuid: string | null; name: string; mime: string; byteCount: number; kind: 'photo' | 'video' | 'audio' | 'signature' | 'file'; stage: 'intake' | 'field'; sm3: string; takenAt: number | null; lat: number | null; lng: number | null; roundNo: number; uploadedBy: number; uploadedAt: number }
export interface EvidenceRecord { id: number; orderId: number; roundNo: number; rating: number; remark: string | null; signedBy: string; signedAt: number; lat: number | null; lng: number | null; signatureId: number; signatureSm3: string; workerId: number; canonical: string; sm3: string; sealedAt: number }
export interface ResultRecord { id: number; orderId: number; roundNo: number; templateVersion: number; fieldValues: string; parts: string; durationMinutes: number; outcome: 'fixed' | 'unfixed'; filledBy: number; filledAt: number }
export interface RevisitRecord { id: number; orderId: number; roundNo: number; happenedAt: number; accountId: number; personName: string; outcome: 'satisfied' | 'dissatisfied' | 'notReached'; formVersion: number; answers: string; remark: string | null; callId: string | null }
export interface TemperatureRecord { id: number; houseId: number | null; orderId: number | null; measuredAt: number; celsius: number; room: string; dataSource: string; accountId: number | null }

const rows = async <T>(sql: Sql, text: string, params: readonly SqlValue[]): Promise<T[]> => (await sql.query<Row>(text, params)).map((row) => fromRow<T>(row));

/** SQL of the company's shard for orders and what hangs on them. Each method takes the shard or its running transaction. */
export const orderStore = {
  async find(sql: Sql, id: number): Promise<OrderRecord | null> { return (await rows<OrderRecord>(sql, `select ${ORDER_COLUMNS} from work_order where id = $1`, [id]))[0] ?? null; },
  async insert(sql: Sql, record: OrderRecord): Promise<void> { await sql.insertMany('work_order', [toRow(record)]); },
  /** Writes what changed if nobody else has since: false when somebody has. */
  async update(sql: Sql, before: OrderRecord, after: OrderRecord): Promise<boolean> {
    const changes = Object.entries(changedColumns(before, after));
    if (changes.length === 0) return true;
    const sets = changes.map(([name], i) => `${name} = $${i + 1}`).join(', ');
    return (await sql.execute(`update work_order set ${sets} where id = $${changes.length + 1} and version_no = $${changes.length + 2}`, [...changes.map(([, value]) => value as SqlValue), before.id, before.versionNo])) === 1;
  },
  keepIntakeKey: (sql: Sql, accountId: number, key: string, orderId: number, at: number): Promise<void> => sql.insertMany('intake_key', [{ account_id: accountId, idem_key: key, order_id: orderId, made_at: at }]),
  async orderOfIntakeKey(sql: Sql, accountId: number, key: string): Promise<number | null> { return (await sql.query<{ order_id: number }>('select order_id from intake_key where account_id = $1 and idem_key = $2', [accountId, key]))[0]?.order_id ?? null; },
  addEvents: (sql: Sql, events: readonly EventRecord[]): Promise<void> => sql.insertMany('work_order_event', events.map(toRow)),
  events: (sql: Sql, orderId: number): Promise<EventRecord[]> => rows(sql, 'select * from work_order_event where order_id = $1 order by id', [orderId]),

  addApproval: (sql: Sql, approval: ApprovalRecord): Promise<void> => sql.insertMany('work_order_approval', [toRow(approval)]),
  async approval(sql: Sql, id: number): Promise<ApprovalRecord | null> { return (await rows<ApprovalRecord>(sql, 'select * from work_order_approval where id = $1', [id]))[0] ?? null; },
  approvals: (sql: Sql, orderId: number): Promise<ApprovalRecord[]> => rows(sql, 'select * from work_order_approval where order_id = $1 order by id', [orderId]),
  /** Only a waiting request can be decided, once. */
  async decideApproval(sql: Sql, id: number, status: 'approved' | 'rejected' | 'withdrawn', by: { accountId: number; personName: string }, at: number, reason: string | null): Promise<boolean> {
    return (await sql.execute("update work_order_approval set approval_status = $1, decided_by = $2, decider_name = $3, decided_at = $4, decision_reason = $5 where id = $6 and approval_status = 'pending'", [status, by.accountId, by.personName, at, reason, id])) === 1;
  },

  addAttachment: (sql: Sql, a: AttachmentRecord): Promise<void> => sql.insertMany('attachment', [toRow(a)]),
  attachments: (sql: Sql, orderId: number): Promise<AttachmentRecord[]> => rows(sql, 'select * from attachment where order_id = $1 order by id', [orderId]),
  async attachment(sql: Sql, id: number): Promise<AttachmentRecord | null> { return (await rows<AttachmentRecord>(sql, 'select * from attachment where id = $1', [id]))[0] ?? null; },
  async attachmentByUuid(sql: Sql, uuid: string): Promise<AttachmentRecord | null> { return (await rows<AttachmentRecord>(sql, 'select * from attachment where device_uuid = $1', [uuid]))[0] ?? null; },
  /** Ties uploads of this person that hang on no order yet; returns how many. */
  claimAttachments(sql: Sql, ids: readonly number[], orderId: number, accountId: number): Promise<number> {
    return sql.execute(`update attachment set order_id = $1 where order_id is null and uploaded_by = $2 and id in (${ids.map((_, i) => `$${i + 3}`).join(',')})`, [orderId, accountId, ...ids]);
  },

  /** Remembers who was given the order, for good. */
  async addHold(sql: Sql, orderId: number, accountId: number, at: number): Promise<void> {
    if (!(await sql.execute('update worker_hold set since_at = $1 where order_id = $2 and account_id = $3', [at, orderId, accountId]))) await sql.insertMany('worker_hold', [{ order_id: orderId, account_id: accountId, since_at: at }]);
  },

  addEvidence: (sql: Sql, e: EvidenceRecord): Promise<void> => sql.insertMany('evidence', [toRow(e)]),
  evidence: (sql: Sql, orderId: number): Promise<EvidenceRecord[]> => rows(sql, 'select * from evidence where order_id = $1 order by round_no', [orderId]),
  results: (sql: Sql, orderId: number): Promise<ResultRecord[]> => rows(sql, 'select * from order_result where order_id = $1 order by round_no', [orderId]),
  /** A later backfill of the same round replaces the former until it is signed; the engine refuses it afterwards. */
  async putResult(sql: Sql, r: ResultRecord): Promise<void> {
    const changed = await sql.execute('update order_result set template_version = $1, field_values = $2, parts = $3, duration_minutes = $4, outcome = $5, filled_by = $6, filled_at = $7 where order_id = $8 and round_no = $9', [r.templateVersion, r.fieldValues, r.parts, r.durationMinutes, r.outcome, r.filledBy, r.filledAt, r.orderId, r.roundNo]);
    if (!changed) await sql.insertMany('order_result', [toRow(r)]);
  },
  addRevisit: (sql: Sql, r: RevisitRecord): Promise<void> => sql.insertMany('revisit', [toRow(r)]),
  revisits: (sql: Sql, orderId: number): Promise<RevisitRecord[]> => rows(sql, 'select * from revisit where order_id = $1 order by id', [orderId]),
  addTemperature: (sql: Sql, t: TemperatureRecord): Promise<void> => sql.insertMany('room_temperature', [toRow(t)]),
  temperatures: (sql: Sql, orderId: number): Promise<TemperatureRecord[]> => rows(sql, 'select * from room_temperature where order_id = $1 order by measured_at', [orderId]),
};
