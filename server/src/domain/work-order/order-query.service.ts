import { type ApprovalRow, type AttachmentView, type Candidate, type EvidenceView, type OrderEventRow, type OrderQuery, type OrderRow, type OrderView, type Page, type Pool, type ResultTemplate, type ResultView, type RevisitForm } from '@ronghu/contract';
import { AppError } from '../../platform/errors/app-error';
import { requireOrg, requirePermission, type Scope } from '../../platform/identity/scope';
import { rankCandidates } from './candidate.rules';
import { evidenceIntact } from './evidence.rules';
import { orderIndexStore, type ApprovalLine, type OrderFilter, type Reach } from './order-index.store';
import { coreOf, type ApprovalRecord, type OrderRecord } from './order-record';
import { orderRow } from './order-row';
import { canSee, ownOnly, requireOrder, rightsOf } from './order-scope';
import { orderStore, type AttachmentRecord } from './order.store';
import { peopleStore } from './people.store';
import { templateFor } from './order-settings';
import type { WorkOrderParts } from './ports';
import { actionsOf } from './work-order.rules';

const DAY = 86_400_000, ZONE = 8 * 3_600_000;
const dayStart = (now: number): number => Math.floor((now + ZONE) / DAY) * DAY - ZONE;

/** Everything that is only read: lists, pools, counts, the whole life of one order, candidates, approvals. */
export class OrderQueryService {
  constructor(private readonly d: WorkOrderParts) {}

  reach(scope: Scope): Reach {
    if (scope.system) return { companyIds: null, stationIds: null, workerId: null, orAgentAccountId: null };
    if (ownOnly(scope)) return { companyIds: null, stationIds: null, workerId: scope.accountId, orAgentAccountId: null };
    const root = this.d.orgs.root();
    return { companyIds: root && scope.orgIds.has(root.id) ? null : [...scope.companyIds], stationIds: scope.wholeCompany ? null : [...scope.stationIds], workerId: null, orAgentAccountId: scope.accountId };
  }
  /** Page of a pool with filters (MC-01, MC-02, SC-58, SC-69, RC-09). */
  async list(scope: Scope, q: OrderQuery): Promise<Page<OrderRow>> {
    requirePermission(scope, 'order.read');
    const found = await orderIndexStore.list(this.d.shards.group(), this.reach(scope), { ...(await this.filter(scope, q)), page: q.page, size: q.size, sort: q.sort });
    return { rows: found.rows.map((r) => orderRow(r, this.d)), total: found.total, page: q.page, size: q.size };
  }
  async counts(scope: Scope, q: { orgId?: number }): Promise<Record<Pool, number>> {
    requirePermission(scope, 'order.read');
    return orderIndexStore.counts(this.d.shards.group(), this.reach(scope), this.orgFilter(scope, q.orgId));
  }
  private orgFilter(scope: Scope, orgId: number | undefined): OrderFilter {
    if (!orgId) return {};
    requireOrg(scope, orgId);
    const node = this.d.orgs.get(orgId);
    if (!node) throw new AppError('NOT_FOUND', '没有找到该组织');
    if (node.kind === 'station') return { orgStationId: orgId };
    return { orgCompanyIds: [...new Set(this.d.orgs.below(orgId).flatMap((n) => (n.companyId === null ? [] : [n.companyId])))] };
  }
  /** `q`: an order number or its beginning, a phone number (whole or last four), a customer's name, a community with or without the rest of the address. */
  private async filter(scope: Scope, q: OrderQuery): Promise<OrderFilter> {
    const base: OrderFilter = { ...q, ...this.orgFilter(scope, q.orgId), accountId: scope.accountId };
    const text = q.q?.trim();
    if (!text) return base;
    if (/^[A-Za-z][A-Za-z0-9]{1,11}\d*$/.test(text)) return { ...base, orderNoPrefix: text.toUpperCase() };
    if (/^\+?[\d\s-]+$/.test(text)) { const digits = text.replace(/[^\d+]/g, ''); return digits.length === 4 ? { ...base, last4: this.d.crypto.blindLast4(digits) } : { ...base, blind: this.d.crypto.blind(digits), orderNoPrefix: digits }; }
    const [, place = '', rest = ''] = /^([^\d\s]+)\s*(.*)$/.exec(text) ?? [];
    const communityIds = place ? await orderIndexStore.communities(this.d.shards.group(), place, 200) : [];
    return { ...base, communityIds, addressPart: rest || undefined, namePrefix: rest ? undefined : text };
  }

  /** The order with its whole life (MC-04, MC-06) and what this caller may do now. */
  async view(scope: Scope, companyId: number, id: number): Promise<OrderView> {
    requirePermission(scope, 'order.read');
    if (!scope.system && !this.d.shards.companyIds().includes(companyId)) throw new AppError('NOT_FOUND');
    return this.viewOf(scope, requireOrder(scope, await orderStore.find(this.d.shards.company(companyId), id)));
  }
  private async viewOf(scope: Scope, record: OrderRecord): Promise<OrderView> {
    const { id, companyId } = record, db = this.d.shards.company(companyId);
    const [events, attachments, temperatures, results, evidences, revisits, approvals] = [await orderStore.events(db, id), await orderStore.attachments(db, id), await orderStore.temperatures(db, id), await orderStore.results(db, id), await orderStore.evidence(db, id), await orderStore.revisits(db, id), await orderStore.approvals(db, id)];
    const recordings = await this.recordings([record.callId, ...revisits.map((r) => r.callId)]);
    const row = orderRow(record, this.d), evidence = evidences[evidences.length - 1], result = results[results.length - 1];
    const core = coreOf(record, approvals.find((a) => a.id === record.pendingId) ?? null);
    return {
      ...row, description: record.description, houseId: record.houseId, customerId: record.customerId, callId: record.callId, recordingId: recordings.get(record.callId ?? '') ?? null, ruleVersion: record.ruleVersion, dueExplained: record.dueExplained,
      events: events.map((e): OrderEventRow => ({ id: e.id, at: e.happenedAt, personName: e.personName, kind: e.kind, title: e.title, from: e.fromState, to: e.toState, reason: e.reason, round: e.roundNo, intervention: e.intervention, place: e.lat !== null && e.lng !== null ? { lat: e.lat, lng: e.lng } : null, data: e.detail ? (JSON.parse(e.detail) as Record<string, string>) : {} })),
      attachments: attachments.map((a) => attachmentView(a, companyId)), temperatures: temperatures.map((t) => ({ at: t.measuredAt, celsius: t.celsius, room: t.room })),
      result: result ? { ...resultView(result), labels: labelsOf(templateFor(await this.d.settings.resultTemplates(), record.orderType)) } : null, evidence: evidence ? await this.evidenceView(evidence) : null,
      revisits: revisits.map((r) => ({ id: r.id, at: r.happenedAt, personName: r.personName, outcome: r.outcome, formVersion: r.formVersion, answers: JSON.parse(r.answers) as Record<string, string | number>, remark: r.remark, callId: r.callId, recordingId: recordings.get(r.callId ?? '') ?? null, round: r.roundNo })),
      approvals: approvals.map((a) => approvalRow({ ...a, companyId, orderNo: record.orderNo }, row)), actions: actionsOf(core, rightsOf(scope), scope.accountId, await this.d.settings.approvalRules()),
      linked: record.linkedOrderId !== null && record.linkedCompanyId !== null ? [{ id: record.linkedOrderId, companyId: record.linkedCompanyId, orderNo: record.linkedOrderNo ?? '', relation: record.linkRelation === 'handedOverTo' ? '移交到' : '移交自' }] : [],
    };
  }
  /** The view after an act of the caller's own. A worker who gave the order away, or a head whose order went to another station, still gets the answer to the act. */
  async after(scope: Scope, companyId: number, id: number): Promise<OrderView> {
    const record = await orderStore.find(this.d.shards.company(companyId), id);
    if (!record) throw new AppError('NOT_FOUND');
    const view = await this.viewOf(scope, record);
    return canSee(scope, record) ? view : { ...view, actions: [] };
  }
  /** One line by id, whatever company; for pages that hold an id only. */
  async row(scope: Scope, id: number): Promise<OrderRow> {
    requirePermission(scope, 'order.read');
    return orderRow(requireOrder(scope, await orderIndexStore.find(this.d.shards.group(), id)), this.d);
  }
  async evidenceView(e: Parameters<typeof evidenceIntact>[0]): Promise<EvidenceView> {
    return { rating: e.rating, comment: e.remark, signedBy: e.signedBy, signedAt: e.signedAt, signatureAttachmentId: e.signatureId, sm3: e.sm3, intact: evidenceIntact(e) && (await this.d.blobs.intact(e.signatureSm3)) };
  }
  private async recordings(callIds: readonly (string | null)[]): Promise<Map<string, number>> {
    const ids = [...new Set(callIds.filter((c): c is string => c !== null))];
    if (ids.length === 0) return new Map();
    const rows = await this.d.shards.group().query<{ call_id: string; recording_id: number | null }>(`select call_id, recording_id from call_record where call_id in (${ids.map((_, i) => `$${i + 1}`).join(',')})`, ids);
    return new Map(rows.flatMap((r) => (r.recording_id === null ? [] : [[r.call_id, r.recording_id] as const])));
  }

  /** Ranked people of the order's station with the reasons (RC-06, RC-07). Needs order.station, or order.override for any station. */
  async candidates(scope: Scope, companyId: number, id: number): Promise<Candidate[]> {
    if (!scope.permissions.has('order.override')) requirePermission(scope, 'order.station');
    const record = requireOrder(scope, await orderStore.find(this.d.shards.company(companyId), id));
    const stations = record.stationId !== null ? [record.stationId] : this.d.orgs.below(companyId).filter((n) => n.kind === 'station').map((n) => n.id);
    const group = this.d.shards.group(), now = this.d.clock.now(), people = await peopleStore.fieldPeople(group, stations);
    const facts = await peopleStore.workerFacts(group, people, { faultCode: record.faultCode, communityId: record.communityId, dayStart: dayStart(now), since: now - 90 * DAY });
    const communityFaults = record.communityId === null ? 0 : await peopleStore.communityFaults(group, record.communityId, now - 30 * DAY);
    const former = await this.formerWorker(record);
    return rankCandidates({ faultCode: record.faultCode, communityId: record.communityId, communityName: record.communityName, communityFaults, formerWorkerId: former }, facts);
  }
  private async formerWorker(record: OrderRecord): Promise<number | null> {
    const results = await orderStore.results(this.d.shards.company(record.companyId), record.id);
    return results.filter((r) => r.roundNo < record.roundNo).pop()?.filledBy ?? null;
  }
  async stationWorkers(scope: Scope, stationId: number): Promise<{ id: number; name: string; kind: 'maintenance' | 'grid'; open: number; today: number; overdue: number; onDuty: boolean }[]> {
    requirePermission(scope, 'order.read');
    requireOrg(scope, stationId);
    const group = this.d.shards.group(), now = this.d.clock.now(), people = await peopleStore.fieldPeople(group, [stationId]);
    const facts = await peopleStore.workerFacts(group, people, { faultCode: 'other', communityId: null, dayStart: dayStart(now), since: now - 90 * DAY });
    return facts.map((f) => ({ id: f.workerId, name: f.name, kind: f.kind, open: f.open, today: f.today, overdue: f.overdue, onDuty: f.onDuty }));
  }
  /** Requests of the caller's part of the organisation (MC-27, MC-31), the oldest waiting first. Needs order.approve. */
  async approvals(scope: Scope, q: { status: 'pending' | 'approved' | 'rejected'; page: number; size: number }): Promise<Page<ApprovalRow>> {
    requirePermission(scope, 'order.approve');
    const group = this.d.shards.group(), found = await orderIndexStore.approvals(group, this.reach(scope), q);
    const orders = new Map((await orderIndexStore.findMany(group, found.rows.map((r) => r.orderId))).map((o) => [o.id, orderRow(o, this.d)]));
    return { rows: found.rows.flatMap((line) => { const order = orders.get(line.orderId); return order ? [approvalRow(line, order)] : []; }), total: found.total, page: q.page, size: q.size };
  }
  async approval(scope: Scope, companyId: number, id: number): Promise<ApprovalRow> {
    const db = this.d.shards.company(companyId), found = await orderStore.approval(db, id);
    if (!found) throw new AppError('NOT_FOUND', '没有找到该申请');
    const record = requireOrder(scope, await orderStore.find(db, found.orderId));
    return approvalRow({ ...found, companyId, orderNo: record.orderNo }, orderRow(record, this.d));
  }
  revisitForm(scope: Scope): Promise<RevisitForm> { requirePermission(scope, 'order.revisit'); return this.d.settings.revisitForm(); }
}

export const attachmentView = (a: AttachmentRecord, companyId: number): AttachmentView => ({ id: a.id, companyId, name: a.name, mime: a.mime, bytes: a.byteCount, kind: a.kind, takenAt: a.takenAt, place: a.lat !== null && a.lng !== null ? { lat: a.lat, lng: a.lng } : null, sm3: a.sm3, stage: a.stage });
/** Labels with units by field key, for reading. */
const labelsOf = (template: ResultTemplate | undefined): Record<string, string> => Object.fromEntries((template?.fields ?? []).map((f) => [f.key, f.unit ? `${f.label}（${f.unit}）` : f.label]));
export const resultView = (r: { templateVersion: number; fieldValues: string; parts: string; durationMinutes: number; outcome: 'fixed' | 'unfixed' }): ResultView => ({ templateVersion: r.templateVersion, values: JSON.parse(r.fieldValues) as ResultView['values'], parts: JSON.parse(r.parts) as ResultView['parts'], durationMinutes: r.durationMinutes, outcome: r.outcome });
const approvalRow = (a: (ApprovalRecord & { companyId: number; orderNo: string }) | ApprovalLine, order: OrderRow): ApprovalRow => ({
  id: a.id, companyId: a.companyId, orderId: a.orderId, orderNo: a.orderNo, kind: a.kind as ApprovalRow['kind'], reason: a.reason, requestedBy: a.requesterName, requestedAt: a.requestedAt, newDueAt: a.newDueAt, status: a.approvalStatus, decidedBy: a.deciderName, decidedAt: a.decidedAt, decisionReason: a.decisionReason, order,
});
