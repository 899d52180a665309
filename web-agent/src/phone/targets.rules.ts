import type { AgentView } from '@ronghu/contract';

export type TargetKind = 'agents' | 'groups' | 'number';

/** Whether an agent's phone can ring now: signed in, phone there, line free. A busy agent may be asked by a colleague, a resting one may not. */
export function reachable(agent: AgentView): boolean {
  return agent.presence === 'signedIn' && agent.phoneOnline && agent.callState === 'idle' && agent.readiness !== 'rest' && agent.readiness !== 'suspended';
}

/** Agents that match, those who can answer first, ready before the others, longest idle on top; never oneself. */
export function sortAgents(agents: AgentView[], q: string, self: number | null): AgentView[] {
  const text = q.trim().toLowerCase();
  const rank = (a: AgentView): number => (reachable(a) ? (a.readiness === 'ready' ? 0 : 1) : 2);
  return agents
    .filter((a) => a.agentId !== self && a.presence !== 'signedOut' && (text === '' || a.name.toLowerCase().includes(text) || a.workNo.includes(text) || (a.extension ?? '').includes(text)))
    .sort((a, b) => rank(a) - rank(b) || a.readinessSince - b.readinessSince || a.agentId - b.agentId);
}
