import type { ApprovalKind, ErrorCode, OrderAction, OrderState } from '@ronghu/contract';
import { APPROVAL_KIND_NAMES, ORDER_STATE_NAMES } from '@ronghu/contract';
import { FINAL_STATES, INTERVENTIONS, TRANSITIONS, type Actor, type Guard, type OrderEvent, type Recipient, type Transition } from './order-table';

/** What the engine knows of one order: the state, the flags and the facts its guards read. Text, house and customer are not its business. */
export interface OrderCore {
  state: OrderState; version: number; round: number; priority: number; stationId: number | null; workerId: number | null; expert: boolean;
  supervised: boolean; overLevel: boolean; nearDue: boolean; overdue: boolean; urged: number; escalations: number;
  pending: PendingApproval | null; directClosed: boolean; exempt: boolean; closeKind: 'revisited' | 'exempt' | null;
  /** Facts of the running round: result filled in, its outcome, signed, what the last revisit said. */
  outcome: 'fixed' | 'unfixed' | null; signed: boolean; lastRevisit: 'satisfied' | 'dissatisfied' | 'notReached' | null; revisitAttempts: number;
  dueAt: number | null; createdAt: number; dispatchedAt: number | null; confirmedAt: number | null; assignedAt: number | null; acceptedAt: number | null; onSiteAt: number | null; completedAt: number | null; closedAt: number | null;
}
export interface PendingApproval { kind: ApprovalKind; event: OrderEvent; requestedBy: number; requestedAt: number; reason: string; newDueAt: number | null }
/** Which of the settable approvals are asked (appendix 2 no. 27). Those marked `always` in the table are asked whatever this says. */
export interface ApprovalSettings { return: boolean; void: boolean; secondDispatch: boolean }
/** `rights`: what the actor may do over this order. `version`: the one the person saw; absent for device steps and timers, which carry their own order. */
export interface OrderInput {
  event: OrderEvent; actorId: number; rights: readonly Actor[]; version?: number; reason?: string;
  stationId?: number; workerId?: number; newDueAt?: number; dueAt?: number | null; outcome?: 'fixed' | 'unfixed'; approvals: ApprovalSettings;
}
export type OrderEffect =
  | { kind: 'history'; no: number; event: OrderEvent; title: string; from: OrderState | null; to: OrderState | null; reason: string | null; round: number; version: number; intervention: boolean }
  | { kind: 'approvalRequested'; approval: PendingApproval }
  | { kind: 'approvalDecided'; approval: PendingApproval; status: 'approved' | 'rejected' | 'withdrawn' }
  | { kind: 'notify'; event: OrderEvent; title: string; recipients: readonly Recipient[]; urgent: boolean; formerStationId: number | null; formerWorkerId: number | null }
  /** The handling clock: started by a new deadline, stopped by completion or an end. */
  | { kind: 'clock'; dueAt: number | null }
  | { kind: 'revisitDue' } | { kind: 'revisitSettled' };
export type StepResult = { ok: true; order: OrderCore; effects: OrderEffect[] } | { ok: false; code: ErrorCode; message: string };

export const isFinal = (state: OrderState): boolean => (FINAL_STATES as readonly string[]).includes(state);

/** A new order before its intake step. `createdAt`, `dueAt` in ms UTC. */
export function newOrder(createdAt: number, dueAt: number | null): OrderCore {
  return {
    state: 'draft', version: 0, round: 1, priority: 0, stationId: null, workerId: null, expert: false, supervised: false, overLevel: false, nearDue: false, overdue: false, urged: 0, escalations: 0,
    pending: null, directClosed: false, exempt: false, closeKind: null, outcome: null, signed: false, lastRevisit: null, revisitAttempts: 0,
    dueAt, createdAt, dispatchedAt: null, confirmedAt: null, assignedAt: null, acceptedAt: null, onSiteAt: null, completedAt: null, closedAt: null,
  };
}

const GUARDS: Readonly<Record<Guard, { holds(order: OrderCore, input: OrderInput): boolean; code: ErrorCode; message: string }>> = {
  ownOrder: { holds: (o, i) => o.workerId === i.actorId, code: 'STATE_CONFLICT', message: '该工单已不在您名下，请刷新' },
  clockRuns: { holds: (o) => o.completedAt === null && o.dueAt !== null, code: 'STATE_CONFLICT', message: '处理时限已停止计时' },
  notNearDue: { holds: (o) => !o.nearDue && !o.overdue, code: 'STATE_CONFLICT', message: '该工单已提示过临期' },
  supervised: { holds: (o) => o.supervised, code: 'STATE_CONFLICT', message: '该工单没有被督办' },
  overLevel: { holds: (o) => o.overLevel, code: 'STATE_CONFLICT', message: '该工单不是越级投诉' },
  filled: { holds: (o) => o.outcome !== null, code: 'STATE_CONFLICT', message: '请先按模板回填处理结果' },
  signedIfFixed: { holds: (o) => o.signed || o.outcome === 'unfixed', code: 'STATE_CONFLICT', message: '已修复的工单需客户评价并签名后才能提交' },
  unsigned: { holds: (o) => !o.signed, code: 'SEALED', message: '签名与评价已封存，结果和签名都不能再修改' },
  dissatisfied: { holds: (o) => o.lastRevisit === 'dissatisfied', code: 'STATE_CONFLICT', message: '回访不满意后才能二次派单' },
  pending: { holds: (o) => o.pending !== null, code: 'STATE_CONFLICT', message: '没有待审批的申请，可能已被处理' },
  expert: { holds: (o) => o.expert, code: 'STATE_CONFLICT', message: '该工单不在专家处理中' },
  notExpert: { holds: (o) => !o.expert, code: 'STATE_CONFLICT', message: '专家处理中的工单请用转派' },
};

const byEvent = new Map<OrderEvent, Transition[]>();
for (const row of TRANSITIONS) byEvent.set(row.event, [...(byEvent.get(row.event) ?? []), row]);
interface Route { row: Transition; to: OrderState | 'same'; intervention: boolean }
const allowed = (by: readonly Actor[], rights: readonly Actor[]) => rights.includes('system') || by.some((a) => rights.includes(a));
const inFrom = (row: Transition, state: OrderState, isNew: boolean) => (row.from === 'none' ? isNew : row.from.includes(state));

/** The row of the table that this event takes from here, by these rights; the ordinary one before the monitor centre's intervention. */
function routeOf(order: OrderCore, event: OrderEvent, rights: readonly Actor[]): Route | { code: ErrorCode; message: string } {
  const rows = byEvent.get(event) ?? [];
  if (order.version === 0 && event !== 'intake') return { code: 'STATE_CONFLICT', message: '工单尚未受理' };
  const here = rows.filter((row) => inFrom(row, order.state, order.version === 0));
  const mine = here.find((row) => allowed(row.by, rights) || row.by.includes('handler'));
  if (mine) return { row: mine, to: mine.to, intervention: false };
  const past = INTERVENTIONS[event];
  if (past && rights.includes('order.override') && past.from.includes(order.state) && rows[0]) return { row: rows[0], to: past.to, intervention: true };
  if (here.length > 0 || !rows.some((row) => allowed(row.by, rights) || row.by.includes('handler'))) return { code: 'FORBIDDEN', message: `没有权限执行“${rows[0]?.title ?? event}”` };
  const title = rows[0]?.title ?? event;
  return { code: 'STATE_CONFLICT', message: `工单当前为“${ORDER_STATE_NAMES[order.state]}”，不能执行“${title}”` };
}
const asksApproval = (row: Transition, settings: ApprovalSettings): ApprovalKind | null => {
  if (!row.approval) return null;
  if (row.approval.always) return row.approval.kind;
  return settings[row.approval.kind as keyof ApprovalSettings] ? row.approval.kind : null;
};

/**
 * One step of the life cycle (appendix 5). Pure: same order, input and `now` (ms UTC) give the same answer; the order passed in is not changed.
 * Refusals carry the API's code: CONFLICT (stale version), STATE_CONFLICT, FORBIDDEN, BAD_INPUT (missing reason or target), SEALED, REVISIT_REQUIRED.
 */
export function step(order: OrderCore, input: OrderInput, now: number): StepResult {
  if (input.version !== undefined && input.version !== order.version) return { ok: false, code: 'CONFLICT', message: '工单已被他人更新，请刷新后再试' };
  if (input.event === 'closeDirectly' && order.state === 'completed') return { ok: false, code: 'REVISIT_REQUIRED', message: '该工单已完成处理，需回访或批准的免回访申请才能办结' };
  const route = routeOf(order, input.event, input.rights);
  if ('code' in route) return { ok: false, ...route };
  for (const guard of route.row.guards ?? []) if (!GUARDS[guard].holds(order, input)) return { ok: false, code: GUARDS[guard].code, message: GUARDS[guard].message };
  const reason = input.reason?.trim() || null;
  if ((route.row.reason || route.intervention) && !reason) return { ok: false, code: 'BAD_INPUT', message: `“${route.row.title}”必须填写原因` };
  const missing = missingTarget(order, input, route);
  if (missing) return { ok: false, code: 'BAD_INPUT', message: missing };
  const next: OrderCore = { ...order, version: order.version + 1 };
  const effects: OrderEffect[] = [];
  if (route.row.no === 16) return decide(order, next, input, now, reason);
  const kind = asksApproval(route.row, input.approvals);
  if (kind) {
    if (order.pending) return { ok: false, code: 'STATE_CONFLICT', message: `“${APPROVAL_KIND_NAMES[order.pending.kind]}”申请正在审批，不能再提交申请` };
    next.pending = { kind, event: route.row.event, requestedBy: input.actorId, requestedAt: now, reason: reason ?? '', newDueAt: input.newDueAt ?? null };
    effects.push(historyOf(route.row, order, next, reason, `申请${APPROVAL_KIND_NAMES[kind]}`, route.intervention), { kind: 'approvalRequested', approval: next.pending });
    effects.push({ kind: 'notify', event: route.row.event, title: `${APPROVAL_KIND_NAMES[kind]}申请待审批`, recipients: ['approver'], urgent: true, formerStationId: null, formerWorkerId: null });
    return { ok: true, order: next, effects };
  }
  perform(route, order, next, input, now, reason, effects);
  return sealed(next, effects);
}
/** The last gate (SC-71): whatever the table says one day, nothing closes without a revisit of this round or an approved exemption. */
function sealed(next: OrderCore, effects: OrderEffect[]): StepResult {
  if (next.state === 'closed' && !next.exempt && next.lastRevisit !== 'satisfied') return { ok: false, code: 'REVISIT_REQUIRED', message: '未回访且没有批准的免回访申请，不能办结' };
  return { ok: true, order: next, effects };
}

function missingTarget(order: OrderCore, input: OrderInput, { row }: Route): string | null {
  switch (row.event) {
    case 'arrange': case 'changeStation': return input.stationId ? null : '请选择维修站';
    case 'redispatch': return input.stationId ?? order.stationId ? null : '请选择维修站';
    case 'assign': case 'reassign': return !input.workerId ? '请选择处理人员' : order.stationId === null && !input.stationId ? '请先安排维修站' : null;
    case 'expertRoute': case 'expertForward': return input.workerId ? null : '请选择处理人员';
    case 'requestExtension': return input.newDueAt && input.newDueAt > (order.dueAt ?? 0) ? null : '新的时限必须晚于原时限';
    case 'backfill': return input.outcome ? null : '请填写处理结果';
    default: return null;
  }
}
function historyOf(row: Transition, from: OrderCore, to: OrderCore, reason: string | null, title = row.title, intervention = false): OrderEffect {
  return { kind: 'history', no: row.no, event: row.event, title: intervention ? `干预：${title}` : title, from: row.from === 'none' ? null : from.state, to: to.state, reason, round: to.round, version: to.version, intervention };
}

/** Runs the row: state, flags, times, history, notices, clock. A pending request that the new state makes impossible lapses, said in the history. */
function perform(route: Route, order: OrderCore, next: OrderCore, input: OrderInput, now: number, reason: string | null, effects: OrderEffect[]): void {
  const { row } = route;
  const tail: OrderEffect[] = [];
  if (route.to !== 'same') next.state = order.stationId === null && row.toWithoutStation ? row.toWithoutStation : route.to;
  if (order.state === 'completed' && next.state !== 'completed' && !isFinal(next.state)) openRound(next, input, now, tail);
  apply(row, order, next, input, now);
  stamp(order, next, now);
  effects.push(historyOf(row, order, next, reason, row.title, route.intervention));
  if (row.notify.length > 0) effects.push({ kind: 'notify', event: row.event, title: row.title, recipients: row.notify, urgent: row.urgent ?? false, formerStationId: order.stationId !== next.stationId ? order.stationId : null, formerWorkerId: order.workerId !== next.workerId ? order.workerId : null });
  if (next.completedAt !== null && order.completedAt === null) tail.push({ kind: 'clock', dueAt: null }, { kind: 'revisitDue' });
  else if (isFinal(next.state)) tail.push({ kind: 'clock', dueAt: null }, ...(order.state === 'completed' ? [{ kind: 'revisitSettled' } as const] : []));
  else if (row.event === 'intake' || (next.dueAt !== order.dueAt && order.state !== 'completed')) tail.push({ kind: 'clock', dueAt: next.dueAt });
  effects.push(...tail);
  if (next.pending && !stillPossible(next)) { effects.push({ kind: 'approvalDecided', approval: next.pending, status: 'withdrawn' }); next.pending = null; }
}

/** A new round of handling (#24): the station keeps the order, the former round's result, signature and revisit stay with their round. */
function openRound(next: OrderCore, input: OrderInput, now: number, effects: OrderEffect[]): void {
  Object.assign(next, { round: next.round + 1, workerId: next.state === 'assigned' ? next.workerId : null, expert: false, outcome: null, signed: false, lastRevisit: null, directClosed: false, nearDue: false, overdue: false, escalations: 0, confirmedAt: null, assignedAt: next.state === 'assigned' ? now : null, acceptedAt: null, onSiteAt: null, completedAt: null, dispatchedAt: next.state === 'toArrange' ? null : now });
  if (input.dueAt !== undefined) next.dueAt = input.dueAt;
  effects.push({ kind: 'revisitSettled' }, { kind: 'clock', dueAt: next.dueAt });
}

function apply(row: Transition, order: OrderCore, next: OrderCore, input: OrderInput, now: number): void {
  switch (row.event) {
    case 'arrange': case 'changeStation': next.stationId = input.stationId ?? null; next.workerId = null; next.expert = false; break;
    case 'redispatch': next.stationId = input.stationId ?? order.stationId; next.workerId = null; break;
    case 'assign': case 'reassign': next.workerId = input.workerId ?? null; if (input.stationId) next.stationId = input.stationId; next.expert = false; break;
    case 'expertRoute': next.workerId = input.workerId ?? null; next.expert = true; break;
    case 'expertForward': next.workerId = input.workerId ?? null; break;
    case 'refuse': next.workerId = null; break;
    case 'urge': next.urged += 1; break;
    case 'backfill': next.outcome = input.outcome ?? null; break;
    case 'sign': next.signed = true; break;
    case 'closeDirectly': next.directClosed = true; break;
    case 'groupHandle': next.directClosed = true; next.lastRevisit = 'satisfied'; break;
    case 'revisitSatisfied': next.closeKind = 'revisited'; next.lastRevisit = 'satisfied'; next.revisitAttempts += 1; break;
    case 'revisitDissatisfied': next.lastRevisit = 'dissatisfied'; next.revisitAttempts += 1; break;
    case 'revisitNotReached': next.lastRevisit = next.lastRevisit === 'dissatisfied' ? 'dissatisfied' : 'notReached'; next.revisitAttempts += 1; break;
    case 'requestExemption': next.closeKind = 'exempt'; next.exempt = true; break;
    case 'nearDue': next.nearDue = true; break;
    case 'overdue': next.overdue = true; next.escalations += 1; next.priority += 1; break;
    case 'supervise': next.supervised = true; break;
    case 'markOverLevel': next.overLevel = true; break;
    case 'requestExtension': next.dueAt = input.newDueAt ?? order.dueAt; next.nearDue = false; if ((next.dueAt ?? 0) > now) next.overdue = false; break;
    case 'edit': if (input.dueAt !== undefined) next.dueAt = input.dueAt; break;
    default: break;
  }
}
/** The time a state is first reached in this round; going back (reassign, refuse) takes the later ones away again. */
function stamp(order: OrderCore, next: OrderCore, now: number): void {
  if (next.state === order.state && next.workerId === order.workerId && next.stationId === order.stationId) return;
  switch (next.state) {
    case 'dispatched': next.dispatchedAt = now; next.confirmedAt = next.assignedAt = next.acceptedAt = next.onSiteAt = null; break;
    case 'confirmed': next.confirmedAt = order.confirmedAt ?? now; next.assignedAt = next.acceptedAt = null; break;
    case 'assigned': next.assignedAt = now; next.acceptedAt = next.onSiteAt = null; break;
    case 'accepted': next.acceptedAt = now; break;
    case 'onSite': next.onSiteAt = now; break;
    case 'completed': next.completedAt = now; break;
    case 'closed': case 'voided': case 'cancelled': case 'handedOver': next.closedAt = now; break;
    default: break;
  }
}
/** Whether the request waiting could still be carried out from the present state. */
function stillPossible(order: OrderCore): boolean {
  const pending = order.pending;
  if (!pending || isFinal(order.state)) return false;
  const rows = byEvent.get(pending.event) ?? [];
  if (pending.event === 'requestExtension' && order.workerId !== pending.requestedBy) return false;
  return rows.some((row) => inFrom(row, order.state, false));
}

/** #16: approve, reject or withdraw the one request that waits. Nobody decides on a request of their own. */
function decide(order: OrderCore, next: OrderCore, input: OrderInput, now: number, reason: string | null): StepResult {
  const pending = order.pending;
  if (!pending) return { ok: false, code: 'STATE_CONFLICT', message: GUARDS.pending.message };
  const own = pending.requestedBy === input.actorId;
  if (input.event === 'withdraw' ? !own && !input.rights.includes('system') : own) return { ok: false, code: 'FORBIDDEN', message: input.event === 'withdraw' ? '只有申请人可以撤回' : '不能审批自己提交的申请' };
  const row = (byEvent.get(input.event) ?? [])[0] as Transition;
  const name = APPROVAL_KIND_NAMES[pending.kind];
  next.pending = null;
  const status = input.event === 'approve' ? 'approved' : input.event === 'reject' ? 'rejected' : 'withdrawn';
  const effects: OrderEffect[] = [historyOf(row, order, next, reason, `${name}${row.title}`), { kind: 'approvalDecided', approval: pending, status }];
  if (row.notify.length > 0) effects.push({ kind: 'notify', event: row.event, title: `${name}${row.title}`, recipients: row.notify, urgent: true, formerStationId: null, formerWorkerId: null });
  if (status !== 'approved') return { ok: true, order: next, effects };
  const asked = (byEvent.get(pending.event) ?? []).find((r) => inFrom(r, order.state, false));
  if (!asked) return { ok: false, code: 'STATE_CONFLICT', message: `工单已为“${ORDER_STATE_NAMES[order.state]}”，该申请不能再执行` };
  const inner: OrderEffect[] = [];
  perform({ row: asked, to: asked.to, intervention: false }, { ...order, pending: null }, next, { ...input, event: pending.event, newDueAt: pending.newDueAt ?? undefined }, now, pending.reason, inner);
  return sealed(next, [...effects, ...inner]);
}

/** Engine event of an action of the API. A revisit is one action with three outcomes. */
export const ACTION_EVENTS: Readonly<Record<OrderAction, OrderEvent>> = {
  arrange: 'arrange', changeStation: 'changeStation', redispatch: 'redispatch', confirm: 'confirm', assign: 'assign', reassign: 'reassign', returnOrder: 'returnOrder', urge: 'urge', closeDirectly: 'closeDirectly', void: 'void', edit: 'edit',
  supervise: 'supervise', markOverLevel: 'markOverLevel', progress: 'progress', requestCancel: 'requestCancel', revisit: 'revisitSatisfied', requestExemption: 'requestExemption', secondDispatch: 'secondDispatch', handOver: 'handOver', attach: 'attach',
};
/** Order of the buttons: what leads the order on comes first. */
const FORWARD: readonly OrderAction[] = ['secondDispatch', 'revisit', 'arrange', 'redispatch', 'confirm', 'assign', 'reassign', 'progress', 'urge', 'changeStation', 'returnOrder', 'closeDirectly', 'requestCancel', 'requestExemption', 'supervise', 'markOverLevel', 'edit', 'attach', 'handOver', 'void'];

/** What this person may do with this order now, the next step first. Ordinary ways come before the monitor centre's interventions. */
export function actionsOf(order: OrderCore, rights: readonly Actor[], actorId: number, approvals: ApprovalSettings): OrderAction[] {
  const ways = FORWARD.flatMap((action) => {
    const event = ACTION_EVENTS[action];
    const route = routeOf(order, event, rights);
    if ('code' in route) return [];
    const input: OrderInput = { event, actorId, rights, approvals };
    if ((route.row.guards ?? []).some((g) => !GUARDS[g].holds(order, input))) return [];
    if (order.pending && asksApproval(route.row, approvals)) return [];
    return [{ action, late: route.intervention }];
  });
  return [...ways.filter((w) => !w.late), ...ways.filter((w) => w.late)].map((w) => w.action);
}
