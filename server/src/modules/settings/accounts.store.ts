import type { RoleCode } from '@ronghu/contract';
import type { Db, Sql, SqlValue } from '../../platform/database/db';

export interface AccountRecord { id: number; login: string; person_name: string; org_id: number; account_status: 'active' | 'disabled'; locked_until: number | null; mobile_sealed: string | null; last_sign_in_at: number | null; version: number; work_no: string | null; extension: string | null; agent_id: number | null }
const COLUMNS = 'a.id, a.login, a.person_name, a.org_id, a.account_status, a.locked_until, a.mobile_sealed, a.last_sign_in_at, a.version, g.work_no, b.extension, g.agent_id';
const FROM = 'from account a left join agent g on g.account_id = a.id left join binding b on b.agent_id = g.agent_id';

/** SQL of accounts, their roles and skills, in the group's shard. */
export class AccountStore {
  constructor(private readonly group: Db) {}
  /** People of the organisation nodes given; `q` is part of login, name or work number. */
  async page(filter: { orgIds: readonly number[]; q?: string; role?: RoleCode; page: number; size: number }): Promise<{ rows: AccountRecord[]; total: number }> {
    const params: SqlValue[] = [], bind = (v: SqlValue): string => `$${params.push(v)}`;
    const where = [`a.org_id in (${filter.orgIds.map((id) => bind(id)).join(',') || 'null'})`];
    if (filter.q) { const like = bind(`%${filter.q.replace(/[%_\\]/g, '')}%`); where.push(`(a.login like ${like} or a.person_name like ${like} or g.work_no like ${like})`); }
    if (filter.role) where.push(`exists (select 1 from account_role r where r.account_id = a.id and r.role_code = ${bind(filter.role)})`);
    const [count] = await this.group.query<{ n: number }>(`select count(*) as n ${FROM} where ${where.join(' and ')}`, params);
    const rows = await this.group.query<AccountRecord>(`select ${COLUMNS} ${FROM} where ${where.join(' and ')} order by a.org_id, a.login limit ${bind(filter.size)} offset ${bind((filter.page - 1) * filter.size)}`, params);
    return { rows, total: count?.n ?? 0 };
  }
  async find(id: number): Promise<AccountRecord | undefined> { return (await this.group.query<AccountRecord>(`select ${COLUMNS} ${FROM} where a.id = $1`, [id]))[0]; }
  async rolesOf(accountIds: readonly number[]): Promise<Map<number, { role: RoleCode; orgId: number }[]>> {
    const out = new Map<number, { role: RoleCode; orgId: number }[]>();
    if (!accountIds.length) return out;
    for (const row of await this.group.query<{ account_id: number; role_code: RoleCode; org_id: number }>(`select account_id, role_code, org_id from account_role where account_id in (${accountIds.map((_, i) => `$${i + 1}`).join(',')})`, [...accountIds])) out.set(row.account_id, [...(out.get(row.account_id) ?? []), { role: row.role_code, orgId: row.org_id }]);
    return out;
  }
  async setRoles(sql: Sql, accountId: number, roles: readonly RoleCode[], orgId: number): Promise<void> {
    await sql.execute('delete from account_role where account_id = $1', [accountId]);
    await sql.insertMany('account_role', [...new Set(roles)].map((role) => ({ account_id: accountId, role_code: role, org_id: orgId })));
  }
  async setSkills(sql: Sql, accountId: number, skills: readonly { code: string; level: number }[]): Promise<void> {
    await sql.execute('delete from account_skill where account_id = $1', [accountId]);
    await sql.insertMany('account_skill', skills.map((s) => ({ account_id: accountId, skill_code: s.code, skill_level: s.level })));
  }
}
