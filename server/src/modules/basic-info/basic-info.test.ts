import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Permission } from '@ronghu/contract';
import { telephonyTables } from '../../domain/telephony/telephony.tables';
import { workOrderTables } from '../../domain/work-order/work-order.tables';
import { AuditLog, auditTables } from '../../platform/audit';
import { Bus } from '../../platform/bus/bus';
import { busTables } from '../../platform/bus/bus.tables';
import { Outbox } from '../../platform/bus/outbox';
import { Relay } from '../../platform/bus/relay';
import { CryptoBox, loadOrCreateKeys } from '../../platform/crypto';
import { identityTables } from '../../platform/identity/identity.tables';
import { OrgDirectory } from '../../platform/identity/org.store';
import type { Scope } from '../../platform/identity/scope';
import { systemScope } from '../../platform/identity/scopes';
import { startTestDatabase, type TestDatabase } from '../../platform/testing/database';
import { makeBasicInfo, type BasicInfo } from './basic-info';
import { basicInfoTables } from './basic-info.tables';

let db: TestDatabase, info: BasicInfo, relay: Relay, crypto: CryptoBox, orgs: OrgDirectory, dir: string, rights = 0;
const clock = { now: () => Date.now() };
const quiet = { debug() {}, info() {}, warn() {}, error() {} } as never;
const ALL: Permission[] = ['org.read', 'org.write', 'house.read', 'house.write', 'customer.read', 'customer.write', 'number.reveal', 'order.read', 'call.read', 'account.read'];
const scopeOf = (part: Partial<Scope>): Scope => ({ ...systemScope('t'), system: false, accountId: 5, personName: '王操作', permissions: new Set(ALL), orgRootIds: [1], orgIds: new Set([1, 11, 12, 111, 112, 121]), companyIds: new Set([11, 12]), stationIds: new Set([111, 112, 121]), wholeCompany: true, ...part });
const group = scopeOf({});
const other = scopeOf({ orgRootIds: [12], orgIds: new Set([12, 121]), companyIds: new Set([12]), stationIds: new Set([121]) });
const station112 = scopeOf({ orgRootIds: [112], orgIds: new Set([112]), companyIds: new Set([11]), stationIds: new Set([112]), wholeCompany: false });
const page = { page: 1, size: 20 };

beforeAll(async () => {
  db = await startTestDatabase([...busTables, ...auditTables, ...identityTables, ...telephonyTables, ...workOrderTables, ...basicInfoTables]);
  dir = mkdtempSync(join(tmpdir(), 'ronghu-basic-'));
  crypto = new CryptoBox(loadOrCreateKeys(dir), { areaCode: '0451' });
  const nodes: [number, number | null, string, string, string, number | null][] = [[1, null, 'group', '集团', '/1/', null], [11, 1, 'company', '道里公司', '/1/11/', 11], [12, 1, 'company', '南岗公司', '/1/12/', 12], [111, 11, 'station', '群力站', '/1/11/111/', 11], [112, 11, 'station', '顾乡站', '/1/11/112/', 11], [121, 12, 'station', '学府站', '/1/12/121/', 12]];
  await db.shards.group().insertMany('org_node', nodes.map(([id, parent_id, kind, name, path, company_id]) => ({ id, parent_id, kind, name, code: `N${id}`, path, company_id, sort_no: id, org_status: 'active' })));
  orgs = new OrgDirectory(db.shards.group());
  await orgs.reload();
  const bus = new Bus(), outbox = new Outbox(db.ids, clock);
  info = makeBasicInfo({ shards: db.shards, ids: db.ids, clock, crypto, orgs, audit: new AuditLog(db.ids, clock), outbox, bus, sessions: { rightsChanged: () => { rights += 1; } } });
  await Promise.all([info.numberAttribution.install(), info.numberAttribution.install()]);
  await info.numberAttribution.install();
  relay = new Relay({ shards: db.shards, bus, outbox, clock, log: quiet, holder: 'test' });
  relay.start();
}, 60_000);
afterAll(async () => { await relay.stop(); await db.stop(); rmSync(dir, { recursive: true, force: true }); });
const settled = (): Promise<void> => relay.drain();

let serial = 0;
/** A branch of the tree down to a unit, with houses; names are made unique by `tag`. */
async function branch(tag: string, options: { companyId?: number; stationId?: number; community?: string; rooms?: string[] } = {}) {
  const { areaService: a, houseService: h } = info, companyId = options.companyId ?? 11;
  const node = async (parentId: number | null, kind: 'heatSource' | 'heatStation' | 'community' | 'building' | 'unit', name: string, stationId?: number) => a.create(group, { companyId, parentId, kind, name, stationId });
  const source = await node(null, 'heatSource', `热源${tag}`), station = await node(source.id, 'heatStation', `热站${tag}`, options.stationId ?? (companyId === 11 ? 111 : 121)), community = await node(station.id, 'community', options.community ?? `${tag}花园`), building = await node(community.id, 'building', '3号楼'), unit = await node(building.id, 'unit', '2单元');
  const houses = [];
  for (const roomNo of options.rooms ?? ['501']) houses.push(await h.create(group, { companyId, unitId: unit.id, roomNo, areaM2: 88.5, contractNo: `HT${companyId}${String(++serial).padStart(6, '0')}` }));
  await settled();
  return { source, station, community, building, unit, houses, companyId };
}
const find = async (q: string, scope = group, more = {}) => (await info.houseService.list(scope, { ...page, q, ...more })).rows.map((r) => r.address);

describe('the six-level tree', () => {
  it('a child hangs only under the level directly above', async () => {
    const { community, source } = await branch('层级');
    await expect(info.areaService.create(group, { companyId: 11, parentId: community.id, kind: 'unit', name: '1单元' })).rejects.toMatchObject({ code: 'STATE_CONFLICT', message: '单元只能建在楼栋之下，不能建在小区之下' });
    await expect(info.areaService.create(group, { companyId: 11, parentId: null, kind: 'community', name: 'x' })).rejects.toMatchObject({ message: '小区只能建在热站之下，不能建在公司之下' });
    await expect(info.areaService.update(group, 11, community.id, { parentId: source.id, version: 1 })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });
  it('the companies come first, then their heat sources, under the company by its own id', async () => {
    const { source } = await branch('根');
    const companies = await info.areaService.children(group, {});
    expect(companies.map((c) => [c.id, c.kind, c.hasChildren])).toContainEqual([11, 'company', true]);
    for (const query of [{ companyId: 11 }, { companyId: 11, parentId: 11 }, { parentId: 11 }]) expect((await info.areaService.children(group, query)).find((n) => n.id === source.id)).toMatchObject({ parentId: 11, kind: 'heatSource', houses: 1, hasChildren: true });
    expect((await info.areaService.children(group, { parentId: source.id })).map((n) => n.kind)).toEqual(['heatStation']);
  });
  it('a node with something below, and one with open orders, is not deleted; an empty one is, and its log stays', async () => {
    const { unit, building, community, houses } = await branch('删除');
    await expect(info.areaService.remove(group, 11, building.id)).rejects.toMatchObject({ code: 'STATE_CONFLICT', message: '“3号楼”之下还有节点，不能删除' });
    await expect(info.areaService.remove(group, 11, unit.id)).rejects.toMatchObject({ message: '“2单元”之下还有 1 户房屋，不能删除' });
    const empty = await info.areaService.create(group, { companyId: 11, parentId: building.id, kind: 'unit', name: '9单元' });
    await db.shards.group().insertMany('work_order_index', [order({ unit_id: empty.id, community_id: community.id, house_id: houses[0]!.id })]);
    await expect(info.areaService.remove(group, 11, empty.id)).rejects.toMatchObject({ message: '“9单元”还有 1 张未办结工单，不能删除' });
    await db.shards.group().execute("update work_order_index set state = 'closed'");
    await info.areaService.remove(group, 11, empty.id);
    expect((await info.areaService.logOf(group, 11, empty.id)).map((r) => [r.field, r.before, r.after, r.personName])).toEqual([['删除', '9单元', null, '王操作'], ['新建', null, '9单元', '王操作']]);
    await expect(info.areaService.remove(group, 11, empty.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
  it('moving a building takes units, houses, station and addresses along, and the search follows', async () => {
    const from = await branch('迁出'), to = await branch('迁入', { stationId: 112, community: '新居小区' });
    await info.areaService.update(group, 11, to.building.id, { name: '8号楼', version: 1 });
    const moved = await info.areaService.update(group, 11, from.building.id, { parentId: to.community.id, version: 1 });
    expect(moved).toMatchObject({ parentId: to.community.id, stationId: 112, version: 2, path: `${to.community.path}${from.building.id}/` });
    await settled();
    const house = await info.houseService.get(group, 11, from.houses[0]!.id);
    expect(house).toMatchObject({ address: '新居小区3号楼2单元501', stationId: 112, stationName: '顾乡站', communityName: '新居小区' });
    expect(house.path.map((p) => p.name)).toEqual(['道里公司', '热源迁入', '热站迁入', '新居小区', '3号楼', '2单元']);
    expect(await find('新居3-2-501')).toEqual(['新居小区3号楼2单元501']);
    expect(await find('迁出花园')).toEqual([]);
    expect((await info.areaService.children(group, { companyId: 11, parentId: from.station.id }))[0]).toMatchObject({ houses: 0 });
    expect((await info.areaService.children(group, { companyId: 11, parentId: to.station.id }))[0]).toMatchObject({ houses: 2 });
    expect((await info.areaService.logOf(group, 11, from.building.id))[0]).toMatchObject({ field: '上级', before: '迁出花园', after: '新居小区', source: 'ui' });
  });
  it('another station for a heat station reaches every house below, except under a node with a station of its own', async () => {
    const b = await branch('换站', { rooms: ['101', '102'] });
    const second = await info.areaService.create(group, { companyId: 11, parentId: b.building.id, kind: 'unit', name: '5单元', stationId: 112 });
    const own = await info.houseService.create(group, { companyId: 11, unitId: second.id, roomNo: '101', areaM2: 60, contractNo: 'OWN1' });
    await info.areaService.update(group, 11, b.station.id, { stationId: 112, version: 1 });
    await info.areaService.update(group, 11, second.id, { stationId: 111, version: 1 });
    await settled();
    expect((await info.houseService.get(group, 11, b.houses[0]!.id)).stationId).toBe(112);
    expect((await info.houseService.get(group, 11, own.id)).stationId).toBe(111);
    expect(await find('换站花园', station112)).toEqual(['换站花园3号楼2单元101', '换站花园3号楼2单元102']);
  });
  it('two people with the same version: the second is told; a name taken beside it is refused; a script is only text', async () => {
    const { community, station } = await branch('版本');
    await info.areaService.update(group, 11, community.id, { name: '<img src=x onerror=alert(1)>', version: 1 });
    await expect(info.areaService.update(group, 11, community.id, { name: '第二', version: 1 })).rejects.toMatchObject({ code: 'CONFLICT' });
    await settled();
    expect((await find('img'))[0]).toBe('<img src=x onerror=alert(1)>3号楼2单元501');
    await expect(info.areaService.create(group, { companyId: 11, parentId: station.id, kind: 'community', name: '<img src=x onerror=alert(1)>' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });
  it('another company sees nothing of it, may not probe ids, and may not lend its station', async () => {
    const { community, houses } = await branch('他司');
    for (const work of [info.areaService.children(other, { companyId: 11 }), info.areaService.update(other, 11, community.id, { name: 'x', version: 1 }), info.areaService.remove(other, 11, community.id), info.areaService.logOf(other, 11, community.id), info.areaService.figures(other, 11, community.id), info.houseService.get(other, 11, houses[0]!.id), info.houseService.get(other, 12, houses[0]!.id), info.areaService.children(other, { parentId: community.id }), info.houseService.list(other, { ...page, companyId: 11 }), info.houseService.list(other, { ...page, areaId: community.id })]) await expect(work).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await find('他司花园', other)).toEqual([]);
    await expect(info.areaService.update(group, 11, community.id, { stationId: 121, version: 1 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(info.areaService.update(scopeOf({ permissions: new Set() }), 11, community.id, { name: 'x', version: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
  it('people of one station see only what their station serves', async () => {
    const mine = await branch('本站', { stationId: 112 }), theirs = await branch('邻站', { stationId: 111 });
    expect((await info.areaService.children(station112, { companyId: 11 })).map((n) => n.id)).toContain(mine.source.id);
    expect((await info.areaService.children(station112, { companyId: 11 })).map((n) => n.id)).not.toContain(theirs.source.id);
    expect(await find('花园3-2-501', station112)).toEqual(expect.arrayContaining(['本站花园3号楼2单元501']));
    expect(await find('邻站', station112)).toEqual([]);
    await expect(info.houseService.get(station112, 11, theirs.houses[0]!.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await info.houseService.brief(station112, 11, theirs.houses[0]!.id)).toBeNull();
  });
  it('the figures of a node are those of the rows behind it', async () => {
    const b = await branch('数字', { rooms: ['101', '102', '103'] });
    const owner = await info.customerService.create(group, { companyId: 11, name: '孙数', level: 'normal', numbers: ['13900001234'], houseIds: [b.houses[0]!.id] });
    await db.shards.company(11).execute('update house set arrears_cents = 12345 where id = $1', [b.houses[1]!.id]);
    await settled();
    await info.indexWriter.houses(11, b.houses.map((h) => h.id));
    await db.shards.group().insertMany('work_order_index', [order({ unit_id: b.unit.id, community_id: b.community.id, house_id: b.houses[0]!.id }), order({ unit_id: b.unit.id, community_id: b.community.id, house_id: b.houses[0]!.id, state: 'closed' })]);
    await db.shards.group().insertMany('call_record', [{ call_id: 'c1', direction: 'inbound', purpose: 'service', number_blind: crypto.blind('13900001234'), started_at: 1 }]);
    await settled();
    expect(owner.houses).toHaveLength(1);
    for (const node of [b.source, b.community, b.building, b.unit]) expect(await info.areaService.figures(group, 11, node.id)).toEqual({ houses: 3, customers: 1, openOrders: 1, closedOrders: 1, calls: 1, arrearsCents: 12345 });
    expect((await info.areaService.figures(group, 11, 11)).houses).toBe((await info.areaService.children(group, {})).find((c) => c.id === 11)!.houses);
  });
});

describe('houses', () => {
  it('are found by part of the address in every form, by number, last four, name, given name and contract number', async () => {
    const b = await branch('检索', { community: '阳光水岸二期', rooms: ['0501', '502', '1203'] });
    await info.customerService.create(group, { companyId: 11, name: '欧阳晓峰', level: 'vip', numbers: ['+86 139-4567-8123', '0451-87650001'], houseIds: [b.houses[0]!.id, b.houses[2]!.id] });
    await settled();
    const first = '阳光水岸二期3号楼2单元0501', third = '阳光水岸二期3号楼2单元1203';
    for (const q of ['阳光水岸2期3-2-501', '水岸二期3号楼2单元501', '光水岸 三栋 2门 501', '水岸501室', '阳光水岸3-501']) expect(await find(q)).toEqual([first]);
    expect(await find('阳光水岸')).toEqual([first, '阳光水岸二期3号楼2单元502', third]);
    expect(await find('水岸 3号楼')).toHaveLength(3);
    for (const q of ['13945678123', '+8613945678123', '0451 87650001', '87650001', '8123', '欧阳晓峰', '欧阳', '晓峰']) expect(await find(q)).toEqual([first, third]);
    expect(await find(b.houses[1]!.contractNo)).toEqual(['阳光水岸二期3号楼2单元502']);
    expect(await find('1203', group, { areaId: b.community.id })).toEqual([third]);
    for (const q of ['不存在小区', '13000000000', "' or 1=1 --", '%', '_']) expect(await find(q)).toEqual([]);
  });
  it('narrow by node, organisation, heating and arrears, and page without repeating or losing one', async () => {
    const b = await branch('翻页', { rooms: Array.from({ length: 25 }, (_, i) => String(101 + i)) });
    await info.houseService.update(group, 11, b.houses[4]!.id, { heating: 'suspended', version: 1 });
    await settled();
    const got: number[] = [];
    for (const n of [1, 2, 3]) got.push(...(await info.houseService.list(group, { page: n, size: 10, areaId: b.community.id })).rows.map((r) => r.id));
    expect(got).toEqual(b.houses.map((h) => h.id));
    for (const areaId of [b.source.id, b.station.id, b.building.id, b.unit.id]) expect((await info.houseService.list(group, { ...page, areaId })).total).toBe(25);
    expect(await info.houseService.list(group, { ...page, areaId: b.community.id, heating: 'suspended' })).toMatchObject({ total: 1, rows: [{ roomNo: '105', heating: 'suspended' }] });
    expect((await info.houseService.list(group, { ...page, areaId: b.community.id, arrears: 'yes' })).total).toBe(0);
    expect((await info.houseService.list(group, { ...page, areaId: b.building.id, q: '105' })).total).toBe(1);
    const all = (await info.houseService.list(group, page)).total;
    expect(all).toBe((await info.houseService.list(group, { ...page, orgId: 1 })).total);
    expect((await info.houseService.list(group, { ...page, orgId: 111 })).total + (await info.houseService.list(group, { ...page, orgId: 112 })).total).toBe((await info.houseService.list(group, { ...page, companyId: 11 })).total);
    expect((await info.houseService.list(group, { page: 99999, size: 200 })).rows).toEqual([]);
  });
  it('stale versions, double rooms and double contracts are refused', async () => {
    const b = await branch('重复', { rooms: ['101', '102'] });
    await info.houseService.update(group, 11, b.houses[0]!.id, { areaM2: 90.5, version: 1 });
    await expect(info.houseService.update(group, 11, b.houses[0]!.id, { areaM2: 91, version: 1 })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(info.houseService.update(group, 11, b.houses[0]!.id, { roomNo: '102', version: 2 })).rejects.toMatchObject({ code: 'CONFLICT', message: '该单元已有 102 室' });
    await expect(info.houseService.create(group, { companyId: 11, unitId: b.unit.id, roomNo: '103', areaM2: 1, contractNo: b.houses[0]!.contractNo })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(info.houseService.create(group, { companyId: 11, unitId: b.building.id, roomNo: '103', areaM2: 1, contractNo: 'Z1' })).rejects.toMatchObject({ message: '房屋只能建在单元之下' });
  });
  it('show payments, years and room temperatures', async () => {
    const b = await branch('账', {}), company = db.shards.company(11), id = b.houses[0]!.id;
    await company.insertMany('payment', [{ id: db.ids.next(), house_id: id, customer_id: null, paid_at: 5, pay_kind: 'payment', season: '2025-2026', amount_cents: 250000, channel: '微信' }]);
    await company.insertMany('year_record', [{ house_id: id, season: '2025-2026', heating: 'on', due_cents: 300000, paid_cents: 250000, mean_celsius: 21.5 }]);
    await company.insertMany('room_temperature', [{ id: db.ids.next(), house_id: id, order_id: null, measured_at: 9, celsius: 19.5, room: '客厅', data_source: 'sensor' }]);
    expect(await info.houseService.business(group, 11, id)).toMatchObject({ payments: [{ amountCents: 250000, kind: 'payment' }], years: [{ season: '2025-2026', dueCents: 300000, meanRoomTemperature: 21.5, orders: 0 }], roomTemperatures: [{ celsius: 19.5, source: 'sensor' }] });
    await expect(info.houseService.business(other, 11, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('customers and numbers', () => {
  it('a number leads to its customers over all companies, masked, with its place', async () => {
    const b = await branch('来电', { rooms: ['101', '102'] }), c = await branch('来电乙', { companyId: 12 });
    const first = await info.customerService.create(group, { companyId: 11, name: '赵一', level: 'normal', numbers: ['0451-82345678', '045182345678'], houseIds: b.houses.map((h) => h.id) });
    await info.customerService.create(group, { companyId: 12, name: '赵一之妻', level: 'normal', numbers: ['82345678'], houseIds: [c.houses[0]!.id] });
    await settled();
    expect(first.numbers).toEqual([{ masked: '0451****5678', ref: expect.any(String), attribution: '黑龙江 哈尔滨' }]);
    expect((await info.customerService.byNumber(group, '+86 451 82345678')).map((x) => [x.companyId, x.name, x.address])).toEqual([[11, '赵一', '来电花园3号楼2单元101'], [11, '赵一', '来电花园3号楼2单元102'], [12, '赵一之妻', '来电乙花园3号楼2单元501']]);
    expect((await info.customerService.byNumber(other, '82345678')).map((x) => x.companyId)).toEqual([12]);
    expect(await info.customerService.byNumber(group, '13812345678')).toEqual([]);
    const [stored] = await db.shards.company(11).query<{ number_sealed: string }>('select number_sealed from customer_phone where customer_id = $1', [first.id]);
    expect(JSON.stringify(stored)).not.toContain('82345678');
  });
  it('binding and unbinding a number moves the index, twice is no error, more than five is refused, a foreign token too', async () => {
    const b = await branch('绑定');
    const view = await info.customerService.create(group, { companyId: 11, name: '钱二', level: 'normal', numbers: ['15100000001'], houseIds: [b.houses[0]!.id] });
    await info.customerService.bindNumber(group, 11, view.id, { number: '15100000002' });
    await info.customerService.bindNumber(group, 11, view.id, { ref: crypto.numberRef('015100000002') });
    for (const n of ['15100000003', '15100000004', '15100000005']) await info.customerService.bindNumber(group, 11, view.id, { number: n });
    await expect(info.customerService.bindNumber(group, 11, view.id, { number: '15100000006' })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await settled();
    expect(await info.customerService.byNumber(group, '15100000002')).toHaveLength(1);
    await info.customerService.unbindNumber(group, 11, view.id, view.numbers[0]!.ref);
    await settled();
    expect(await info.customerService.byNumber(group, '15100000001')).toEqual([]);
    expect((await info.houseService.brief(group, 11, b.houses[0]!.id))?.ownerNumber?.masked).toBe('151****0002');
    await expect(info.customerService.unbindNumber(group, 11, view.id, crypto.numberRef('15100000001'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(info.customerService.unbindNumber(group, 11, view.id, 'forged')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(info.customerService.bindNumber(group, 11, view.id, {})).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(info.customerService.bindNumber(other, 11, view.id, { number: '15100000009' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
  it('a change with a stale version or none is refused; houses given up lose their owner; the name follows to the search', async () => {
    const b = await branch('改客户', { rooms: ['101', '102'] });
    const view = await info.customerService.create(group, { companyId: 11, name: '李三', level: 'normal', numbers: [], houseIds: b.houses.map((h) => h.id) });
    await expect(info.customerService.update(group, 11, view.id, { name: '李四' })).rejects.toMatchObject({ code: 'CONFLICT' });
    const changed = await info.customerService.update(group, 11, view.id, { name: '<script>李四</script>', level: 'vip', houseIds: [b.houses[1]!.id], version: 1 });
    expect(changed).toMatchObject({ name: '<script>李四</script>', level: 'vip', version: 2, houses: [{ id: b.houses[1]!.id }] });
    await expect(info.customerService.update(group, 11, view.id, { name: '李五', version: 1 })).rejects.toMatchObject({ code: 'CONFLICT' });
    await settled();
    expect((await info.houseService.get(group, 11, b.houses[0]!.id)).ownerName).toBeNull();
    expect((await info.houseService.get(group, 11, b.houses[1]!.id)).customers[0]).toMatchObject({ name: '<script>李四</script>' });
    const foreign = (await branch('外司', { companyId: 12 })).houses[0]!;
    await expect(info.customerService.create(group, { companyId: 11, name: 'x', level: 'normal', numbers: [], houseIds: [foreign.id] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(info.customerService.get(other, 11, view.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(info.customerService.get(station112, 11, view.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
  it('showing a number in clear needs the right and leaves an audit row that does not hold it', async () => {
    const ref = crypto.numberRef('13811112222');
    await expect(info.customerService.reveal(scopeOf({ permissions: new Set(['customer.read']) }), ref, '核实')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await info.customerService.reveal(group, ref, '核实身份')).toEqual({ number: '13811112222' });
    const [row] = await db.shards.group().query<{ target: string; detail: string; person_name: string }>("select target, detail, person_name from audit_row where action = 'number.reveal'");
    expect(row).toEqual({ target: 'number:138****2222', detail: '核实身份', person_name: '王操作' });
    await expect(info.customerService.reveal(group, `${ref}x`, 'r')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
  it('numbers have a place: landlines built in, mobiles by import, with the bad lines named', async () => {
    const a = info.numberAttribution;
    expect(await a.of('01062345678')).toBe('北京');
    expect(await a.of('+86 411 88888888')).toBe('辽宁 大连');
    expect(await a.of('19212345678')).toBe('中国广电');
    expect([await a.of('95598'), await a.of('')]).toEqual([null, null]);
    expect(await a.import(['号段,省,市,运营商', '1381234,黑龙江,哈尔滨,中国移动', 'abc,x,y,z', '', '1381234,黑龙江,大庆,中国移动', "139'; drop,x,y,z"])).toEqual({ imported: 1, bad: [{ line: 3, text: 'abc,x,y,z' }, { line: 6, text: "139'; drop,x,y,z" }] });
    expect(await a.of('13812345678')).toBe('黑龙江 大庆 中国移动');
    expect(await a.of('13899995678')).toBe('中国移动');
  });
});

describe('organisation and the search box', () => {
  it('a station is added and renamed in the page, at once in every scope; kinds, codes and names are checked', async () => {
    const before = rights;
    const made = await info.orgService.create(group, { parentId: 11, kind: 'station', name: '新站', code: 'XZ01' });
    expect(made).toMatchObject({ parentId: 11, companyId: 11, kind: 'station' });
    expect(rights).toBe(before + 1);
    expect(orgs.get(made.id)?.path).toBe(`/1/11/${made.id}/`);
    await expect(info.orgService.create(group, { parentId: 12, kind: 'station', name: '别站', code: 'XZ01' })).rejects.toMatchObject({ code: 'CONFLICT', message: '编码 XZ01 已被使用' });
    await expect(info.orgService.create(group, { parentId: 1, kind: 'station', name: 'x', code: 'XZ02' })).rejects.toMatchObject({ message: '维修站不能建在集团之下' });
    await expect(info.orgService.create(other, { parentId: 11, kind: 'station', name: 'x', code: 'XZ03' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const all = scopeOf({ orgIds: new Set([...group.orgIds, made.id]) });
    expect(await info.orgService.rename(all, made.id, '群力二站')).toMatchObject({ name: '群力二站' });
    expect(info.orgService.tree(group).map((n) => n.id)).toEqual([1, 11, 111, 112, made.id, 12, 121].sort((x, y) => info.orgService.tree(group).findIndex((n) => n.id === x) - info.orgService.tree(group).findIndex((n) => n.id === y)));
    expect(info.orgService.tree(other).map((n) => n.id)).toEqual([12, 121]);
  });
  it('a company is added in the page and has a database of its own at once; a refused one makes none', async () => {
    const fresh = await info.orgService.create(group, { parentId: 1, kind: 'company', name: '呼兰供热分公司', code: 'HL' });
    expect(fresh).toMatchObject({ kind: 'company', companyId: fresh.id });
    expect(await db.shards.company(fresh.id).query('select count(*) as n from house')).toEqual([{ n: 0 }]);
    const open = db.shards.companyIds();
    await expect(info.orgService.create(group, { parentId: 1, kind: 'company', name: '阿城', code: 'HL' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(info.orgService.create(group, { parentId: 11, kind: 'company', name: '阿城', code: 'AC' })).rejects.toMatchObject({ message: '公司不能建在公司之下' });
    expect(db.shards.companyIds()).toEqual(open);
    await db.shards.group().execute('delete from org_node where id = $1', [fresh.id]);
    await orgs.reload();
  });
  it('one box finds houses, orders, customers, calls and accounts, each only with its right and in the scope', async () => {
    const b = await branch('总搜');
    await info.customerService.create(group, { companyId: 11, name: '周总搜', level: 'normal', numbers: ['15922223333'], houseIds: [b.houses[0]!.id] });
    await db.shards.group().insertMany('work_order_index', [order({ order_no: 'DL202611210001', customer_name: '周总搜', number_blind: crypto.blind('15922223333'), number_last4: crypto.blindLast4('15922223333') })]);
    await db.shards.group().insertMany('call_record', [{ call_id: 'c-zs', direction: 'inbound', purpose: 'service', number_blind: crypto.blind('15922223333'), number_last4: crypto.blindLast4('15922223333'), started_at: 1_700_000_000_000, company_id: 11, customer_name: '周总搜', end_reason: 'completed' }]);
    await db.shards.group().insertMany('account', [{ id: 900, login: 'zhouzs', person_name: '周总搜', org_id: 11, account_status: 'active', password_hash: 'x', must_change: true, failed_count: 0, created_at: 1, version: 1 }]);
    await settled();
    const kinds = async (q: string, scope = group) => (await info.globalSearch.search(scope, q)).map((h) => h.kind).sort();
    expect(await kinds('周总搜')).toEqual(['account', 'customer', 'house', 'order']);
    expect(await kinds('15922223333')).toEqual(['call', 'customer', 'house', 'order']);
    expect(await kinds('3333')).toEqual(['call', 'customer', 'house', 'order']);
    expect(await kinds('dl2026112100')).toEqual(['order']);
    expect(await kinds('总搜花园3-2-501')).toEqual(['house']);
    expect(await kinds('15922223333', other)).toEqual([]);
    expect(await kinds('15922223333', scopeOf({ permissions: new Set(['house.read']) }))).toEqual(['house']);
    expect(await kinds("' or '1'='1")).toEqual([]);
    expect((await info.globalSearch.search(group, '15922223333')).find((h) => h.kind === 'call')).toMatchObject({ callId: 'c-zs', title: '2023-11-15 06:13 周总搜', subtitle: '已接通' });
  });
});

let orderNo = 0;
function order(part: Record<string, unknown>): Record<string, unknown> {
  return { id: db.ids.next(), company_id: 11, order_no: `T${++orderNo}`, order_type: 'repair', urgency: 'normal', order_source: 'phone', fault_code: 'notHot', fault: '不热', state: 'dispatched', version_no: 1, customer_name: null, number_blind: null, number_last4: null, house_id: null, unit_id: null, community_id: null, address: 'x', station_id: 111, created_at: 1, updated_at: 1, ...part };
}
