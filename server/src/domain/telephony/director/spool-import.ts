import type { EndReason } from '@ronghu/contract';
import type { NodeCallRecord } from '../dialplan';
import type { CallRecord } from '../director-protocol';
import type { Agents } from './agents';

const BUSY = new Set(['USER_BUSY']);
/** The centre did not see the end of these; what is known of them is what the node wrote. */
function reasonOf(record: NodeCallRecord): EndReason {
  if (record.servedBy === 'local' && record.bridgedAt !== null) return 'servedLocally';
  if (record.bridgedAt !== null) return 'completed';
  if (record.direction !== 'inbound') return BUSY.has(record.hangupCause) ? 'busy' : 'noAnswer';
  return record.servedBy === 'local' ? 'abandonedInQueue' : 'lost';
}

/** A node's own record as a call record; a call that the director saw to its end keeps the director's (deduplicated by call id in the store). */
export function recordOfSpool(record: NodeCallRecord, agents: Agents): CallRecord {
  const agent = record.servedExtension ? agents.ofExtension(record.servedExtension) : undefined, answeredAt = record.bridgedAt;
  return {
    callId: record.callId, direction: record.direction, purpose: record.direction === 'inbound' ? 'service' : 'dial', clearNumber: record.clearNumber, calledNumber: record.calledNumber, startedAt: record.startedAt, queuedAt: record.direction === 'inbound' ? (record.answeredAt ?? record.startedAt) : null, answeredAt, endedAt: record.endedAt,
    talkSeconds: answeredAt === null ? 0 : Math.round((record.endedAt - answeredAt) / 1000), waitSeconds: answeredAt === null ? Math.round((record.endedAt - record.startedAt) / 1000) : Math.round((answeredAt - record.startedAt) / 1000), ringSeconds: 0,
    endReason: reasonOf(record), endedBy: record.endedBy === 'customer' ? 'customer' : 'system', rating: record.rating, skillGroupId: null, agentId: agent?.config.agentId ?? null, agentName: agent?.config.name ?? null, stationId: agent?.config.stationId ?? null, companyId: null,
    orderId: null, orderCompanyId: null, priority: 5, repeatCount: 0, misses: 0, transfers: 0, ivrPath: [], recordingPath: record.recordingPath,
  };
}
