import { step, restoreAgent } from './distributor.rules';
import { createDistributor, nextDueAt, orderedQueue, positionOf, type DistributorState } from './distributor.state';
import type { DistributorEffect, DistributorInput, GroupRules } from './distributor.types';

const RULES: GroupRules = { groupId: 1, strategy: 'longestIdle', fallback: 'longestIdle', countPeriod: 'day', lastAgentWaitMs: 10_000, ringMs: 15_000, retryMs: 5_000, missesToRest: 3, quickHangupMs: 3_000, restCap: 0, overflowLength: 0, overflowWaitMs: 0, overflowRings: 0, overflowGroupId: null, bestLevelFirst: false };

/** A small centre: groups, agents signed in one second apart, and a log of what the heart said. */
function centre(groups: Partial<GroupRules>[], agents: { id: number; skills?: [number, number][] }[], seed = 7) {
  const state = createDistributor(seed);
  let at = 0;
  const say = (input: Record<string, unknown> & { kind: DistributorInput['kind'] }, when = at): DistributorEffect[] => { at = when; return step(state, { at: when, ...input } as DistributorInput); };
  groups.forEach((g, i) => say({ kind: 'groupSet', rules: { ...RULES, groupId: i + 1, ...g } }));
  agents.forEach(({ id, skills }) => { say({ kind: 'agentSet', agentId: id, skills: (skills ?? [[1, 5]]).map(([groupId, level]) => ({ groupId, level })) }); say({ kind: 'agentSignedIn', agentId: id, readiness: 'ready' }, id); });
  at = 1000;
  return { state, say, now: () => at };
}
const offers = (effects: DistributorEffect[]) => effects.flatMap((e) => e.kind === 'offer' ? e.agentIds : []);
const offerOf = (state: DistributorState, callId: string): number => state.calls.get(callId)?.offer?.id ?? 0;
const kinds = (effects: DistributorEffect[]) => effects.map((e) => e.kind);
const ids = (n: number) => Array.from({ length: n }, (_, i) => ({ id: i + 1 }));

/** Twenty calls one after another, each answered and freed at once; the order of agents is the strategy's signature (CC-45, CC-46). */
function order(rules: Partial<GroupRules>, calls: number): number[] {
  const { state, say } = centre([rules], ids(4));
  const seen: number[] = [];
  let at = 10_000;
  for (let i = 0; i < calls; i++) {
    const [agent] = offers(say({ kind: 'callQueued', callId: `c${i}`, groupId: 1 }, at));
    if (agent === undefined) throw new Error('nobody was offered the call');
    seen.push(agent);
    say({ kind: 'offerAnswered', callId: `c${i}`, agentId: agent, offerId: offerOf(state, `c${i}`) }, at + 1);
    say({ kind: 'agentFreed', agentId: agent, wrapUpMs: 0 }, at + 2);
    at += 1000;
  }
  return seen;
}

describe('strategies give the expected order of agents over 20 calls', () => {
  const cycle = Array.from({ length: 20 }, (_, i) => (i % 4) + 1);
  test('longest idle takes who has been free longest', () => { expect(order({ strategy: 'longestIdle' }, 20)).toEqual(cycle); });
  test('least recent takes who was connected longest ago', () => { expect(order({ strategy: 'leastRecent' }, 20)).toEqual(cycle); });
  test('most recent keeps taking the same agent', () => { expect(new Set(order({ strategy: 'mostRecent' }, 20).slice(1))).toEqual(new Set([1])); });
  test('fewest calls spreads evenly', () => {
    const seen = order({ strategy: 'fewestCalls' }, 20);
    expect([1, 2, 3, 4].map((a) => seen.filter((s) => s === a).length)).toEqual([5, 5, 5, 5]);
  });
  test('round robin goes round', () => { expect(order({ strategy: 'roundRobin' }, 20)).toEqual(cycle); });
  test('round robin with memory goes round', () => { expect(order({ strategy: 'roundRobinMemory' }, 20)).toEqual(cycle); });
  test('random is even over many calls and the same for the same seed', () => {
    const seen = order({ strategy: 'random' }, 4000);
    for (const agent of [1, 2, 3, 4]) expect(Math.abs(seen.filter((s) => s === agent).length - 1000)).toBeLessThan(120);
    expect(order({ strategy: 'random' }, 50)).toEqual(seen.slice(0, 50));
  });
  test('longest idle and fewest calls differ for an agent who had more calls but has been free longer', () => {
    const run = (strategy: GroupRules['strategy']) => {
      const { state, say } = centre([{ strategy }], ids(2));
      for (const [callId, at] of [['a', 2000], ['b', 2001]] as const) {
        say({ kind: 'callQueued', callId, groupId: 1 }, at);
        say({ kind: 'offerAnswered', callId, agentId: state.calls.get(callId)?.offer?.agents[0]?.agentId, offerId: offerOf(state, callId) }, at);
      }
      say({ kind: 'agentFreed', agentId: 1, wrapUpMs: 0 }, 3000);
      say({ kind: 'callQueued', callId: 'c', groupId: 1 }, 3001);
      say({ kind: 'offerAnswered', callId: 'c', agentId: 1, offerId: offerOf(state, 'c') }, 3002);
      say({ kind: 'agentFreed', agentId: 1, wrapUpMs: 0 }, 3003);
      say({ kind: 'agentFreed', agentId: 2, wrapUpMs: 0 }, 9000);
      return offers(say({ kind: 'callQueued', callId: 'd', groupId: 1 }, 10_000));
    };
    expect(run('longestIdle')).toEqual([1]);
    expect(run('fewestCalls')).toEqual([2]);
  });
});

test('round robin starts one further than the last start, memory one further than the last tried', () => {
  const run = (strategy: GroupRules['strategy']) => {
    const { state, say } = centre([{ strategy, missesToRest: 0 }], ids(4));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    say({ kind: 'offerRefused', callId: 'a', agentId: 1, offerId: offerOf(state, 'a') }, 2001);
    say({ kind: 'offerAnswered', callId: 'a', agentId: 2, offerId: offerOf(state, 'a') }, 2002);
    say({ kind: 'agentFreed', agentId: 2, wrapUpMs: 0 }, 2003);
    return offers(say({ kind: 'callQueued', callId: 'b', groupId: 1 }, 3000));
  };
  expect(run('roundRobin')).toEqual([2]);
  expect(run('roundRobinMemory')).toEqual([3]);
});

test('ring all rings everybody; the first to answer wins and the others stop ringing', () => {
  const { state, say } = centre([{ strategy: 'ringAll' }], ids(3));
  expect(offers(say({ kind: 'callQueued', callId: 'a', groupId: 1 }))).toEqual([1, 2, 3]);
  const offerId = offerOf(state, 'a');
  const won = say({ kind: 'offerAnswered', callId: 'a', agentId: 2, offerId });
  expect(won.filter((e) => e.kind === 'cancelOffer')).toHaveLength(2);
  expect(won).toContainEqual({ kind: 'connect', callId: 'a', agentId: 2, offerId });
  expect(kinds(say({ kind: 'offerAnswered', callId: 'a', agentId: 3, offerId }))).toEqual(['staleAnswer']);
  expect(state.agents.get(3)?.available).toBe(true);
});

test('one of a ring-all who refuses stops ringing while the others go on', () => {
  const { state, say } = centre([{ strategy: 'ringAll' }], ids(3));
  say({ kind: 'callQueued', callId: 'a', groupId: 1 });
  say({ kind: 'offerRefused', callId: 'a', agentId: 1, offerId: offerOf(state, 'a') });
  expect(state.calls.get('a')?.offer?.agents.map((a) => a.agentId)).toEqual([2, 3]);
  expect(state.agents.get(1)?.offeredCall).toBeNull();
});

describe('last agent first (CC-11)', () => {
  const setup = () => {
    const c = centre([{ strategy: 'lastAgent', fallback: 'longestIdle' }], ids(3));
    c.say({ kind: 'callQueued', callId: 'a', groupId: 1, callerKey: 'blind' }, 2000);
    c.say({ kind: 'offerRefused', callId: 'a', agentId: 1, offerId: offerOf(c.state, 'a') }, 2001);
    c.say({ kind: 'offerAnswered', callId: 'a', agentId: 2, offerId: offerOf(c.state, 'a') }, 2002);
    return c;
  };
  test('the same caller reaches the same agent', () => {
    const { say } = setup();
    say({ kind: 'agentFreed', agentId: 2, wrapUpMs: 0 }, 2003);
    expect(offers(say({ kind: 'callQueued', callId: 'b', groupId: 1, callerKey: 'blind' }, 3000))).toEqual([2]);
  });
  test('the caller waits for an agent who is talking and gets him first', () => {
    const { say } = setup();
    expect(offers(say({ kind: 'callQueued', callId: 'b', groupId: 1, callerKey: 'blind' }, 3000))).toEqual([]);
    expect(offers(say({ kind: 'agentFreed', agentId: 2, wrapUpMs: 0 }, 4000))).toEqual([2]);
  });
  test('after the settable wait the next strategy decides', () => {
    const { say, state } = setup();
    say({ kind: 'callQueued', callId: 'b', groupId: 1, callerKey: 'blind' }, 3000);
    expect(nextDueAt(state)).toBe(13_000);
    expect(offers(say({ kind: 'tick' }, 13_000))).toEqual([1]);
  });
  test('nobody waits for an agent who signed out or rests', () => {
    const { say } = setup();
    say({ kind: 'callQueued', callId: 'b', groupId: 1, callerKey: 'blind' }, 3000);
    expect(offers(say({ kind: 'agentSignedOut', agentId: 2 }, 3500))).toEqual([1]);
    expect(offers(say({ kind: 'callQueued', callId: 'c', groupId: 1, callerKey: 'blind' }, 3600))).toEqual([3]);
  });
});

describe('the queue (behaviours of asterisk/testsuite tests/apps/queues, re-expressed)', () => {
  test('queue position: callers are served in the order in which they came', () => {
    const { say, state } = centre([{}], ids(1));
    say({ kind: 'readinessSet', agentId: 1, readiness: 'busy' });
    for (const id of ['a', 'b', 'c']) say({ kind: 'callQueued', callId: id, groupId: 1 }, 2000 + id.charCodeAt(0));
    expect(orderedQueue(state, 1).map((c) => c.callId)).toEqual(['a', 'b', 'c']);
    expect(positionOf(state, 'c')).toBe(3);
    say({ kind: 'callGone', callId: 'a' });
    expect(positionOf(state, 'c')).toBe(2);
  });
  test('queue priority: P1 after P5 is answered before it, and equal ones by waiting time (CC-47, CC-48)', () => {
    const { say } = centre([{}], ids(1));
    say({ kind: 'readinessSet', agentId: 1, readiness: 'busy' });
    say({ kind: 'callQueued', callId: 'five', groupId: 1, priority: 5 }, 2000);
    say({ kind: 'callQueued', callId: 'one', groupId: 1, priority: 1 }, 3000);
    const effects = say({ kind: 'readinessSet', agentId: 1, readiness: 'ready' }, 4000);
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'offer', callId: 'one' }));
  });
  test('a listed caller overtakes five ordinary ones (CC-160)', () => {
    const { say, state } = centre([{}], ids(1));
    say({ kind: 'agentSignedOut', agentId: 1 });
    for (let i = 0; i < 5; i++) say({ kind: 'callQueued', callId: `n${i}`, groupId: 1 }, 2000 + i);
    say({ kind: 'callQueued', callId: 'vip', groupId: 1, priority: 1 }, 3000);
    expect(positionOf(state, 'vip')).toBe(1);
  });
  test('ring no answer: the next agent gets it and the caller keeps the place', () => {
    const { say, state } = centre([{}], ids(2));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    say({ kind: 'agentEngaged', agentId: 2 }, 2001);
    say({ kind: 'callQueued', callId: 'b', groupId: 1 }, 2500);
    say({ kind: 'tick' }, 17_000);
    // Agent 1 had his chance with a, so the next caller in line may have him, while a keeps its place for the next one.
    expect(state.calls.get('b')?.offer?.agents[0]?.agentId).toBe(1);
    expect(positionOf(state, 'a')).toBe(1);
    expect(offers(say({ kind: 'agentFreed', agentId: 2, wrapUpMs: 0 }, 18_000))).toEqual([2]);
    expect(state.calls.get('a')?.offer?.agents[0]?.agentId).toBe(2);
  });
  test('when everybody had a chance a new round begins after the pause', () => {
    const { say } = centre([{ missesToRest: 0 }], ids(1));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    expect(offers(say({ kind: 'tick' }, 17_000))).toEqual([]);
    expect(offers(say({ kind: 'tick' }, 21_999))).toEqual([]);
    expect(offers(say({ kind: 'tick' }, 22_000))).toEqual([1]);
  });
  test('auto pause: N misses in a row and the agent rests (CC-70); an answer in between starts the count anew', () => {
    const { say, state } = centre([{ missesToRest: 3, retryMs: 1000 }], ids(1));
    let at = 2000;
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, at);
    for (let i = 0; i < 2; i++) { at += 15_000; say({ kind: 'tick' }, at); at += 1000; say({ kind: 'tick' }, at); }
    say({ kind: 'offerAnswered', callId: 'a', agentId: 1, offerId: offerOf(state, 'a') }, at);
    say({ kind: 'agentFreed', agentId: 1, wrapUpMs: 0 }, at + 1);
    expect(state.agents.get(1)?.misses).toBe(0);
    say({ kind: 'callQueued', callId: 'b', groupId: 1 }, at + 2);
    let effects: DistributorEffect[] = [];
    at += 2;
    for (let i = 0; i < 3; i++) { at += 15_000; effects = say({ kind: 'tick' }, at); if (i < 2) { at += 1000; say({ kind: 'tick' }, at); } }
    expect(effects).toContainEqual({ kind: 'readiness', agentId: 1, from: 'ready', to: 'rest', reason: '连续漏接', cause: 'system' });
    expect(state.agents.get(1)?.available).toBe(false);
  });
  test('wrap-up: no call during it, the server clock ends it, the agent may end or extend it (CC-69)', () => {
    const { say, state } = centre([{}], ids(1));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    say({ kind: 'offerAnswered', callId: 'a', agentId: 1, offerId: offerOf(state, 'a') }, 2001);
    say({ kind: 'callQueued', callId: 'b', groupId: 1 }, 2500);
    expect(offers(say({ kind: 'agentFreed', agentId: 1, wrapUpMs: 30_000 }, 3000))).toEqual([]);
    expect(state.agents.get(1)?.readiness).toBe('wrapUp');
    say({ kind: 'wrapUpExtended', agentId: 1, byMs: 10_000 }, 4000);
    expect(offers(say({ kind: 'tick' }, 33_000))).toEqual([]);
    expect(offers(say({ kind: 'tick' }, 43_000))).toEqual([1]);
  });
  test('wrap-up ended by hand gives the next call at once', () => {
    const { say, state } = centre([{}], ids(1));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    say({ kind: 'offerAnswered', callId: 'a', agentId: 1, offerId: offerOf(state, 'a') }, 2001);
    say({ kind: 'agentFreed', agentId: 1, wrapUpMs: 30_000 }, 3000);
    say({ kind: 'callQueued', callId: 'b', groupId: 1 }, 3500);
    expect(offers(say({ kind: 'wrapUpEnded', agentId: 1 }, 4000))).toEqual([1]);
  });
  test('penalty: level order is observed and too low a level is never offered (CC-51)', () => {
    const { say } = centre([{ bestLevelFirst: true }], [{ id: 1, skills: [[1, 2]] }, { id: 2, skills: [[1, 8]] }]);
    expect(offers(say({ kind: 'callQueued', callId: 'a', groupId: 1 }))).toEqual([2]);
    expect(offers(say({ kind: 'callQueued', callId: 'b', groupId: 1, level: 5 }))).toEqual([]);
    expect(offers(say({ kind: 'callQueued', callId: 'c', groupId: 1, level: 2 }))).toEqual([1]);
  });
  test('pause: a resting, busy, suspended or outbound agent is not offered anything', () => {
    for (const readiness of ['rest', 'busy', 'suspended', 'outbound'] as const) {
      const { say } = centre([{}], ids(1));
      say({ kind: 'readinessSet', agentId: 1, readiness });
      expect(offers(say({ kind: 'callQueued', callId: 'a', groupId: 1 }))).toEqual([]);
      expect(offers(say({ kind: 'readinessSet', agentId: 1, readiness: 'ready' }))).toEqual([1]);
    }
  });
  test('a caller who leaves while it rings frees the agent; the quick one is no miss, the slow one is (CC-162)', () => {
    const { say, state } = centre([{}], ids(1));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    expect(say({ kind: 'callGone', callId: 'a' }, 4000)).toContainEqual(expect.objectContaining({ kind: 'cancelOffer', agentId: 1, reason: 'callerGone' }));
    expect(state.agents.get(1)).toMatchObject({ available: true, misses: 0 });
    say({ kind: 'callQueued', callId: 'b', groupId: 1 }, 5000);
    say({ kind: 'callGone', callId: 'b' }, 9000);
    expect(state.agents.get(1)).toMatchObject({ available: true, misses: 1 });
  });
  test('overflow by length: the fourth caller goes to the other group (CC-52)', () => {
    const { say, state } = centre([{ overflowLength: 3, overflowGroupId: 2 }, {}], []);
    for (const id of ['a', 'b', 'c']) say({ kind: 'callQueued', callId: id, groupId: 1 });
    expect(say({ kind: 'callQueued', callId: 'd', groupId: 1 })).toContainEqual({ kind: 'moveToGroup', callId: 'd', from: 1, to: 2, reason: 'length' });
    expect(positionOf(state, 'd')).toBe(1);
  });
  test('overflow by waiting time and by rings; the place is kept and no call goes in circles (CC-53, CC-86)', () => {
    const { say, state } = centre([{ overflowWaitMs: 20_000, overflowGroupId: 2 }, { overflowWaitMs: 20_000, overflowGroupId: 1 }], []);
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    expect(say({ kind: 'tick' }, 22_000)).toContainEqual({ kind: 'moveToGroup', callId: 'a', from: 1, to: 2, reason: 'wait' });
    expect(state.calls.get('a')?.queuedAt).toBe(2000);
    expect(kinds(say({ kind: 'tick' }, 42_000))).not.toContain('moveToGroup');
    expect(nextDueAt(state)).toBeNull();
    const rung = centre([{ overflowRings: 1, overflowGroupId: 2 }, {}], [{ id: 1 }, { id: 2, skills: [[2, 5]] }]);
    rung.say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    const effects = rung.say({ kind: 'tick' }, 17_000);
    expect(effects).toContainEqual({ kind: 'moveToGroup', callId: 'a', from: 1, to: 2, reason: 'ring' });
    expect(offers(effects)).toEqual([2]);
  });
  test('reload of members: a new skill brings waiting calls at once, a lost one none any more', () => {
    const { say } = centre([{}, {}], ids(1));
    say({ kind: 'callQueued', callId: 'a', groupId: 2 });
    expect(offers(say({ kind: 'agentSet', agentId: 1, skills: [{ groupId: 1, level: 5 }, { groupId: 2, level: 5 }] }))).toEqual([1]);
    say({ kind: 'callGone', callId: 'a' });
    say({ kind: 'agentSet', agentId: 1, skills: [{ groupId: 1, level: 5 }] });
    expect(offers(say({ kind: 'callQueued', callId: 'b', groupId: 2 }))).toEqual([]);
  });
  test('reload of rules: a changed strategy holds for the next call', () => {
    const { say } = centre([{}], ids(3));
    say({ kind: 'groupSet', rules: { ...RULES, strategy: 'ringAll' } });
    expect(offers(say({ kind: 'callQueued', callId: 'a', groupId: 1 }))).toEqual([1, 2, 3]);
  });
  test('the best call over several groups goes first by priority, then by waiting time', () => {
    const { say } = centre([{}, {}], [{ id: 1, skills: [[1, 5], [2, 5]] }]);
    say({ kind: 'readinessSet', agentId: 1, readiness: 'busy' });
    say({ kind: 'callQueued', callId: 'young', groupId: 1 }, 3000);
    say({ kind: 'callQueued', callId: 'old', groupId: 2, queuedAt: 1500 }, 3001);
    expect(say({ kind: 'readinessSet', agentId: 1, readiness: 'ready' }, 4000)).toContainEqual(expect.objectContaining({ kind: 'offer', callId: 'old' }));
  });
});

describe('states that must not stick', () => {
  test('an offer whose answer was lost ends by its lease', () => {
    const { say, state } = centre([{}], ids(2));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    expect(nextDueAt(state)).toBe(17_000);
    expect(offers(say({ kind: 'tick' }, 17_000))).toEqual([2]);
    expect(state.agents.get(1)?.available).toBe(true);
  });
  test('an answer after the lease went on is stale and does not take the call from the next agent', () => {
    const { say, state } = centre([{}], ids(2));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    const first = offerOf(state, 'a');
    say({ kind: 'tick' }, 17_000);
    expect(kinds(say({ kind: 'offerAnswered', callId: 'a', agentId: 1, offerId: first }, 17_001))).toEqual(['staleAnswer']);
    expect(state.calls.get('a')?.offer?.agents[0]?.agentId).toBe(2);
  });
  test('a phone that loses its registration while ringing passes the call on without a miss', () => {
    const { say, state } = centre([{}], ids(2));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 });
    expect(offers(say({ kind: 'phoneChanged', agentId: 1, online: false }))).toEqual([2]);
    expect(state.agents.get(1)).toMatchObject({ misses: 0, available: false });
    say({ kind: 'phoneChanged', agentId: 1, online: true });
    expect(state.agents.get(1)?.available).toBe(true);
  });
  test('a ring that could not be ordered is nobody\'s miss: another agent is tried, and the first again after the pause', () => {
    const { say, state } = centre([{}], ids(2));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 }, 2000);
    expect(offers(say({ kind: 'offerLost', callId: 'a', agentId: 1, offerId: offerOf(state, 'a') }, 2001))).toEqual([2]);
    expect(offers(say({ kind: 'offerLost', callId: 'a', agentId: 2, offerId: offerOf(state, 'a') }, 2002))).toEqual([]);
    expect([1, 2].map((id) => state.agents.get(id)?.misses)).toEqual([0, 0]);
    expect(offers(say({ kind: 'tick' }, 7002))).toEqual([1]);
  });
  test('an agent who dials while it rings passes the call on', () => {
    const { say } = centre([{}], ids(2));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 });
    expect(offers(say({ kind: 'agentEngaged', agentId: 1 }))).toEqual([2]);
  });
  test('duplicates and strangers change nothing', () => {
    const { say, state } = centre([{}], ids(1));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 });
    expect(say({ kind: 'callQueued', callId: 'a', groupId: 1 })).toEqual([]);
    const offerId = offerOf(state, 'a');
    say({ kind: 'offerAnswered', callId: 'a', agentId: 1, offerId });
    expect(kinds(say({ kind: 'offerAnswered', callId: 'a', agentId: 1, offerId }))).toEqual(['staleAnswer']);
    say({ kind: 'agentFreed', agentId: 1, wrapUpMs: 1000 }, 2000);
    expect(say({ kind: 'agentFreed', agentId: 1, wrapUpMs: 1000 }, 2500)).toEqual([]);
    expect(say({ kind: 'callGone', callId: 'nobody' })).toEqual([]);
    expect(say({ kind: 'agentSignedIn', agentId: 99, readiness: 'ready' })).toEqual([]);
    expect(say({ kind: 'callQueued', callId: 'x', groupId: 77 })).toEqual([]);
  });
  test('the rest cap refuses the third agent, and a leader may override it (CC-65)', () => {
    const { say } = centre([{ restCap: 2 }], ids(3));
    say({ kind: 'readinessSet', agentId: 1, readiness: 'rest' });
    say({ kind: 'readinessSet', agentId: 2, readiness: 'rest' });
    expect(say({ kind: 'readinessSet', agentId: 3, readiness: 'rest' })).toEqual([{ kind: 'refused', agentId: 3, reason: 'restCap' }]);
    expect(kinds(say({ kind: 'readinessSet', agentId: 3, readiness: 'rest', cause: 'leader' }))).toEqual(['readiness']);
    say({ kind: 'readinessSet', agentId: 1, readiness: 'ready' });
    say({ kind: 'agentSignedOut', agentId: 2 });
    say({ kind: 'readinessSet', agentId: 3, readiness: 'ready' });
    expect(kinds(say({ kind: 'readinessSet', agentId: 1, readiness: 'rest' }))).toEqual(['readiness']);
  });
  test('the all-busy lamp goes on with the first waiting caller and off when somebody is free (CC-57)', () => {
    const { say, state } = centre([{}], ids(1));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 });
    expect(say({ kind: 'callQueued', callId: 'b', groupId: 1 })).toContainEqual({ kind: 'allBusy', on: true });
    say({ kind: 'offerAnswered', callId: 'a', agentId: 1, offerId: offerOf(state, 'a') });
    expect(say({ kind: 'agentFreed', agentId: 1, wrapUpMs: 0 })).toContainEqual({ kind: 'allBusy', on: false });
  });
  test('the day ends: counts of the day begin at zero', () => {
    const { say, state } = centre([{ strategy: 'fewestCalls' }], ids(2));
    say({ kind: 'callQueued', callId: 'a', groupId: 1 });
    say({ kind: 'offerAnswered', callId: 'a', agentId: 1, offerId: offerOf(state, 'a') });
    say({ kind: 'agentFreed', agentId: 1, wrapUpMs: 0 });
    say({ kind: 'newDay' });
    expect(state.groups.get(1)?.members.map((m) => m.count)).toEqual([0, 0]);
    expect(offers(say({ kind: 'callQueued', callId: 'b', groupId: 1 }))).toEqual([2]);
  });
  test('an agent restored after a restart goes on where he was', () => {
    const state = createDistributor();
    step(state, { kind: 'groupSet', at: 0, rules: RULES });
    for (const agentId of [1, 2]) step(state, { kind: 'agentSet', at: 0, agentId, skills: [{ groupId: 1, level: 5 }] });
    restoreAgent(state, { agentId: 1, readiness: 'wrapUp', chosen: 'ready', reason: null, wrapUpUntil: 9000, misses: 1, idleSince: 100, answeredAt: 50, engaged: false, phoneOnline: true });
    restoreAgent(state, { agentId: 2, readiness: 'ready', chosen: 'ready', reason: null, wrapUpUntil: null, misses: 0, idleSince: 200, answeredAt: 60, engaged: true, phoneOnline: true });
    expect(offers(step(state, { kind: 'callQueued', at: 5000, callId: 'a', groupId: 1, queuedAt: 1000 }))).toEqual([]);
    expect(offers(step(state, { kind: 'tick', at: 9000 }))).toEqual([1]);
  });
});
