import type { Readiness } from '@ronghu/contract';
import { AgentSlot, CallSlot, GroupSlot, type DistributorState } from './distributor.state';
import { choose, endWrapUp, enter, forgetWish, hunt, lamp, leave, miss, missAll, offer, overflow, overflowTarget, place, recede, release, retime, settle, unplace, withdraw, worthWaiting } from './matching.rules';
import { MAX_LEVEL, Membership } from './ready-set';
import type { CancelReason, DistributorEffect, DistributorInput, GroupRules } from './distributor.types';

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
    case 'offerLost': offerLost(state, input, out); break;
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

function offerLost(state: DistributorState, input: Input<'offerLost'>, out: DistributorEffect[]): void {
  const call = state.calls.get(input.callId);
  const agent = state.agents.get(input.agentId);
  if (!call?.offer || !agent || call.offer.id !== input.offerId || agent.offeredCall !== call) return;
  (call.tried ??= new Set()).add(agent.agentId);
  withdraw(state, agent, input.at, 'lost', out);
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
