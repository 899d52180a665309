import type { Readiness } from '@ronghu/contract';
import { Heap, HeapNode } from './heap';
import { createReadySet, MAX_LEVEL, Membership, type ReadySet } from './ready-set';
import type { Chosen, GroupRules } from './distributor.types';

export class AgentSlot {
  signedIn = false;
  phoneOnline = true;
  chosen: Chosen = 'busy';
  reason: string | null = null;
  /** End of wrap-up on the server's clock, 0 = none. */
  wrapUpUntil = 0;
  /** The line is taken by a call. */
  engaged = false;
  /** The one claim that may stand on this agent. */
  offeredCall: CallSlot | null = null;
  misses = 0;
  idleSince = 0;
  answeredAt = 0;
  memberships: Membership[] = [];
  available = false;
  /** Calls that wait for this agent in person (`lastAgent`). */
  readonly wantedBy = new Set<CallSlot>();
  readonly timer = new HeapNode<AgentSlot>(this);
  constructor(readonly agentId: number, readonly ordinal: number) {}

  /** The readiness that everybody sees; null when signed out. */
  get readiness(): Readiness | null { return !this.signedIn ? null : this.wrapUpUntil > 0 ? 'wrapUp' : this.chosen; }
}

export interface Offer { id: number; agents: AgentSlot[]; offeredAt: number; expiresAt: number }

export class CallSlot {
  offer: Offer | null = null;
  /** Agents who had their chance in this round; null until the first miss. */
  tried: Set<number> | null = null;
  /** When the round begins anew, 0 = not waiting for that. */
  retryAt = 0;
  preferred: AgentSlot | null = null;
  preferUntil = 0;
  /** When the waiting-time overflow is due, 0 = never. */
  overflowAt = 0;
  rings = 0;
  visited: number[] = [];
  /** Where the round-robin hunt of this call goes on. */
  cursor = -1;
  readonly place = new HeapNode<CallSlot>(this);
  readonly timer = new HeapNode<CallSlot>(this);
  constructor(readonly callId: string, readonly seq: number, public group: GroupSlot, readonly level: number, readonly priority: number, readonly queuedAt: number, readonly callerKey: string | null) {}
}

export class GroupSlot {
  members: Membership[] = [];
  /** Waiting calls by required level (0..9): an agent of level n looks at 0..n. */
  readonly waiting: Heap<CallSlot>[] = [];
  waitingCount = 0;
  /** Waiting and offered: what a caller counts as the queue. */
  queued = 0;
  availableCount = 0;
  restCount = 0;
  busyLamp = false;
  cursor = 0;
  private set: ReadySet | null = null;
  constructor(public rules: GroupRules) { for (let level = 0; level <= MAX_LEVEL; level++) this.waiting.push(new Heap()); }

  /** Members or rules changed: arrange anew at the next use. */
  disarrange(): void { this.set = null; }
  get ready(): ReadySet {
    if (this.set) return this.set;
    this.members.sort((a, b) => a.agent.agentId - b.agent.agentId);
    this.members.forEach((member, ordinal) => { member.ordinal = ordinal; member.node.index = -1; member.bagIndex = -1; });
    const strategy = this.rules.strategy === 'lastAgent' ? this.rules.fallback : this.rules.strategy;
    this.set = createReadySet(strategy, this.rules.bestLevelFirst, this.members);
    for (const member of this.members) if (member.agent.available) this.set.add(member);
    return this.set;
  }
  /** What is known to be arranged already; null means the next use arranges from the members. */
  get arranged(): ReadySet | null { return this.set; }
}

/** All that the distributor knows. Everything is reachable from here and nothing outside is read: the same inputs give the same effects. */
export interface DistributorState {
  agents: Map<number, AgentSlot>;
  calls: Map<string, CallSlot>;
  groups: Map<number, GroupSlot>;
  agentTimers: Heap<AgentSlot>;
  callTimers: Heap<CallSlot>;
  /** Blind number → agent who served it last; oldest first. */
  memory: Map<string, number>;
  memorySize: number;
  seed: number;
  sequence: number;
  busyGroups: number;
}

/** `seed`: start of the random strategy; the same seed repeats a run exactly. `memorySize`: callers remembered for `lastAgent`. */
export function createDistributor(seed = 1, memorySize = 200_000): DistributorState {
  return { agents: new Map(), calls: new Map(), groups: new Map(), agentTimers: new Heap(), callTimers: new Heap(), memory: new Map(), memorySize, seed: seed >>> 0 || 1, sequence: 0, busyGroups: 0 };
}

/** Uniform integer in 0..n-1 from the state's own seed (xorshift32). */
export function draw(state: DistributorState, n: number): number {
  let x = state.seed;
  x ^= x << 13; x >>>= 0; x ^= x >>> 17; x ^= x << 5; x >>>= 0;
  state.seed = x;
  return x % n;
}

/** Next moment at which `tick` has something to do; null when nothing is timed. */
export function nextDueAt(state: DistributorState): number | null {
  const a = state.agentTimers.head?.first ?? Infinity;
  const b = state.callTimers.head?.first ?? Infinity;
  const due = Math.min(a, b);
  return due === Infinity ? null : due;
}

/** Calls of a group in the order in which they will be served, those being offered in their places too. */
export function orderedQueue(state: DistributorState, groupId: number): CallSlot[] {
  const rows: CallSlot[] = [];
  for (const call of state.calls.values()) if (call.group.rules.groupId === groupId) rows.push(call);
  return rows.sort((a, b) => a.priority - b.priority || a.queuedAt - b.queuedAt || a.seq - b.seq);
}

/** Place of a call in its queue, from 1; null when it is not queued. */
export function positionOf(state: DistributorState, callId: string): number | null {
  const call = state.calls.get(callId);
  return call ? orderedQueue(state, call.group.rules.groupId).indexOf(call) + 1 : null;
}
