import { sealEvidence } from '../domain/work-order/evidence.rules';
import { indexRow, toRow, withCore, type ApprovalRecord, type OrderRecord } from '../domain/work-order/order-record';
import { CLOCK_TIMER, APPROVAL_TIMER, REVISIT_TIMER } from '../domain/work-order/order-writer';
import { newOrder, step, type OrderCore, type OrderInput } from '../domain/work-order/work-order.rules';
import type { Row } from '../platform/database/db';
import type { Ids } from '../platform/database/ids';
import type { Person } from './organisation';

const HOUR = 3_600_000, MINUTE = 60_000;
export const SYSTEM: Person = { accountId: 0, name: '系统' };
/** A stored picture. */
export interface Picture { sm3: string; bytes: number }

/**
 * The life of one order told by the real engine: every step is one that the product itself would take, with its history, approvals, deadlines and
 * evidence. A step later than `now` ends the story there: the order is open in that state.
 */
export class OrderStory {
  private core: OrderCore;
  private approvals: ApprovalRecord[] = [];
  private readonly holds = new Map<number, number>();
  private readonly events: Row[] = [];
  private readonly rows: { table: string; row: Row }[] = [];
  private signedResult: { templateVersion: number; fieldValues: string; parts: string; durationMinutes: number; outcome: 'fixed' | 'unfixed' } | null = null;
  /** Time of the last step. */
  at: number;
  over = false;

  constructor(private readonly d: { ids: Ids; now: number; nearDueShare: number }, public record: OrderRecord) {
    this.core = newOrder(record.createdAt, record.dueAt);
    this.at = record.createdAt;
  }
  get state(): string { return this.record.state; }

  /** Takes a step `minutes` after the last one. False when that lies ahead of now, or the story is over. */
  act(minutes: number, who: Person, event: OrderInput['event'], extra: Partial<OrderInput> & { detail?: Record<string, string>; place?: boolean; workerName?: string | null } = {}): boolean {
    const at = this.at + Math.round(minutes * MINUTE);
    if (this.over || at > this.d.now) { this.over = true; return false; }
    this.clockUntil(at);
    this.step(at, who, event, extra);
    return true;
  }
  nextId(): number { return this.d.ids.next(); }
  /** Rows that hang on the order, written with it. */
  add(table: string, row: Row): void { this.rows.push({ table, row }); }
  result(worker: Person, at: number, values: Record<string, string>, parts: { name: string; quantity: number }[], outcome: 'fixed' | 'unfixed', minutes: number): void {
    this.signedResult = { templateVersion: 1, fieldValues: JSON.stringify(values), parts: JSON.stringify(parts), durationMinutes: minutes, outcome };
    this.add('order_result', { id: this.d.ids.next(), order_id: this.record.id, round_no: this.record.roundNo, template_version: 1, field_values: this.signedResult.fieldValues, parts: this.signedResult.parts, duration_minutes: minutes, outcome, filled_by: worker.accountId, filled_at: at });
  }
  attach(picture: Picture, kind: 'photo' | 'signature', worker: Person, at: number): number {
    const id = this.d.ids.next();
    this.add('attachment', { id, order_id: this.record.id, name: kind === 'photo' ? '现场照片.png' : '签名.png', mime: 'image/png', byte_count: picture.bytes, kind, stage: 'field', sm3: picture.sm3, taken_at: at, lat: null, lng: null, round_no: this.record.roundNo, uploaded_by: worker.accountId, uploaded_at: at });
    return id;
  }
  /** Rating and signature, sealed as the field service seals them. */
  sign(minutes: number, worker: Person, rating: number, comment: string | null, signedBy: string, picture: Picture | null): boolean {
    const result = this.signedResult;
    if (!result || !this.act(minutes, worker, 'sign', { detail: { 评价: `${rating} 分`, 签名人: signedBy } })) return false;
    this.record = { ...this.record, rating, satisfied: rating >= 4 };
    if (picture) {
      const r = this.record, at = this.at, signatureId = this.attach(picture, 'signature', worker, at);
      const sealed = sealEvidence({ orderId: r.id, orderNo: r.orderNo, companyId: r.companyId, roundNo: r.roundNo, workerId: worker.accountId, rating, remark: comment, signedBy, signedAt: at, lat: null, lng: null, signatureSm3: picture.sm3, result });
      this.add('evidence', { id: this.d.ids.next(), order_id: r.id, round_no: r.roundNo, rating, remark: comment, signed_by: signedBy, signed_at: at, lat: null, lng: null, signature_id: signatureId, signature_sm3: picture.sm3, worker_id: worker.accountId, canonical: sealed.canonical, sm3: sealed.sm3, sealed_at: at });
    }
    return true;
  }

  /** Everything to be written: company tables, and the group's index lines. Open orders get the timers that carry their promises on. */
  finish(): { company: { table: string; row: Row }[]; group: { table: string; row: Row }[] } {
    this.clockUntil(this.d.now);
    const r = this.record, company = [{ table: 'work_order', row: toRow(r) }, ...this.events.map((row) => ({ table: 'work_order_event', row })), ...this.rows, ...this.approvals.map((a) => ({ table: 'work_order_approval', row: toRow(a) })), ...[...this.holds].map(([account, at]) => ({ table: 'worker_hold', row: { order_id: r.id, account_id: account, since_at: at } }))];
    const timer = (kind: string, dueAt: number): void => { company.push({ table: 'durable_timer', row: { id: this.d.ids.next(), kind, timer_key: String(r.id), due_at: dueAt, company_id: r.companyId, payload: JSON.stringify({ orderId: r.id }), lease_until: 0, attempts: 0 } }); };
    const { now } = this.d;
    if (r.closedAt === null && r.completedAt === null && r.dueAt !== null) timer(CLOCK_TIMER, r.overdue ? now + 2 * HOUR : r.nearDue ? r.dueAt : Math.max(now, this.nearDueAt()));
    if (r.state === 'completed') timer(REVISIT_TIMER, now + 20 * MINUTE + (r.id % 600) * MINUTE);
    if (r.pendingApproval) timer(APPROVAL_TIMER, now + 2 * HOUR);
    const group = [{ table: 'work_order_index', row: indexRow(r) }, ...this.approvals.map((a) => ({ table: 'approval_index', row: { id: a.id, company_id: r.companyId, station_id: r.stationId, order_id: r.id, order_no: r.orderNo, kind: a.kind, reason: a.reason, requested_by: a.requestedBy, requester_name: a.requesterName, requested_at: a.requestedAt, new_due_at: a.newDueAt, approval_status: a.approvalStatus, decider_name: a.deciderName, decided_at: a.decidedAt, decision_reason: a.decisionReason, version_no: r.versionNo } }))];
    return { company, group };
  }

  private nearDueAt(): number { const due = this.record.dueAt ?? 0; return Math.round(due - (due - this.record.createdAt) * this.d.nearDueShare); }
  /** The system's own clock runs between the steps of people: near due, then overdue. */
  private clockUntil(at: number): void {
    const running = (): boolean => this.core.version > 0 && this.core.completedAt === null && this.core.closedAt === null && this.core.dueAt !== null;
    if (running() && !this.core.nearDue && !this.core.overdue && this.nearDueAt() <= at) this.step(Math.max(this.at, this.nearDueAt()), SYSTEM, 'nearDue', {});
    if (running() && !this.core.overdue && (this.core.dueAt as number) <= at) this.step(Math.max(this.at, this.core.dueAt as number), SYSTEM, 'overdue', { detail: { 升级: '第 1 次' } });
  }
  private step(time: number, who: Person, event: OrderInput['event'], extra: Partial<OrderInput> & { detail?: Record<string, string>; place?: boolean; workerName?: string | null }): void {
    const { detail, place, workerName, ...input } = extra, at = Math.round(time), before = this.record;
    const result = step(this.core, { event, actorId: who.accountId, rights: ['system'], approvals: { return: true, void: true, secondDispatch: true }, ...input }, at);
    if (!result.ok) throw new Error(`demo order ${before.orderNo} in ${before.state}: ${event} refused: ${result.message}`);
    this.core = result.order;
    this.at = at;
    let next = withCore(before, this.core, at);
    for (const effect of result.effects) {
      if (effect.kind === 'history') this.events.push({ id: this.d.ids.next(), order_id: next.id, happened_at: at, account_id: who.accountId, person_name: who.name, rule_no: effect.no, kind: effect.event, title: effect.title, from_state: effect.from, to_state: effect.to, reason: effect.reason, round_no: effect.round, version_no: effect.version, intervention: effect.intervention, lat: place ? 45.7 + (next.id % 97) / 1000 : null, lng: place ? 126.6 + (next.id % 89) / 1000 : null, detail: detail ? JSON.stringify(detail) : null });
      if (effect.kind === 'approvalRequested') {
        const approval: ApprovalRecord = { id: this.d.ids.next(), orderId: next.id, kind: effect.approval.kind, eventName: effect.approval.event, reason: effect.approval.reason, requestedBy: who.accountId, requesterName: who.name, requestedAt: at, newDueAt: effect.approval.newDueAt, approvalStatus: 'pending', decidedBy: null, deciderName: null, decidedAt: null, decisionReason: null, roundNo: next.roundNo };
        this.approvals.push(approval);
        next = { ...next, pendingId: approval.id };
      }
      if (effect.kind === 'approvalDecided') {
        this.approvals = this.approvals.map((a) => (a.id === before.pendingId ? { ...a, approvalStatus: effect.status, decidedBy: who.accountId, deciderName: who.name, decidedAt: at, decisionReason: input.reason ?? '同意' } : a));
        next = { ...next, pendingId: null };
      }
    }
    if (next.workerId !== before.workerId) next = { ...next, workerName: next.workerId === null ? null : (workerName ?? null) };
    if (next.workerId !== null && next.workerId !== before.workerId) this.holds.set(next.workerId, at);
    this.record = next;
  }
}
