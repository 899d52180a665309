import type { Metrics, Sample } from '../../platform/observability';
import type { DirectorClient } from './director-client';
import type { DirectorSnapshot, LiveCall } from './director-protocol';
import type { AgentView } from '@ronghu/contract';

/** Every state there is has a value, also the 0: a series that comes and goes cannot be watched. */
const CALL_STATES = ['ivr', 'queued', 'offered', 'dialing', 'talking', 'held', 'consulting', 'conferencing', 'rating'] as const;
const AGENT_STATES = ['ready', 'rest', 'outbound', 'busy', 'suspended', 'wrapUp', 'ringing', 'dialing', 'talking', 'held', 'consulting', 'conferencing', 'signedIn', 'sipOnly', 'signedOut'] as const;
/** The call's state wins over readiness, readiness over presence (appendix 6). */
const stateOf = (agent: Pick<AgentView, 'callState' | 'presence' | 'readiness'>): string => (agent.callState !== 'idle' ? agent.callState : agent.presence !== 'signedIn' ? agent.presence : (agent.readiness ?? 'signedIn'));
function byState(known: readonly string[], found: Iterable<string>): Sample[] {
  const counts = new Map(known.map((state) => [state, 0]));
  for (const state of found) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, value]) => ({ labels: { state }, value }));
}
interface Source { calls(): Iterable<Pick<LiveCall, 'state'>>; agents(): Iterable<AgentView>; waiting(): number; epoch(): number | null; switchUp(): boolean }
function common(metrics: Metrics, s: Source): void {
  metrics.gauge('ronghu_calls', '进行中的通话：按状态', ['state'], () => byState(CALL_STATES, [...s.calls()].map((c) => c.state)));
  metrics.gauge('ronghu_agents', '坐席：按状态', ['state'], () => byState(AGENT_STATES, [...s.agents()].map(stateOf)));
  metrics.gauge('ronghu_queue_waiting', '排队等待的来电', [], () => [{ value: s.waiting() }]);
  metrics.gauge('ronghu_director_epoch', '话务调度的任期', [], () => { const epoch = s.epoch(); return epoch === null ? [] : [{ value: epoch }]; });
  metrics.gauge('ronghu_switch_connected', '语音交换是否连上', [], () => [{ value: s.switchUp() ? 1 : 0 }]);
}
/** What a server process knows of the telephone: its mirror of the director. */
export function serverTelephonyMetrics(metrics: Metrics, client: DirectorClient): void {
  metrics.gauge('ronghu_director_connected', '与话务调度的连接', [], () => [{ value: client.connected ? 1 : 0 }]);
  common(metrics, { calls: () => (client.connected ? client.calls.values() : []), agents: () => (client.connected ? client.agents.values() : []), waiting: () => (client.connected ? client.queue.waiting : 0), epoch: () => client.health?.epoch ?? null, switchUp: () => client.connected && (client.health?.switchConnected ?? false) });
}
/** What the director itself knows; a standby knows nothing yet. */
export function directorMetrics(metrics: Metrics, take: () => DirectorSnapshot | null): void {
  let kept: { at: number; snapshot: DirectorSnapshot | null } = { at: -Infinity, snapshot: null };
  // one scrape asks many gauges: one picture for all of them
  const snapshot = (): DirectorSnapshot | null => { const at = performance.now(); if (at - kept.at > 500) kept = { at, snapshot: take() }; return kept.snapshot; };
  metrics.gauge('ronghu_director_active', '本进程是否在任', [], () => [{ value: snapshot() ? 1 : 0 }]);
  metrics.gauge('ronghu_journal_waiting', '话务流水待写入数据库', [], () => [{ value: snapshot()?.health.journalWaiting ?? 0 }]);
  metrics.gauge('ronghu_switch_lease_age_seconds', '语音节点租约上次续期至今', ['node'], () => (snapshot()?.health.nodes ?? []).flatMap((n) => (n.leaseAgeMs === null ? [] : [{ labels: { node: n.name }, value: n.leaseAgeMs / 1000 }])));
  common(metrics, { calls: () => snapshot()?.calls ?? [], agents: () => snapshot()?.agents ?? [], waiting: () => snapshot()?.queue.waiting ?? 0, epoch: () => snapshot()?.health.epoch ?? null, switchUp: () => snapshot()?.health.switchConnected ?? false });
}
