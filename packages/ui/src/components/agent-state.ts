import type { AgentCallState, AgentView, Presence, Readiness } from '@ronghu/contract';

/** The one word that describes an agent now. */
export type AgentStateKey = Exclude<AgentCallState, 'idle'> | Readiness | Presence;

/** Which of the three layers of appendix 6 is shown: call, then presence when away, then readiness. */
export function agentStateKey(agent: Pick<AgentView, 'presence' | 'readiness' | 'callState'>): AgentStateKey {
  if (agent.callState !== 'idle') return agent.callState;
  if (agent.presence !== 'signedIn') return agent.presence;
  return agent.readiness ?? 'signedIn';
}
