import type { ApprovalKind, FaultCode, OrderSource, OrderState, OrderType, Urgency } from '@ronghu/contract';
import type { Row } from '../../platform/database/db';
import { remembered } from '../../platform/remembered';
import type { OrderEvent } from './order-table';
import type { OrderCore } from './work-order.rules';
import { workOrderTables } from './work-order.tables';

/** One line of the group's index: what every list, pool and board shows of an order. Times in ms UTC. */
export interface OrderIndexRecord {
  id: number; companyId: number; orderNo: string; orderType: OrderType; urgency: Urgency; orderSource: OrderSource; faultCode: FaultCode; fault: string; state: OrderState; versionNo: number; roundNo: number; priority: number;
  supervised: boolean; overLevel: boolean; nearDue: boolean; overdue: boolean; wasOverdue: boolean; urged: number; pendingApproval: ApprovalKind | null; directClosed: boolean; exempt: boolean; closeKind: 'revisited' | 'exempt' | null;
  customerId: number | null; customerName: string | null; numberSealed: string | null; numberBlind: string | null; numberLast4: string | null; houseId: number | null; unitId: number | null; communityId: number | null; communityName: string | null; address: string;
  stationId: number | null; workerId: number | null; workerName: string | null; agentId: number | null; agentAccountId: number | null; agentName: string | null; callId: string | null;
  createdAt: number; dueAt: number | null; dispatchedAt: number | null; onSiteAt: number | null; completedAt: number | null; closedAt: number | null; outcome: 'fixed' | 'unfixed' | null; rating: number | null; satisfied: boolean | null; revisitAttempts: number; updatedAt: number;
}
/** The order as its company's shard keeps it. `dispatchedAt`, `onSiteAt`, `outcome` are what figures count (first, first, last); the `round…` fields are the running round's. */
export interface OrderRecord extends OrderIndexRecord {
  description: string; expert: boolean; escalations: number; ruleVersion: number; dueExplained: string; dueOverridden: boolean; roundAt: number | null; confirmedAt: number | null; assignedAt: number | null; acceptedAt: number | null; roundOnSiteAt: number | null; signed: boolean;
  roundOutcome: 'fixed' | 'unfixed' | null; lastRevisit: OrderCore['lastRevisit']; pendingId: number | null; reportHours: number | null; linkedCompanyId: number | null; linkedOrderId: number | null; linkedOrderNo: string | null; linkRelation: string | null;
}
export interface ApprovalRecord {
  id: number; orderId: number; kind: ApprovalKind; eventName: OrderEvent; reason: string; requestedBy: number; requesterName: string; requestedAt: number; newDueAt: number | null; approvalStatus: 'pending' | 'approved' | 'rejected' | 'withdrawn';
  decidedBy: number | null; deciderName: string | null; decidedAt: number | null; decisionReason: string | null; roundNo: number;
}

// a few hundred names, asked for with every row
const camel = remembered((name) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()));
const snake = remembered((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
const columnsOf = (table: string): string[] => Object.keys(workOrderTables.find((t) => t.name === table)?.columns ?? {});
export const ORDER_COLUMNS = columnsOf('work_order').join(', ');
export const INDEX_COLUMN_NAMES = columnsOf('work_order_index');
export const APPROVAL_COLUMN_NAMES = columnsOf('approval_index');
export const INDEX_COLUMNS = INDEX_COLUMN_NAMES.join(', ');
/** A row as the database gives it, under the names of code. */
export const fromRow = <T>(row: Row): T => Object.fromEntries(Object.entries(row).map(([name, value]) => [camel(name), value])) as T;
export const toRow = (record: object): Row => Object.fromEntries(Object.entries(record).map(([name, value]) => [snake(name), value]));
/** The index line of an order. */
export const indexRow = (record: OrderIndexRecord): Row => { const row = toRow(record); return Object.fromEntries(INDEX_COLUMN_NAMES.map((name) => [name, row[name] ?? null])); };
/** Columns that differ, under the database's names. */
export function changedColumns(before: OrderRecord, after: OrderRecord): Row {
  return toRow(Object.fromEntries(Object.entries(after).filter(([name, value]) => (before as unknown as Record<string, unknown>)[name] !== value)));
}

/** What the engine needs of a stored order; `pending` is the approval row that waits. */
export function coreOf(record: OrderRecord, pending: ApprovalRecord | null): OrderCore {
  return {
    state: record.state, version: record.versionNo, round: record.roundNo, priority: record.priority, stationId: record.stationId, workerId: record.workerId, expert: record.expert, supervised: record.supervised, overLevel: record.overLevel, nearDue: record.nearDue,
    overdue: record.overdue, urged: record.urged, escalations: record.escalations, directClosed: record.directClosed, exempt: record.exempt, closeKind: record.closeKind, outcome: record.roundOutcome, signed: record.signed, lastRevisit: record.lastRevisit, revisitAttempts: record.revisitAttempts,
    dueAt: record.dueAt, createdAt: record.createdAt, dispatchedAt: record.roundAt, confirmedAt: record.confirmedAt, assignedAt: record.assignedAt, acceptedAt: record.acceptedAt, onSiteAt: record.roundOnSiteAt, completedAt: record.completedAt, closedAt: record.closedAt,
    pending: pending ? { kind: pending.kind, event: pending.eventName, requestedBy: pending.requestedBy, requestedAt: pending.requestedAt, reason: pending.reason, newDueAt: pending.newDueAt } : null,
  };
}
/** The record after a step. First times stay, the satisfaction of figures follows the last revisit, else the rating on site (4 and more). */
export function withCore(record: OrderRecord, core: OrderCore, now: number): OrderRecord {
  const revisited = core.lastRevisit === 'satisfied' ? true : core.lastRevisit === 'dissatisfied' ? false : null;
  return {
    ...record, state: core.state, versionNo: core.version, roundNo: core.round, priority: core.priority, stationId: core.stationId, workerId: core.workerId, expert: core.expert, supervised: core.supervised, overLevel: core.overLevel, nearDue: core.nearDue, overdue: core.overdue,
    wasOverdue: record.wasOverdue || core.overdue, urged: core.urged, escalations: core.escalations, directClosed: core.directClosed, exempt: core.exempt, closeKind: core.closeKind, roundOutcome: core.outcome, outcome: core.outcome ?? record.outcome, signed: core.signed, lastRevisit: core.lastRevisit,
    revisitAttempts: core.revisitAttempts, dueAt: core.dueAt, roundAt: core.dispatchedAt, dispatchedAt: record.dispatchedAt ?? core.dispatchedAt, confirmedAt: core.confirmedAt, assignedAt: core.assignedAt, acceptedAt: core.acceptedAt, roundOnSiteAt: core.onSiteAt, onSiteAt: record.onSiteAt ?? core.onSiteAt,
    completedAt: core.completedAt, closedAt: core.closedAt, pendingApproval: core.pending?.kind ?? null, satisfied: revisited ?? record.satisfied, updatedAt: now,
  };
}
