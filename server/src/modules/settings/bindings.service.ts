import type { BindingRow, Page, QueryOf, routes } from '@ronghu/contract';
import type { Platform } from '../../platform/platform';
import type { SqlValue } from '../../platform/database/db';
import { isUniqueViolation } from '../../platform/database/shards';
import { AppError } from '../../platform/errors/app-error';
import { requireOrg, type Scope } from '../../platform/identity/scope';

interface Record_ { agent_id: number; name: string; work_no: string; station_id: number; extension: string | null; is_online: boolean | null }

/** Agent and phone, one to one (CC-172); told to the director by the event `binding.changed`. */
export class BindingsService {
  constructor(private readonly p: Platform) {}
  async list(scope: Scope, query: QueryOf<typeof routes.bindings>): Promise<Page<BindingRow>> {
    if (query.orgId !== undefined) requireOrg(scope, query.orgId);
    const stations = (query.orgId === undefined ? [...scope.stationIds] : this.p.orgs.below(query.orgId).filter((n) => n.kind === 'station').map((n) => n.id));
    const params: SqlValue[] = [], bind = (v: SqlValue): string => `$${params.push(v)}`;
    const where = [`a.station_id in (${stations.map((id) => bind(id)).join(',') || 'null'})`];
    if (query.q) { const like = bind(`%${query.q.replace(/[%_\\]/g, '')}%`); where.push(`(a.name like ${like} or a.work_no like ${like} or b.extension like ${like})`); }
    if (query.unbound) where.push('b.extension is null');
    const group = this.p.shards.group(), from = 'from agent a left join binding b on b.agent_id = a.agent_id left join phone p on p.extension = b.extension';
    const [count] = await group.query<{ n: number }>(`select count(*) as n ${from} where ${where.join(' and ')}`, params);
    const rows = await group.query<Record_>(`select a.agent_id, a.name, a.work_no, a.station_id, b.extension, p.is_online ${from} where ${where.join(' and ')} order by a.work_no limit ${bind(query.size)} offset ${bind((query.page - 1) * query.size)}`, params);
    return { rows: await this.describe(rows), total: count?.n ?? 0, page: query.page, size: query.size };
  }
  /** @throws AppError STATE_CONFLICT when the phone is bound to somebody else, NOT_FOUND when it is not a phone of the scope. */
  async bind(scope: Scope, agentId: number, extension: string | null): Promise<BindingRow> {
    const group = this.p.shards.group();
    const [agent] = await group.query<Record_>('select a.agent_id, a.name, a.work_no, a.station_id, b.extension, null as is_online from agent a left join binding b on b.agent_id = a.agent_id where a.agent_id = $1', [agentId]);
    if (!agent || !scope.stationIds.has(agent.station_id)) throw new AppError('NOT_FOUND');
    if (extension !== null) {
      const [phone] = await group.query<{ station_id: number }>('select station_id from phone where extension = $1', [extension]);
      if (!phone || !scope.stationIds.has(phone.station_id)) throw new AppError('NOT_FOUND', `没有分机 ${extension}，或不在您的管辖范围`);
    }
    try {
      await group.transaction(async (tx) => {
        await tx.execute('delete from binding where agent_id = $1', [agentId]);
        if (extension !== null) await tx.insertMany('binding', [{ agent_id: agentId, extension, bound_by: scope.accountId, bound_at: this.p.clock.now() }]);
        await this.p.outbox.add(tx, { kind: 'binding.changed', aggregate: 'agent', aggregateId: agentId, companyId: null, payload: { agentId, extension } });
        await this.p.audit.record(tx, scope, { action: 'bind', target: `agent:${agentId}`, detail: `${agent.extension ?? '未绑定'} → ${extension ?? '未绑定'}` });
      });
    } catch (error) { if (isUniqueViolation(error)) throw new AppError('STATE_CONFLICT', `分机 ${extension} 已绑定其他坐席，请先解除`); throw error; }
    const [row] = await group.query<Record_>('select a.agent_id, a.name, a.work_no, a.station_id, b.extension, p.is_online from agent a left join binding b on b.agent_id = a.agent_id left join phone p on p.extension = b.extension where a.agent_id = $1', [agentId]);
    return (await this.describe([row as Record_]))[0] as BindingRow;
  }
  private async describe(rows: readonly Record_[]): Promise<BindingRow[]> {
    if (!rows.length) return [];
    const skills = await this.p.shards.group().query<{ agent_id: number; skill_group_id: number; name: string; skill_level: number }>(`select s.agent_id, s.skill_group_id, g.name, s.skill_level from agent_skill s join skill_group g on g.skill_group_id = s.skill_group_id where s.agent_id in (${rows.map((_, i) => `$${i + 1}`).join(',')})`, rows.map((r) => r.agent_id));
    return rows.map((r) => ({ agentId: r.agent_id, personName: r.name, workNo: r.work_no, stationId: r.station_id, stationName: this.p.orgs.name(r.station_id) ?? '', extension: r.extension ?? undefined, phoneOnline: r.is_online ?? false, skillGroups: skills.filter((s) => s.agent_id === r.agent_id).map((s) => ({ id: s.skill_group_id, name: s.name, level: s.skill_level })) }));
  }
}
