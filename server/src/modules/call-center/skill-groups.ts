import type { AgentView, SkillGroupView } from '@ronghu/contract';
import type { LiveCall } from '../../domain/telephony/director-protocol';

/**
 * The skill groups with their figures of this moment (MC-20, MC-21), counted from the director's mirror, which every event brings up to date: the groups
 * themselves come only with a snapshot and their figures would be those of its moment. `now` ms.
 */
export function groupFigures(groups: readonly SkillGroupView[], agents: Iterable<AgentView>, queue: readonly LiveCall[], now: number): SkillGroupView[] {
  const out = new Map(groups.map((group) => [group.id, { ...group, waiting: 0, longestWaitMs: 0, ready: 0, talking: 0, signedIn: 0 }]));
  for (const agent of agents) {
    if (agent.presence !== 'signedIn') continue;
    for (const id of agent.skillGroupIds) {
      const group = out.get(id);
      if (!group) continue;
      group.signedIn += 1;
      if (agent.callState !== 'idle' && agent.callState !== 'ringing') group.talking += 1;
      else if (agent.callState === 'idle' && agent.readiness === 'ready' && agent.phoneOnline) group.ready += 1;
    }
  }
  for (const call of queue) {
    const group = call.skillGroupId === null ? undefined : out.get(call.skillGroupId);
    if (!group) continue;
    group.waiting += 1;
    if (call.queuedAt !== null) group.longestWaitMs = Math.max(group.longestWaitMs, now - call.queuedAt);
  }
  return [...out.values()];
}
