import { z } from 'zod';
import { route } from './route';
import { Id, Millis, PageQuery, PhoneNumber, Uuid, requiredText, text, type MaskedNumber, type Named, type Page } from './common';

/** States of a work order (appendix 5, with `handedOver` for a cross-company handover). */
export const ORDER_STATES = ['draft', 'toArrange', 'dispatched', 'confirmed', 'assigned', 'accepted', 'onSite', 'completed', 'closed', 'returned', 'voided', 'cancelled', 'handedOver'] as const;
export type OrderState = (typeof ORDER_STATES)[number];
export const ORDER_STATE_NAMES: Record<OrderState, string> = { draft: '草稿', toArrange: '待安排', dispatched: '已派站', confirmed: '站已确认', assigned: '待接单', accepted: '已接单', onSite: '现场处理', completed: '待回访', closed: '已办结', returned: '已退回', voided: '已作废', cancelled: '已取消', handedOver: '已移交' };
export const ORDER_TYPES = ['repair', 'complaint', 'inquiry', 'suspendResumeHeating', 'temperatureCheck', 'paymentReminder', 'supervisionOrder', 'overLevelComplaint'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];
export const ORDER_TYPE_NAMES: Record<OrderType, string> = { repair: '报修', complaint: '投诉', inquiry: '咨询', suspendResumeHeating: '报停/恢复', temperatureCheck: '测温', paymentReminder: '催缴', supervisionOrder: '督办', overLevelComplaint: '越级投诉' };
export const URGENCIES = ['normal', 'urgent', 'critical'] as const;
export type Urgency = (typeof URGENCIES)[number];
export const URGENCY_NAMES: Record<Urgency, string> = { normal: '普通', urgent: '紧急', critical: '特急' };
export const ORDER_SOURCES = ['phone', 'voicemail', 'online', 'wechat', 'hotline12345', 'field', 'manual'] as const;
export type OrderSource = (typeof ORDER_SOURCES)[number];
export const ORDER_SOURCE_NAMES: Record<OrderSource, string> = { phone: '电话', voicemail: '语音留言', online: '在线', wechat: '微信', hotline12345: '12345 热线', field: '现场', manual: '人工录入' };
export const FAULT_CODES = { notHot: '不热', halfHot: '部分不热', leak: '漏水', pipeBurst: '爆管', valve: '阀门故障', noise: '异响', airLock: '气堵', meter: '热表故障', billing: '费用问题', other: '其他' } as const;
export type FaultCode = keyof typeof FAULT_CODES;
export const CLOSE_KINDS = { revisited: '回访办结', exempt: '免回访办结' } as const;

export interface OrderFlags { supervised: boolean; overLevel: boolean; nearDue: boolean; overdue: boolean; urged: number; priority: number; pendingApproval: ApprovalKind | null; round: number }
export interface OrderRow extends OrderFlags {
  id: number; companyId: number; orderNo: string; type: OrderType; urgency: Urgency; source: OrderSource; faultCode: FaultCode; fault: string; state: OrderState; customerName: string | null; number: MaskedNumber | null; address: string;
  communityName: string | null; stationId: number | null; stationName: string | null; workerId: number | null; workerName: string | null; agentId: number | null; agentName: string | null;
  createdAt: number; dueAt: number | null; completedAt: number | null; closedAt: number | null; version: number; revisitAttempts: number; closeKind: keyof typeof CLOSE_KINDS | null; directClosed: boolean; satisfaction: number | null; exempt: boolean;
}
export interface OrderEventRow { id: number; at: number; personName: string; kind: string; title: string; from: OrderState | null; to: OrderState | null; reason: string | null; round: number; intervention: boolean; place: { lat: number; lng: number } | null; data: Record<string, string> }
export interface AttachmentView { id: number; companyId: number; name: string; mime: string; bytes: number; kind: 'photo' | 'video' | 'audio' | 'signature' | 'file'; takenAt: number | null; place: { lat: number; lng: number } | null; sm3: string; stage: 'intake' | 'field' }
export interface EvidenceView { rating: number; comment: string | null; signedBy: string; signedAt: number; signatureAttachmentId: number; sm3: string; intact: boolean }
export interface ResultView { templateVersion: number; values: Record<string, string | number | boolean>; /** What a person reads for each key of `values`, from the group's template. */ labels?: Record<string, string>; parts: { name: string; quantity: number }[]; durationMinutes: number; outcome: 'fixed' | 'unfixed' }
export interface RevisitRow { id: number; at: number; personName: string; outcome: 'satisfied' | 'dissatisfied' | 'notReached'; formVersion: number; answers: Record<string, string | number>; remark: string | null; callId: string | null; recordingId: number | null; round: number }
export const APPROVAL_KINDS = ['exemption', 'secondDispatch', 'return', 'void', 'extension', 'cancel'] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];
export const APPROVAL_KIND_NAMES: Record<ApprovalKind, string> = { exemption: '免回访', secondDispatch: '二次派单', return: '退回', void: '作废', extension: '延时', cancel: '客户取消' };
export interface ApprovalRow { id: number; companyId: number; orderId: number; orderNo: string; kind: ApprovalKind; reason: string; requestedBy: string; requestedAt: number; newDueAt: number | null; status: 'pending' | 'approved' | 'rejected' | 'withdrawn'; decidedBy: string | null; decidedAt: number | null; decisionReason: string | null; order: OrderRow }
export interface OrderView extends OrderRow {
  description: string; houseId: number | null; customerId: number | null; callId: string | null; recordingId: number | null; ruleVersion: number; dueExplained: string; events: OrderEventRow[]; attachments: AttachmentView[]; temperatures: { at: number; celsius: number; room: string }[];
  result: ResultView | null; evidence: EvidenceView | null; revisits: RevisitRow[]; approvals: ApprovalRow[];
  /** What this caller may do now: the next one first. */
  actions: OrderAction[];
  linked: { id: number; companyId: number; orderNo: string; relation: string }[];
}
export const ORDER_ACTIONS = ['arrange', 'changeStation', 'redispatch', 'confirm', 'assign', 'reassign', 'returnOrder', 'urge', 'closeDirectly', 'void', 'edit', 'supervise', 'markOverLevel', 'progress', 'requestCancel', 'revisit', 'requestExemption', 'secondDispatch', 'handOver', 'attach'] as const;
export type OrderAction = (typeof ORDER_ACTIONS)[number];
export interface Candidate { workerId: number; name: string; score: number; reasons: { label: string; points: number; text: string }[]; open: number; today: number; overdue: number; onDuty: boolean; kind: 'maintenance' | 'grid' }
export interface DueProposal { dueAt: number; explained: string; ruleVersion: number }

export const OrderIntake = z.strictObject({
  companyId: Id, type: z.enum(ORDER_TYPES), urgency: z.enum(URGENCIES), source: z.enum(ORDER_SOURCES), faultCode: z.string().max(30), description: requiredText(2000),
  customerId: Id.nullable(), houseId: Id.nullable(), contactName: text(40).optional(), number: PhoneNumber.optional(), numberRef: text(200).optional(), address: text(200).optional(),
  callId: Uuid.nullable(), dueAt: Millis.optional(), dueReason: text(200).optional(), attachmentIds: z.array(Id).max(20).default([]), supervised: z.boolean().optional(), overLevel: z.boolean().optional(),
});
export type OrderIntake = z.infer<typeof OrderIntake>;
const Ref = z.strictObject({ companyId: Id, id: Id });
const versioned = { version: z.number().int() };
const Reason = requiredText(500);
/** All commands on one order share one route; the engine's table decides (appendix 5). `version` is the one the person saw. */
export const OrderCommand = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('arrange'), stationId: Id, note: text(500).optional(), ...versioned }),
  z.strictObject({ action: z.literal('changeStation'), stationId: Id, reason: Reason, ...versioned }),
  z.strictObject({ action: z.literal('redispatch'), stationId: Id.optional(), note: Reason, ...versioned }),
  z.strictObject({ action: z.literal('confirm'), ...versioned }),
  z.strictObject({ action: z.literal('assign'), workerId: Id, reason: text(500).optional(), ...versioned }),
  z.strictObject({ action: z.literal('reassign'), workerId: Id, reason: Reason, ...versioned }),
  z.strictObject({ action: z.literal('returnOrder'), reason: Reason, ...versioned }),
  z.strictObject({ action: z.literal('urge'), reason: Reason, ...versioned }),
  z.strictObject({ action: z.literal('closeDirectly'), reason: Reason, result: requiredText(1000), ...versioned }),
  z.strictObject({ action: z.literal('void'), reason: Reason, ...versioned }),
  z.strictObject({ action: z.literal('edit'), reason: Reason, description: requiredText(2000).optional(), urgency: z.enum(URGENCIES).optional(), type: z.enum(ORDER_TYPES).optional(), ...versioned }),
  z.strictObject({ action: z.literal('supervise'), reason: Reason, reportEveryHours: z.number().int().min(1).max(168), ...versioned }),
  z.strictObject({ action: z.literal('markOverLevel'), reason: Reason, ...versioned }),
  z.strictObject({ action: z.literal('progress'), report: Reason, ...versioned }),
  z.strictObject({ action: z.literal('requestCancel'), reason: Reason, ...versioned }),
  z.strictObject({ action: z.literal('requestExemption'), reason: Reason, ...versioned }),
  z.strictObject({ action: z.literal('secondDispatch'), reason: Reason, ...versioned }),
  z.strictObject({ action: z.literal('handOver'), toCompanyId: Id, reason: Reason, ...versioned }),
  z.strictObject({ action: z.literal('attach'), attachmentIds: z.array(Id).min(1).max(20), ...versioned }),
  z.strictObject({ action: z.literal('revisit'), outcome: z.enum(['satisfied', 'dissatisfied', 'notReached']), formVersion: z.number().int(), answers: z.record(z.string().max(40), z.union([z.string().max(1000), z.number()])), remark: text(1000).optional(), callId: Uuid.nullable(), ...versioned }),
]);
export type OrderCommand = z.infer<typeof OrderCommand>;
export const POOLS = ['toArrange', 'arranged', 'returned', 'supervised', 'overLevelComplaint', 'toAssign', 'assigned', 'revisit', 'approvals', 'closed', 'all'] as const;
export type Pool = (typeof POOLS)[number];
export const OrderQuery = PageQuery.extend({ pool: z.enum(POOLS).default('all'), orgId: Id.optional(), q: text(60).optional(), state: z.enum(ORDER_STATES).optional(), type: z.enum(ORDER_TYPES).optional(), urgency: z.enum(URGENCIES).optional(), source: z.enum(ORDER_SOURCES).optional(), overdue: z.enum(['yes', 'near']).optional(), supervised: z.coerce.boolean().optional(), overLevel: z.coerce.boolean().optional(), workerId: Id.optional(), agentId: Id.optional(), mine: z.coerce.boolean().optional(), from: Millis.optional(), to: Millis.optional(), sort: z.enum(['dueAt', 'createdAt', '-createdAt', 'priority']).default('-createdAt') }).strict();
export type OrderQuery = z.infer<typeof OrderQuery>;

export const workOrderRoutes = {
  orders: route<Page<OrderRow>>()({ method: 'GET', path: '/orders', permission: 'order.read', query: OrderQuery }),
  orderCounts: route<Record<Pool, number>>()({ method: 'GET', path: '/orders/counts', permission: 'order.read', query: z.strictObject({ orgId: Id.optional() }) }),
  orderIntake: route<OrderView>()({ method: 'POST', path: '/orders', permission: 'order.intake', body: OrderIntake, keyed: true }),
  orderDue: route<DueProposal>()({ method: 'GET', path: '/orders/due', permission: 'order.intake', query: z.strictObject({ companyId: Id, type: z.enum(ORDER_TYPES), urgency: z.enum(URGENCIES), source: z.enum(ORDER_SOURCES) }) }),
  order: route<OrderView>()({ method: 'GET', path: '/orders/:companyId/:id', permission: 'order.read', params: Ref }),
  orderCommand: route<OrderView>()({ method: 'POST', path: '/orders/:companyId/:id/commands', permission: 'order.read', params: Ref, body: OrderCommand, keyed: true }),
  orderCandidates: route<Candidate[]>()({ method: 'GET', path: '/orders/:companyId/:id/candidates', permission: 'order.station', params: Ref }),
  approvals: route<Page<ApprovalRow>>()({ method: 'GET', path: '/approvals', permission: 'order.approve', query: PageQuery.extend({ status: z.enum(['pending', 'approved', 'rejected']).default('pending') }).strict() }),
  approvalDecide: route<ApprovalRow>()({ method: 'POST', path: '/approvals/:companyId/:id', permission: 'order.approve', params: Ref, body: z.strictObject({ decision: z.enum(['approve', 'reject']), reason: text(500) }), keyed: true }),
  stationWorkers: route<(Named & { kind: 'maintenance' | 'grid'; open: number; today: number; overdue: number; onDuty: boolean })[]>()({ method: 'GET', path: '/stations/:id/workers', permission: 'order.read', params: z.strictObject({ id: Id }) }),
  /** multipart/form-data: field `file`, fields companyId, stage, kind, takenAt, lat, lng. ≤ 20 MB. */
  attachmentUpload: route<AttachmentView>()({ method: 'POST', path: '/attachments', permission: 'order.read', keyed: true }),
  attachment: route<never>()({ method: 'GET', path: '/attachments/:companyId/:id', permission: 'order.read', params: Ref, response: 'file' }),
};
