import type { Sql } from '../../platform/database/db';
import type { OrgDirectory } from '../../platform/identity/org.store';

const marks = (n: number, from = 1): string => Array.from({ length: n }, (_, i) => `$${i + from}`).join(',');

/** Who is told, found out once for all notices of one turn. Active accounts only. */
export class Recipients {
  private readonly known = new Map<string, Promise<number[]>>();
  constructor(private readonly sql: Sql, private readonly orgs: OrgDirectory) {}

  /** The heads of a station. */
  heads(stationId: number): Promise<number[]> { return this.at(['stationHead'], stationId); }
  /** The nearest level, from the node upwards, at which anybody holds one of the roles: a request should not ring in the whole group. */
  async nearest(roles: readonly string[], orgId: number): Promise<number[]> {
    for (const node of this.orgs.ancestors(orgId)) {
      const found = await this.at(roles, node.id);
      if (found.length > 0) return found;
    }
    return [];
  }
  /** Who leads the whole group. */
  async group(): Promise<number[]> { const root = this.orgs.root(); return root ? this.at(['groupAdmin', 'groupLeader'], root.id) : []; }

  /** Accounts that hold one of these roles exactly at this node. */
  private at(roles: readonly string[], orgId: number): Promise<number[]> {
    const key = `${orgId} ${roles.join()}`, known = this.known.get(key);
    if (known) return known;
    const asked = this.sql.query<{ account_id: number }>(`select distinct r.account_id from account_role r join account a on a.id = r.account_id where a.account_status = 'active' and r.role_code in (${marks(roles.length)}) and r.org_id = $${roles.length + 1}`, [...roles, orgId]).then((rows) => rows.map((row) => row.account_id));
    this.known.set(key, asked);
    return asked;
  }
}
