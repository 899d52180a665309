import type { Readiness } from '@ronghu/contract';

/**
 * Ways of picking the agent (CC-45, CC-46; appendix 2 no. 2 to 6). `lastAgent` waits a settable time for the agent who served this caller last, then
 * uses `fallback`. `average` and `fewestAnsweredToday` of the documents are `fewestCalls` with their period.
 */
export const STRATEGIES = ['longestIdle', 'leastRecent', 'mostRecent', 'fewestCalls', 'random', 'ringAll', 'roundRobin', 'roundRobinMemory', 'lastAgent'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Rules of one skill group. Times in ms, 0 = off. */
export interface GroupRules {
  groupId: number; strategy: Strategy; fallback: Exclude<Strategy, 'lastAgent'>; countPeriod: 'day' | 'signIn' | 'reset';
  lastAgentWaitMs: number; ringMs: number; retryMs: number; missesToRest: number; quickHangupMs: number; restCap: number;
  overflowLength: number; overflowWaitMs: number; overflowRings: number; overflowGroupId: number | null; bestLevelFirst: boolean;
}
export interface Skill { groupId: number; level: number }
/** What an agent may choose; wrap-up lies over it for a while. */
export type Chosen = Exclude<Readiness, 'wrapUp'>;
export type CancelReason = 'answeredElsewhere' | 'callerGone' | 'timeout' | 'phoneLost' | 'signedOut' | 'notReady' | 'refused' | 'unreachable' | 'engaged' | 'lost';
export type OverflowReason = 'length' | 'wait' | 'ring';
export type ReadinessCause = 'agent' | 'leader' | 'system';

/** Everything that can happen. `at`: server clock in ms; time only enters here. */
export type DistributorInput =
  | { kind: 'groupSet'; at: number; rules: GroupRules }
  | { kind: 'agentSet'; at: number; agentId: number; skills: readonly Skill[] }
  | { kind: 'agentRemoved'; at: number; agentId: number }
  | { kind: 'agentSignedIn'; at: number; agentId: number; readiness: Chosen }
  | { kind: 'agentSignedOut'; at: number; agentId: number }
  | { kind: 'readinessSet'; at: number; agentId: number; readiness: Chosen; reason?: string | null; cause?: ReadinessCause }
  | { kind: 'phoneChanged'; at: number; agentId: number; online: boolean }
  /** The line of the agent is taken by a call that the distributor did not offer (dialling, a transfer, a consultation). */
  | { kind: 'agentEngaged'; at: number; agentId: number }
  /** The agent's last call is over; `wrapUpMs` 0 = none. */
  | { kind: 'agentFreed'; at: number; agentId: number; wrapUpMs: number }
  | { kind: 'wrapUpExtended'; at: number; agentId: number; byMs: number }
  | { kind: 'wrapUpEnded'; at: number; agentId: number }
  /** `queuedAt`: the caller's place (kept over re-queues). `priority`: 1 is served first, 9 last. `callerKey`: blind number, for the memory. */
  | { kind: 'callQueued'; at: number; callId: string; groupId: number; level?: number; priority?: number; queuedAt?: number; callerKey?: string | null; preferredAgentId?: number | null; triedAgentId?: number | null }
  | { kind: 'callGone'; at: number; callId: string }
  | { kind: 'offerAnswered'; at: number; callId: string; agentId: number; offerId: number }
  | { kind: 'offerRefused'; at: number; callId: string; agentId: number; offerId: number }
  | { kind: 'offerUnreachable'; at: number; callId: string; agentId: number; offerId: number }
  /** The ring could not be ordered at all (link or lease away): nobody missed anything, the call tries others and comes back after the pause. */
  | { kind: 'offerLost'; at: number; callId: string; agentId: number; offerId: number }
  | { kind: 'offerTimedOut'; at: number; callId: string; offerId: number }
  | { kind: 'newDay'; at: number }
  | { kind: 'tick'; at: number };

export type DistributorEffect =
  /** One atomic claim on each agent named; the lease ends at `expiresAt`, whatever is lost on the way. */
  | { kind: 'offer'; callId: string; groupId: number; agentIds: number[]; offerId: number; expiresAt: number }
  | { kind: 'cancelOffer'; callId: string; agentId: number; offerId: number; reason: CancelReason }
  | { kind: 'connect'; callId: string; agentId: number; offerId: number }
  /** Somebody answered what is no longer his: free that phone. */
  | { kind: 'staleAnswer'; callId: string; agentId: number; offerId: number }
  | { kind: 'moveToGroup'; callId: string; from: number; to: number; reason: OverflowReason }
  | { kind: 'missed'; callId: string; agentId: number; misses: number }
  | { kind: 'readiness'; agentId: number; from: Readiness | null; to: Readiness | null; reason: string | null; cause: ReadinessCause }
  | { kind: 'refused'; agentId: number; reason: 'signedOut' | 'restCap' }
  | { kind: 'queueChanged'; groupId: number }
  | { kind: 'allBusy'; on: boolean };
