import { FAULT_CODES, type DueProposal, type FaultCode, type OrderIntake, type OrderSource, type OrderType, type Urgency } from '@ronghu/contract';
import { AppError } from '../../platform/errors/app-error';
import { isUniqueViolation } from '../../platform/database/shards';
import { requireCompany, requirePermission, type Scope } from '../../platform/identity/scope';
import { deadlineOf, localTime, type Deadline } from './deadline.rules';
import { houseReader } from './house.reader';
import type { OrderNumbers } from './order-number';
import type { OrderRecord } from './order-record';
import { rightsOf } from './order-scope';
import { orderStore } from './order.store';
import type { OrderWriter, Plan } from './order-writer';
import type { WorkOrderParts } from './ports';
import { newOrder, type OrderInput } from './work-order.rules';

const REGULATED = { supervisionOrder: 'supervise', overLevelComplaint: 'markOverLevel' } as const;
/** What an intake brings beside the form: a link to the order it follows (handover between companies, new complaint). */
export interface IntakeLink { id: number; orderNo: string; relation: string; companyId: number; fromId: number; fromNo: string; description?: string }

/** Taking an order in (appendix 5 #1): number, keys of call, customer and house, deadline, and dispatch at once when the house has a station. */
export class OrderIntakeService {
  constructor(private readonly d: WorkOrderParts, private readonly writer: OrderWriter, private readonly numbers: OrderNumbers) {}

  /** The deadline that type, urgency and source give now (SC-40). Needs order.intake. */
  async propose(scope: Scope, q: { companyId: number; type: OrderType; urgency: Urgency; source: OrderSource }): Promise<DueProposal> {
    requirePermission(scope, 'order.intake');
    requireCompany(scope, q.companyId);
    const { dueAt, explained, ruleVersion } = await this.deadline(q);
    return { dueAt, explained, ruleVersion };
  }
  async deadline(q: { type: OrderType; urgency: Urgency; source: OrderSource }): Promise<Deadline> {
    try { return deadlineOf(await this.d.settings.deadlineRules(), await this.d.settings.workCalendar(), { ...q, at: this.d.clock.now() }); } catch (error) { throw error instanceof RangeError ? new AppError('STATE_CONFLICT', error.message, undefined, error) : error; }
  }

  /**
   * Writes a new order and, when the house's heat station has a maintenance station, dispatches it in the same transaction; else it waits in the pool.
   * `key`: the command's idempotency key, kept in the same transaction: however often it comes, one order is made.
   * @throws AppError FORBIDDEN, NOT_FOUND (company, house, customer), BAD_INPUT (deadline in the past or changed without a reason, foreign attachments).
   */
  async intake(scope: Scope, form: OrderIntake, link?: IntakeLink, key?: string): Promise<OrderRecord> {
    requirePermission(scope, 'order.intake');
    requireCompany(scope, form.companyId);
    const earlier = key === undefined ? null : await this.ofKey(scope, form.companyId, key);
    if (earlier) return earlier;
    const now = this.d.clock.now(), db = this.d.shards.company(form.companyId);
    const house = form.houseId === null ? null : await houseReader.house(db, form.houseId);
    if (form.houseId !== null && !house) throw new AppError('NOT_FOUND', '没有找到该房屋，请重新选择');
    const customer = form.customerId === null ? null : await houseReader.customer(db, form.customerId);
    if (form.customerId !== null && !customer) throw new AppError('NOT_FOUND', '没有找到该客户，请重新选择');
    const number = await this.numberOf(form, customer?.numberSealed ?? null);
    const due = await this.deadline(form), overridden = form.dueAt !== undefined && form.dueAt !== due.dueAt;
    if (overridden && (form.dueAt as number) <= now) throw new AppError('BAD_INPUT', '处理期限不能早于现在', [{ path: 'dueAt', message: '不能早于现在' }]);
    if (overridden && !form.dueReason) throw new AppError('BAD_INPUT', '修改处理期限必须填写原因', [{ path: 'dueReason', message: '不能为空' }]);
    const dueAt = overridden ? (form.dueAt as number) : due.dueAt, stationId = house?.stationId ?? null;
    const id = link?.id ?? this.d.ids.next(), orderNo = link?.orderNo ?? (await this.numbers.next(form.companyId));
    const record: OrderRecord = {
      ...emptyRecord(id, form.companyId, orderNo, now), orderType: form.type, urgency: form.urgency, orderSource: form.source, faultCode: (form.faultCode in FAULT_CODES ? form.faultCode : 'other') as FaultCode, fault: faultOf(form), description: form.description,
      customerId: form.customerId, customerName: form.contactName || customer?.name || null, ...number, houseId: house?.houseId ?? null, unitId: house?.unitId ?? null, communityId: house?.communityId ?? null, communityName: house?.communityName ?? null, address: form.address || house?.address || '未登记地址',
      agentId: scope.agentId, agentAccountId: scope.system ? null : scope.accountId, agentName: scope.personName, callId: form.callId, dueAt, ruleVersion: due.ruleVersion, dueOverridden: overridden,
      dueExplained: overridden ? `${due.explained}由 ${scope.personName} 改为 ${localTime(await this.d.settings.workCalendar(), dueAt)}：${form.dueReason}`.slice(0, 1000) : due.explained.slice(0, 1000),
      ...(link ? { linkedCompanyId: link.companyId, linkedOrderId: link.fromId, linkedOrderNo: link.fromNo, linkRelation: link.relation } : {}),
    };
    const rights = rightsOf(scope), approvals = await this.d.settings.approvalRules(), base = { actorId: scope.accountId, approvals };
    const first: OrderInput = { ...base, event: 'intake', rights };
    const then: OrderInput[] = [];
    if (form.supervised || form.type === 'supervisionOrder') then.push({ ...base, event: REGULATED.supervisionOrder, rights: ['system'], reason: '受理时标记督办' });
    if (form.overLevel || form.type === 'overLevelComplaint') then.push({ ...base, event: REGULATED.overLevelComplaint, rights: ['system'], reason: '受理时标记越级投诉' });
    if (stationId !== null) then.push({ ...base, event: 'arrange', rights: ['system'], stationId });
    const plan: Plan = {
      input: first, then, nearDueAt: overridden ? undefined : due.nearDueAt,
      detail: { ...(overridden ? { 规则时限: localTime(await this.d.settings.workCalendar(), due.dueAt), 修改后时限: localTime(await this.d.settings.workCalendar(), dueAt), 修改原因: form.dueReason ?? '' } : {}), ...(due.missingYears.length ? { 日历提示: `缺少 ${due.missingYears.join('、')} 年节假日安排` } : {}), ...(stationId === null ? { 派单: house ? '房屋所属热站没有指定维修站，进入待安排' : '没有选择房屋，进入待安排' } : {}), ...(link ? { 来源工单: link.fromNo } : {}) },
      mutate: (next) => (next.supervised && !next.reportHours ? { ...next, reportHours: 24 } : next),
      within: async (tx) => {
        if (key !== undefined) await orderStore.keepIntakeKey(tx, scope.accountId, key, id, now);
        if (form.attachmentIds.length && (await orderStore.claimAttachments(tx, form.attachmentIds, id, scope.accountId)) !== form.attachmentIds.length) throw new AppError('BAD_INPUT', '有附件不存在或已用于其他工单，请重新上传');
      },
    };
    try { return await this.writer.create(scope, record, newOrder(now, dueAt), plan); } catch (error) {
      // the same key was quicker in another try: its order is the answer
      const twin = key !== undefined && isUniqueViolation(error) ? await this.ofKey(scope, form.companyId, key) : null;
      if (twin) return twin;
      throw error;
    }
  }
  /** The order that this person's key has already made; what makes a retry after a crash single. */
  private async ofKey(scope: Scope, companyId: number, key: string): Promise<OrderRecord | null> {
    const db = this.d.shards.company(companyId), orderId = await orderStore.orderOfIntakeKey(db, scope.accountId, key);
    return orderId === null ? null : orderStore.find(db, orderId);
  }

  /** Sealed and blind forms of the number: given by hand, by token, by the call or by the customer, in this order. */
  private async numberOf(form: OrderIntake, customerSealed: string | null): Promise<Pick<OrderRecord, 'numberSealed' | 'numberBlind' | 'numberLast4'>> {
    const { crypto } = this.d;
    let plain = form.number ?? (form.numberRef ? crypto.openRef(form.numberRef) : null);
    if (!plain && form.callId) {
      const [call] = await this.d.shards.group().query<{ number_sealed: string | null }>('select number_sealed from call_record where call_id = $1', [form.callId]);
      if (call?.number_sealed) plain = crypto.open(call.number_sealed);
    }
    if (!plain && customerSealed) plain = crypto.open(customerSealed);
    if (!plain) return { numberSealed: null, numberBlind: null, numberLast4: null };
    const number = crypto.normalise(plain);
    return { numberSealed: crypto.seal(number), numberBlind: crypto.blind(number), numberLast4: crypto.blindLast4(number) };
  }
}
/** The first line of what was told, short enough for a list. */
const faultOf = (form: OrderIntake): string => { const name = FAULT_CODES[form.faultCode as FaultCode] ?? form.faultCode, line = form.description.split('\n')[0] ?? ''; return `${name}：${line}`.slice(0, 100); };

export function emptyRecord(id: number, companyId: number, orderNo: string, now: number): OrderRecord {
  return {
    id, companyId, orderNo, orderType: 'repair', urgency: 'normal', orderSource: 'manual', faultCode: 'other', fault: '', state: 'draft', versionNo: 0, roundNo: 1, priority: 0, supervised: false, overLevel: false, nearDue: false, overdue: false, wasOverdue: false, urged: 0, pendingApproval: null, directClosed: false, exempt: false, closeKind: null,
    customerId: null, customerName: null, numberSealed: null, numberBlind: null, numberLast4: null, houseId: null, unitId: null, communityId: null, communityName: null, address: '', stationId: null, workerId: null, workerName: null, agentId: null, agentAccountId: null, agentName: null, callId: null,
    createdAt: now, dueAt: null, dispatchedAt: null, onSiteAt: null, completedAt: null, closedAt: null, outcome: null, rating: null, satisfied: null, revisitAttempts: 0, updatedAt: now, description: '', expert: false, escalations: 0, ruleVersion: 0, dueExplained: '', dueOverridden: false, roundAt: null, confirmedAt: null, assignedAt: null,
    acceptedAt: null, roundOnSiteAt: null, signed: false, roundOutcome: null, lastRevisit: null, pendingId: null, reportHours: null, linkedCompanyId: null, linkedOrderId: null, linkedOrderNo: null, linkRelation: null,
  };
}
