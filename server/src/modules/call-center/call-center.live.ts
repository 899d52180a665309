import type { AgentView, LiveEvent } from '@ronghu/contract';
import { maskCall, type LiveCall } from '../../domain/telephony/director-protocol';
import { Pace } from '../../domain/metric/pace';
import type { Clock } from '../../platform/clock';
import type { AgentOrders } from './agent-orders';
import type { OrgTree } from './agents.service';
import type { DirectorPort, Mask } from './director-port';

export interface HubPort { publish(room: string, event: LiveEvent): void }
const QUEUE_PAUSE_MS = 250;

/**
 * The one notifier of this module: what the director pushes goes to the rooms of those it concerns. The offer (the pop, SC-01) and agent states take no detour:
 * no query, no outbox, no waiting. The queue, which everybody hears, is told at most four times a second, the last state never lost.
 */
export class CallCenterLive {
  private readonly pace = new Pace(QUEUE_PAUSE_MS);
  private readonly off: (() => void)[] = [];
  private shown = new Map<number, AgentView>();
  constructor(private readonly d: { director: DirectorPort; hub: HubPort; orgs: OrgTree; mask: Mask; clock: Clock; agentOrders: AgentOrders }) {}

  start(): void {
    const { director, hub, mask } = this.d;
    this.off.push(
      director.on('agent', (agent) => this.agent(agent)),
      director.on('call', (call) => this.call(call)),
      director.on('offer', ({ accountId, call, switchAt }) => hub.publish(`person:${accountId}`, { kind: 'offer', call: maskCall(call, mask), switchAt })),
      director.on('queue', () => this.queue()),
      director.on('snapshot', ({ agents }) => { this.changedSince(agents); this.queue(); }),
      director.onLink((connected) => hub.publish('queue', { kind: 'director', connected, at: this.d.clock.now() })),
    );
  }
  stop(): void { for (const off of this.off.splice(0)) off(); this.pace.stop(); }

  /** An agent as it is now, to the agent and to everyone who watches the station or anything above it. */
  agent(agent: AgentView): void {
    const { director, hub, orgs, mask } = this.d, filled = this.d.agentOrders.fill(agent), call = agent.callId ? director.calls.get(agent.callId) : undefined;
    this.shown.set(agent.agentId, agent);
    hub.publish(`person:${agent.accountId}`, { kind: 'phone', agent: filled, call: call ? maskCall(call, mask) : null });
    for (const { id } of orgs.ancestors(agent.stationId)) hub.publish(`agents:${id}`, { kind: 'agent', agent: filled });
  }
  /** A call changed without its agents changing (a leg held, an IVR step): tells those on it. */
  private call(call: LiveCall): void {
    const on = new Set([call.agentId, ...call.legs.map((leg) => leg.agentId)]);
    for (const agentId of on) {
      const agent = agentId === null ? undefined : this.d.director.agents.get(agentId);
      if (agent && agent.callId === call.callId) this.d.hub.publish(`person:${agent.accountId}`, { kind: 'phone', agent: this.d.agentOrders.fill(agent), call: maskCall(call, this.d.mask) });
    }
  }
  private queue(): void {
    this.pace.mark('queue', () => {
      const { waiting, longestWaitMs, allBusy, calls } = this.d.director.queue;
      this.d.hub.publish('queue', { kind: 'queue', waiting, longestWaitMs, allBusy, calls: calls.map((call) => maskCall(call, this.d.mask)) });
    });
  }
  /** After the link was away only what became different is told, not every agent of the group. */
  private changedSince(agents: readonly AgentView[]): void {
    const before = this.shown;
    this.shown = new Map(agents.map((agent) => [agent.agentId, agent]));
    for (const agent of agents) if (JSON.stringify(before.get(agent.agentId)) !== JSON.stringify(agent)) this.agent(agent);
  }
}
