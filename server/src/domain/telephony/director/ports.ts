import type { Presence, Readiness } from '@ronghu/contract';
import type { Chosen, GroupRules, Skill } from '../distributor/distributor.types';
import type { IvrFlow } from '../ivr/ivr.schema';
import type { CallRecord } from '../director-protocol';

export interface AgentConfig { agentId: number; accountId: number; workNo: string; name: string; stationId: number; companyId: number; extension: string | null; skills: Skill[] }
export interface GroupConfig { rules: GroupRules; name: string; code: string; wrapUpMs: number; rating: boolean; direction: 'inbound' | 'outbound' }
export interface AccessNumber { calledNumber: string; targetKind: 'ivr' | 'skillGroup'; skillGroupId: number | null; ivrCode: string | null; priority: number; companyId: number | null }
export interface DirectorConfig { agents: AgentConfig[]; groups: GroupConfig[]; accessNumbers: AccessNumber[]; flows: IvrFlow[]; restReasons: string[] }
export interface StoredAgentState { agentId: number; presence: Presence; readiness: Readiness | null; chosen: Chosen; reason: string | null; wrapUpUntil: number | null; misses: number; idleSince: number; answeredAt: number }
export interface StoredCall { callId: string; startedAt: number; queuedAt: number | null; answeredAt: number | null; skillGroupId: number | null; priority: number; agentId: number | null; ivrPath: CallRecord['ivrPath']; purpose: CallRecord['purpose']; orderId: number | null; orderCompanyId: number | null; repeatCount: number; misses: number; transfers: number }
export interface AgentDay { agentId: number; answered: number; missed: number; talkSeconds: number }

/** What the director reads. Every one may fail while the database is away; the director then goes on with what it has. */
export interface ConfigPort {
  load(): Promise<DirectorConfig>;
  /** Blind number → treatment. */
  blocklist(): Promise<Map<string, 'prompt' | 'reject'>>;
  agentStates(): Promise<StoredAgentState[]>;
  calls(callIds: readonly string[]): Promise<StoredCall[]>;
  /** Inbound callers since a time, oldest first, with the agent who answered. */
  callers(since: number): Promise<{ blind: string; at: number; agentId: number | null }[]>;
  agentDays(since: number): Promise<AgentDay[]>;
}

export interface CallEventRow { id: number; callId: string; at: number; event: string; agentId: number | null; text: string }
export interface AgentLogRow { id: number; agentId: number; layer: 'presence' | 'readiness' | 'call'; from: string | null; to: string; reason: string | null; cause: 'agent' | 'system' | 'leader' | 'phone'; operatorId: number | null; operatorName: string | null; at: number; lastedMs: number | null; callId: string | null }
export interface AgentStateRow extends StoredAgentState { changedAt: number }
/** `final`: the call is over; otherwise what is known so far, for a takeover. */
export interface CallRow { record: CallRecord; final: boolean; source: 'director' | 'spool' }
export interface RecordingRow { id: number; callId: string; path: string; bytes: number; durationMs: number; at: number; sm3: string | null; missing: boolean }
export interface PhoneRow { extension: string; online: boolean; at: number }
/** What is written together. Rows carry their ids, so a batch may be written twice. */
export interface JournalBatch { epoch: number; calls: CallRow[]; events: CallEventRow[]; agentLog: AgentLogRow[]; agentStates: AgentStateRow[]; recordings: RecordingRow[]; phones: PhoneRow[] }
export interface JournalSink {
  /** Idempotent. @throws Fenced when a newer epoch rules the database. */
  write(batch: JournalBatch): Promise<void>;
}
/** A higher epoch was seen: this director must stop commanding and writing. */
export class Fenced extends Error {}
