import type { AgentView, LiveEvent } from '@ronghu/contract';
import { maskCall, type LiveCall } from '../../domain/telephony/director-protocol';
import { Pace } from '../../domain/metric/pace';
import type { Clock } from '../../platform/clock';
import type { Sql } from '../../platform/database/db';
import type { Log } from '../../platform/log';
import type { AgentOrders } from './agent-orders';
import type { OrgTree } from './agents.service';
import type { DirectorPort, Mask } from './director-port';

export interface HubPort { publish(room: string, event: LiveEvent): void }
const QUEUE_PAUSE_MS = 400;

/**
 * The one notifier of this module: what the director pushes goes to the rooms of those it concerns. The offer (the pop, SC-01) and agent states take no detour:
 * no query, no outbox, no waiting. The queue, which everybody hears, is told at most every 400 ms, the last state never lost.
 */
export class CallCenterLive {
  private readonly pace = new Pace(QUEUE_PAUSE_MS);
  private readonly off: (() => void)[] = [];
  private shown = new Map<number, AgentView>();
  constructor(private readonly d: { director: DirectorPort; hub: HubPort; orgs: OrgTree; mask: Mask; clock: Clock; agentOrders: AgentOrders; sql: Sql; log: Log }) {}

  start(): void {
    const { director, hub, mask } = this.d;
    this.off.push(
      director.on('agent', (agent) => this.agent(agent)),
      director.on('call', (call) => this.call(call)),
      director.on('offer', ({ accountId, call, switchAt }) => hub.publish(`person:${accountId}`, { kind: 'offer', call: maskCall(call, mask), switchAt })),
      director.on('queue', () => this.queue()),
      director.on('recorded', ({ callId }) => void this.recorded(callId).catch((error: unknown) => this.d.log.warn('a recording was not told', { callId, error }))),
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
  /** Pages that show an order taken in this call, or revisited by it, can let the recording be heard. */
  private async recorded(callId: string): Promise<void> {
    const { hub, orgs, sql } = this.d;
    const orders = await sql.query<{ id: number; company_id: number; station_id: number | null; agent_account_id: number | null }>('select o.id, o.company_id, o.station_id, o.agent_account_id from call_record r join work_order_index o on o.id = r.order_id where r.call_id = $1', [callId]);
    for (const order of orders) {
      const rooms = [...orgs.ancestors(order.station_id ?? order.company_id).map(({ id }) => `orders:${id}`), ...(order.agent_account_id === null ? [] : [`person:${order.agent_account_id}`])];
      for (const room of rooms) hub.publish(room, { kind: 'recording', companyId: order.company_id, orderId: order.id, callId });
    }
  }
  private queue(): void {
    this.pace.mark('queue', () => {
      // The callers themselves are asked for (`GET /calls/waiting`): everybody hears this room, and each may see the callers of the own scope only.
      const { waiting, longestWaitMs, allBusy } = this.d.director.queue;
      this.d.hub.publish('queue', { kind: 'queue', waiting, longestWaitMs, allBusy });
    });
  }
  /** After the link was away only what became different is told, not every agent of the group. */
  private changedSince(agents: readonly AgentView[]): void {
    const before = this.shown;
    this.shown = new Map(agents.map((agent) => [agent.agentId, agent]));
    for (const agent of agents) if (JSON.stringify(before.get(agent.agentId)) !== JSON.stringify(agent)) this.agent(agent);
  }
}
