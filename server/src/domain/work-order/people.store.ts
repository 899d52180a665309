import type { Sql } from '../../platform/database/db';
import type { WorkerFacts } from './candidate.rules';

const marks = (n: number, from = 1): string => Array.from({ length: n }, (_, i) => `$${i + from}`).join(',');
export interface FieldPerson { workerId: number; name: string; stationId: number }

/** People of the field as orders need them: read from the group's shard, kept by identity. */
export const peopleStore = {
  async personName(sql: Sql, accountId: number): Promise<string | null> { return (await sql.query<{ person_name: string }>('select person_name from account where id = $1', [accountId]))[0]?.person_name ?? null; },
  /** Active field workers assigned to these stations. */
  async fieldPeople(sql: Sql, stationIds: readonly number[]): Promise<FieldPerson[]> {
    if (stationIds.length === 0) return [];
    const rows = await sql.query<{ id: number; person_name: string; org_id: number }>(`select a.id, a.person_name, r.org_id from account_role r join account a on a.id = r.account_id where r.role_code = 'fieldWorker' and a.account_status = 'active' and r.org_id in (${marks(stationIds.length)}) order by a.id`, stationIds);
    return rows.map((r) => ({ workerId: r.id, name: r.person_name, stationId: r.org_id }));
  },
  async fieldPerson(sql: Sql, accountId: number): Promise<FieldPerson[]> {
    const rows = await sql.query<{ id: number; person_name: string; org_id: number }>("select a.id, a.person_name, r.org_id from account_role r join account a on a.id = r.account_id where r.role_code = 'fieldWorker' and a.account_status = 'active' and a.id = $1", [accountId]);
    return rows.map((r) => ({ workerId: r.id, name: r.person_name, stationId: r.org_id }));
  },
  /** Skills, areas, presence and present load of each person; `communityId` and `faultCode` are the order's. `since…` in ms UTC. */
  async workerFacts(sql: Sql, people: readonly FieldPerson[], q: { faultCode: string; communityId: number | null; dayStart: number; since: number }): Promise<WorkerFacts[]> {
    if (people.length === 0) return [];
    const ids = people.map((p) => p.workerId), n = ids.length;
    const skills = await sql.query<{ account_id: number; skill_code: string; skill_level: number }>(`select account_id, skill_code, skill_level from account_skill where account_id in (${marks(n)})`, ids);
    const areas = await sql.query<{ account_id: number; area_id: number }>(`select account_id, area_id from account_area where account_id in (${marks(n)})`, ids);
    const open = await sql.query<{ worker_id: number; n: number; late: number }>(`select worker_id, count(*) as n, sum(case when overdue = $1 then 1 else 0 end) as late from work_order_index where worker_id in (${marks(n, 2)}) and state in ('assigned','accepted','onSite') group by worker_id`, [true, ...ids]);
    const today = await sql.query<{ worker_id: number; n: number }>(`select worker_id, count(*) as n from work_order_index where worker_id in (${marks(n)}) and state in ('completed','closed') and completed_at >= $${n + 1} group by worker_id`, [...ids, q.dayStart]);
    const here = q.communityId === null ? [] : await sql.query<{ worker_id: number; n: number; same: number }>(`select worker_id, count(*) as n, sum(case when fault_code = $1 then 1 else 0 end) as same from work_order_index where worker_id in (${marks(n, 2)}) and community_id = $${n + 2} and completed_at >= $${n + 3} group by worker_id`, [q.faultCode, ...ids, q.communityId, q.since]);
    const duty = await sql.query<{ account_id: number }>(`select distinct account_id from field_check_in where account_id in (${marks(n)}) and happened_at >= $${n + 1}`, [...ids, q.dayStart]);
    return people.map((p) => {
      const mine = <T extends { worker_id: number }>(rows: readonly T[]): T | undefined => rows.find((r) => r.worker_id === p.workerId);
      const communityIds = areas.filter((a) => a.account_id === p.workerId).map((a) => a.area_id);
      return {
        workerId: p.workerId, name: p.name, kind: communityIds.length > 0 && !skills.some((s) => s.account_id === p.workerId) ? 'grid' : 'maintenance', onDuty: duty.some((d) => d.account_id === p.workerId),
        skills: Object.fromEntries(skills.filter((s) => s.account_id === p.workerId).map((s) => [s.skill_code, s.skill_level])), communityIds,
        open: mine(open)?.n ?? 0, overdue: mine(open)?.late ?? 0, today: mine(today)?.n ?? 0, doneHere: mine(here)?.n ?? 0, doneSameFault: mine(here)?.same ?? 0,
      };
    });
  },
  async communityFaults(sql: Sql, communityId: number, since: number): Promise<number> {
    return (await sql.query<{ n: number }>('select count(*) as n from work_order_index where community_id = $1 and created_at >= $2', [communityId, since]))[0]?.n ?? 0;
  },
};
