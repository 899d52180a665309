import type { CallDetail, CallRow, EndReason, MaskedNumber } from '@ronghu/contract';
import type { Scope } from '../../platform/identity/scope';
import type { Sql } from '../../platform/database/db';
import { Params } from './compile';

/** What reading a call record needs of platform/crypto: sealed column → clear number → masked form with its reference. */
export interface NumberPort { open(sealed: string): string; masked(clear: string): MaskedNumber }
/** What it needs of the organisation. */
export interface OrgPort { root(): { id: number } | undefined }

export interface CallRecordRow {
  call_id: string; direction: CallRow['direction']; number_sealed: string | null; called_number: string | null; customer_name: string | null; company_id: number | null; house_address: string | null; agent_id: number | null; agent_name: string | null; skill_group_name: string | null;
  started_at: number; queued_at: number | null; answered_at: number | null; ended_at: number | null; talk_s: number; wait_s: number; end_reason: EndReason | null; rating: number | null; recording_id: number | null; order_id: number | null; order_no: string | null; disposition: string | null;
}
/** Columns of `call_record r` left-joined with `skill_group g`. */
export const CALL_ROW_COLUMNS = 'r.call_id, r.direction, r.number_sealed, r.called_number, r.customer_name, r.company_id, r.house_address, r.agent_id, r.agent_name, g.name as skill_group_name, r.started_at, r.queued_at, r.answered_at, r.ended_at, r.talk_s, r.wait_s, r.end_reason, r.rating, r.recording_id, r.order_id, r.order_no, r.disposition';
export const CALL_ROW_FROM = 'call_record r left join skill_group g on g.skill_group_id = r.skill_group_id';
/** A withheld number has neither text nor reference. */
export const NO_NUMBER: MaskedNumber = { masked: '号码未知', ref: '' };

/** A record as lists, pop and detail show it. */
export function toCallRow(row: CallRecordRow, numbers: NumberPort): CallRow {
  return {
    callId: row.call_id, direction: row.direction, number: row.number_sealed ? numbers.masked(numbers.open(row.number_sealed)) : NO_NUMBER, calledNumber: row.called_number ?? '', customerName: row.customer_name, companyId: row.company_id, houseAddress: row.house_address,
    agentId: row.agent_id, agentName: row.agent_name, skillGroupName: row.skill_group_name, startedAt: row.started_at, queuedAt: row.queued_at, answeredAt: row.answered_at, endedAt: row.ended_at, talkSeconds: row.talk_s, waitSeconds: row.wait_s,
    endReason: row.end_reason, rating: row.rating, recordingId: row.recording_id, orderId: row.order_id, orderNo: row.order_no, disposition: row.disposition,
  };
}

/** True when the scope holds the whole group, so that rows of no company are its own too. */
export const coversGroup = (scope: Scope, orgs: OrgPort): boolean => { const root = orgs.root(); return scope.system || (root !== undefined && scope.orgIds.has(root.id)); };

/** A condition on `call_record r`, written once its parameters are bound. */
export type Reach = (params: Params) => string;
/**
 * Which call records a scope may see (CC-117, RP-05): the whole group; or the calls of its companies' customers; or, for people of one station, that station's.
 * A call of nobody's customer belongs to its agent's station. The own calls always. Agents are listed by id, so that every way is an index look-up.
 */
export async function callReach(sql: Sql, scope: Scope, orgs: OrgPort): Promise<Reach> {
  if (coversGroup(scope, orgs)) return () => '1 = 1';
  const stations = [...scope.stationIds], companies = scope.wholeCompany ? [...scope.companyIds] : [], asking = new Params();
  const agents = stations.length ? await sql.query<{ agent_id: number }>(`select agent_id from agent where station_id in (${asking.list(stations)})`, asking.values) : [];
  return (params) => {
    const ways: string[] = [];
    if (companies.length) ways.push(`r.company_id in (${params.list(companies)})`);
    else if (stations.length) ways.push(`r.station_id in (${params.list(stations)})`);
    if (agents.length) ways.push(`(r.company_id is null and r.agent_id in (${params.list(agents.map((agent) => agent.agent_id))}))`);
    if (scope.agentId !== null) ways.push(`r.agent_id = ${params.bind(scope.agentId)}`);
    return ways.length ? `(${ways.join(' or ')})` : '1 = 0';
  };
}
/** The same for a call held in memory or read alone: its company, or nobody's, or the caller's own. */
export const reachesCall = (scope: Scope, call: { companyId: number | null; agentId: number | null }): boolean => scope.system || call.companyId === null || scope.companyIds.has(call.companyId) || (scope.agentId !== null && scope.agentId === call.agentId);

/** One record with its path through the IVR and its events, or null when the scope does not reach it. */
export async function readCall(sql: Sql, scope: Scope, orgs: OrgPort, numbers: NumberPort, callId: string): Promise<CallDetail | null> {
  const reach = await callReach(sql, scope, orgs), params = new Params(), id = params.bind(callId);
  const [row] = await sql.query<CallRecordRow & { ivr_path: unknown }>(`select ${CALL_ROW_COLUMNS}, r.ivr_path from ${CALL_ROW_FROM} where r.call_id = ${id} and ${reach(params)}`, params.values);
  if (!row) return null;
  const events = await sql.query<{ happened_at: number; kind: string; detail: string | null }>('select happened_at, kind, detail from call_event where call_id = $1 order by event_id', [callId]);
  const path = typeof row.ivr_path === 'string' ? (JSON.parse(row.ivr_path) as unknown) : row.ivr_path;
  return { ...toCallRow(row, numbers), ivrPath: Array.isArray(path) ? (path as CallDetail['ivrPath']) : [], events: events.map((event) => ({ at: event.happened_at, kind: event.kind, text: event.detail ?? event.kind })) };
}
