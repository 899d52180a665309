import { ORDER_TYPE_NAMES, URGENCY_NAMES, type OrderCommand, type RevisitForm } from '@ronghu/contract';
import { AppError } from '../../platform/errors/app-error';
import type { Scope } from '../../platform/identity/scope';
import { requireCompany, requirePermission } from '../../platform/identity/scope';
import type { OrderIntakeService } from './order-intake';
import type { OrderNumbers } from './order-number';
import type { OrderRecord } from './order-record';
import { rightsOf } from './order-scope';
import { orderStore } from './order.store';
import { PROGRESS_TIMER, type Loaded, type OrderWriter, type Plan } from './order-writer';
import { peopleStore } from './people.store';
import type { WorkOrderParts } from './ports';
import { ACTION_EVENTS, type OrderInput } from './work-order.rules';

type Of<A extends OrderCommand['action']> = Extract<OrderCommand, { action: A }>;

/** Commands on orders by people at a desk: each is one plan, the engine's table decides, the writer writes. */
export class OrderService {
  constructor(private readonly d: WorkOrderParts, private readonly writer: OrderWriter, private readonly intakes: OrderIntakeService, private readonly numbers: OrderNumbers) {}

  /** Runs one command (appendix 5). `command.version` is the one the person saw. @throws AppError CONFLICT, STATE_CONFLICT, FORBIDDEN, BAD_INPUT, NOT_FOUND, REVISIT_REQUIRED. */
  async command(scope: Scope, companyId: number, orderId: number, command: OrderCommand): Promise<OrderRecord> {
    requirePermission(scope, 'order.read');
    return this.writer.run(scope, companyId, orderId, (loaded) => this.plan(scope, loaded, command));
  }

  /** Decides on the request that waits (#16). The approver sees the order by scope; nobody decides on a request of their own. */
  async decide(scope: Scope, companyId: number, approvalId: number, decision: 'approve' | 'reject', reason: string): Promise<OrderRecord> {
    requirePermission(scope, 'order.approve');
    const approval = await orderStore.approval(this.d.shards.company(companyId), approvalId);
    if (!approval) throw new AppError('NOT_FOUND', '没有找到该申请');
    return this.writer.run(scope, companyId, approval.orderId, async (loaded) => {
      if (loaded.record.pendingId !== approvalId) throw new AppError('STATE_CONFLICT', '该申请已被处理，请刷新');
      const base = await this.base(scope, loaded);
      return decision === 'approve' && approval.kind === 'secondDispatch' ? this.newRound({ ...base, event: decision, reason }, loaded) : { input: { ...base, event: decision, reason } };
    });
  }
  /** Takes one's own waiting request back. */
  async withdraw(scope: Scope, companyId: number, orderId: number): Promise<OrderRecord> {
    return this.writer.run(scope, companyId, orderId, async (loaded) => ({ input: { ...(await this.base(scope, loaded)), event: 'withdraw' } }));
  }

  private async base(scope: Scope, _loaded: Loaded): Promise<Omit<OrderInput, 'event'>> { return { actorId: scope.accountId, rights: rightsOf(scope), approvals: await this.d.settings.approvalRules() }; }

  private async plan(scope: Scope, loaded: Loaded, c: OrderCommand): Promise<Plan> {
    const { record } = loaded, base = { ...(await this.base(scope, loaded)), version: c.version, event: ACTION_EVENTS[c.action] };
    const reason = 'reason' in c ? c.reason : 'note' in c ? c.note : undefined;
    const plain: Plan = { input: { ...base, reason } };
    switch (c.action) {
      case 'arrange': case 'changeStation': case 'redispatch': {
        const stationId = c.stationId ?? record.stationId ?? undefined;
        if (c.stationId) this.requireStation(c.stationId, record.companyId);
        return this.newRound({ ...base, reason, stationId }, loaded, { 维修站: this.d.orgs.name(stationId ?? null) ?? '', ...(record.stationId && record.stationId !== stationId ? { 原维修站: this.d.orgs.name(record.stationId) ?? '' } : {}) });
      }
      case 'assign': case 'reassign': return this.assign(base, reason, loaded, c.workerId);
      case 'closeDirectly': return { ...plain, detail: { 处理结果: c.result } };
      case 'edit': return this.edit(base, c, record);
      case 'supervise': return { ...plain, detail: { 上报间隔: `${c.reportEveryHours} 小时` }, mutate: (next) => ({ ...next, reportHours: c.reportEveryHours }) };
      case 'progress': return { input: { ...base, reason: c.report } };
      case 'secondDispatch': return this.newRound({ ...base, reason }, loaded);
      case 'revisit': return this.revisit(scope, base, c);
      case 'handOver': return this.handOver(scope, base, c, record);
      case 'attach': return { ...plain, detail: { 附件: `${c.attachmentIds.length} 个` }, within: async (tx) => { if ((await orderStore.claimAttachments(tx, c.attachmentIds, record.id, scope.accountId)) !== c.attachmentIds.length) throw new AppError('BAD_INPUT', '有附件不存在或已用于其他工单，请重新上传'); } };
      default: return plain;
    }
  }

  /** A plan that may open a new round (second dispatch, intervention on a completed order): its deadline is counted anew from now. */
  private async newRound(input: OrderInput, { record }: Loaded, detail?: Record<string, string>): Promise<Plan> {
    if (record.state !== 'completed') return { input, detail };
    const due = await this.intakes.deadline({ type: record.orderType, urgency: record.urgency, source: record.orderSource });
    return { input: { ...input, dueAt: due.dueAt }, nearDueAt: due.nearDueAt, detail, mutate: (next, before) => (next.roundNo > before.roundNo ? { ...next, ruleVersion: due.ruleVersion, dueExplained: `第 ${next.roundNo} 轮：${due.explained}`.slice(0, 1000), dueOverridden: false } : next) };
  }
  private requireStation(stationId: number, companyId: number): void {
    const node = this.d.orgs.get(stationId);
    if (node?.kind !== 'station' || node.companyId !== companyId) throw new AppError('BAD_INPUT', '请选择本公司的维修站', [{ path: 'stationId', message: '不是本公司的维修站' }]);
  }
  private async assign(base: OrderInput, reason: string | undefined, loaded: Loaded, workerId: number): Promise<Plan> {
    const { record } = loaded, places = await peopleStore.fieldPerson(this.d.shards.group(), workerId);
    const here = places.find((p) => p.stationId === record.stationId) ?? (base.rights.includes('order.override') ? places.find((p) => this.d.orgs.get(p.stationId)?.companyId === record.companyId) : undefined);
    if (!here) throw new AppError('BAD_INPUT', '所选人员不是该站的维修人员', [{ path: 'workerId', message: '不是该站的维修人员' }]);
    const plan = await this.newRound({ ...base, reason, workerId, stationId: here.stationId }, loaded, { 处理人: here.name, ...(record.workerName && record.workerId !== workerId ? { 原处理人: record.workerName } : {}) });
    return { ...plan, workerName: here.name };
  }
  /** #34. Before dispatch a new type or urgency counts the deadline anew; afterwards only an extension moves it (appendix 2 no. 31). */
  private async edit(base: OrderInput, c: Of<'edit'>, record: OrderRecord): Promise<Plan> {
    const detail: Record<string, string> = {};
    if (c.description !== undefined && c.description !== record.description) detail['描述'] = `${record.description.slice(0, 200)} → ${c.description.slice(0, 200)}`;
    if (c.urgency && c.urgency !== record.urgency) detail['紧急程度'] = `${URGENCY_NAMES[record.urgency]} → ${URGENCY_NAMES[c.urgency]}`;
    if (c.type && c.type !== record.orderType) detail['类型'] = `${ORDER_TYPE_NAMES[record.orderType]} → ${ORDER_TYPE_NAMES[c.type]}`;
    if (Object.keys(detail).length === 0) throw new AppError('BAD_INPUT', '没有任何修改');
    const orderType = c.type ?? record.orderType, urgency = c.urgency ?? record.urgency;
    const due = record.state === 'toArrange' && !record.dueOverridden && (detail['类型'] || detail['紧急程度']) ? await this.intakes.deadline({ type: orderType, urgency, source: record.orderSource }) : null;
    return {
      input: { ...base, reason: c.reason, ...(due ? { dueAt: due.dueAt } : {}) }, nearDueAt: due?.nearDueAt, detail,
      mutate: (next) => ({ ...next, orderType, urgency, description: c.description ?? next.description, ...(due ? { ruleVersion: due.ruleVersion, dueExplained: due.explained.slice(0, 1000) } : {}) }),
    };
  }

  /** #23 to #25: the record is kept for good, with the version of the form and the recorded call. */
  private async revisit(scope: Scope, base: OrderInput, c: Of<'revisit'>): Promise<Plan> {
    const form = await this.d.settings.revisitForm();
    if (c.formVersion > form.version || c.formVersion < 1) throw new AppError('BAD_INPUT', '回访表单版本不存在，请刷新', [{ path: 'formVersion', message: '版本不存在' }]);
    if (c.outcome !== 'notReached' && c.formVersion === form.version) requireAnswers(form, c.answers);
    const event = c.outcome === 'satisfied' ? 'revisitSatisfied' : c.outcome === 'dissatisfied' ? 'revisitDissatisfied' : 'revisitNotReached';
    const now = this.d.clock.now();
    return {
      input: { ...base, event, reason: c.remark }, detail: c.callId ? { 方式: '电话回访' } : {},
      within: (tx, next) => orderStore.addRevisit(tx, { id: this.d.ids.next(), orderId: next.id, roundNo: next.roundNo, happenedAt: now, accountId: scope.accountId, personName: scope.personName, outcome: c.outcome, formVersion: c.formVersion, answers: JSON.stringify(c.answers), remark: c.remark || null, callId: c.callId }),
    };
  }

  /** #33: ends here as handed over; an event of the same transaction makes the linked order in the other company. No transaction spans two shards. */
  private async handOver(scope: Scope, base: OrderInput, c: Of<'handOver'>, record: OrderRecord): Promise<Plan> {
    if (c.toCompanyId === record.companyId) throw new AppError('BAD_INPUT', '请选择另一家公司', [{ path: 'toCompanyId', message: '不能是本公司' }]);
    const target = this.d.orgs.get(c.toCompanyId);
    if (target?.kind !== 'company' || !this.d.shards.companyIds().includes(c.toCompanyId)) throw new AppError('BAD_INPUT', '要移交的公司不存在', [{ path: 'toCompanyId', message: '不存在' }]);
    requireCompany(scope, record.companyId);
    const linkedId = this.d.ids.next(), linkedNo = await this.numbers.next(c.toCompanyId), db = this.d.shards.company(record.companyId);
    const attachments = await orderStore.attachments(db, record.id);
    return {
      input: { ...base, reason: c.reason }, detail: { 移交到: target.name, 对方工单: linkedNo },
      mutate: (next) => ({ ...next, linkedCompanyId: c.toCompanyId, linkedOrderId: linkedId, linkedOrderNo: linkedNo, linkRelation: 'handedOverTo' }),
      within: async (tx, next) => {
        await this.d.timers.cancel(tx, PROGRESS_TIMER, String(next.id));
        await this.d.outbox.add(tx, { kind: 'order.handOver', aggregate: 'order', aggregateId: next.id, companyId: next.companyId, payload: { linkedId, linkedNo, toCompanyId: c.toCompanyId, reason: c.reason, by: scope.personName, byId: scope.accountId, agentId: next.agentId, source: next, attachments } });
      },
    };
  }
}

function requireAnswers(form: RevisitForm, answers: Record<string, string | number>): void {
  const details = form.questions.flatMap((q) => {
    const answer = answers[q.key];
    if (answer === undefined || answer === '') return q.required ? [{ path: `answers.${q.key}`, message: `请回答“${q.label}”` }] : [];
    if (q.kind === 'score') return typeof answer === 'number' && Number.isInteger(answer) && answer >= 1 && answer <= 5 ? [] : [{ path: `answers.${q.key}`, message: `“${q.label}”为 1 到 5 分` }];
    if (q.kind === 'single' && !(q.options ?? []).includes(String(answer))) return [{ path: `answers.${q.key}`, message: `“${q.label}”不在可选范围内` }];
    return [];
  });
  const unknown = Object.keys(answers).filter((key) => !form.questions.some((q) => q.key === key)).map((key) => ({ path: `answers.${key}`, message: '表单没有这一项' }));
  const all = [...details, ...unknown];
  if (all.length > 0) throw new AppError('BAD_INPUT', `回访表单不完整：${all[0]?.message ?? ''}`, all);
}
