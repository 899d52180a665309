import { restoreAgent, step } from './distributor.rules';
import { createDistributor, type DistributorState } from './distributor.state';
import { STRATEGIES, type Chosen, type DistributorEffect, type DistributorInput, type GroupRules } from './distributor.types';

/** Small repeatable generator of chance for the simulation itself (mulberry32). */
function chance(seed: number) {
  let a = seed;
  const next = () => { a = (a + 0x6d2b79f5) | 0; let t = Math.imul(a ^ (a >>> 15), 1 | a); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; };
  return { next, below: (n: number) => Math.floor(next() * n) };
}
const rulesOf = (groupId: number, groups: number): GroupRules => ({
  groupId, strategy: STRATEGIES[groupId % STRATEGIES.length] ?? 'longestIdle', fallback: groupId % 2 ? 'longestIdle' : 'roundRobin', countPeriod: 'day', lastAgentWaitMs: 4000, ringMs: 3000, retryMs: 1000,
  missesToRest: groupId % 3 ? 3 : 0, quickHangupMs: 500, restCap: groupId % 5 ? 0 : 4, overflowLength: groupId % 4 ? 0 : 12, overflowWaitMs: groupId % 4 === 1 ? 20_000 : 0, overflowRings: groupId % 4 === 2 ? 6 : 0, overflowGroupId: (groupId % groups) + 1, bestLevelFirst: groupId % 2 === 0,
});

/** The world outside: phones that ring and callers who wait, kept apart from the heart, so that both can be compared. */
interface World { ringing: Map<number, { callId: string; offerId: number }>; talking: Map<number, string>; queued: Set<string>; signedIn: Map<number, Chosen>; offline: Set<number> }

function check(state: DistributorState, world: World): void {
  const claimed = new Map<number, string>();
  for (const call of state.calls.values()) {
    const places = (call.place.index >= 0 ? 1 : 0) + (call.offer ? 1 : 0) + (call.preferred ? 1 : 0);
    if (places !== 1) throw new Error(`call ${call.callId} is in ${places} places`);
    if (call.offer && call.timer.index < 0) throw new Error(`offer of ${call.callId} has no lease`);
    if (call.offer && call.offer.agents.length === 0) throw new Error(`offer of ${call.callId} rings nobody`);
    for (const agent of call.offer?.agents ?? []) {
      if (claimed.has(agent.agentId)) throw new Error(`agent ${agent.agentId} is offered two calls`);
      claimed.set(agent.agentId, call.callId);
      if (agent.offeredCall !== call) throw new Error(`agent ${agent.agentId} does not know his offer`);
      if (agent.engaged) throw new Error(`agent ${agent.agentId} rings while talking`);
    }
  }
  for (const agent of state.agents.values()) {
    if (agent.offeredCall && claimed.get(agent.agentId) !== agent.offeredCall.callId) throw new Error(`agent ${agent.agentId} is stuck in an offer`);
    const should = agent.signedIn && agent.phoneOnline && agent.chosen === 'ready' && agent.wrapUpUntil === 0 && !agent.engaged && !agent.offeredCall;
    if (agent.available !== should) throw new Error(`agent ${agent.agentId} available=${agent.available}, should be ${should}`);
    if (agent.wrapUpUntil > 0 && agent.timer.index < 0) throw new Error(`agent ${agent.agentId} never leaves wrap-up`);
    if (agent.engaged !== world.talking.has(agent.agentId)) throw new Error(`agent ${agent.agentId} engaged=${agent.engaged}`);
  }
  for (const call of state.calls.values()) {
    if (!world.queued.has(call.callId)) throw new Error(`call ${call.callId} is a ghost`);
    if (call.place.index < 0) continue;
    for (const m of call.group.members) if (m.agent.available && m.level >= call.level && !call.tried?.has(m.agent.agentId)) throw new Error(`call ${call.callId} waits while agent ${m.agent.agentId} is free`);
    if (call.tried && call.retryAt === 0) throw new Error(`call ${call.callId} has no next round`);
  }
  for (const callId of world.queued) if (!state.calls.has(callId)) throw new Error(`call ${callId} was lost`);
  for (const group of state.groups.values()) {
    const waiting = group.waiting.reduce((sum, heap) => sum + heap.length, 0);
    if (waiting !== group.waitingCount) throw new Error('waiting count is wrong');
    if (group.availableCount !== group.members.filter((m) => m.agent.available).length) throw new Error('available count is wrong');
    if (group.restCount !== group.members.filter((m) => m.agent.signedIn && m.agent.chosen === 'rest').length) throw new Error('rest count is wrong');
  }
}

function simulate(seed: number, events: number, agents: number, groups: number, checkEvery: number) {
  const { next, below } = chance(seed);
  const build = (): DistributorState => {
    const fresh = createDistributor(seed);
    for (let g = 1; g <= groups; g++) step(fresh, { kind: 'groupSet', at: 0, rules: rulesOf(g, groups) });
    for (let a = 1; a <= agents; a++) step(fresh, { kind: 'agentSet', at: 0, agentId: a, skills: [{ groupId: 1 + (a % groups), level: 1 + (a % 9) }, { groupId: 1 + ((a * 7) % groups), level: 1 + ((a * 5) % 9) }].filter((s, i, all) => i === 0 || s.groupId !== all[0]?.groupId) });
    return fresh;
  };
  let state = build();
  const world: World = { ringing: new Map(), talking: new Map(), queued: new Set(), signedIn: new Map(), offline: new Set() };
  const counted = { offers: 0, connects: 0, restarts: 0, stale: 0, gone: 0, made: 0 };
  let at = 1000, calls = 0;
  const out: DistributorEffect[] = [];
  const send = (input: DistributorInput): void => {
    out.length = 0;
    step(state, input, out);
    obey();
  };
  const obey = (): void => {
    for (const e of out) {
      if (e.kind === 'offer') for (const agentId of e.agentIds) {
        counted.offers += 1;
        if (world.ringing.has(agentId) || world.talking.has(agentId)) throw new Error(`double offer to agent ${agentId}`);
        world.ringing.set(agentId, { callId: e.callId, offerId: e.offerId });
      } else if (e.kind === 'cancelOffer') { if (world.ringing.get(e.agentId)?.offerId === e.offerId) world.ringing.delete(e.agentId); }
      else if (e.kind === 'connect') { counted.connects += 1; world.ringing.delete(e.agentId); world.talking.set(e.agentId, e.callId); if (!world.queued.delete(e.callId)) throw new Error(`call ${e.callId} connected twice`); }
      else if (e.kind === 'staleAnswer') counted.stale += 1;
    }
  };
  const anyQueued = (): string | undefined => { const skip = below(Math.min(20, world.queued.size)); let i = 0; for (const id of world.queued) if (i++ === skip) return id; return undefined; };
  /** All that a new director has: the state table, the switch's channels; offers that rang are gone, callers keep their places. */
  const restart = (): void => {
    const old = state;
    state = build();
    out.length = 0;
    for (const [agentId, chosen] of world.signedIn) {
      const a = old.agents.get(agentId);
      if (a) restoreAgent(state, { agentId, readiness: a.readiness ?? chosen, chosen: a.chosen, reason: a.reason, wrapUpUntil: a.wrapUpUntil || null, misses: a.misses, idleSince: a.idleSince, answeredAt: a.answeredAt, engaged: world.talking.has(agentId), phoneOnline: !world.offline.has(agentId) }, out);
    }
    for (const [agentId] of world.talking) step(state, { kind: 'agentEngaged', at, agentId }, out);
    for (const agentId of world.offline) step(state, { kind: 'phoneChanged', at, agentId, online: false }, out);
    world.ringing.clear();
    for (const call of old.calls.values()) step(state, { kind: 'callQueued', at, callId: call.callId, groupId: call.group.rules.groupId, level: call.level, priority: call.priority, queuedAt: call.queuedAt, callerKey: call.callerKey }, out);
    obey();
    counted.restarts += 1;
  };

  for (let n = 0; n < events; n++) {
    at += below(60);
    const agentId = 1 + below(agents);
    const dice = next();
    let input: DistributorInput | null = null;
    if (dice < 0.22) { const callId = `c${++calls}`; world.queued.add(callId); counted.made += 1; input = { kind: 'callQueued', at, callId, groupId: 1 + below(groups), level: below(12) === 0 ? 1 + below(9) : 0, priority: 1 + below(9), callerKey: `k${below(5000)}` }; }
    else if (dice < 0.26) { const callId = anyQueued(); if (callId) { world.queued.delete(callId); counted.gone += 1; input = { kind: 'callGone', at, callId }; } }
    else if (dice < 0.46) {
      for (const [who, ring] of world.ringing) {
        // One in fifty answers is lost on the way: only the lease ends that ring.
        if (next() < 0.02) break;
        input = { kind: 'offerAnswered', at, agentId: who, callId: ring.callId, offerId: ring.offerId };
        break;
      }
    } else if (dice < 0.50) { const ring = world.ringing.get(agentId); if (ring) input = { kind: next() < 0.8 ? 'offerRefused' : 'offerUnreachable', at, agentId, ...ring }; }
    else if (dice < 0.72) { for (const [who] of world.talking) { world.talking.delete(who); input = { kind: 'agentFreed', at, agentId: who, wrapUpMs: next() < 0.5 ? 1000 : 0 }; break; } }
    else if (dice < 0.76) { if (!world.signedIn.has(agentId)) { world.signedIn.set(agentId, 'ready'); input = { kind: 'agentSignedIn', at, agentId, readiness: 'ready' }; } }
    else if (dice < 0.77) { if (world.signedIn.has(agentId) && !world.talking.has(agentId)) { world.signedIn.delete(agentId); input = { kind: 'agentSignedOut', at, agentId }; } }
    else if (dice < 0.82) { const readiness = (['ready', 'ready', 'ready', 'rest', 'busy', 'suspended'] as const)[below(6)] ?? 'ready'; input = { kind: 'readinessSet', at, agentId, readiness }; }
    else if (dice < 0.84) { const online = world.offline.has(agentId); if (online) world.offline.delete(agentId); else world.offline.add(agentId); input = { kind: 'phoneChanged', at, agentId, online }; if (world.offline.size > agents / 10) { send(input); const first = world.offline.values().next().value ?? agentId; world.offline.delete(first); input = { kind: 'phoneChanged', at, agentId: first, online: true }; } }
    else if (dice < 0.85) { if (!world.talking.has(agentId) && state.agents.has(agentId)) { world.talking.set(agentId, 'own'); input = { kind: 'agentEngaged', at, agentId }; } }
    else if (dice < 0.86) input = { kind: 'wrapUpEnded', at, agentId };
    else if (dice < 0.8601) restart();
    else input = { kind: 'tick', at };
    if (!input) input = { kind: 'tick', at };
    send(input);
    // One event in thirty arrives twice.
    if (next() < 0.033) send(input);
    if (n % checkEvery === 0) check(state, world);
  }
  check(state, world);
  return { state: () => state, world, counted, send, at: () => at, agents };
}

test('a million random events with lost answers, duplicates and restarts leave no agent stuck, no caller lost, no double offer', () => {
  const run = simulate(20_240_601, 1_000_000, 120, 12, 997);
  expect(run.counted.connects).toBeGreaterThan(50_000);
  expect(run.counted.restarts).toBeGreaterThan(50);
  expect(run.counted.made).toBe(run.counted.connects + run.counted.gone + run.world.queued.size);
  // Everybody comes back: the queue runs dry within bounded time.
  let at = run.at();
  for (let agentId = 1; agentId <= run.agents; agentId++) { run.send({ kind: 'phoneChanged', at, agentId, online: true }); run.send({ kind: 'agentSignedIn', at, agentId, readiness: 'ready' }); }
  for (let round = 0; round < 4000 && run.state().calls.size > 0; round++) {
    at += 1000;
    run.send({ kind: 'tick', at });
    for (let agentId = 1; agentId <= run.agents; agentId++) { if (run.world.talking.delete(agentId)) run.send({ kind: 'agentFreed', at, agentId, wrapUpMs: 0 }); run.send({ kind: 'readinessSet', at, agentId, readiness: 'ready' }); }
    for (const [agentId, ring] of [...run.world.ringing]) run.send({ kind: 'offerAnswered', at, agentId, callId: ring.callId, offerId: ring.offerId });
  }
  expect([...run.state().calls.values()].filter((call) => call.group.members.some((m) => m.level >= call.level))).toEqual([]);
  expect([...run.state().agents.values()].filter((a) => a.offeredCall && !run.world.ringing.has(a.agentId))).toEqual([]);
}, 120_000);

test('the invariants hold after every single event of shorter runs with other seeds', () => {
  for (const seed of [1, 2, 3, 4, 5]) simulate(seed, 6000, 25, 5, 1);
}, 60_000);

test('the same seed and inputs give the same effects', () => {
  const twice = [simulate(99, 20_000, 40, 6, 5000).counted, simulate(99, 20_000, 40, 6, 5000).counted];
  expect(twice[0]).toEqual(twice[1]);
});

test('the mean wait agrees with Erlang C: 3.5 calls a minute, 3 minutes each, 13 agents wait 26.56 s', () => {
  const { next } = chance(11);
  const exponential = (mean: number) => -Math.log(1 - next()) * mean;
  const state = createDistributor(5);
  step(state, { kind: 'groupSet', at: 0, rules: { ...rulesOf(1, 1), strategy: 'longestIdle', overflowLength: 0, overflowWaitMs: 0, overflowRings: 0, overflowGroupId: null, restCap: 0 } });
  for (let agentId = 1; agentId <= 13; agentId++) { step(state, { kind: 'agentSet', at: 0, agentId, skills: [{ groupId: 1, level: 5 }] }); step(state, { kind: 'agentSignedIn', at: 0, agentId, readiness: 'ready' }); }
  const calls = 400_000;
  const ends: { at: number; agentId: number }[] = [];
  let arrival = 0, made = 0, waited = 0, connected = 0;
  const obey = (effects: DistributorEffect[], at: number): void => {
    for (const e of effects) {
      if (e.kind !== 'offer') continue;
      const agentId = e.agentIds[0] ?? 0;
      waited += at - Number(e.callId.split('@')[1]);
      connected += 1;
      step(state, { kind: 'offerAnswered', at, agentId, callId: e.callId, offerId: e.offerId });
      ends.push({ at: at + exponential(180_000), agentId });
    }
  };
  while (connected < calls) {
    let first = -1;
    for (let i = 0; i < ends.length; i++) if (first < 0 || (ends[i]?.at ?? 0) < (ends[first]?.at ?? 0)) first = i;
    const end = first < 0 ? undefined : ends[first];
    if (end && end.at < arrival) { ends.splice(first, 1); obey(step(state, { kind: 'agentFreed', at: end.at, agentId: end.agentId, wrapUpMs: 0 }), end.at); continue; }
    const at = arrival;
    arrival += exponential(60_000 / 3.5);
    made += 1;
    obey(step(state, { kind: 'callQueued', at, callId: `${made}@${at}`, groupId: 1 }), at);
  }
  expect(waited / connected / 1000).toBeGreaterThan(26.56 * 0.93);
  expect(waited / connected / 1000).toBeLessThan(26.56 * 1.07);
}, 60_000);
