import type { Sql } from '../../platform/database/db';
import type { OrgDirectory } from '../../platform/identity/org.store';

const marks = (n: number, from = 1): string => Array.from({ length: n }, (_, i) => `$${i + from}`).join(',');
/** Accounts that hold one of these roles exactly at these nodes. Active ones only. */
export async function accountsAt(sql: Sql, roles: readonly string[], orgIds: readonly number[]): Promise<number[]> {
  if (orgIds.length === 0) return [];
  const rows = await sql.query<{ account_id: number }>(`select distinct r.account_id from account_role r join account a on a.id = r.account_id where a.account_status = 'active' and r.role_code in (${marks(roles.length)}) and r.org_id in (${marks(orgIds.length, roles.length + 1)})`, [...roles, ...orgIds]);
  return rows.map((r) => r.account_id);
}
/** The nearest level, from the node upwards, at which anybody holds one of the roles: a request should not ring in the whole group. */
export async function nearestAccounts(sql: Sql, orgs: OrgDirectory, roles: readonly string[], orgId: number): Promise<number[]> {
  for (const node of orgs.ancestors(orgId)) {
    const found = await accountsAt(sql, roles, [node.id]);
    if (found.length > 0) return found;
  }
  return [];
}
/** Accounts covered by a node or anything below it, for announcements and the like. */
export const headsOf = (sql: Sql, stationId: number): Promise<number[]> => accountsAt(sql, ['stationHead'], [stationId]);
