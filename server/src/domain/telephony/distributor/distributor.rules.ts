import type { Readiness } from '@ronghu/contract';
import { AgentSlot, CallSlot, GroupSlot, draw, type DistributorState } from './distributor.state';
import { MAX_LEVEL, Membership } from './ready-set';
import { before } from './heap';
import type { CancelReason, DistributorEffect, DistributorInput, GroupRules, OverflowReason, ReadinessCause } from './distributor.types';

type Input<K extends DistributorInput['kind']> = Extract<DistributorInput, { kind: K }>;

/**
 * The ACD heart: one input in, the effects out; the state is changed in place. Pure: no clock, no chance (a seed in the state), no I/O.
 * O(log n) an input: heaps of waiting calls and ready agents, a ring or a bag where the strategy asks for it.
 * An unknown agent or call, a duplicate, and an answer to a claim that no longer stands change nothing.
 * `out` may be passed to be filled again, so that a hot caller allocates nothing for it.
 */
export function step(state: DistributorState, input: DistributorInput, out: DistributorEffect[] = []): DistributorEffect[] {
  switch (input.kind) {
    case 'groupSet': groupSet(state, input.rules, out); break;
    case 'agentSet': agentSet(state, input, out); break;
    case 'agentRemoved': agentRemoved(state, input, out); break;
    case 'callQueued': callQueued(state, input, out); break;
    case 'callGone': callGone(state, input, out); break;
    case 'offerAnswered': offerAnswered(state, input, out); break;
    case 'offerRefused': offerFailed(state, input, 'refused', out); break;
    case 'offerUnreachable': offerFailed(state, input, 'unreachable', out); break;
    case 'offerTimedOut': {
      const call = state.calls.get(input.callId);
      if (call?.offer?.id === input.offerId) missAll(state, call, input.at, 'timeout', out);
      break;
    }
    case 'newDay': for (const group of state.groups.values()) if (group.rules.countPeriod === 'day') { for (const m of group.members) m.count = 0; group.disarrange(); } break;
    case 'tick': tick(state, input.at, out); break;
    default: agentInput(state, input, out);
  }
  return out;
}

type AgentInput = Input<'agentSignedIn' | 'agentSignedOut' | 'readinessSet' | 'phoneChanged' | 'agentEngaged' | 'agentFreed' | 'wrapUpExtended' | 'wrapUpEnded'>;
function agentInput(state: DistributorState, input: AgentInput, out: DistributorEffect[]): void {
  const agent = state.agents.get(input.agentId);
  if (!agent) return;
  const at = input.at;
  switch (input.kind) {
    case 'agentSignedIn':
      if (agent.signedIn) return;
      agent.signedIn = true; agent.misses = 0; agent.idleSince = at; agent.wrapUpUntil = 0; agent.chosen = input.readiness; agent.reason = null;
      for (const m of agent.memberships) { if (m.group.rules.countPeriod === 'signIn') m.count = 0; if (agent.chosen === 'rest') m.group.restCount += 1; }
      out.push({ kind: 'readiness', agentId: agent.agentId, from: null, to: agent.readiness, reason: null, cause: 'agent' });
      break;
    case 'agentSignedOut': {
      if (!agent.signedIn) return;
      const from = agent.readiness;
      if (agent.chosen === 'rest') for (const m of agent.memberships) m.group.restCount -= 1;
      agent.signedIn = false; agent.wrapUpUntil = 0; state.agentTimers.remove(agent.timer);
      out.push({ kind: 'readiness', agentId: agent.agentId, from, to: null, reason: null, cause: 'agent' });
      recede(state, agent, at, 'signedOut', out);
      break;
    }
    case 'readinessSet': {
      if (!agent.signedIn) { out.push({ kind: 'refused', agentId: agent.agentId, reason: 'signedOut' }); return; }
      if (input.readiness === 'rest' && agent.chosen !== 'rest' && input.cause !== 'leader' && agent.memberships.some((m) => m.group.rules.restCap > 0 && m.group.restCount >= m.group.rules.restCap)) { out.push({ kind: 'refused', agentId: agent.agentId, reason: 'restCap' }); return; }
      // A choice made in wrap-up ends it (CC-69): the agent says what comes next.
      choose(state, agent, at, input.readiness, input.reason ?? null, input.cause ?? 'agent', true, out);
      if (input.readiness !== 'ready') recede(state, agent, at, 'notReady', out);
      if (input.readiness === 'ready') agent.misses = 0;
      break;
    }
    case 'phoneChanged':
      if (agent.phoneOnline === input.online) return;
      agent.phoneOnline = input.online;
      if (!input.online) recede(state, agent, at, 'phoneLost', out);
      break;
    case 'agentEngaged':
      if (agent.engaged) return;
      agent.engaged = true;
      withdraw(state, agent, at, 'engaged', out);
      break;
    case 'agentFreed':
      if (!agent.engaged) return;
      agent.engaged = false; agent.idleSince = at;
      if (input.wrapUpMs > 0 && agent.signedIn) {
        const from = agent.readiness;
        agent.wrapUpUntil = at + input.wrapUpMs;
        state.agentTimers.put(agent.timer, agent.wrapUpUntil, agent.ordinal, 0);
        if (from !== 'wrapUp') out.push({ kind: 'readiness', agentId: agent.agentId, from, to: 'wrapUp', reason: null, cause: 'system' });
      }
      break;
    case 'wrapUpExtended':
      if (agent.wrapUpUntil === 0) return;
      agent.wrapUpUntil += input.byMs;
      state.agentTimers.put(agent.timer, agent.wrapUpUntil, agent.ordinal, 0);
      break;
    case 'wrapUpEnded':
      endWrapUp(state, agent, at, 'agent', out);
      break;
  }
  settle(state, agent, at, out);
}

function choose(state: DistributorState, agent: AgentSlot, at: number, to: AgentSlot['chosen'], reason: string | null, cause: ReadinessCause, endsWrapUp: boolean, out: DistributorEffect[]): void {
  const from = agent.readiness;
  const oldReason = agent.reason;
  if (agent.chosen === 'rest' && to !== 'rest') for (const m of agent.memberships) m.group.restCount -= 1;
  if (agent.chosen !== 'rest' && to === 'rest') for (const m of agent.memberships) m.group.restCount += 1;
  agent.chosen = to; agent.reason = reason;
  if (endsWrapUp && agent.wrapUpUntil > 0) { agent.wrapUpUntil = 0; agent.idleSince = at; state.agentTimers.remove(agent.timer); }
  if (from !== agent.readiness || oldReason !== reason) out.push({ kind: 'readiness', agentId: agent.agentId, from, to: agent.readiness, reason, cause });
}

function endWrapUp(state: DistributorState, agent: AgentSlot, at: number, cause: ReadinessCause, out: DistributorEffect[]): void {
  if (agent.wrapUpUntil === 0) return;
  agent.wrapUpUntil = 0; agent.idleSince = at;
  state.agentTimers.remove(agent.timer);
  out.push({ kind: 'readiness', agentId: agent.agentId, from: 'wrapUp', to: agent.readiness, reason: agent.reason, cause });
}

/** The agent goes out of reach: first out of the ready sets, so that no call on its way back finds him, then his offer and his wishes go on. */
function recede(state: DistributorState, agent: AgentSlot, at: number, reason: CancelReason, out: DistributorEffect[]): void {
  settle(state, agent, at, out);
  withdraw(state, agent, at, reason, out);
  dropWishes(state, agent, at, out);
}

/** Brings the ready sets in line with the agent, and gives him the best waiting call when he has become available. */
function settle(state: DistributorState, agent: AgentSlot, at: number, out: DistributorEffect[]): void {
  const now = agent.signedIn && agent.phoneOnline && agent.chosen === 'ready' && agent.wrapUpUntil === 0 && !agent.engaged && agent.offeredCall === null;
  if (now !== agent.available) {
    agent.available = now;
    for (const m of agent.memberships) {
      m.group.availableCount += now ? 1 : -1;
      // An unarranged set reads `available` when it is arranged.
      if (now) m.group.arranged?.add(m); else m.group.arranged?.remove(m);
      lamp(state, m.group, out);
    }
  }
  if (agent.available) serve(state, agent, at, out);
}

/** The best call for an agent over all the groups: who wants this agent in person, then priority, then time waited. */
function serve(state: DistributorState, agent: AgentSlot, at: number, out: DistributorEffect[]): void {
  for (const wish of agent.wantedBy) { offer(state, wish, [agent], at, out); return; }
  let best: CallSlot | null = null;
  for (const m of agent.memberships) {
    if (m.group.waitingCount === 0) continue;
    for (let level = 0; level <= m.level; level++) {
      const heap = m.group.waiting[level];
      if (heap === undefined || heap.length === 0) continue;
      const head = heap.head;
      const node = head === undefined || head.owner.tried === null ? head : heap.best((call) => call.tried?.has(agent.agentId) ?? false);
      if (node !== undefined && (best === null || before(node, best.place))) best = node.owner;
    }
  }
  if (best) hunt(state, best, at, out);
}

/** Looks for an agent for a waiting call by the group's strategy. When all have been tried, a new round begins after the pause. */
function hunt(state: DistributorState, call: CallSlot, at: number, out: DistributorEffect[]): void {
  const group = call.group;
  const minLevel = call.level;
  if (group.availableCount > 0) {
    if (group.rules.strategy === 'ringAll' || (group.rules.strategy === 'lastAgent' && group.rules.fallback === 'ringAll')) {
      const all = group.members.filter((m) => m.agent.available && m.level >= minLevel && !(call.tried?.has(m.agent.agentId) ?? false)).map((m) => m.agent);
      if (all.length > 0) { offer(state, call, all, at, out); return; }
    } else {
      const from = call.cursor >= 0 ? call.cursor : group.cursor;
      const member = group.ready.pick(minLevel, call.tried, from, (n) => draw(state, n));
      if (member) { turn(group, call, member); offer(state, call, [member.agent], at, out); return; }
    }
  }
  if (call.tried !== null && call.retryAt === 0) call.retryAt = at + Math.max(1, group.rules.retryMs);
  retime(state, call);
}

/** Moves the ring's cursor: round robin by where calls start, the memory kind by who was tried last (appendix 2 no. 5). */
function turn(group: GroupSlot, call: CallSlot, member: Membership): void {
  const strategy = group.rules.strategy === 'lastAgent' ? group.rules.fallback : group.rules.strategy;
  if (strategy === 'roundRobinMemory') group.cursor = member.ordinal + 1;
  if (strategy === 'roundRobin') { if (call.cursor < 0) group.cursor = member.ordinal + 1; call.cursor = member.ordinal + 1; }
}

function offer(state: DistributorState, call: CallSlot, agents: AgentSlot[], at: number, out: DistributorEffect[]): void {
  unplace(state, call, out);
  forgetWish(call);
  state.sequence += 1;
  call.offer = { id: state.sequence, agents, offeredAt: at, expiresAt: at + call.group.rules.ringMs };
  call.retryAt = 0;
  const ids: number[] = [];
  for (const agent of agents) {
    agent.offeredCall = call;
    ids.push(agent.agentId);
    settle(state, agent, at, out);
  }
  retime(state, call);
  out.push({ kind: 'offer', callId: call.callId, groupId: call.group.rules.groupId, agentIds: ids, offerId: call.offer.id, expiresAt: call.offer.expiresAt });
}

function callQueued(state: DistributorState, input: Input<'callQueued'>, out: DistributorEffect[]): void {
  if (state.calls.has(input.callId)) return;
  let group = state.groups.get(input.groupId);
  if (!group) return;
  const visited: number[] = [];
  while (group.rules.overflowLength > 0 && group.queued >= group.rules.overflowLength) {
    const to: GroupSlot | undefined = overflowTarget(state, group, visited);
    if (!to) break;
    visited.push(group.rules.groupId);
    out.push({ kind: 'moveToGroup', callId: input.callId, from: group.rules.groupId, to: to.rules.groupId, reason: 'length' });
    group = to;
  }
  state.sequence += 1;
  const level = Math.max(0, Math.min(MAX_LEVEL, input.level ?? 0));
  const call = new CallSlot(input.callId, state.sequence, group, level, input.priority ?? 5, input.queuedAt ?? input.at, input.callerKey ?? null);
  call.visited = visited;
  if (input.triedAgentId) call.tried = new Set([input.triedAgentId]);
  state.calls.set(call.callId, call);
  enter(state, call, group, input.at, out);
  const wanted = input.preferredAgentId ?? (group.rules.strategy === 'lastAgent' && call.callerKey ? state.memory.get(call.callerKey) : undefined);
  const agent = wanted ? state.agents.get(wanted) : undefined;
  if (agent && (input.preferredAgentId || agent.memberships.some((m) => m.group === group)) && worthWaiting(agent)) {
    if (agent.available) { offer(state, call, [agent], input.at, out); return; }
    unplace(state, call, out);
    call.preferred = agent; call.preferUntil = input.at + group.rules.lastAgentWaitMs;
    agent.wantedBy.add(call);
    retime(state, call);
    return;
  }
  hunt(state, call, input.at, out);
}

/** Waiting for one agent makes sense only while that agent will be back by himself. */
const worthWaiting = (agent: AgentSlot): boolean => agent.signedIn && agent.phoneOnline && agent.chosen === 'ready';

function enter(state: DistributorState, call: CallSlot, group: GroupSlot, at: number, out: DistributorEffect[]): void {
  call.group = group; call.rings = 0; call.cursor = -1;
  call.overflowAt = group.rules.overflowWaitMs > 0 ? at + group.rules.overflowWaitMs : 0;
  group.queued += 1;
  place(state, call, out);
  out.push({ kind: 'queueChanged', groupId: group.rules.groupId });
}

function place(state: DistributorState, call: CallSlot, out: DistributorEffect[]): void {
  if (call.place.index >= 0) return;
  call.group.waiting[call.level]?.put(call.place, call.priority, call.queuedAt, call.seq);
  call.group.waitingCount += 1;
  lamp(state, call.group, out);
}
function unplace(state: DistributorState, call: CallSlot, out: DistributorEffect[]): void {
  if (call.place.index < 0) return;
  call.group.waiting[call.level]?.remove(call.place);
  call.group.waitingCount -= 1;
  lamp(state, call.group, out);
}
function forgetWish(call: CallSlot): void {
  call.preferred?.wantedBy.delete(call);
  call.preferred = null; call.preferUntil = 0;
}
/** Calls that waited for an agent who will not come go back to everybody. */
function dropWishes(state: DistributorState, agent: AgentSlot, at: number, out: DistributorEffect[]): void {
  for (const call of [...agent.wantedBy]) { forgetWish(call); place(state, call, out); hunt(state, call, at, out); }
}

/** The lamp is on while any group has a caller waiting and nobody free (CC-57). */
function lamp(state: DistributorState, group: GroupSlot, out: DistributorEffect[]): void {
  const on = group.waitingCount > 0 && group.availableCount === 0;
  if (on === group.busyLamp) return;
  group.busyLamp = on;
  state.busyGroups += on ? 1 : -1;
  if (state.busyGroups === (on ? 1 : 0)) out.push({ kind: 'allBusy', on });
}

function retime(state: DistributorState, call: CallSlot): void {
  let due = Infinity;
  if (call.offer) due = call.offer.expiresAt;
  else {
    if (call.retryAt > 0) due = Math.min(due, call.retryAt);
    if (call.preferUntil > 0) due = Math.min(due, call.preferUntil);
    if (call.overflowAt > 0) due = Math.min(due, call.overflowAt);
  }
  if (due === Infinity) state.callTimers.remove(call.timer);
  else state.callTimers.put(call.timer, due, call.seq, 0);
}

/** Takes the claim off one agent. The others of a ring-all go on ringing. */
function release(state: DistributorState, call: CallSlot, agent: AgentSlot): void {
  if (agent.offeredCall !== call || !call.offer) return;
  agent.offeredCall = null;
  const at = call.offer.agents.indexOf(agent);
  if (at >= 0) call.offer.agents.splice(at, 1);
  if (call.offer.agents.length === 0) { call.offer = null; state.callTimers.remove(call.timer); }
}

/** The offer on this agent is withdrawn for a reason that is not his miss; the call hunts on from its place. */
function withdraw(state: DistributorState, agent: AgentSlot, at: number, reason: CancelReason, out: DistributorEffect[]): void {
  const call = agent.offeredCall;
  if (!call?.offer) return;
  out.push({ kind: 'cancelOffer', callId: call.callId, agentId: agent.agentId, offerId: call.offer.id, reason });
  release(state, call, agent);
  if (call.offer) return;
  back(state, call, at, out);
}

/** A call whose offer came to nothing: overflow by rings or by time, else back to the same place and on to the next agent. */
function back(state: DistributorState, call: CallSlot, at: number, out: DistributorEffect[]): void {
  const rules = call.group.rules;
  if (rules.overflowRings > 0 && call.rings >= rules.overflowRings && overflow(state, call, at, 'ring', out)) return;
  if (call.overflowAt > 0 && at >= call.overflowAt && overflow(state, call, at, 'wait', out)) return;
  place(state, call, out);
  hunt(state, call, at, out);
}

function missAll(state: DistributorState, call: CallSlot, at: number, reason: CancelReason, out: DistributorEffect[]): void {
  if (!call.offer) return;
  const id = call.offer.id;
  const agents = [...call.offer.agents];
  for (const agent of agents) {
    out.push({ kind: 'cancelOffer', callId: call.callId, agentId: agent.agentId, offerId: id, reason });
    release(state, call, agent);
    miss(state, call, agent, at, out);
  }
  call.rings += 1;
  back(state, call, at, out);
  for (const agent of agents) settle(state, agent, at, out);
}

/** Counts a miss; the last of N in a row sends the agent to rest (CC-70). */
function miss(state: DistributorState, call: CallSlot, agent: AgentSlot, at: number, out: DistributorEffect[]): void {
  agent.misses += 1;
  (call.tried ??= new Set()).add(agent.agentId);
  out.push({ kind: 'missed', callId: call.callId, agentId: agent.agentId, misses: agent.misses });
  const limit = call.group.rules.missesToRest;
  if (limit > 0 && agent.misses >= limit && agent.signedIn && agent.chosen === 'ready') { choose(state, agent, at, 'rest', '连续漏接', 'system', false, out); dropWishes(state, agent, at, out); }
}

function offerFailed(state: DistributorState, input: Input<'offerRefused' | 'offerUnreachable'>, reason: CancelReason, out: DistributorEffect[]): void {
  const call = state.calls.get(input.callId);
  const agent = state.agents.get(input.agentId);
  if (!call?.offer || !agent || call.offer.id !== input.offerId || agent.offeredCall !== call) return;
  if (call.offer.agents.length === 1) { missAll(state, call, input.at, reason, out); return; }
  out.push({ kind: 'cancelOffer', callId: call.callId, agentId: agent.agentId, offerId: call.offer.id, reason });
  release(state, call, agent);
  miss(state, call, agent, input.at, out);
  settle(state, agent, input.at, out);
}

function offerAnswered(state: DistributorState, input: Input<'offerAnswered'>, out: DistributorEffect[]): void {
  const call = state.calls.get(input.callId);
  const agent = state.agents.get(input.agentId);
  if (!call?.offer || !agent || call.offer.id !== input.offerId || agent.offeredCall !== call) {
    out.push({ kind: 'staleAnswer', callId: input.callId, agentId: input.agentId, offerId: input.offerId });
    return;
  }
  const others = call.offer.agents.filter((other) => other !== agent);
  for (const other of others) { out.push({ kind: 'cancelOffer', callId: call.callId, agentId: other.agentId, offerId: input.offerId, reason: 'answeredElsewhere' }); other.offeredCall = null; }
  agent.offeredCall = null; agent.engaged = true; agent.misses = 0; agent.answeredAt = input.at;
  for (const m of agent.memberships) if (m.group === call.group) m.count += 1;
  if (call.callerKey) remember(state, call.callerKey, agent.agentId);
  call.offer = null;
  leave(state, call, out);
  out.push({ kind: 'connect', callId: call.callId, agentId: agent.agentId, offerId: input.offerId });
  settle(state, agent, input.at, out);
  for (const other of others) settle(state, other, input.at, out);
}

/** Keeps who served a number last; the oldest falls out. */
export function remember(state: DistributorState, callerKey: string, agentId: number): void {
  state.memory.delete(callerKey);
  state.memory.set(callerKey, agentId);
  if (state.memory.size > state.memorySize) for (const oldest of state.memory.keys()) { state.memory.delete(oldest); break; }
}

function leave(state: DistributorState, call: CallSlot, out: DistributorEffect[]): void {
  unplace(state, call, out);
  forgetWish(call);
  state.callTimers.remove(call.timer);
  call.group.queued -= 1;
  state.calls.delete(call.callId);
  out.push({ kind: 'queueChanged', groupId: call.group.rules.groupId });
}

function callGone(state: DistributorState, input: Input<'callGone'>, out: DistributorEffect[]): void {
  const call = state.calls.get(input.callId);
  if (!call) return;
  const offered = call.offer;
  const agents = offered ? [...offered.agents] : [];
  for (const agent of agents) {
    out.push({ kind: 'cancelOffer', callId: call.callId, agentId: agent.agentId, offerId: offered?.id ?? 0, reason: 'callerGone' });
    agent.offeredCall = null;
    // A caller who leaves within the quick-hang-up time does not count against the agent (CC-162).
    if (offered && input.at - offered.offeredAt >= call.group.rules.quickHangupMs) miss(state, call, agent, input.at, out);
  }
  call.offer = null;
  leave(state, call, out);
  for (const agent of agents) settle(state, agent, input.at, out);
}

function overflowTarget(state: DistributorState, group: GroupSlot, visited: readonly number[]): GroupSlot | undefined {
  const id = group.rules.overflowGroupId;
  if (id === null || id === group.rules.groupId || visited.includes(id)) return undefined;
  return state.groups.get(id);
}
function overflow(state: DistributorState, call: CallSlot, at: number, reason: OverflowReason, out: DistributorEffect[]): boolean {
  const from = call.group;
  const to = overflowTarget(state, from, call.visited);
  if (!to) { call.overflowAt = 0; return false; }
  unplace(state, call, out);
  forgetWish(call);
  from.queued -= 1;
  call.visited.push(from.rules.groupId);
  call.tried = null; call.retryAt = 0;
  out.push({ kind: 'queueChanged', groupId: from.rules.groupId }, { kind: 'moveToGroup', callId: call.callId, from: from.rules.groupId, to: to.rules.groupId, reason });
  enter(state, call, to, at, out);
  hunt(state, call, at, out);
  return true;
}

function tick(state: DistributorState, at: number, out: DistributorEffect[]): void {
  for (let node = state.agentTimers.head; node !== undefined && node.first <= at; node = state.agentTimers.head) {
    endWrapUp(state, node.owner, at, 'system', out);
    settle(state, node.owner, at, out);
  }
  for (let node = state.callTimers.head; node !== undefined && node.first <= at; node = state.callTimers.head) {
    const call = node.owner;
    if (call.offer) missAll(state, call, at, 'timeout', out);
    else if (call.overflowAt > 0 && call.overflowAt <= at) { if (!overflow(state, call, at, 'wait', out)) retime(state, call); }
    else {
      if (call.preferUntil > 0 && call.preferUntil <= at) { forgetWish(call); place(state, call, out); }
      if (call.retryAt > 0 && call.retryAt <= at) { call.retryAt = 0; call.tried = null; }
      hunt(state, call, at, out);
    }
    if (call.timer.index >= 0 && call.timer.first <= at) retime(state, call);
  }
}

function groupSet(state: DistributorState, rules: GroupRules, out: DistributorEffect[]): void {
  const group = state.groups.get(rules.groupId);
  if (!group) { state.groups.set(rules.groupId, new GroupSlot(rules)); return; }
  group.rules = rules;
  group.disarrange();
  lamp(state, group, out);
}

function agentSet(state: DistributorState, input: Input<'agentSet'>, out: DistributorEffect[]): void {
  let agent = state.agents.get(input.agentId);
  if (!agent) { agent = new AgentSlot(input.agentId, state.agents.size); state.agents.set(input.agentId, agent); }
  const target = agent;
  const wanted = new Map(input.skills.map((s) => [s.groupId, Math.max(1, Math.min(MAX_LEVEL, s.level))]));
  for (const m of target.memberships) if (wanted.get(m.group.rules.groupId) !== m.level) detach(state, target, m, out);
  target.memberships = target.memberships.filter((m) => wanted.get(m.group.rules.groupId) === m.level);
  for (const [groupId, level] of wanted) {
    const group = state.groups.get(groupId);
    if (!group || target.memberships.some((m) => m.group === group)) continue;
    const member = new Membership(target, group, level);
    target.memberships.push(member);
    group.members.push(member);
    if (target.available) group.availableCount += 1;
    if (target.signedIn && target.chosen === 'rest') group.restCount += 1;
    group.disarrange();
    lamp(state, group, out);
  }
  settle(state, target, input.at, out);
}
function detach(state: DistributorState, agent: AgentSlot, m: Membership, out: DistributorEffect[]): void {
  m.group.arranged?.remove(m);
  m.group.members = m.group.members.filter((other) => other !== m);
  if (agent.available) m.group.availableCount -= 1;
  if (agent.signedIn && agent.chosen === 'rest') m.group.restCount -= 1;
  m.group.disarrange();
  lamp(state, m.group, out);
}
function agentRemoved(state: DistributorState, input: Input<'agentRemoved'>, out: DistributorEffect[]): void {
  const agent = state.agents.get(input.agentId);
  if (!agent) return;
  agentInput(state, { kind: 'agentSignedOut', at: input.at, agentId: input.agentId }, out);
  for (const m of agent.memberships) detach(state, agent, m, out);
  agent.memberships = [];
  state.agents.delete(input.agentId);
}

/** What a restart knows of an agent: from the state table, and from the switch for calls and phones. */
export interface KnownAgent { agentId: number; readiness: Readiness; chosen: Exclude<Readiness, 'wrapUp'>; reason: string | null; wrapUpUntil: number | null; misses: number; idleSince: number; answeredAt: number; engaged: boolean; phoneOnline: boolean }
/** Puts a signed-in agent back as he was; a call that waits already is offered to him. */
export function restoreAgent(state: DistributorState, known: KnownAgent, out: DistributorEffect[] = []): DistributorEffect[] {
  const agent = state.agents.get(known.agentId);
  if (!agent || agent.signedIn) return out;
  agent.signedIn = true; agent.chosen = known.chosen; agent.reason = known.reason; agent.misses = known.misses; agent.idleSince = known.idleSince; agent.answeredAt = known.answeredAt;
  agent.engaged = known.engaged; agent.phoneOnline = known.phoneOnline;
  if (known.readiness === 'wrapUp' && known.wrapUpUntil) { agent.wrapUpUntil = known.wrapUpUntil; state.agentTimers.put(agent.timer, agent.wrapUpUntil, agent.ordinal, 0); }
  if (agent.chosen === 'rest') for (const m of agent.memberships) m.group.restCount += 1;
  settle(state, agent, known.idleSince, out);
  return out;
}
