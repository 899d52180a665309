import { draw, type AgentSlot, type CallSlot, type DistributorState, type GroupSlot } from './distributor.state';
import { before } from './heap';
import type { Membership } from './ready-set';
import type { CancelReason, DistributorEffect, OverflowReason, ReadinessCause } from './distributor.types';

// Who gets whom: agents coming in reach and going out of it, calls hunting, offers and their ends. Pure like the rest of the heart; `distributor.rules.ts` has the inputs.

export function choose(state: DistributorState, agent: AgentSlot, at: number, to: AgentSlot['chosen'], reason: string | null, cause: ReadinessCause, endsWrapUp: boolean, out: DistributorEffect[]): void {
  const from = agent.readiness;
  const oldReason = agent.reason;
  if (agent.chosen === 'rest' && to !== 'rest') for (const m of agent.memberships) m.group.restCount -= 1;
  if (agent.chosen !== 'rest' && to === 'rest') for (const m of agent.memberships) m.group.restCount += 1;
  agent.chosen = to; agent.reason = reason;
  if (endsWrapUp && agent.wrapUpUntil > 0) { agent.wrapUpUntil = 0; agent.idleSince = at; state.agentTimers.remove(agent.timer); }
  if (from !== agent.readiness || oldReason !== reason) out.push({ kind: 'readiness', agentId: agent.agentId, from, to: agent.readiness, reason, cause });
}

export function endWrapUp(state: DistributorState, agent: AgentSlot, at: number, cause: ReadinessCause, out: DistributorEffect[]): void {
  if (agent.wrapUpUntil === 0) return;
  agent.wrapUpUntil = 0; agent.idleSince = at;
  state.agentTimers.remove(agent.timer);
  out.push({ kind: 'readiness', agentId: agent.agentId, from: 'wrapUp', to: agent.readiness, reason: agent.reason, cause });
}

/** The agent goes out of reach: first out of the ready sets, so that no call on its way back finds him, then his offer and his wishes go on. */
export function recede(state: DistributorState, agent: AgentSlot, at: number, reason: CancelReason, out: DistributorEffect[]): void {
  settle(state, agent, at, out);
  withdraw(state, agent, at, reason, out);
  dropWishes(state, agent, at, out);
}

/** Brings the ready sets in line with the agent, and gives him the best waiting call when he has become available. */
export function settle(state: DistributorState, agent: AgentSlot, at: number, out: DistributorEffect[]): void {
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
export function hunt(state: DistributorState, call: CallSlot, at: number, out: DistributorEffect[]): void {
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

export function offer(state: DistributorState, call: CallSlot, agents: AgentSlot[], at: number, out: DistributorEffect[]): void {
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

/** Waiting for one agent makes sense only while that agent will be back by himself. */
export const worthWaiting = (agent: AgentSlot): boolean => agent.signedIn && agent.phoneOnline && agent.chosen === 'ready';

export function enter(state: DistributorState, call: CallSlot, group: GroupSlot, at: number, out: DistributorEffect[]): void {
  call.group = group; call.rings = 0; call.cursor = -1;
  call.overflowAt = group.rules.overflowWaitMs > 0 ? at + group.rules.overflowWaitMs : 0;
  group.queued += 1;
  place(state, call, out);
  out.push({ kind: 'queueChanged', groupId: group.rules.groupId });
}

export function place(state: DistributorState, call: CallSlot, out: DistributorEffect[]): void {
  if (call.place.index >= 0) return;
  call.group.waiting[call.level]?.put(call.place, call.priority, call.queuedAt, call.seq);
  call.group.waitingCount += 1;
  lamp(state, call.group, out);
}

export function unplace(state: DistributorState, call: CallSlot, out: DistributorEffect[]): void {
  if (call.place.index < 0) return;
  call.group.waiting[call.level]?.remove(call.place);
  call.group.waitingCount -= 1;
  lamp(state, call.group, out);
}

export function forgetWish(call: CallSlot): void {
  call.preferred?.wantedBy.delete(call);
  call.preferred = null; call.preferUntil = 0;
}

/** Calls that waited for an agent who will not come go back to everybody. */
function dropWishes(state: DistributorState, agent: AgentSlot, at: number, out: DistributorEffect[]): void {
  for (const call of [...agent.wantedBy]) { forgetWish(call); place(state, call, out); hunt(state, call, at, out); }
}

/** The lamp is on while any group has a caller waiting and nobody free (CC-57). */
export function lamp(state: DistributorState, group: GroupSlot, out: DistributorEffect[]): void {
  const on = group.waitingCount > 0 && group.availableCount === 0;
  if (on === group.busyLamp) return;
  group.busyLamp = on;
  state.busyGroups += on ? 1 : -1;
  if (state.busyGroups === (on ? 1 : 0)) out.push({ kind: 'allBusy', on });
}

export function retime(state: DistributorState, call: CallSlot): void {
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
export function release(state: DistributorState, call: CallSlot, agent: AgentSlot): void {
  if (agent.offeredCall !== call || !call.offer) return;
  agent.offeredCall = null;
  const at = call.offer.agents.indexOf(agent);
  if (at >= 0) call.offer.agents.splice(at, 1);
  if (call.offer.agents.length === 0) { call.offer = null; state.callTimers.remove(call.timer); }
}

/** The offer on this agent is withdrawn for a reason that is not his miss; the call hunts on from its place. */
export function withdraw(state: DistributorState, agent: AgentSlot, at: number, reason: CancelReason, out: DistributorEffect[]): void {
  const call = agent.offeredCall;
  if (!call?.offer) return;
  out.push({ kind: 'cancelOffer', callId: call.callId, agentId: agent.agentId, offerId: call.offer.id, reason });
  release(state, call, agent);
  if (call.offer) return;
  back(state, call, at, out);
}

/** A call whose offer came to nothing: overflow by rings or by time, else back to the same place and on to the next agent. */
export function back(state: DistributorState, call: CallSlot, at: number, out: DistributorEffect[]): void {
  const rules = call.group.rules;
  if (rules.overflowRings > 0 && call.rings >= rules.overflowRings && overflow(state, call, at, 'ring', out)) return;
  if (call.overflowAt > 0 && at >= call.overflowAt && overflow(state, call, at, 'wait', out)) return;
  place(state, call, out);
  hunt(state, call, at, out);
}

export function missAll(state: DistributorState, call: CallSlot, at: number, reason: CancelReason, out: DistributorEffect[]): void {
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
export function miss(state: DistributorState, call: CallSlot, agent: AgentSlot, at: number, out: DistributorEffect[]): void {
  agent.misses += 1;
  (call.tried ??= new Set()).add(agent.agentId);
  out.push({ kind: 'missed', callId: call.callId, agentId: agent.agentId, misses: agent.misses });
  const limit = call.group.rules.missesToRest;
  if (limit > 0 && agent.misses >= limit && agent.signedIn && agent.chosen === 'ready') { choose(state, agent, at, 'rest', '连续漏接', 'system', false, out); dropWishes(state, agent, at, out); }
}

export function leave(state: DistributorState, call: CallSlot, out: DistributorEffect[]): void {
  unplace(state, call, out);
  forgetWish(call);
  state.callTimers.remove(call.timer);
  call.group.queued -= 1;
  state.calls.delete(call.callId);
  out.push({ kind: 'queueChanged', groupId: call.group.rules.groupId });
}

export function overflowTarget(state: DistributorState, group: GroupSlot, visited: readonly number[]): GroupSlot | undefined {
  const id = group.rules.overflowGroupId;
  if (id === null || id === group.rules.groupId || visited.includes(id)) return undefined;
  return state.groups.get(id);
}

export function overflow(state: DistributorState, call: CallSlot, at: number, reason: OverflowReason, out: DistributorEffect[]): boolean {
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
