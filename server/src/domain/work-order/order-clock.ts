import type { DueTimer } from '../../platform/timer/timers';
import { AppError } from '../../platform/errors/app-error';
import { systemScope } from '../../platform/identity/scopes';
import { APPROVAL_TIMER, CLOCK_TIMER, PROGRESS_TIMER, REVISIT_TIMER, type Loaded, type NoticeDraft, type OrderChanged, type OrderWriter, type Plan } from './order-writer';
import { indexRow } from './order-record';
import type { WorkOrderParts } from './ports';
import type { OrderEvent } from './order-table';
import type { OrderInput } from './work-order.rules';

/** Promises with a time: near due, overdue and its escalation, revisit reminders, missed progress reports, waiting approvals (#27, #28, #30, #38, SC-63, SC-72). */
export class OrderClock {
  constructor(private readonly d: WorkOrderParts, private readonly writer: OrderWriter) {}
  listen(): void {
    this.d.timers.on(CLOCK_TIMER, (t) => this.handling(t));
    this.d.timers.on(REVISIT_TIMER, (t) => this.remindRevisit(t));
    this.d.timers.on(PROGRESS_TIMER, (t) => this.act(t, 'progressMissed', (l) => l.record.supervised && l.record.closedAt === null));
    this.d.timers.on(APPROVAL_TIMER, (t) => this.act(t, 'approvalOverdue', (l) => l.core.pending !== null));
  }

  /** One timer an order: first near due, then overdue, then the escalations. What is no longer true by now does nothing. */
  private async handling(t: DueTimer): Promise<void> {
    const rules = await this.d.settings.deadlineRules();
    await this.act(t, 'nearDue', ({ record }) => record.dueAt !== null && record.completedAt === null && record.closedAt === null && record.escalations < rules.escalateMax, ({ record }) => {
      const now = this.d.clock.now(), dueAt = record.dueAt as number;
      const again = (at: number) => ({ within: (tx: Parameters<NonNullable<Plan['within']>>[0]) => this.d.timers.set(tx, { kind: CLOCK_TIMER, key: t.key, dueAt: at, companyId: record.companyId, payload: { orderId: record.id } }) });
      if (now < dueAt) return record.nearDue ? null : { event: 'nearDue', ...again(dueAt) };
      return { event: 'overdue', ...(record.escalations + 1 < rules.escalateMax ? again(now + rules.escalateEveryMinutes * 60_000) : {}), detail: { 升级: `第 ${record.escalations + 1} 次` } };
    });
  }
  private async act(t: DueTimer, event: OrderEvent, stillTrue: (loaded: Loaded) => boolean, plan: (loaded: Loaded) => (Partial<Plan> & { event: OrderEvent }) | null = () => ({ event })): Promise<void> {
    const orderId = t.payload.orderId as number, companyId = t.companyId as number;
    const approvals = await this.d.settings.approvalRules();
    try {
      await this.writer.run(systemScope(t.kind), companyId, orderId, async (loaded) => {
        const p = stillTrue(loaded) ? plan(loaded) : null;
        if (!p) throw new NothingToDo();
        const input: OrderInput = { event: p.event, actorId: 0, rights: ['system'], approvals };
        return { input, detail: p.detail, within: p.within };
      });
    } catch (error) { if (!(error instanceof NothingToDo) && !(error instanceof AppError && (error.code === 'STATE_CONFLICT' || error.code === 'NOT_FOUND'))) throw error; } // the order went on in between
  }
  /** SC-72: the completed order still waits for its revisit. A reminder changes nothing of the order, so it is a notice only, repeated until settled. */
  private async remindRevisit(t: DueTimer): Promise<void> {
    const loaded = await this.writer.load(t.companyId as number, t.payload.orderId as number);
    if (!loaded || loaded.record.state !== 'completed') return;
    const { record: r } = loaded, rules = await this.d.settings.deadlineRules(), now = this.d.clock.now();
    const notice: NoticeDraft = { key: `${r.id}:revisit:${t.dueAt}`, kind: 'order.revisitDue', title: `待回访 ${r.orderNo}`, text: `${r.customerName ?? ''} ${r.address} ${r.fault}，已完成处理，请回访`.trim(), urgent: false, recipients: ['revisitor'], stationId: r.stationId, formerStationId: null, workerId: null, formerWorkerId: null, agentAccountId: r.agentAccountId, requesterId: null, byId: 0 };
    const payload: OrderChanged = { change: 'revisitNotReached', changes: [], title: '回访提醒', by: '系统', byId: 0, order: indexRow(r), formerStationId: null, formerWorkerId: null, notices: [notice], approvals: [] };
    await this.d.shards.company(r.companyId).transaction(async (tx) => {
      await this.d.outbox.add(tx, { kind: 'order.reminded', aggregate: 'order', aggregateId: r.id, companyId: r.companyId, payload });
      await this.d.timers.set(tx, { kind: REVISIT_TIMER, key: t.key, dueAt: now + rules.revisitRetryMinutes * 60_000, companyId: r.companyId, payload: t.payload });
    });
  }
}
class NothingToDo extends Error {}
