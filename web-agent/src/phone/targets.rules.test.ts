import type { AgentView } from '@ronghu/contract';
import { reachable, sortAgents } from './targets.rules';

const agent = (agentId: number, over: Partial<AgentView> = {}): AgentView => ({
  agentId, accountId: agentId, workNo: `80${agentId}`, name: `坐席${agentId}`, stationId: 1, extension: `90${agentId}`, phoneOnline: true, presence: 'signedIn', readiness: 'ready', restReason: null, callState: 'idle', muted: false, callId: null,
  since: 0, readinessSince: agentId, wrapUpUntil: null, misses: 0, skillGroupIds: [], today: { answered: 0, missed: 0, talkSeconds: 0, orders: 0 }, ...over,
});

test('a ready colleague comes first, the longest idle on top, those who cannot answer last', () => {
  const list = [agent(1, { callState: 'talking' }), agent(2, { readinessSince: 50 }), agent(3, { readinessSince: 10 }), agent(4, { readiness: 'busy' })];
  expect(sortAgents(list, '', null).map((a) => a.agentId)).toEqual([3, 2, 4, 1]);
});

test('oneself and signed-out colleagues are not offered', () => {
  expect(sortAgents([agent(1), agent(2, { presence: 'signedOut' }), agent(3)], '', 1).map((a) => a.agentId)).toEqual([3]);
});

test('search looks at name, work number and extension', () => {
  const list = [agent(1, { name: '王丽' }), agent(2), agent(3)];
  expect(sortAgents(list, '王', null).map((a) => a.agentId)).toEqual([1]);
  expect(sortAgents(list, '802', null).map((a) => a.agentId)).toEqual([2]);
  expect(sortAgents(list, '903', null).map((a) => a.agentId)).toEqual([3]);
  expect(sortAgents(list, '没有', null)).toEqual([]);
});

test('a busy colleague may be consulted but takes no transfer', () => {
  expect(reachable(agent(1, { readiness: 'busy' }), 'consult')).toBe(true);
  expect(reachable(agent(1, { readiness: 'busy' }), 'transfer')).toBe(false);
  expect(reachable(agent(1), 'transfer')).toBe(true);
});

test('a resting, suspended, talking or phoneless colleague cannot be rung', () => {
  expect(reachable(agent(1))).toBe(true);
  for (const over of [{ readiness: 'rest' as const }, { readiness: 'suspended' as const }, { callState: 'talking' as const }, { phoneOnline: false }]) expect(reachable(agent(1, over))).toBe(false);
});
