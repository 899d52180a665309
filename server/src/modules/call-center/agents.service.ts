import type { AgentView, CallView, SkillGroupView } from '@ronghu/contract';
import { reachesCall } from '../../domain/metric/call-rows';
import { maskCall } from '../../domain/telephony/director-protocol';
import type { Clock } from '../../platform/clock';
import type { Sql } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { requireOrg, requirePermission, type Scope } from '../../platform/identity/scope';
import type { AgentOrders } from './agent-orders';
import { groupFigures } from './skill-groups';
import { reachesStation, requireDirector, type DirectorPort, type Mask } from './director-port';

export interface AuditPort { record(sql: Sql, scope: Scope, entry: { action: string; target: string; detail: string }): Promise<unknown> }
export interface OrgTree { below(id: number): readonly { id: number }[]; ancestors(id: number): readonly { id: number }[]; name(id: number | null): string | null }

/** Agents, groups and waiting calls as leaders watch them (MC-10..MC-12, MC-21, CC-95), straight from the director's mirror: no query. */
export class AgentsService {
  constructor(private readonly d: { director: DirectorPort; mask: Mask; orgs: OrgTree; sql: Sql; audit: AuditPort; agentOrders: AgentOrders; clock: Clock }) {}

  /** Agents of the scope, or of one node in it. */
  agents(scope: Scope, orgId?: number): AgentView[] {
    requirePermission(scope, 'agent.watch');
    if (orgId !== undefined) requireOrg(scope, orgId);
    requireDirector(this.d.director);
    const nodes = orgId === undefined ? null : new Set(this.d.orgs.below(orgId).map((node) => node.id));
    return this.sorted((agent) => reachesStation(scope, agent.stationId) && (nodes === null || nodes.has(agent.stationId)));
  }
  /** Whom a call may be handed to: agents signed in inside the caller's nodes (agents of the hotline have the whole group) and groups. */
  targets(scope: Scope): { agents: AgentView[]; skillGroups: SkillGroupView[] } {
    requirePermission(scope, 'phone.use');
    requireDirector(this.d.director);
    return { agents: this.sorted((agent) => agent.presence === 'signedIn' && agent.agentId !== scope.agentId && reachesStation(scope, agent.stationId)), skillGroups: this.groups() };
  }
  waiting(scope: Scope): CallView[] {
    requirePermission(scope, 'agent.watch');
    requireDirector(this.d.director);
    // a caller whose company is not known yet may be anybody's
    return this.d.director.queue.calls.filter((call) => reachesCall(scope, call)).map((call) => maskCall(call, this.d.mask));
  }
  skillGroups(): SkillGroupView[] {
    requireDirector(this.d.director);
    return this.groups();
  }
  /**
   * A leader sets an agent's state (CC-75, MC-12); the reason goes to the state log and the audit. Agents of other stations do not exist for the caller.
   * @throws AppError NOT_FOUND, FORBIDDEN, DIRECTOR_UNAVAILABLE, or the director's refusal.
   */
  async force(scope: Scope, agentId: number, body: { readiness: 'ready' | 'busy' | 'rest' | 'signedOut'; reason: string }, key: string): Promise<AgentView> {
    requirePermission(scope, 'agent.force');
    requireDirector(this.d.director);
    const agent = this.d.director.agents.get(agentId);
    if (!agent || !reachesStation(scope, agent.stationId)) throw new AppError('NOT_FOUND');
    const forced = await this.d.director.request('agentForce', { agentId, ...body, byAccountId: scope.accountId, byName: scope.personName }, key);
    await this.d.audit.record(this.d.sql, scope, { action: 'agentForce', target: `agent:${agentId}`, detail: `${agent.name}（${agent.workNo}）${agent.readiness ?? agent.presence} → ${body.readiness}：${body.reason}` });
    return this.d.agentOrders.fill(forced);
  }
  private groups(): SkillGroupView[] {
    const { director, clock } = this.d;
    return groupFigures(director.skillGroups, director.agents.values(), director.queue.calls, clock.now());
  }
  private sorted(keep: (agent: AgentView) => boolean): AgentView[] {
    return [...this.d.director.agents.values()].filter(keep).sort((a, b) => a.workNo.localeCompare(b.workNo)).map((agent) => this.d.agentOrders.fill(agent));
  }
}
