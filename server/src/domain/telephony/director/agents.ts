import type { AgentCallState, AgentView, Presence } from '@ronghu/contract';
import type { DistributorState } from '../distributor/distributor.state';
import type { AgentConfig, AgentDay, AgentLogRow, AgentStateRow } from './ports';

export interface LiveAgent { config: AgentConfig; presence: Presence; callState: AgentCallState; muted: boolean; callId: string | null; legUuid: string | null; since: Record<AgentLogRow['layer'], number>; day: AgentDay; phoneOnline: boolean }
export interface AgentLogPort { agentLog(row: AgentLogRow): void; agentState(row: AgentStateRow): void }
type Cause = { cause: AgentLogRow['cause']; operatorId?: number | null; operatorName?: string | null; reason?: string | null };

/** The agents as people see them: presence and line here, readiness in the distributor. Every entry into a state writes one log row (CC-76). */
export class Agents {
  readonly byId = new Map<number, LiveAgent>();
  private byExtension = new Map<string, LiveAgent>();
  constructor(private readonly distributor: () => DistributorState, private readonly journal: AgentLogPort, private readonly ids: { next(): number }) {}

  /** Takes over the agents of the configuration; who is gone from it is returned. */
  configure(configs: readonly AgentConfig[], now: number, onlinePhones: ReadonlySet<string>): number[] {
    const keep = new Set(configs.map((c) => c.agentId));
    const gone = [...this.byId.keys()].filter((id) => !keep.has(id));
    for (const id of gone) this.byId.delete(id);
    for (const config of configs) {
      const known = this.byId.get(config.agentId);
      if (known) known.config = config;
      else this.byId.set(config.agentId, { config, presence: 'signedOut', callState: 'idle', muted: false, callId: null, legUuid: null, since: { presence: now, readiness: now, call: now }, day: { agentId: config.agentId, answered: 0, missed: 0, talkSeconds: 0 }, phoneOnline: false });
    }
    this.byExtension = new Map();
    for (const agent of this.byId.values()) if (agent.config.extension) { this.byExtension.set(agent.config.extension, agent); agent.phoneOnline = onlinePhones.has(agent.config.extension); }
    return gone;
  }
  get(agentId: number | null): LiveAgent | undefined { return agentId === null ? undefined : this.byId.get(agentId); }
  ofExtension(extension: string): LiveAgent | undefined { return this.byExtension.get(extension); }

  presence(agent: LiveAgent, to: Presence, at: number, why: Cause): void {
    if (agent.presence === to) return;
    this.log(agent, 'presence', agent.presence, to, at, why);
    agent.presence = to;
  }
  readiness(agent: LiveAgent, from: string | null, to: string | null, at: number, why: Cause): void { this.log(agent, 'readiness', from, to ?? 'signedOut', at, why); this.keep(agent, at); }
  line(agent: LiveAgent, to: AgentCallState, at: number, why: Cause = { cause: 'system' }): void {
    if (agent.callState === to) return;
    this.log(agent, 'call', agent.callState, to, at, why);
    agent.callState = to;
  }
  /** Writes what a restart needs to put the agent back as he was. */
  keep(agent: LiveAgent, at: number): void {
    const slot = this.distributor().agents.get(agent.config.agentId);
    this.journal.agentState({ agentId: agent.config.agentId, presence: agent.presence, readiness: slot?.readiness ?? null, chosen: slot?.chosen ?? 'busy', reason: slot?.reason ?? null, wrapUpUntil: slot && slot.wrapUpUntil > 0 ? slot.wrapUpUntil : null, misses: slot?.misses ?? 0, idleSince: slot?.idleSince ?? at, answeredAt: slot?.answeredAt ?? 0, changedAt: at });
  }
  private log(agent: LiveAgent, layer: AgentLogRow['layer'], from: string | null, to: string, at: number, why: Cause): void {
    this.journal.agentLog({ id: this.ids.next(), agentId: agent.config.agentId, layer, from, to, reason: why.reason ?? null, cause: why.cause, operatorId: why.operatorId ?? null, operatorName: why.operatorName ?? null, at, lastedMs: at - agent.since[layer], callId: agent.callId });
    agent.since[layer] = at;
  }

  view(agent: LiveAgent): AgentView {
    const { config } = agent, slot = this.distributor().agents.get(config.agentId);
    const signedIn = agent.presence === 'signedIn';
    return {
      agentId: config.agentId, accountId: config.accountId, workNo: config.workNo, name: config.name, stationId: config.stationId, extension: config.extension, phoneOnline: agent.phoneOnline,
      presence: agent.presence, readiness: signedIn ? (slot?.readiness ?? null) : null, restReason: signedIn && slot?.readiness === 'rest' ? slot.reason : null, callState: agent.callState, muted: agent.muted, callId: agent.callId,
      since: agent.callState !== 'idle' ? agent.since.call : signedIn ? Math.max(agent.since.readiness, agent.since.call) : agent.since.presence, readinessSince: agent.since.readiness, wrapUpUntil: slot && slot.wrapUpUntil > 0 ? slot.wrapUpUntil : null, misses: slot?.misses ?? 0,
      skillGroupIds: config.skills.map((s) => s.groupId), today: { answered: agent.day.answered, missed: agent.day.missed, talkSeconds: agent.day.talkSeconds, orders: 0 },
    };
  }
}
