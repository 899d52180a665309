import type { EndReason, OrderState } from '@ronghu/contract';
import type { CallFact, OrderFact } from './metric.types';

export interface CallFactRow { call_id: string; direction: CallFact['direction']; started_at: number; queued_at: number | null; answered_at: number | null; ended_at: number | null; end_reason: EndReason | null; company_id: number | null; station_id: number | null; agent_id: number | null }
export interface OrderFactRow {
  id: number; version_no: number; company_id: number; station_id: number | null; worker_id: number | null; agent_id: number | null; state: OrderState; created_at: number; on_site_at: number | null; completed_at: number | null; closed_at: number | null;
  round_no: number; outcome: 'fixed' | 'unfixed' | null; satisfied: boolean | null; was_overdue: boolean;
}
export const CALL_FACT_COLUMNS = 'call_id, direction, started_at, queued_at, answered_at, ended_at, end_reason, company_id, station_id, agent_id';
export const ORDER_FACT_COLUMNS = 'id, version_no, company_id, station_id, worker_id, agent_id, state, created_at, on_site_at, completed_at, closed_at, round_no, outcome, satisfied, was_overdue';

type CallMoments = Omit<CallFact, 'source' | 'version'>;
/**
 * A call only ever gains: queue, answer, end, and the company once the customer is known. So how much is known orders its versions
 * without a counter of its own, the same from the director's events and from the table.
 */
export function callFact(call: CallMoments): CallFact {
  return { ...call, source: 'call', version: 1 + (call.endedAt === null ? 0 : 16) + (call.answeredAt === null ? 0 : 8) + (call.queuedAt === null ? 0 : 4) + (call.companyId === null ? 0 : 2) + (call.stationId === null ? 0 : 1) };
}
/** A call as the director tells it, live or over: structural, so that this room needs nothing of domain/telephony. */
export interface ToldCall { callId: string; direction: CallFact['direction']; startedAt: number; queuedAt: number | null; answeredAt: number | null; endedAt?: number | null; endReason?: EndReason | null; companyId: number | null; stationId: number | null; agentId: number | null }
export const callFactOfTold = (call: ToldCall): CallFact => callFact({ id: call.callId, direction: call.direction, startedAt: call.startedAt, queuedAt: call.queuedAt, answeredAt: call.answeredAt, endedAt: call.endedAt ?? null, endReason: call.endReason ?? null, companyId: call.companyId, stationId: call.stationId, agentId: call.agentId });
export const callFactOf = (row: CallFactRow): CallFact => callFact({ id: row.call_id, direction: row.direction, startedAt: row.started_at, queuedAt: row.queued_at, answeredAt: row.answered_at, endedAt: row.ended_at, endReason: row.end_reason, companyId: row.company_id, stationId: row.station_id, agentId: row.agent_id });
export const orderFactOf = (row: OrderFactRow): OrderFact => ({
  source: 'order', id: row.id, version: row.version_no, companyId: row.company_id, stationId: row.station_id, workerId: row.worker_id, agentId: row.agent_id, state: row.state, createdAt: row.created_at, onSiteAt: row.on_site_at, completedAt: row.completed_at,
  closedAt: row.closed_at, round: row.round_no, outcome: row.outcome, satisfied: row.satisfied, overdue: row.was_overdue,
});
