import type { AgentCallState, CallState, EndReason } from '@ronghu/contract';

export type LegRole = 'customer' | 'agent' | 'consulted';
/** One channel of the switch. `offerId` names the distributor's claim that made it ring. */
export interface Leg {
  uuid: string; role: LegRole; agentId: number | null; label: string; offerId: number | null;
  createdAt: number; ringing: boolean; answeredAt: number | null; parked: boolean; bridgedTo: string | null; phoneHeld: boolean; muted: boolean; endedAt: number | null; cause: string | null;
  /** What this agent's line shows; null before the first look and after the end. */
  line: AgentCallState | null;
}
export type Phase = 'ivr' | 'queued' | 'offered' | 'dialing' | 'connected' | 'rating' | 'ended';
/** What the people of a connected call want; a button or a key on the desk phone sets it. */
export type Want = 'talk' | 'hold' | 'consult' | 'conference';
export type EndedBy = 'customer' | 'agent' | 'system';

export interface CallModel {
  readonly callId: string; readonly node: string; readonly direction: 'inbound' | 'outbound' | 'internal'; readonly purpose: 'service' | 'revisit' | 'dial';
  readonly clearNumber: string; readonly callerKey: string | null; readonly calledNumber: string; readonly orderId: number | null; readonly orderCompanyId: number | null;
  legs: Map<string, Leg>; phase: Phase; want: Want;
  /** The agent who owns the conversation. */
  agentId: number | null;
  /** Who talked last: the record names this agent. */
  ownerId: number | null;
  /** Customer and agent were joined since the last `connected`. */
  joined: boolean;
  /** Customer and agent were seen parted since the last wish to hold or consult: only then does a bridge mean that they talk again. */
  parted: boolean;
  /** The lease lapsed and the station serves the caller. */
  servedLocally: boolean;
  skillGroupId: number | null; priority: number; blocked: boolean; selfService: boolean; repeatCount: number;
  startedAt: number; queuedAt: number | null; answeredAt: number | null; endedAt: number | null;
  /** Open stretch of talk, and the closed ones, ms. */
  talkSince: number | null; talkMs: number; offeredAt: number | null; ringMs: number;
  ivrPath: { node: string; label: string; digits?: string; at: number }[];
  misses: number; transfers: number; rating: number | null; recordingPath: string | null; recording: boolean;
  endedBy: EndedBy | null; endReason: EndReason | null;
  /** The agent's phone sent the customer on by itself (REFER): the switch is ringing the next one. */
  referred: boolean;
  customerName: string | null; companyId: number | null; stationId: number | null;
}

/** What the switch did to a leg, and what the director did with the call. `at`: server clock, ms. */
export type CallInput =
  | { kind: 'legCreated'; at: number; uuid: string; role: LegRole; agentId?: number | null; label?: string; offerId?: number | null }
  | { kind: 'legRinging'; at: number; uuid: string }
  | { kind: 'legAnswered'; at: number; uuid: string }
  | { kind: 'legParked'; at: number; uuid: string }
  | { kind: 'bridged'; at: number; a: string; b: string }
  | { kind: 'unbridged'; at: number; a: string; b: string }
  | { kind: 'legHeld'; at: number; uuid: string }
  | { kind: 'legUnheld'; at: number; uuid: string }
  | { kind: 'legGone'; at: number; uuid: string; cause: string; referred?: boolean }
  | { kind: 'recordStarted'; at: number; path: string }
  | { kind: 'recordStopped'; at: number; path: string }
  | { kind: 'rating'; at: number }
  | { kind: 'rated'; at: number; value: number }
  | { kind: 'ivr'; at: number; path: CallModel['ivrPath'] }
  | { kind: 'queued'; at: number; skillGroupId: number; priority: number; text?: string }
  | { kind: 'offered'; at: number; agentId: number }
  | { kind: 'unoffered'; at: number; missed: boolean; agentId: number }
  | { kind: 'connected'; at: number; agentId: number; legUuid: string }
  | { kind: 'wants'; at: number; want: Want; by: number | null }
  | { kind: 'muted'; at: number; uuid: string; muted: boolean }
  /** The agent gives the customer away; the queue or a number has the call now. */
  | { kind: 'transferred'; at: number; to: string }
  | { kind: 'blocked'; at: number }
  | { kind: 'served'; at: number }
  | { kind: 'local'; at: number; on: boolean }
  | { kind: 'note'; at: number; event: string; text: string; agentId?: number | null };

export type CallEffect =
  | { kind: 'journal'; at: number; event: string; text: string; agentId: number | null }
  | { kind: 'line'; agentId: number; uuid: string; state: AgentCallState | null; muted: boolean }
  /** Legs that would be left alone: the switch does not end them by itself. */
  | { kind: 'kill'; uuid: string; cause: string }
  /** The customer is alone and nobody is on the way: back to the queue, in the old place. */
  | { kind: 'requeue' }
  /** The customer waits and the agent is alone: put them together again. */
  | { kind: 'reconnect'; customer: string; agent: string }
  /** The agent ended a held call: the customer goes to the rating. */
  | { kind: 'toRating'; customer: string }
  | { kind: 'changed' }
  | { kind: 'ended' };

/** The state a screen shows. */
export function shownState(call: CallModel): CallState {
  if (call.phase !== 'connected') return call.phase;
  if (call.want === 'consult') return 'consulting';
  if (call.want === 'conference') return 'conferencing';
  if (call.want === 'hold') return 'held';
  for (const leg of call.legs.values()) if (leg.role === 'agent' && leg.agentId === call.agentId && leg.phoneHeld) return 'held';
  return 'talking';
}
