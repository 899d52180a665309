import type { ApprovalKind, OrderState, Permission } from '@ronghu/contract';

/**
 * The life cycle of a work order as data: the whole table of requirements appendix 5 (rows #1 to #38) plus `handedOver`.
 * Nothing outside this file decides where an order may go; `work-order.rules.ts` only reads it. `no` is the row of the appendix.
 */
export const FINAL_STATES = ['closed', 'voided', 'cancelled', 'handedOver'] as const satisfies readonly OrderState[];
export const NON_FINAL_STATES = ['draft', 'toArrange', 'dispatched', 'confirmed', 'assigned', 'accepted', 'onSite', 'completed', 'returned'] as const satisfies readonly OrderState[];
/** Core nodes of the flow (SC-64): intake, dispatch, handling, revisit, closure. A subsidiary adds nodes between them and removes none. */
export const CORE_EVENTS = ['intake', 'arrange', 'submit', 'revisitSatisfied'] as const;

export type OrderEvent =
  | 'intake' | 'arrange' | 'dispatchPushed' | 'urge' | 'changeStation' | 'returnOrder' | 'redispatch' | 'confirm' | 'assign' | 'reassign' | 'accept' | 'refuse' | 'onSiteCheckIn'
  | 'evidence' | 'requestExtension' | 'backfill' | 'sign' | 'submit' | 'requestCancel' | 'closeDirectly' | 'void' | 'revisitSatisfied' | 'revisitDissatisfied' | 'secondDispatch' | 'revisitNotReached'
  | 'requestExemption' | 'nearDue' | 'overdue' | 'supervise' | 'progress' | 'progressMissed' | 'markOverLevel' | 'groupHandle' | 'handOver' | 'edit' | 'attach' | 'expertRoute' | 'expertReply' | 'expertForward'
  | 'approve' | 'reject' | 'withdraw' | 'approvalOverdue';
/** `system`: a timer or an automatic intake. `handler`: the person the order is assigned to on the expert route. */
export type Actor = Permission | 'system' | 'handler';
/** Conditions beside the state; each is one line in `GUARDS` of work-order.rules.ts. */
export type Guard = 'ownOrder' | 'clockRuns' | 'supervised' | 'overLevel' | 'filled' | 'signedIfFixed' | 'unsigned' | 'dissatisfied' | 'pending' | 'expert' | 'notExpert' | 'notNearDue';
/** Whom a row tells. Channels other than the app (SMS, WeChat) are off until their modules stand, and the notice page says so. */
export type Recipient = 'head' | 'formerHead' | 'worker' | 'formerWorker' | 'agent' | 'approver' | 'requester' | 'group' | 'leader' | 'revisitor';
export interface Transition {
  no: number; event: OrderEvent; title: string; from: readonly OrderState[] | 'none'; to: OrderState | 'same'; by: readonly Actor[]; reason: boolean;
  guards?: readonly Guard[];
  /** Where it leads instead while the order has no station (expert route, group handling): the pool. */
  toWithoutStation?: OrderState;
  /** The row runs only after this approval; whether the approval is asked is a setting, except where `always`. */
  approval?: { kind: ApprovalKind; always?: true };
  notify: readonly Recipient[]; urgent?: true;
}
const open = ['toArrange', 'dispatched', 'confirmed', 'assigned', 'accepted', 'onSite', 'completed', 'returned'] as const;
const atStation = ['dispatched', 'confirmed', 'assigned', 'accepted', 'onSite'] as const;

export const TRANSITIONS: readonly Transition[] = [
  { no: 1, event: 'intake', title: '受理', from: 'none', to: 'toArrange', by: ['order.intake', 'system'], reason: false, notify: [] },
  { no: 2, event: 'arrange', title: '安排', from: ['toArrange'], to: 'dispatched', by: ['order.arrange', 'order.override', 'system'], reason: false, notify: ['head'], urgent: true },
  { no: 3, event: 'dispatchPushed', title: '派单提醒', from: ['dispatched'], to: 'same', by: ['system'], reason: false, notify: [] },
  { no: 4, event: 'urge', title: '催办', from: ['dispatched', 'assigned', 'accepted'], to: 'same', by: ['order.arrange', 'order.intake', 'order.override', 'order.supervise'], reason: true, notify: ['head', 'worker'], urgent: true },
  { no: 5, event: 'changeStation', title: '改派维修站', from: ['dispatched'], to: 'dispatched', by: ['order.arrange', 'order.override'], reason: true, notify: ['head', 'formerHead'], urgent: true },
  { no: 6, event: 'returnOrder', title: '退回', from: ['dispatched', 'confirmed'], to: 'returned', by: ['order.station'], reason: true, approval: { kind: 'return' }, notify: ['agent'] },
  { no: 7, event: 'redispatch', title: '重新派单', from: ['returned'], to: 'dispatched', by: ['order.arrange', 'order.override'], reason: true, notify: ['head'], urgent: true },
  { no: 8, event: 'confirm', title: '站内确认', from: ['dispatched'], to: 'confirmed', by: ['order.station'], reason: false, notify: ['agent'] },
  { no: 9, event: 'assign', title: '分派', from: ['confirmed', 'dispatched'], to: 'assigned', by: ['order.station'], reason: false, notify: ['worker'], urgent: true },
  { no: 10, event: 'reassign', title: '改派人员', from: ['assigned', 'accepted'], to: 'assigned', by: ['order.station', 'order.override'], reason: true, guards: ['notExpert'], notify: ['worker', 'formerWorker', 'agent'], urgent: true },
  { no: 11, event: 'accept', title: '接单', from: ['assigned'], to: 'accepted', by: ['order.field'], reason: false, guards: ['ownOrder'], notify: ['agent', 'head'] },
  { no: 12, event: 'refuse', title: '拒绝接单', from: ['assigned'], to: 'confirmed', by: ['order.field'], reason: true, guards: ['ownOrder', 'notExpert'], notify: ['head'], urgent: true },
  { no: 13, event: 'onSiteCheckIn', title: '现场签到', from: ['accepted'], to: 'onSite', by: ['order.field'], reason: false, guards: ['ownOrder'], notify: ['agent'] },
  { no: 14, event: 'evidence', title: '现场取证', from: ['accepted', 'onSite'], to: 'same', by: ['order.field'], reason: false, guards: ['ownOrder'], notify: [] },
  { no: 15, event: 'requestExtension', title: '延时申请', from: ['accepted', 'onSite'], to: 'same', by: ['order.field'], reason: true, guards: ['ownOrder'], approval: { kind: 'extension', always: true }, notify: ['worker', 'agent'] },
  { no: 16, event: 'approve', title: '审批通过', from: open, to: 'same', by: ['order.approve'], reason: false, guards: ['pending'], notify: ['requester'] },
  { no: 16, event: 'reject', title: '审批驳回', from: open, to: 'same', by: ['order.approve'], reason: true, guards: ['pending'], notify: ['requester'] },
  { no: 16, event: 'withdraw', title: '撤回申请', from: open, to: 'same', by: ['order.read', 'order.field', 'system'], reason: false, guards: ['pending'], notify: [] },
  { no: 17, event: 'backfill', title: '回填结果', from: ['onSite'], to: 'same', by: ['order.field'], reason: false, guards: ['ownOrder', 'unsigned'], notify: [] },
  { no: 18, event: 'sign', title: '客户评价与签名', from: ['onSite'], to: 'same', by: ['order.field'], reason: false, guards: ['ownOrder', 'filled', 'unsigned'], notify: [] },
  { no: 19, event: 'submit', title: '提交完成', from: ['onSite'], to: 'completed', by: ['order.field'], reason: false, guards: ['ownOrder', 'filled', 'signedIfFixed'], notify: ['head', 'agent', 'revisitor'] },
  { no: 20, event: 'requestCancel', title: '客户取消', from: atStation, to: 'cancelled', by: ['order.field', 'order.arrange', 'order.intake'], reason: true, approval: { kind: 'cancel', always: true }, notify: ['agent', 'head', 'worker'] },
  { no: 21, event: 'closeDirectly', title: '直接处结', from: ['dispatched', 'confirmed', 'assigned'], to: 'completed', by: ['order.station', 'order.override'], reason: true, notify: ['agent', 'revisitor'] },
  { no: 22, event: 'void', title: '作废', from: open, to: 'voided', by: ['order.station', 'order.override', 'order.supervise'], reason: true, approval: { kind: 'void' }, notify: ['agent', 'worker'] },
  { no: 23, event: 'revisitSatisfied', title: '回访满意，办结', from: ['completed'], to: 'closed', by: ['order.revisit'], reason: false, notify: [] },
  { no: 24, event: 'revisitDissatisfied', title: '回访不满意', from: ['completed'], to: 'same', by: ['order.revisit'], reason: false, notify: [] },
  { no: 24, event: 'secondDispatch', title: '二次派单', from: ['completed'], to: 'dispatched', toWithoutStation: 'toArrange', by: ['order.revisit'], reason: true, guards: ['dissatisfied'], approval: { kind: 'secondDispatch' }, notify: ['head', 'formerWorker'], urgent: true },
  { no: 25, event: 'revisitNotReached', title: '回访未接通', from: ['completed'], to: 'same', by: ['order.revisit'], reason: false, notify: [] },
  { no: 26, event: 'requestExemption', title: '免回访办结', from: ['toArrange', 'dispatched', 'completed'], to: 'closed', by: ['order.revisit', 'order.arrange'], reason: true, approval: { kind: 'exemption', always: true }, notify: ['agent', 'group'] },
  { no: 27, event: 'nearDue', title: '临期', from: NON_FINAL_STATES, to: 'same', by: ['system'], reason: false, guards: ['clockRuns', 'notNearDue'], notify: ['worker', 'head'] },
  { no: 28, event: 'overdue', title: '超时', from: NON_FINAL_STATES, to: 'same', by: ['system'], reason: false, guards: ['clockRuns'], notify: ['worker', 'head', 'leader'], urgent: true },
  { no: 29, event: 'supervise', title: '督办', from: NON_FINAL_STATES, to: 'same', by: ['order.supervise', 'system'], reason: true, notify: ['head', 'leader'], urgent: true },
  { no: 30, event: 'progress', title: '进展上报', from: NON_FINAL_STATES, to: 'same', by: ['order.station'], reason: true, guards: ['supervised'], notify: ['group'] },
  { no: 30, event: 'progressMissed', title: '进展未按时上报', from: NON_FINAL_STATES, to: 'same', by: ['system'], reason: false, guards: ['supervised'], notify: ['head', 'group'], urgent: true },
  { no: 31, event: 'markOverLevel', title: '标记越级投诉', from: NON_FINAL_STATES, to: 'same', by: ['order.intake', 'order.supervise', 'system'], reason: true, notify: ['group', 'head'] },
  { no: 32, event: 'groupHandle', title: '集团介入处理并反馈', from: NON_FINAL_STATES, to: 'completed', by: ['order.supervise'], reason: true, guards: ['overLevel'], notify: ['head', 'leader'] },
  { no: 33, event: 'handOver', title: '跨公司移交', from: NON_FINAL_STATES, to: 'handedOver', by: ['order.override'], reason: true, notify: ['head', 'agent', 'leader'] },
  { no: 34, event: 'edit', title: '修改', from: ['dispatched', 'confirmed'], to: 'same', by: ['order.station'], reason: true, notify: ['worker', 'agent'] },
  { no: 34, event: 'edit', title: '修改', from: NON_FINAL_STATES, to: 'same', by: ['order.override'], reason: true, notify: ['worker', 'head'] },
  { no: 34, event: 'attach', title: '补充附件', from: NON_FINAL_STATES, to: 'same', by: ['order.intake', 'order.station', 'order.override', 'order.field'], reason: false, notify: [] },
  { no: 35, event: 'expertRoute', title: '转专家处理', from: ['toArrange', 'dispatched'], to: 'assigned', by: ['order.intake', 'order.arrange'], reason: true, notify: ['worker'], urgent: true },
  { no: 36, event: 'expertReply', title: '专家答复', from: ['assigned'], to: 'completed', by: ['handler'], reason: true, guards: ['expert', 'ownOrder'], notify: ['agent', 'revisitor'] },
  { no: 37, event: 'expertForward', title: '转派', from: ['assigned'], to: 'assigned', by: ['handler'], reason: true, guards: ['expert', 'ownOrder'], notify: ['worker'], urgent: true },
  { no: 38, event: 'approvalOverdue', title: '审批超时', from: open, to: 'same', by: ['system'], reason: false, guards: ['pending'], notify: ['approver'], urgent: true },
];

/**
 * Monitor centre (last lines of appendix 5): with `order.override` and a reason these rows run from any non-final state past the station,
 * and the history names them an intervention. From `completed` they open a new round, so that the former round's evidence stays what it was;
 * a direct close of what is completed already has nothing to do and is not offered.
 */
export const INTERVENTIONS: Readonly<Partial<Record<OrderEvent, { from: readonly OrderState[]; to: OrderState | 'same' }>>> = {
  arrange: { from: NON_FINAL_STATES, to: 'dispatched' }, changeStation: { from: NON_FINAL_STATES, to: 'dispatched' }, assign: { from: NON_FINAL_STATES, to: 'assigned' }, reassign: { from: NON_FINAL_STATES, to: 'assigned' },
  closeDirectly: { from: NON_FINAL_STATES.filter((s) => s !== 'completed'), to: 'completed' }, void: { from: NON_FINAL_STATES, to: 'voided' }, edit: { from: NON_FINAL_STATES, to: 'same' },
};
