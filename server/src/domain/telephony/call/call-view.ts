import type { CallLeg } from '@ronghu/contract';
import type { CallRecord, LiveCall } from '../director-protocol';
import { agentLeg, consultedLeg } from './call-model.rules';
import { shownState, type CallModel } from './call.types';

export interface Names { agent(agentId: number | null): { name: string; extension: string | null; stationId: number | null } | null; skillGroup(id: number | null): string | null }

/** In Chinese words, what is happening in the call: who talks to whom and what the customer hears. */
export function activityOf(call: CallModel, names: Names): string {
  const label = (id: number | null) => { const a = names.agent(id); return a ? `${a.name}${a.extension ? ` ${a.extension}` : ''}` : '坐席'; };
  const consulted = consultedLeg(call);
  switch (shownState(call)) {
    case 'ivr': return call.ivrPath.length > 0 ? `语音导航：${call.ivrPath[call.ivrPath.length - 1]?.label ?? ''}` : '语音导航中';
    case 'queued': return `在${names.skillGroup(call.skillGroupId) ?? ''}排队，客户听音乐`;
    case 'offered': return `正在呼叫 ${label(call.agentId)}，客户听音乐`;
    case 'dialing': return agentLeg(call)?.answeredAt ? '正在呼叫客户' : `先呼叫 ${label(call.agentId)} 的话机`;
    case 'talking': return call.agentId === null && consulted ? `正在转接 ${consulted.label}，客户听音乐` : agentLeg(call)?.muted ? `与 ${label(call.agentId)} 通话，坐席已静音` : `与 ${label(call.agentId)} 通话`;
    case 'held': return `${label(call.agentId)} 保持通话，客户听音乐`;
    case 'consulting': return consulted?.answeredAt ? `正在咨询 ${consulted.label}，客户听音乐` : `正在呼叫 ${consulted?.label ?? ''} 咨询，客户听音乐`;
    case 'conferencing': return '三方会议中，三方互相听见';
    case 'rating': return '客户正在评价';
    case 'ended': return '通话结束';
  }
}

function legsOf(call: CallModel, names: Names): CallLeg[] {
  const held = shownState(call) === 'held' || shownState(call) === 'consulting';
  return [...call.legs.values()].filter((leg) => leg.endedAt === null).map((leg) => ({
    role: leg.role, agentId: leg.agentId, label: leg.role === 'customer' ? '客户' : (names.agent(leg.agentId)?.name ?? leg.label),
    state: leg.answeredAt === null ? 'ringing' : leg.muted ? 'muted' : leg.role === 'customer' && (held || (call.phase === 'connected' && leg.bridgedTo === null && call.want !== 'conference')) ? 'held' : 'talking',
  }));
}

/** The call as api gets it; `position` is the distributor's. */
export function liveCall(call: CallModel, names: Names, position: number | null): LiveCall {
  const agent = names.agent(call.agentId);
  return {
    callId: call.callId, direction: call.direction, clearNumber: call.clearNumber, calledNumber: call.calledNumber, state: shownState(call), skillGroupId: call.skillGroupId, skillGroupName: names.skillGroup(call.skillGroupId),
    ivrPath: call.ivrPath.map(({ node, label, digits }) => (digits === undefined ? { node, label } : { node, label, digits })), priority: call.priority, position, startedAt: call.startedAt, queuedAt: call.queuedAt, answeredAt: call.answeredAt,
    agentId: call.agentId, agentName: agent?.name ?? null, legs: legsOf(call, names), recording: call.recording, activity: activityOf(call, names), customerName: call.customerName, blocked: call.blocked, repeatCount: call.repeatCount,
    purpose: call.purpose, orderId: call.orderId, stationId: call.stationId ?? agent?.stationId ?? null, companyId: call.companyId,
  };
}

/** The whole record of a call, ended or as it stands at `now` (ms). `ownerId`: the agent who talked last. */
export function recordOf(call: CallModel, names: Names, ownerId: number | null, now: number): CallRecord {
  const endedAt = call.endedAt ?? now;
  const agent = names.agent(ownerId);
  return {
    callId: call.callId, direction: call.direction, purpose: call.purpose, clearNumber: call.clearNumber, calledNumber: call.calledNumber, startedAt: call.startedAt, queuedAt: call.queuedAt, answeredAt: call.answeredAt, endedAt,
    talkSeconds: Math.round((call.talkMs + (call.talkSince === null ? 0 : endedAt - call.talkSince)) / 1000), waitSeconds: waitedSeconds(call, endedAt), ringSeconds: Math.round(call.ringMs / 1000),
    endReason: call.endReason ?? 'lost', endedBy: call.endedBy ?? 'system', rating: call.rating, skillGroupId: call.skillGroupId, agentId: ownerId, agentName: agent?.name ?? null, stationId: call.stationId ?? agent?.stationId ?? null,
    companyId: call.companyId, orderId: call.orderId, orderCompanyId: call.orderCompanyId, priority: call.priority, repeatCount: call.repeatCount, misses: call.misses, transfers: call.transfers, ivrPath: call.ivrPath, recordingPath: call.recordingPath,
  };
}
/** From the queue to the first answer, or to `until` while nobody answered. A call that came to the queue only after an answer (handed on by an agent) had not waited. */
function waitedSeconds(call: CallModel, until: number): number {
  return call.queuedAt === null ? 0 : Math.max(0, Math.round(((call.answeredAt ?? until) - call.queuedAt) / 1000));
}
