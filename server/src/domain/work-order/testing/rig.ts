import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { DEFAULT_ROLE_PERMISSIONS, type FrontEnd, type LiveMessage, type OrderIntake, type RoleCode } from '@ronghu/contract';
import { cacheTables } from '../../../platform/cache';
import type { TableDefinition } from '../../../platform/database/table';
import { buildScope } from '../../../platform/identity/scopes';
import type { Scope } from '../../../platform/identity/scope';
import { silentLog } from '../../../platform/log';
import { createPlatform, type Platform } from '../../../platform/platform';
import { testConfig } from '../../../platform/testing/config';
import { startTestDatabase, type TestDatabase } from '../../../platform/testing/database';
import { SettingService } from '../../setting';
import { createWorkOrders, type WorkOrders } from '..';

export const PEOPLE = { agent: 201, head: 202, otherHead: 203, worker: 204, worker2: 205, otherWorker: 206, supervisor: 207, groupAdmin: 208, operator: 209, agent12: 210, head12: 211 } as const;
export type Person = keyof typeof PEOPLE;
const ROLES: Record<Person, [RoleCode, number, FrontEnd]> = { agent: ['agent', 11, 'agent'], head: ['stationHead', 111, 'admin'], otherHead: ['stationHead', 112, 'admin'], worker: ['fieldWorker', 111, 'mobile'], worker2: ['fieldWorker', 111, 'mobile'], otherWorker: ['fieldWorker', 112, 'mobile'], supervisor: ['supervisor', 11, 'admin'], groupAdmin: ['groupAdmin', 1, 'admin'], operator: ['subsidiaryOperator', 11, 'admin'], agent12: ['agent', 12, 'agent'], head12: ['stationHead', 121, 'admin'] };
const NAMES: Record<Person, string> = { agent: '赵坐席', head: '钱站长', otherHead: '孙站长', worker: '李维修', worker2: '周维修', otherWorker: '吴维修', supervisor: '郑班长', groupAdmin: '王集团', operator: '冯操作', agent12: '陈坐席', head12: '褚站长' };

export interface Rig {
  db: TestDatabase; platform: Platform; work: WorkOrders; settings: SettingService; live: LiveMessage[]; dir: string;
  scope(person: Person): Promise<Scope>; form(over?: Partial<OrderIntake>): OrderIntake; now(): number; pass(ms: number): void; settle(): Promise<void>; stop(): Promise<void>;
}
/** A small group on a real database: companies 11 and 12, stations 111, 112 and 121, a person a role, house 600 of station 111 and house 601 of none. `build` may add rooms; without `rooms` the modules under test make their own. */
export async function startRig(tables: readonly TableDefinition[], build?: (platform: Platform) => void, options: { rooms: boolean; passwordHash?: string } = { rooms: true }): Promise<Rig> {
  let now = Date.UTC(2026, 10, 18, 2, 0);
  const db = await startTestDatabase([...new Set([...tables, ...cacheTables])]), dir = mkdtempSync(join(tmpdir(), 'ronghu-orders-')), g = db.shards.group();
  const org = (id: number, parent: number | null, kind: string, name: string, code: string, path: string, companyId: number | null) => ({ id, parent_id: parent, kind, name, code, path, company_id: companyId });
  await g.insertMany('org_node', [org(1, null, 'group', '集团', 'GRP', '/1/', null), org(2, 1, 'division', '事业部', 'DIV', '/1/2/', null), org(11, 2, 'company', '甲公司', 'JIA', '/1/2/11/', 11), org(12, 2, 'company', '乙公司', 'YI', '/1/2/12/', 12), org(111, 11, 'station', '东站', 'JIA01', '/1/2/11/111/', 11), org(112, 11, 'station', '西站', 'JIA02', '/1/2/11/112/', 11), org(121, 12, 'station', '南站', 'YI01', '/1/2/12/121/', 12)]);
  await g.insertMany('account', (Object.keys(PEOPLE) as Person[]).map((p) => ({ id: PEOPLE[p], login: p, person_name: NAMES[p], org_id: ROLES[p][1], password_hash: options.passwordHash ?? 'x', must_change: false, created_at: now })));
  await g.insertMany('account_role', (Object.keys(PEOPLE) as Person[]).map((p) => ({ account_id: PEOPLE[p], role_code: ROLES[p][0], org_id: ROLES[p][1] })));
  await g.insertMany('role_permission', (Object.entries(DEFAULT_ROLE_PERMISSIONS) as [RoleCode, string[]][]).flatMap(([role_code, list]) => list.map((permission) => ({ role_code, permission }))));
  await g.insertMany('account_skill', [{ account_id: PEOPLE.worker, skill_code: 'notHot', skill_level: 7 }, { account_id: PEOPLE.worker2, skill_code: 'leak', skill_level: 5 }]);
  await g.insertMany('account_area', [{ account_id: PEOPLE.worker, area_id: 500, company_id: 11 }]);
  await g.insertMany('agent', [{ agent_id: 8001, account_id: PEOPLE.agent, work_no: '8001', name: NAMES.agent, station_id: 111, company_id: 11 }]);
  const config = testConfig(dir, db.target, 16);
  const platform = await createPlatform(config, { clock: { now: () => now }, log: silentLog, node: 3, holder: 'test', companyIds: [11, 12] });
  const c = db.shards.company(11), { crypto } = platform, number = '13812345678';
  await c.insertMany('area_node', [{ id: 500, company_id: 11, parent_id: 0, kind: 'community', node_name: '松江新苑', path: '/500/', own_station_id: 111, station_id: 111, sort_key: 'songjiang', updated_at: now }]);
  await c.insertMany('house', [600, 601].map((id) => ({ id, company_id: 11, unit_id: 550, building_id: 540, community_id: 500, station_id: id === 600 ? 111 : null, room_no: `${id}`, address: `松江新苑3号楼2单元${id}`, area_m2: 88, heating: 'on', contract_no: `HT${id}`, updated_at: now })));
  await c.insertMany('customer', [{ id: 700, company_id: 11, customer_name: '刘桂兰', updated_at: now }]);
  await c.insertMany('customer_phone', [{ customer_id: 700, number_blind: crypto.blind(number), number_last4: crypto.blindLast4(number), number_sealed: crypto.seal(number) }]);
  await g.insertMany('area_term', [...'松江新苑'].slice(0, 3).map((_, i) => ({ term: '松江新苑'.slice(i, i + 2), community_id: 500, company_id: 11 })));
  const settings = new SettingService({ group: g, clock: platform.clock, audit: platform.audit, outbox: platform.outbox }), work = options.rooms ? createWorkOrders(platform, settings) : (undefined as unknown as WorkOrders), live: LiveMessage[] = [];
  build?.(platform);
  platform.hub.onMessage((m) => live.push(m));
  platform.relay.start();
  return {
    db, platform, work, settings, live, dir, now: () => now, pass: (ms) => { now += ms; },
    scope: (p) => buildScope(g, platform.orgs, { accountId: PEOPLE[p], personName: NAMES[p], login: p, frontEnd: ROLES[p][2], sessionId: `s-${p}`, address: '10.0.0.1' }),
    form: (over = {}) => ({ companyId: 11, type: 'repair', urgency: 'normal', source: 'phone', faultCode: 'notHot', description: '客厅暖气不热，已三天', customerId: 700, houseId: 600, callId: randomUUID(), attachmentIds: [], ...over }),
    settle: () => platform.relay.drain(),
    async stop() { await platform.close(); await db.stop(); rmSync(dir, { recursive: true, force: true }); },
  };
}
