import { DEFAULT_ROLE_PERMISSIONS, FAULT_CODES, type RoleCode } from '@ronghu/contract';
import type { Db, Row } from '../platform/database/db';
import type { Ids } from '../platform/database/ids';
import { personName, STATIONS, mobileNumber } from './names';
import type { Seeded } from './random';

export interface Station { id: number; companyId: number; name: string; no: number; workers: Person[]; headId: number; headName: string; agents: Agent[] }
export interface Person { accountId: number; name: string }
export interface Agent extends Person { agentId: number; workNo: string; extension: string; skillGroupIds: number[] }
export interface Company { id: number; code: string; name: string; short: string; stations: Station[] }
export interface Organisation { groupId: number; companies: Company[]; skillGroups: { id: number; code: string; name: string }[]; hotline: string; leader?: Person; /** A subsidiary operator by company. */ operators?: Map<number, Person> }
const COMPANIES = [['DL', '道里供热分公司', '道里'], ['NG', '南岗供热分公司', '南岗'], ['SB', '松北供热分公司', '松北']] as const;

/** Nodes only: what must exist before the companies' own schemas can be made. */
export function planOrganisation(ids: Ids): { rows: Row[]; plan: Organisation } {
  const groupId = ids.next(), divisions = [ids.next(), ids.next()], rows: Row[] = [{ id: groupId, parent_id: null, kind: 'group', name: '龙江热力集团', code: 'GRP', path: `/${groupId}/`, company_id: null, sort_no: 0 }];
  divisions.forEach((id, i) => rows.push({ id, parent_id: groupId, kind: 'division', name: ['城区供热事业部', '江北供热事业部'][i], code: ['CQ', 'JB'][i], path: `/${groupId}/${id}/`, company_id: null, sort_no: i }));
  const companies = COMPANIES.map(([code, name, short], i): Company => {
    const id = ids.next(), division = divisions[i < 2 ? 0 : 1] as number, path = `/${groupId}/${division}/${id}/`;
    rows.push({ id, parent_id: division, kind: 'company', name, code, path, company_id: id, sort_no: i });
    const stations = STATIONS.slice(i * 6, i * 6 + 6).map((station, k): Station => {
      const stationId = ids.next(), no = i * 6 + k + 1;
      rows.push({ id: stationId, parent_id: id, kind: 'station', name: `${station}维修站`, code: `${code}${String(k + 1).padStart(2, '0')}`, path: `${path}${stationId}/`, company_id: id, sort_no: k });
      return { id: stationId, companyId: id, name: `${station}维修站`, no, workers: [], headId: 0, headName: '', agents: [] };
    });
    return { id, code, name, short, stations };
  });
  return { rows, plan: { groupId, companies, skillGroups: [], hotline: '96777' } };
}

/**
 * People, roles, phones and skill groups: 34 phones and agents a station, a head, four field people, and one account a role for showing.
 * All share one password hash, so that an installation is made in seconds; demo only.
 */
export async function makePeople(d: { group: Db; ids: Ids; random: Seeded; now: number; passwordHash: string; seal(text: string): string }, org: Organisation): Promise<void> {
  const { group, ids, random: r, now } = d;
  const accounts: Row[] = [], roles: Row[] = [], skills: Row[] = [], agents: Row[] = [], agentSkills: Row[] = [], phones: Row[] = [], bindings: Row[] = [];
  let mobile = 90_000_000;
  const person = (login: string, name: string, orgId: number, list: [RoleCode, number][], employeeNo: string | null = null): number => {
    const id = ids.next();
    accounts.push({ id, login, person_name: name, org_id: orgId, account_status: 'active', password_hash: d.passwordHash, must_change: false, failed_count: 0, mobile_sealed: d.seal(mobileNumber(mobile++)), employee_no: employeeNo, created_at: now, version: 1 });
    for (const [role_code, org_id] of list) roles.push({ account_id: id, role_code, org_id });
    return id;
  };
  org.skillGroups = ([['repair', '报修组'], ['billing', '费用组'], ['service', '综合组']] as const).map(([code, name]) => ({ id: ids.next(), code, name }));
  await group.insertMany('skill_group', org.skillGroups.map((g) => ({ skill_group_id: g.id, name: g.name, code: g.code, direction: 'inbound', strategy: 'longestIdle', ring_s: 15, wrap_up_s: 30, misses_to_rest: 3, rating: true })));
  await group.insertMany('access_number', [{ called_number: org.hotline, target_kind: 'ivr', ivr_code: 'main', priority: 5 }]);
  const first = org.companies[0] as Company;
  person('admin', '集团管理员', org.groupId, [['groupAdmin', org.groupId]]);
  const leaderName = personName(r);
  org.leader = { accountId: person('leader', leaderName, org.groupId, [['groupLeader', org.groupId]]), name: leaderName };
  person('sysadmin', personName(r), org.groupId, [['systemAdmin', org.groupId]]);
  person('auditor', personName(r), org.groupId, [['auditor', org.groupId]]);
  org.operators = new Map(org.companies.map((company, i) => { const name = personName(r); return [company.id, { accountId: person(i === 0 ? 'operator' : `operator0${i + 1}`, name, company.id, [['subsidiaryOperator', company.id]]), name }]; }));
  person('zhijian', personName(r), org.groupId, [['qualityInspector', org.groupId]]);
  const leadAccount = person('banzhang', personName(r), (first.stations[0] as Station).id, [['supervisor', org.groupId]]);
  let agentNo = 0, workerNo = 0, headNo = 0;
  const faults = Object.keys(FAULT_CODES);
  for (const company of org.companies) {
    for (const station of company.stations) {
      station.headName = personName(r);
      station.headId = person(headNo++ === 0 ? 'zhanzhang' : `zhanzhang${String(headNo).padStart(2, '0')}`, station.headName, station.id, [['stationHead', station.id]], `Z${String(headNo).padStart(3, '0')}`);
      for (let i = 0; i < 4; i++) {
        workerNo += 1;
        const name = personName(r), accountId = person(`worker${String(workerNo).padStart(2, '0')}`, name, station.id, [['fieldWorker', station.id]], `${i === 3 ? 'W' : 'M'}${String(workerNo).padStart(3, '0')}`); // W: grid worker (网格员), M: maintenance worker (维修员)
        station.workers.push({ accountId, name });
        for (const code of faults) if (r.chance(0.55) || code === 'notHot') skills.push({ account_id: accountId, skill_code: code, skill_level: r.int(3, 9) });
      }
      for (let i = 0; i < 34; i++) {
        agentNo += 1;
        const extension = `8${String(station.no).padStart(2, '0')}${String(i + 1).padStart(2, '0')}`, login = `agent${String(agentNo).padStart(2, '0')}`, workNo = String(1000 + agentNo), name = personName(r), agentId = ids.next();
        const accountId = agentNo === 34 ? leadAccount : person(login, name, station.id, [['agent', org.groupId]], workNo);
        const groups = [org.skillGroups[2], org.skillGroups[i % 2]].map((g) => (g as { id: number }).id);
        const realName = agentNo === 34 ? ((accounts.find((a) => a.id === leadAccount) as Row).person_name as string) : name;
        station.agents.push({ accountId, name: realName, agentId, workNo, extension, skillGroupIds: groups });
        agents.push({ agent_id: agentId, account_id: accountId, work_no: workNo, name: realName, station_id: station.id, company_id: company.id });
        phones.push({ extension, station_id: station.id, mac: `00:15:65:${[station.no, i + 1, (station.no * 31 + i) % 256].map((n) => n.toString(16).padStart(2, '0')).join(':')}`, is_online: false });
        bindings.push({ agent_id: agentId, extension, bound_by: leadAccount, bound_at: now });
        for (const [k, id] of groups.entries()) agentSkills.push({ agent_id: agentId, skill_group_id: id, skill_level: k === 0 ? 5 : r.int(4, 9) });
      }
    }
  }
  await group.insertMany('account', accounts);
  await group.insertMany('account_role', roles);
  await group.insertMany('account_skill', skills);
  await group.insertMany('agent', agents);
  await group.insertMany('phone', phones);
  await group.insertMany('binding', bindings);
  await group.insertMany('agent_skill', agentSkills);
}
/** Rights of the built-in roles; every installation has them. */
export const defaultRights = (): Row[] => Object.entries(DEFAULT_ROLE_PERMISSIONS).flatMap(([role_code, list]) => list.map((permission) => ({ role_code, permission })));
