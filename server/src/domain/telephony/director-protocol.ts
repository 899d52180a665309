import type { ProcessFigures } from '../../platform/observability';
import type { AgentView, CallView, EndReason, ErrorCode, MaskedNumber, PhoneCommand, SkillGroupView } from '@ronghu/contract';

/**
 * The boundary between the director process and the api processes: one WebSocket on loopback, opened by the director, JSON text frames.
 * The api process names itself by the link token (`Authorization: Bearer …`). The first frame a connection gets is `snapshot`; then come events,
 * so a client that was away needs nothing else. Clear numbers cross this line only here: api masks before anything reaches a browser.
 */
export const DIRECTOR_PATH = '/director';

/** A call as the director knows it. `clearNumber` replaces the masked number: `maskCall` turns it into what a browser may see. */
export interface LiveCall extends Omit<CallView, 'number'> { clearNumber: string; stationId: number | null; companyId: number | null }
export interface QueueState { waiting: number; longestWaitMs: number; allBusy: boolean; calls: LiveCall[] }
/** A switch node as the active director has it. `leaseAgeMs`: since the node last acknowledged the centre's lease; null while it never did. */
export interface SwitchNodeFigures { name: string; up: boolean; leaseHeld: boolean; leaseAgeMs: number | null }
export interface DirectorHealth {
  /** The director's process and its nodes, for the system-state page; absent in tests of parts. */
  process?: ProcessFigures; nodes?: SwitchNodeFigures[];
  epoch: number; active: boolean; switchConnected: boolean; databaseConnected: boolean; callsInProgress: number; phonesOnline: number; journalWaiting: number; startedAt: number }
export interface DirectorSnapshot { at: number; health: DirectorHealth; agents: AgentView[]; calls: LiveCall[]; queue: QueueState; skillGroups: SkillGroupView[]; restReasons: string[] }

/** What is known of a call: the whole record, as it is journalled when it begins, is answered and is over (`endedAt` of a running one is the moment of the picture). `waitSeconds` from the queue to the answer or the end. */
export interface CallRecord {
  callId: string; direction: 'inbound' | 'outbound' | 'internal'; purpose: 'service' | 'revisit' | 'dial'; clearNumber: string; calledNumber: string;
  startedAt: number; queuedAt: number | null; answeredAt: number | null; endedAt: number; talkSeconds: number; waitSeconds: number; ringSeconds: number;
  endReason: EndReason; endedBy: 'customer' | 'agent' | 'system'; rating: number | null; skillGroupId: number | null; agentId: number | null; agentName: string | null;
  stationId: number | null; companyId: number | null; orderId: number | null; orderCompanyId: number | null; priority: number; repeatCount: number; misses: number; transfers: number;
  ivrPath: { node: string; label: string; digits?: string; at: number }[]; recordingPath: string | null;
}
export type { AgentView, SkillGroupView };

export interface DirectorOps {
  /** A button of the phone bar on behalf of an agent. `clearNumber`: the number named by the command's `ref`, opened by api. Answers the agent's bar after the command was accepted. */
  phone: { args: { agentId: number; command: PhoneCommand; clearNumber?: string }; result: { agent: AgentView; call: LiveCall | null } };
  /** A leader changes an agent's state (CC-75); operator and reason are logged. */
  agentForce: { args: { agentId: number; readiness: 'ready' | 'busy' | 'rest' | 'signedOut'; reason: string; byAccountId: number; byName: string }; result: AgentView };
  snapshot: { args: Record<string, never>; result: DirectorSnapshot };
  /** Agents, skill groups, bindings, access numbers, IVR or rest reasons changed in the database: read them again. Running calls are not touched. */
  reload: { args: Record<string, never>; result: { agents: number; skillGroups: number } };
  /** The blocklist changed: effective with the next call (CC-159). */
  blocklist: { args: Record<string, never>; result: { entries: number } };
  /** Which customer a call belongs to, found by api while it rings, so that boards can say it. */
  customer: { args: { callId: string; customerName: string | null; companyId: number | null; stationId: number | null }; result: { ok: boolean } };
}
export type DirectorOp = keyof DirectorOps;
export const DIRECTOR_OPS: readonly DirectorOp[] = ['phone', 'agentForce', 'snapshot', 'reload', 'blocklist', 'customer'];

/** `key`: idempotency key; the same key answers the same result and never acts twice. Required for `phone` and `agentForce`. */
export interface DirectorRequest<O extends DirectorOp = DirectorOp> { id: number; op: O; args: DirectorOps[O]['args']; key?: string }
export type DirectorAnswer = { id: number; ok: true; result: unknown } | { id: number; ok: false; error: { code: ErrorCode; message: string } };

/** Pushed events. `switchAt`: when the switch's event that caused it was read (ms), for the measured pop budget. */
export interface DirectorEvents {
  snapshot: DirectorSnapshot;
  agent: AgentView;
  call: LiveCall;
  offer: { agentId: number; accountId: number; call: LiveCall; switchAt: number };
  queue: QueueState;
  callEnded: CallRecord;
  /** The call's recording is in the catalogue and can be heard. */
  recorded: { callId: string };
  health: DirectorHealth;
}
export type DirectorEvent = { [K in keyof DirectorEvents]: { event: K; data: DirectorEvents[K] } }[keyof DirectorEvents];

/** A live call as a browser may see it. `mask` makes masked text and reference of a clear number. */
export function maskCall(call: LiveCall, mask: (clearNumber: string) => MaskedNumber): CallView {
  const { clearNumber, stationId: _station, companyId: _company, ...view } = call;
  return { ...view, number: mask(clearNumber) };
}
