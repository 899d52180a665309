import { ORDER_TYPE_NAMES, URGENCY_NAMES } from '@ronghu/contract';
import type { Row, Tx } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import type { Scope } from '../../platform/identity/scope';
import { localTime, type DeadlineRules } from './deadline.rules';
import { coreOf, indexRow, withCore, type ApprovalRecord, type OrderRecord } from './order-record';
import { requireOrder } from './order-scope';
import { orderStore, type EventRecord } from './order.store';
import type { OrderEvent, Recipient } from './order-table';
import type { WorkOrderParts } from './ports';
import { step, type OrderCore, type OrderEffect, type OrderInput } from './work-order.rules';

/** What one notice of the outbox says; who the recipients are is found by messaging. */
export interface NoticeDraft { key: string; kind: string; title: string; text: string; urgent: boolean; recipients: readonly Recipient[]; stationId: number | null; formerStationId: number | null; workerId: number | null; formerWorkerId: number | null; agentAccountId: number | null; requesterId: number | null; byId: number }
/** The event that every consumer of orders hears, kind `order.changed`, aggregate `order`, aggregateId the order's id. `order` is the new index line (database names). */
export interface OrderChanged { change: OrderEvent; changes: OrderEvent[]; title: string; by: string; byId: number; order: Row; formerStationId: number | null; formerWorkerId: number | null; notices: NoticeDraft[]; approvals: Row[] }

/** One act on one order: the engine's input and what is stored beside the order's own row. */
export interface Plan {
  input: OrderInput;
  /** Shown in the history beside the first event of the act. */
  detail?: Record<string, string>; place?: { lat: number; lng: number } | null; at?: number; nearDueAt?: number;
  workerName?: string | null;
  /** Fields outside the engine (description, priority of words …). */
  mutate?(next: OrderRecord, before: OrderRecord): OrderRecord;
  /** Further rows of the same transaction. */
  within?(tx: Tx, next: OrderRecord): Promise<void>;
  /** Another step that belongs to the same act, on what the first made (dispatch after intake). */
  then?: OrderInput[];
}
export interface Loaded { record: OrderRecord; pending: ApprovalRecord | null; core: OrderCore }
export const CLOCK_TIMER = 'order.clock', REVISIT_TIMER = 'order.revisit', APPROVAL_TIMER = 'order.approval', PROGRESS_TIMER = 'order.progress';

/** The only writer of orders: engine step, order row, history, approvals, timers and outbox in one transaction of the company's shard. */
export class OrderWriter {
  constructor(private readonly d: WorkOrderParts) {}

  async load(companyId: number, orderId: number): Promise<Loaded | null> {
    const db = this.d.shards.company(companyId);
    const record = await orderStore.find(db, orderId);
    if (!record) return null;
    const pending = record.pendingId === null ? null : await orderStore.approval(db, record.pendingId);
    return { record, pending, core: coreOf(record, pending) };
  }

  /**
   * Loads the order, asks `plan` what to do, steps the engine and writes. A change by others in between is tried again (with what is then true) unless the
   * input names the version the person saw. @throws AppError NOT_FOUND, CONFLICT and the engine's refusals.
   */
  async run(scope: Scope, companyId: number, orderId: number, plan: (loaded: Loaded) => Promise<Plan>): Promise<OrderRecord> {
    for (let attempt = 1; ; attempt++) {
      const loaded = await this.load(companyId, orderId);
      requireOrder(scope, loaded?.record ?? null);
      if (!loaded) throw new AppError('NOT_FOUND');
      const p = await plan(loaded);
      try { return await this.write(scope, loaded, p); } catch (error) {
        if (!(error instanceof LostRace)) throw error;
        if (p.input.version !== undefined || attempt >= 8) throw new AppError('CONFLICT', '工单已被他人更新，请刷新后再试');
      }
    }
  }

  /** Writes a new order. `record` carries everything but what the engine decides. */
  async create(scope: Scope, record: OrderRecord, core: OrderCore, plan: Plan): Promise<OrderRecord> {
    return this.write(scope, { record, pending: null, core }, plan, true);
  }

  private async write(scope: Scope, loaded: Loaded, plan: Plan, isNew = false): Promise<OrderRecord> {
    const now = this.d.clock.now(), { record: before } = loaded, rules = await this.d.settings.deadlineRules();
    let core = loaded.core;
    const effects: OrderEffect[] = [], changes: OrderEvent[] = [];
    for (const input of [plan.input, ...(plan.then ?? [])]) {
      const result = step(core, input, now);
      if (!result.ok) throw new AppError(result.code, result.message);
      core = result.order;
      effects.push(...result.effects);
      changes.push(input.event);
    }
    let next = withCore(before, core, now);
    if (next.workerId !== before.workerId) next.workerName = next.workerId === null ? null : (plan.workerName ?? null);
    const approvals = this.approvalRows(effects, loaded.pending, next, scope, plan, now);
    next.pendingId = approvals.added?.id ?? (core.pending ? before.pendingId : null);
    if (plan.mutate) next = plan.mutate(next, before);
    const at = plan.at ?? now;
    const events = effects.flatMap((e): EventRecord[] => (e.kind !== 'history' ? [] : [{
      id: this.d.ids.next(), orderId: next.id, happenedAt: at, accountId: scope.accountId, personName: scope.personName, ruleNo: e.no, kind: e.event, title: e.title, fromState: e.from, toState: e.to, reason: e.reason, roundNo: e.round, versionNo: e.version, intervention: e.intervention,
      lat: plan.place?.lat ?? null, lng: plan.place?.lng ?? null, detail: null,
    }]));
    if (events[0] && plan.detail && Object.keys(plan.detail).length > 0) events[0].detail = JSON.stringify(plan.detail);
    const changed = this.changedEvent(scope, before, next, changes, effects, approvals, loaded.pending, await this.d.settings.workCalendar());
    await this.d.shards.company(next.companyId).transaction(async (tx) => {
      if (isNew) await orderStore.insert(tx, next); else if (!(await orderStore.update(tx, before, next))) throw new LostRace();
      await orderStore.addEvents(tx, events);
      if (approvals.added) await orderStore.addApproval(tx, approvals.added);
      if (approvals.decided && loaded.pending && !(await orderStore.decideApproval(tx, loaded.pending.id, approvals.decided.status, approvals.decided.by, now, approvals.decided.reason))) throw new LostRace();
      if (next.workerId !== null && next.workerId !== before.workerId) await orderStore.addHold(tx, next.id, next.workerId, now);
      await plan.within?.(tx, next);
      await this.setTimers(tx, effects, changes, next, rules, plan, now);
      await this.d.outbox.add(tx, { kind: 'order.changed', aggregate: 'order', aggregateId: next.id, companyId: next.companyId, payload: changed });
    });
    return next;
  }

  private approvalRows(effects: readonly OrderEffect[], pending: ApprovalRecord | null, next: OrderRecord, scope: Scope, plan: Plan, now: number) {
    let added: ApprovalRecord | null = null, decided: { status: 'approved' | 'rejected' | 'withdrawn'; by: { accountId: number; personName: string }; reason: string | null } | null = null;
    for (const e of effects) {
      if (e.kind === 'approvalRequested') added = { id: this.d.ids.next(), orderId: next.id, kind: e.approval.kind, eventName: e.approval.event, reason: e.approval.reason, requestedBy: scope.accountId, requesterName: scope.personName, requestedAt: now, newDueAt: e.approval.newDueAt, approvalStatus: 'pending', decidedBy: null, deciderName: null, decidedAt: null, decisionReason: null, roundNo: next.roundNo };
      if (e.kind === 'approvalDecided' && pending) {
        const lapsed = e.status === 'withdrawn' && plan.input.event !== 'withdraw';
        decided = { status: e.status, by: lapsed ? { accountId: 0, personName: '系统' } : { accountId: scope.accountId, personName: scope.personName }, reason: lapsed ? '工单已流转，申请自动撤回' : (plan.input.reason?.trim() || null) };
      }
    }
    return { added, decided };
  }

  private async setTimers(tx: Tx, effects: readonly OrderEffect[], changes: readonly OrderEvent[], next: OrderRecord, rules: DeadlineRules, plan: Plan, now: number): Promise<void> {
    const key = String(next.id), companyId = next.companyId, payload = { orderId: next.id };
    const clock = [...effects].reverse().find((e) => e.kind === 'clock');
    if (clock?.kind === 'clock') {
      if (clock.dueAt === null) await this.d.timers.cancel(tx, CLOCK_TIMER, key);
      else await this.d.timers.set(tx, { kind: CLOCK_TIMER, key, dueAt: Math.min(clock.dueAt, plan.nearDueAt ?? now + Math.floor((clock.dueAt - now) * (1 - rules.nearDueShare))), companyId, payload });
    }
    for (const e of effects) {
      if (e.kind === 'revisitDue') await this.d.timers.set(tx, { kind: REVISIT_TIMER, key, dueAt: now + rules.revisitMinutes * 60_000, companyId, payload });
      if (e.kind === 'revisitSettled') await this.d.timers.cancel(tx, REVISIT_TIMER, key);
      if (e.kind === 'approvalRequested') await this.d.timers.set(tx, { kind: APPROVAL_TIMER, key, dueAt: now + rules.approvalMinutes * 60_000, companyId, payload });
      if (e.kind === 'approvalDecided') await this.d.timers.cancel(tx, APPROVAL_TIMER, key);
    }
    if (changes.includes('revisitNotReached')) await this.d.timers.set(tx, { kind: REVISIT_TIMER, key, dueAt: now + rules.revisitRetryMinutes * 60_000, companyId, payload });
    if (changes.some((c) => c === 'supervise' || c === 'progress' || c === 'progressMissed') && next.reportHours) await this.d.timers.set(tx, { kind: PROGRESS_TIMER, key, dueAt: now + next.reportHours * 3_600_000, companyId, payload });
    if (next.closedAt !== null && next.supervised) await this.d.timers.cancel(tx, PROGRESS_TIMER, key);
  }

  private changedEvent(scope: Scope, before: OrderRecord, next: OrderRecord, changes: OrderEvent[], effects: readonly OrderEffect[], approvals: { added: ApprovalRecord | null; decided: { status: string; by: { personName: string }; reason: string | null } | null }, pending: ApprovalRecord | null, calendar: Parameters<typeof localTime>[0]): OrderChanged {
    const about = `${ORDER_TYPE_NAMES[next.orderType]}·${URGENCY_NAMES[next.urgency]} ${next.customerName ?? ''} ${next.address} ${next.fault}`.replace(/\s+/g, ' ').trim();
    const text = `${about}${next.dueAt !== null && next.completedAt === null ? `；期限 ${localTime(calendar, next.dueAt)}` : ''}`.slice(0, 480);
    const notices = effects.flatMap((e, i): NoticeDraft[] => (e.kind !== 'notify' ? [] : [{
      key: `${next.id}:${next.versionNo}:${i}`, kind: `order.${e.event}`, title: `${e.title} ${next.orderNo}`, text, urgent: e.urgent, recipients: e.recipients, stationId: next.stationId, formerStationId: e.formerStationId, workerId: next.workerId, formerWorkerId: e.formerWorkerId,
      agentAccountId: next.agentAccountId, requesterId: (approvals.decided ? pending?.requestedBy : approvals.added?.requestedBy) ?? null, byId: scope.accountId,
    }]));
    const line = (a: ApprovalRecord): Row => ({ id: a.id, company_id: next.companyId, station_id: next.stationId, order_id: next.id, order_no: next.orderNo, kind: a.kind, reason: a.reason, requested_by: a.requestedBy, requester_name: a.requesterName, requested_at: a.requestedAt, new_due_at: a.newDueAt, approval_status: a.approvalStatus, decider_name: a.deciderName, decided_at: a.decidedAt, decision_reason: a.decisionReason, version_no: next.versionNo });
    const rows: Row[] = [];
    if (approvals.decided && pending) rows.push({ ...line(pending), approval_status: approvals.decided.status, decider_name: approvals.decided.by.personName, decided_at: next.updatedAt, decision_reason: approvals.decided.reason });
    if (approvals.added) rows.push(line(approvals.added));
    const history = effects.filter((e) => e.kind === 'history');
    return {
      change: changes[changes.length - 1] as OrderEvent, changes, title: history.map((h) => (h.kind === 'history' ? h.title : '')).join('，'), by: scope.personName, byId: scope.accountId, order: indexRow(next),
      formerStationId: before.stationId !== next.stationId ? before.stationId : null, formerWorkerId: before.workerId !== next.workerId ? before.workerId : null, notices, approvals: rows,
    };
  }
}
/** The order moved on between reading and writing. */
class LostRace extends Error {}
