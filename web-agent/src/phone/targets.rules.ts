import type { AgentView } from '@ronghu/contract';

export type TargetKind = 'agents' | 'groups' | 'number';

/**
 * Whether an agent can be reached now: signed in, phone there, line free. A customer is transferred to a ready colleague only; asked for advice may
 * be a busy one too, but nobody who rests.
 */
export function reachable(agent: AgentView, mode: 'transfer' | 'consult' | 'help' = 'consult'): boolean {
  const there = agent.presence === 'signedIn' && agent.phoneOnline && agent.callState === 'idle';
  return there && (mode === 'transfer' ? agent.readiness === 'ready' : agent.readiness !== 'rest' && agent.readiness !== 'suspended');
}

/** Agents that match, those who can answer first, ready before the others, longest idle on top; never oneself. */
export function sortAgents(agents: AgentView[], q: string, self: number | null): AgentView[] {
  const text = q.trim().toLowerCase();
  const rank = (a: AgentView): number => (reachable(a) ? (a.readiness === 'ready' ? 0 : 1) : 2);
  return agents
    .filter((a) => a.agentId !== self && a.presence !== 'signedOut' && (text === '' || a.name.toLowerCase().includes(text) || a.workNo.includes(text) || (a.extension ?? '').includes(text)))
    .sort((a, b) => rank(a) - rank(b) || a.readinessSince - b.readinessSince || a.agentId - b.agentId);
}
