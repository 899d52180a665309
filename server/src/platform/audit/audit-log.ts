import type { AuditRow, Page } from '@ronghu/contract';
import type { Clock } from '../clock';
import type { Sql, SqlValue } from '../database/db';
import type { Ids } from '../database/ids';
import type { Scope } from '../identity/scope';
import { requirePermission } from '../identity/scope';

export interface AuditEntry { action: string; target: string; detail: string }
export interface AuditFilter { from?: number; to?: number; q?: string; action?: string; page: number; size: number }

/** Who did what to which thing, written beside the act and never changed (PF-27). Sealing is the sealer's work, not the writer's. */
export class AuditLog {
  private rootOrgId: number | null | undefined;
  constructor(private readonly ids: Ids, private readonly clock: Clock) {}

  /** Writes one row into the group's shard. `sql`: the group's database, or a running transaction of it when the act and its trace must stand or fall together. */
  async record(sql: Sql, scope: Scope, entry: AuditEntry): Promise<void> {
    await sql.insertMany('audit_row', [{
      id: this.ids.next(), at: this.clock.now(), account_id: scope.accountId, person_name: scope.personName.slice(0, 40), login: scope.login.slice(0, 60), org_root_id: scope.orgRootIds[0] ?? null,
      action: entry.action.slice(0, 40), target: entry.target.slice(0, 200), detail: entry.detail === '' ? null : entry.detail.slice(0, 20_000), address: scope.address.slice(0, 64), segment_id: null,
    }]);
  }

  /** Newest first. Whoever covers the whole group sees everything, others the acts of people inside their own part. */
  async list(sql: Sql, scope: Scope, filter: AuditFilter): Promise<Page<AuditRow>> {
    requirePermission(scope, 'audit.read');
    const params: SqlValue[] = [];
    const bind = (value: SqlValue): string => `$${params.push(value)}`;
    const where: string[] = ['1 = 1'];
    if (filter.from !== undefined) where.push(`at >= ${bind(filter.from)}`);
    if (filter.to !== undefined) where.push(`at < ${bind(filter.to)}`);
    if (filter.action) where.push(`action = ${bind(filter.action)}`);
    if (filter.q) { const like = bind(`%${filter.q.replace(/[%_\\]/g, '')}%`); where.push(`(person_name like ${like} or login like ${like} or target like ${like} or detail like ${like})`); }
    if (!scope.system && !(await this.coversGroup(sql, scope))) {
      const orgs = [...scope.orgIds];
      where.push(orgs.length ? `org_root_id in (${orgs.map(bind).join(',')})` : '1 = 0');
    }
    const [count] = await sql.query<{ n: number }>(`select count(*) as n from audit_row where ${where.join(' and ')}`, params);
    const rows = await sql.query<{ id: number; at: number; person_name: string; login: string; action: string; target: string; detail: string | null; address: string; segment_id: number | null }>(
      `select id, at, person_name, login, action, target, detail, address, segment_id from audit_row where ${where.join(' and ')} order by at desc, id desc limit ${bind(filter.size)} offset ${bind((filter.page - 1) * filter.size)}`, params);
    return { total: count?.n ?? 0, page: filter.page, size: filter.size, rows: rows.map((r) => ({ id: r.id, at: r.at, personName: r.person_name, login: r.login, action: r.action, target: r.target, detail: r.detail ?? '', address: r.address, segmentId: r.segment_id })) };
  }

  private async coversGroup(sql: Sql, scope: Scope): Promise<boolean> {
    this.rootOrgId ??= (await sql.query<{ id: number }>('select id from org_node where parent_id is null'))[0]?.id ?? null;
    return this.rootOrgId !== null && scope.orgIds.has(this.rootOrgId);
  }
}
