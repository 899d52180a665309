import type { FrontEnd, Permission, RoleCode } from '@ronghu/contract';
import type { Sql } from '../database/db';
import type { OrgDirectory } from './org.store';
import type { Scope } from './scope';

interface Assignment { role_code: RoleCode; org_id: number }
/**
 * Builds a scope from the account's assignments: rights are the union of its roles, organisation nodes the union of what its assignments cover.
 * Pure but for the two look-ups.
 */
export async function buildScope(sql: Sql, orgs: OrgDirectory, session: { accountId: number; personName: string; login: string; frontEnd: FrontEnd; sessionId: string; address: string }): Promise<Scope> {
  const [assignments, agents] = [await sql.query<Assignment>('select role_code, org_id from account_role where account_id = $1', [session.accountId]), await sql.query<{ agent_id: number; station_id: number }>('select agent_id, station_id from agent where account_id = $1', [session.accountId])];
  const roles = [...new Set(assignments.map((a) => a.role_code))];
  const rights = roles.length ? await sql.query<{ permission: Permission }>(`select distinct permission from role_permission where role_code in (${roles.map((_, i) => `$${i + 1}`).join(',')})`, roles) : [];
  const roots = [...new Set(assignments.map((a) => a.org_id))].filter((id) => orgs.get(id));
  const nodes = new Map(roots.flatMap((id) => orgs.below(id)).map((n) => [n.id, n]));
  const top = roots.filter((id) => !orgs.ancestors(id).slice(1).some((n) => nodes.has(n.id)));
  const covered = [...nodes.values()];
  const stations = covered.filter((n) => n.kind === 'station');
  const rootKinds = top.map((id) => orgs.get(id)?.kind);
  return {
    ...session, roles, permissions: new Set(rights.map((r) => r.permission)), orgRootIds: top, orgIds: new Set(nodes.keys()),
    companyIds: new Set(covered.map((n) => n.companyId).filter((id): id is number => id !== null)), stationIds: new Set(stations.map((n) => n.id)),
    wholeCompany: rootKinds.length > 0 && rootKinds.every((kind) => kind !== 'station'),
    agentId: agents[0]?.agent_id ?? null, stationId: agents[0]?.station_id ?? (rootKinds.length === 1 && rootKinds[0] === 'station' ? (top[0] as number) : null), system: false,
  };
}
/** The scope of a job: sees everything, is named in every trace. */
export function systemScope(reason: string): Scope {
  return { accountId: 0, personName: '系统', login: `system:${reason}`, frontEnd: 'system', sessionId: 'system', address: '-', roles: [], permissions: new Set(), orgRootIds: [], orgIds: new Set(), companyIds: new Set(), stationIds: new Set(), wholeCompany: true, agentId: null, stationId: null, system: true };
}
