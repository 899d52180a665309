import type { AgentView, BoardView } from '@ronghu/contract';
import type { LiveCall, QueueState } from '../../domain/telephony/director-protocol';
import type { Clock } from '../../platform/clock';
import { requirePermission, type Scope } from '../../platform/identity/scope';
import type { KpiService } from './kpi.service';
import type { LiveFigures } from './live-figures';
import type { OrderCube } from './order-cube';
import { nodeOf, placeOf, placeTest, type OrgNodeLike, type OrgTree, type PlaceFilter } from './place';

/** The director's mirror as far as boards read it. */
export interface TelephonePort { readonly agents: ReadonlyMap<number, AgentView>; readonly calls: ReadonlyMap<string, LiveCall>; readonly queue: QueueState; readonly connected: boolean }

/**
 * One board of any node, group down to worker (MC-08, MC-19, MC-20, MC-24). Agents and calls come from the mirror, today's calls and indicators from the live
 * reducer, orders from the cube that all boards share: no fan-out over companies, and after an event one set of grouped queries whoever looks.
 */
export class BoardService {
  constructor(private readonly d: { telephone: TelephonePort; cube: OrderCube; live: LiveFigures; kpis: KpiService; orgs: OrgTree; clock: Clock }) {}

  /** @throws AppError NOT_FOUND for a node outside the scope. */
  async board(scope: Scope, orgId?: number): Promise<BoardView> {
    requirePermission(scope, 'board.read');
    const { cube, kpis, orgs, clock, telephone } = this.d, node = nodeOf(scope, orgs, orgId), place = placeOf(orgs, node);
    const [values] = await Promise.all([kpis.ofPlace(place), cube.fresh()]);
    return {
      at: clock.now(), orgId: node.id, telephoneLive: telephone.connected, ...this.queue(place), agents: this.agents(node), callsToday: this.calls(place), byHour: this.byHour(place),
      orders: cube.figures(node), children: cube.children(node), kpis: values,
    };
  }
  private queue(place: PlaceFilter): { waiting: number; longestWaitMs: number } {
    const { queue } = this.d.telephone, now = this.d.clock.now(), own = queue.calls.filter(placeTest(place));
    return { waiting: own.length, longestWaitMs: own.reduce((longest, call) => Math.max(longest, call.queuedAt === null ? 0 : now - call.queuedAt), 0) };
  }
  private agents(node: OrgNodeLike): BoardView['agents'] {
    const stations = new Set(this.d.orgs.below(node.id).map((n) => n.id));
    const out = { ready: 0, ringing: 0, talking: 0, held: 0, wrapUp: 0, rest: 0, busy: 0, signedIn: 0, total: 0 };
    for (const agent of this.d.telephone.agents.values()) {
      if (!stations.has(agent.stationId)) continue;
      out.total += 1;
      if (agent.presence !== 'signedIn') continue;
      out.signedIn += 1;
      out[columnOf(agent)] += 1;
    }
    return out;
  }
  private calls(place: PlaceFilter): BoardView['callsToday'] {
    const { live, telephone } = this.d, count = (code: 'inboundCalls' | 'outboundCalls' | 'answeredCalls' | 'abandonedCalls') => live.figure(code, place).denominator;
    const wait = live.figure('waitTime', place), here = [...telephone.calls.values()].filter(placeTest(place));
    return {
      inbound: count('inboundCalls'), outbound: count('outboundCalls'), answered: count('answeredCalls'), abandoned: count('abandonedCalls'), averageWaitSeconds: wait.denominator ? wait.numerator / wait.denominator / 1000 : null,
      inIvr: here.filter((call) => call.state === 'ivr').length, talking: here.filter((call) => ['talking', 'held', 'consulting', 'conferencing'].includes(call.state)).length,
    };
  }
  private byHour(place: PlaceFilter): BoardView['byHour'] {
    const inbound = this.d.live.hours('inboundCalls', place), answered = this.d.live.hours('answeredCalls', place);
    return Array.from({ length: 24 }, (_, hour) => ({ hour, inbound: inbound.get(hour)?.denominator ?? 0, answered: answered.get(hour)?.denominator ?? 0 }));
  }
}
/** Each signed-in agent stands in exactly one column: what the line does comes before what the agent set. */
function columnOf(agent: AgentView): 'ready' | 'ringing' | 'talking' | 'held' | 'wrapUp' | 'rest' | 'busy' {
  switch (agent.callState) {
    case 'ringing': case 'dialing': return 'ringing';
    case 'talking': case 'consulting': case 'conferencing': return 'talking';
    case 'held': return 'held';
    case 'idle': break;
  }
  switch (agent.readiness) {
    case 'ready': return 'ready';
    case 'wrapUp': return 'wrapUp';
    case 'rest': return 'rest';
    default: return 'busy';
  }
}
