import { ORDER_STATE_NAMES, type FieldOrder, type FieldSnapshot, type FieldStep, type OrderRow, type StepAnswer } from '@ronghu/contract';
import { AppError } from '../../platform/errors/app-error';
import { isUniqueViolation } from '../../platform/database/shards';
import { requirePermission, type Scope } from '../../platform/identity/scope';
import type { AttachmentService } from './attachment.service';
import { sealEvidence } from './evidence.rules';
import { resultProblems, STEP_EVENTS } from './field.rules';
import { fieldStore } from './field.store';
import { orderIndexStore } from './order-index.store';
import { attachmentView, resultView, type OrderQueryService } from './order-query.service';
import { orderRow } from './order-row';
import { rightsOf } from './order-scope';
import { templateFor } from './order-settings';
import { orderStore } from './order.store';
import type { Loaded, OrderWriter, Plan } from './order-writer';
import type { WorkOrderParts } from './ports';

const GONE_DAYS = 3, HISTORY_DAYS = 30, DAY = 86_400_000;
const MAX_SKEW_MS = 15 * 60_000;
/** The missing thing may still come: the device keeps the step and sends it again. */
class Waiting extends Error {}

/** The field crew's side (RC-15 to RC-28): what the device made offline, applied exactly once, in the device's order; a conflict is answered, never swallowed. */
export class FieldService {
  constructor(private readonly d: WorkOrderParts, private readonly writer: OrderWriter, private readonly queries: OrderQueryService, private readonly files: AttachmentService) {}

  /** The caller's open orders with all the device needs offline, the templates, and what has left the device's hands since. */
  async snapshot(scope: Scope): Promise<FieldSnapshot> {
    requirePermission(scope, 'order.field');
    const group = this.d.shards.group(), now = this.d.clock.now();
    const mine = await fieldStore.ofWorker(group, scope.accountId), orders: FieldOrder[] = [];
    for (const line of mine) { const order = await this.fieldOrder(scope, line); if (order) orders.push(order); }
    const held = new Set(orders.map((o) => o.id)), gone: FieldSnapshot['gone'] = [];
    for (const companyId of scope.companyIds) {
      if (!this.d.shards.companyIds().includes(companyId)) continue;
      for (const row of await fieldStore.touched(this.d.shards.company(companyId), scope.accountId, now - GONE_DAYS * DAY)) if (!held.has(row.id)) gone.push({ orderId: row.id, orderNo: row.orderNo, state: row.state, message: row.workerId === scope.accountId ? (row.state === 'completed' || row.state === 'closed' ? '该工单已完成' : `该工单${ORDER_STATE_NAMES[row.state]}`) : row.workerName ? `该工单已改派给 ${row.workerName}` : '该工单已不在您名下' });
    }
    return { orders, templates: await this.d.settings.resultTemplates(), gone, serverTime: now, personName: scope.personName, stationName: this.d.orgs.name(scope.stationId) ?? '' };
  }
  /** Null when the index is behind and the order is no longer in this person's hands. */
  private async fieldOrder(scope: Scope, line: { id: number; companyId: number }): Promise<FieldOrder | null> {
    const db = this.d.shards.company(line.companyId), record = await orderStore.find(db, line.id);
    if (!record || record.workerId !== scope.accountId || !['assigned', 'accepted', 'onSite'].includes(record.state)) return null;
    const row = orderRow(record, this.d), round = record.roundNo;
    const results = (await orderStore.results(db, record.id)).filter((r) => r.roundNo === round), evidences = (await orderStore.evidence(db, record.id)).filter((e) => e.roundNo === round);
    const history = record.houseId === null ? [] : (await orderIndexStore.list(this.d.shards.group(), { companyIds: null, stationIds: null, workerId: null, orAgentAccountId: null }, { page: 1, size: 5, sort: '-createdAt', houseId: record.houseId })).rows.filter((o) => o.id !== record.id);
    return {
      ...row, description: record.description, houseId: record.houseId, history: history.map((o) => ({ orderNo: o.orderNo, at: o.createdAt, fault: o.fault, outcome: o.outcome ?? o.state })), attachments: (await orderStore.attachments(db, record.id)).map((a) => attachmentView(a, record.companyId)),
      result: results[0] ? resultView(results[0]) : null, evidence: evidences[0] ? await this.queries.evidenceView(evidences[0]) : null, temperatures: (await orderStore.temperatures(db, record.id)).map((t) => ({ at: t.measuredAt, celsius: t.celsius, room: t.room })), appliedSteps: await fieldStore.appliedSteps(db, record.id, scope.accountId), lat: null, lng: null,
    };
  }

  /** Orders this person completed lately. */
  async history(scope: Scope): Promise<OrderRow[]> {
    requirePermission(scope, 'order.field');
    return (await fieldStore.doneBy(this.d.shards.group(), scope.accountId, this.d.clock.now() - HISTORY_DAYS * DAY)).map((o) => orderRow(o, this.d));
  }
  /** Daily sign-in with the place (RC-16); the same step again answers the same. */
  async checkIn(scope: Scope, stepId: string, place: { lat: number; lng: number; accuracyM: number } | null): Promise<{ at: number }> {
    requirePermission(scope, 'order.field');
    const group = this.d.shards.group(), now = this.d.clock.now();
    try { await fieldStore.addCheckIn(group, { stepId, accountId: scope.accountId, happenedAt: now, lat: place?.lat ?? null, lng: place?.lng ?? null, accuracyM: place?.accuracyM ?? null }); return { at: now }; } catch (error) { if (!isUniqueViolation(error)) throw error; }
    return { at: (await fieldStore.checkInAt(group, stepId, scope.accountId)) ?? now };
  }

  /**
   * Keeps one photo or signature named by the device's UUID. Checked against the digest the device took; repeating answers the same.
   * @throws AppError BAD_INPUT (digest differs: broken on the way), TOO_LARGE, UNSUPPORTED_FILE, CONFLICT (the UUID names other content), NOT_FOUND.
   */
  async putFile(scope: Scope, ref: { companyId: number; orderId: number; uuid: string; sm3: string }, source: AsyncIterable<Buffer>): Promise<{ attachmentUuid: string; bytes: number }> {
    requirePermission(scope, 'order.field');
    const db = this.companyDb(scope, ref.companyId), order = await orderStore.find(db, ref.orderId);
    if (!order) throw new AppError('NOT_FOUND', '没有找到该工单');
    const known = await orderStore.attachmentByUuid(db, ref.uuid);
    if (known) { if (known.sm3 !== ref.sm3 || known.uploadedBy !== scope.accountId) throw new AppError('CONFLICT', '同一文件编号已用于不同的内容'); for await (const _ of source) void _; return { attachmentUuid: ref.uuid, bytes: known.byteCount }; }
    // somebody who never held the order has no business with it; one who lost it meanwhile may still deliver what was made before
    if (order.workerId !== scope.accountId && !(await fieldStore.hasHeld(db, order.id, scope.accountId))) throw new AppError('NOT_FOUND', '没有找到该工单');
    const kept = await this.files.keep(source);
    if (kept.sm3 !== ref.sm3) throw new AppError('BAD_INPUT', '文件在传输中损坏，请重新上传');
    if (kept.kind.kind !== 'photo') throw new AppError('UNSUPPORTED_FILE', '现场文件只能是图片');
    try {
      await orderStore.addAttachment(db, { id: this.d.ids.next(), orderId: null, deviceUuid: ref.uuid, name: `${ref.uuid}.${kept.kind.extension}`, mime: kept.kind.mime, byteCount: kept.bytes, kind: 'photo', stage: 'field', sm3: kept.sm3, takenAt: null, lat: null, lng: null, roundNo: order.roundNo, uploadedBy: scope.accountId, uploadedAt: this.d.clock.now() });
    } catch (error) { if (!isUniqueViolation(error)) throw error; } // the same upload, twice at once
    return { attachmentUuid: ref.uuid, bytes: kept.bytes };
  }

  /** Applies steps in `deviceSeq` order. Once a step of an order waits, the later ones of that order wait too, so that nothing overtakes. */
  async sync(scope: Scope, deviceId: string, steps: readonly FieldStep[]): Promise<{ answers: StepAnswer[]; snapshot: FieldSnapshot }> {
    requirePermission(scope, 'order.field');
    const answers = new Map<string, StepAnswer>(), stopped = new Set<number>();
    for (const step of [...steps].sort((a, b) => a.deviceSeq - b.deviceSeq)) {
      if (answers.has(step.stepId)) continue;
      if (stopped.has(step.orderId)) { answers.set(step.stepId, { stepId: step.stepId, status: 'waiting', message: '前面的步骤还没有完成，稍后自动重试' }); continue; }
      const answer = await this.applyOnce(scope, deviceId, step);
      if (answer.status === 'waiting') stopped.add(step.orderId);
      answers.set(step.stepId, answer);
    }
    return { answers: steps.map((s) => answers.get(s.stepId) as StepAnswer), snapshot: await this.snapshot(scope) };
  }
  private companyDb(scope: Scope, companyId: number) {
    if (!scope.companyIds.has(companyId) || !this.d.shards.companyIds().includes(companyId)) throw new AppError('NOT_FOUND', '没有找到该工单，可能已不在您名下');
    return this.d.shards.company(companyId);
  }
  private async applyOnce(scope: Scope, deviceId: string, step: FieldStep): Promise<StepAnswer> {
    try {
      const db = this.companyDb(scope, step.companyId), done = await fieldStore.step(db, step.stepId);
      if (done) return done.accountId === scope.accountId ? answerOf(done) : { stepId: step.stepId, status: 'rejected', code: 'CONFLICT', message: '步骤编号已被使用' };
      const now = this.d.clock.now(), row = { stepId: step.stepId, deviceId, deviceSeq: step.deviceSeq, orderId: step.orderId, accountId: scope.accountId, kind: step.kind, doneAt: step.at, receivedAt: now, payload: JSON.stringify(step) };
      try {
        await this.writer.run(scope, step.companyId, step.orderId, async (loaded) => {
          const plan = await this.plan(scope, loaded, step, now);
          return { ...plan, within: async (tx, next) => { await fieldStore.addStep(tx, { ...row, stepStatus: 'applied', code: null, message: null }); await plan.within?.(tx, next); } };
        });
        return { stepId: step.stepId, status: 'applied' };
      } catch (error) {
        if (isUniqueViolation(error)) { const twin = await fieldStore.step(db, step.stepId); if (twin) return answerOf(twin); } // the same step, twice at once
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        const message = error.code === 'NOT_FOUND' ? '该工单已不在您名下，这一步没有生效' : error.message;
        await fieldStore.addStep(db, { ...row, stepStatus: 'rejected', code: error.code, message: message.slice(0, 200) }).catch((e: unknown) => { if (!isUniqueViolation(e)) throw e; });
        return { stepId: step.stepId, status: 'rejected', code: error.code, message };
      }
    } catch (error) {
      if (error instanceof Waiting) return { stepId: step.stepId, status: 'waiting', message: error.message };
      if (error instanceof AppError && error.status < 500) return { stepId: step.stepId, status: 'rejected', code: error.code, message: error.message };
      throw error;
    }
  }

  private async plan(scope: Scope, { record }: Loaded, step: FieldStep, now: number): Promise<Plan> {
    const db = this.d.shards.company(record.companyId), approvals = await this.d.settings.approvalRules();
    const at = Math.min(step.at, now + MAX_SKEW_MS) > now ? now : step.at; // a device's clock may be ahead; history never lies in the future
    const base: Plan = { input: { event: STEP_EVENTS[step.kind], actorId: scope.accountId, rights: rightsOf(scope).filter((r) => r === 'order.field' || r === 'order.read'), approvals }, place: step.place, at, workerName: record.workerName };
    switch (step.kind) {
      case 'refuse': case 'requestCancel': return { ...base, input: { ...base.input, reason: step.reason } };
      case 'requestExtension': return { ...base, input: { ...base.input, reason: step.reason, newDueAt: step.newDueAt } };
      case 'photo': {
        const file = await this.file(db, step.attachmentUuid, step.sm3, scope.accountId);
        return { ...base, detail: { 内容: '现场照片' }, within: (tx, next) => fieldStore.bindFile(tx, file.id, { orderId: next.id, kind: 'photo', takenAt: at, lat: step.place?.lat ?? null, lng: step.place?.lng ?? null, roundNo: next.roundNo }) };
      }
      case 'temperature': return { ...base, detail: { 测温: `${step.room} ${step.celsius}℃` }, within: (tx, next) => orderStore.addTemperature(tx, { id: this.d.ids.next(), houseId: next.houseId, orderId: next.id, measuredAt: at, celsius: step.celsius, room: step.room, dataSource: 'field', accountId: scope.accountId }) };
      case 'backfill': {
        const template = templateFor(await this.d.settings.resultTemplates(), record.orderType);
        if (!template) throw new AppError('STATE_CONFLICT', '没有适用的结果模板，请联系管理员');
        const problems = step.templateVersion === template.version ? resultProblems(template, step) : [];
        if (problems.length > 0) throw new AppError('BAD_INPUT', problems.join('；').slice(0, 200));
        return { ...base, input: { ...base.input, outcome: step.outcome }, detail: { 结果: step.outcome === 'fixed' ? '已修复' : '未修复', 用时: `${step.durationMinutes} 分钟`, ...(step.parts.length ? { 配件: step.parts.map((p) => `${p.name}×${p.quantity}`).join('、') } : {}) }, within: (tx, next) => orderStore.putResult(tx, { id: this.d.ids.next(), orderId: next.id, roundNo: next.roundNo, templateVersion: step.templateVersion, fieldValues: JSON.stringify(step.values), parts: JSON.stringify(step.parts), durationMinutes: step.durationMinutes, outcome: step.outcome, filledBy: scope.accountId, filledAt: at }) };
      }
      case 'sign': return this.sign(scope, base, record, step, at, now);
      default: return base;
    }
  }
  private async sign(scope: Scope, base: Plan, record: Loaded['record'], step: Extract<FieldStep, { kind: 'sign' }>, at: number, now: number): Promise<Plan> {
    const db = this.d.shards.company(record.companyId);
    if (record.signed) throw new AppError('SEALED');
    const file = await this.file(db, step.signatureUuid, step.sm3, scope.accountId);
    const result = (await orderStore.results(db, record.id)).find((r) => r.roundNo === record.roundNo);
    if (!result) throw new AppError('STATE_CONFLICT', '请先按模板回填处理结果，再请客户签名');
    const sealed = sealEvidence({ orderId: record.id, orderNo: record.orderNo, companyId: record.companyId, roundNo: record.roundNo, workerId: scope.accountId, rating: step.rating, remark: step.comment, signedBy: step.signedBy, signedAt: at, lat: step.place?.lat ?? null, lng: step.place?.lng ?? null, signatureSm3: file.sm3, result });
    return {
      ...base, detail: { 评价: `${step.rating} 分`, 签名人: step.signedBy, 封存摘要: sealed.sm3 }, mutate: (next) => ({ ...next, rating: step.rating, satisfied: step.rating >= 4 }),
      within: async (tx, next) => {
        await fieldStore.bindFile(tx, file.id, { orderId: next.id, kind: 'signature', takenAt: at, lat: step.place?.lat ?? null, lng: step.place?.lng ?? null, roundNo: next.roundNo });
        await orderStore.addEvidence(tx, { id: this.d.ids.next(), orderId: next.id, roundNo: next.roundNo, rating: step.rating, remark: step.comment || null, signedBy: step.signedBy, signedAt: at, lat: step.place?.lat ?? null, lng: step.place?.lng ?? null, signatureId: file.id, signatureSm3: file.sm3, workerId: scope.accountId, canonical: sealed.canonical, sm3: sealed.sm3, sealedAt: now });
      },
    };
  }
  private async file(db: Parameters<typeof orderStore.attachmentByUuid>[0], uuid: string, sm3: string, accountId: number) {
    const file = await orderStore.attachmentByUuid(db, uuid);
    if (!file) throw new Waiting('文件还没有上传完成');
    if (file.sm3 !== sm3 || file.uploadedBy !== accountId) throw new AppError('BAD_INPUT', '文件与步骤记录的摘要不一致');
    return file;
  }
}
const answerOf = (row: { stepId: string; stepStatus: string; code: string | null; message: string | null }): StepAnswer => (row.stepStatus === 'applied' ? { stepId: row.stepId, status: 'applied' } : { stepId: row.stepId, status: 'rejected', code: row.code ?? undefined, message: row.message ?? undefined });
