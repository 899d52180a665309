import { randomUUID } from 'node:crypto';
import { busTables } from '../../platform/bus/bus.tables';
import type { Db } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { identityTables } from '../../platform/identity/identity.tables';
import type { OrgDirectory } from '../../platform/identity/org.store';
import type { Scope } from '../../platform/identity/scope';
import { silentLog } from '../../platform/log';
import { startTestDatabase, type TestDatabase } from '../../platform/testing/database';
import { telephonyTables } from '../../domain/telephony/telephony.tables';
import { emptyRecord } from '../../domain/work-order/order-intake';
import { indexRow, toRow, type OrderRecord } from '../../domain/work-order/order-record';
import { workOrderTables } from '../../domain/work-order/work-order.tables';
import { basicInfoTables } from '../basic-info/basic-info.tables';
import { agentScope, agentView, callRecord, CALL_ID, FakeDirector, liveCall, ORG, scopeOf, seedOrganisation, testCrypto } from '../call-center/testing/fixtures';
import { DraftService } from './draft.service';
import { draftTables } from './draft.tables';
import { NumberAttribution, prefixesOf } from '../../domain/telephony/attribution/number-attribution';
import { CallerFinder } from './pop.caller';
import { maskIdNo, PopService } from './pop.service';

const NOW = Date.UTC(2026, 10, 21, 6, 0, 0), DAY = 86_400_000, NUMBER = '13812345678';
const crypto = testCrypto(), clock = { now: () => NOW };
let database: TestDatabase, group: Db, east: Db, west: Db, orgs: OrgDirectory, director: FakeDirector, pops: PopService, drafts: DraftService;

beforeAll(async () => {
  database = await startTestDatabase([...busTables, ...identityTables, ...telephonyTables, ...workOrderTables, ...basicInfoTables, ...draftTables]);
  [group, east, west] = [database.shards.group(), database.shards.company(11), database.shards.company(12)];
  orgs = await seedOrganisation(group);
  await group.insertMany('number_segment', [{ prefix: '1381234', province: '黑龙江', city: '哈尔滨', carrier: '移动' }, { prefix: '138', province: null, city: null, carrier: '移动' }, { prefix: '0451', province: '黑龙江', city: '哈尔滨', carrier: null }, { prefix: '010', province: '北京', city: '北京', carrier: null }]);
  await seedHouse(east, 11, 70, 7, '王五', 'owner');
  await seedHouse(west, 12, 90, 9, '赵六', 'owner');
}, 60_000);
afterAll(async () => { await database?.stop(); });
beforeEach(async () => {
  for (const table of ['call_record', 'blocklist', 'work_order_index', 'phone_index', 'order_draft']) await group.execute(`delete from ${table}`);
  for (const table of ['work_order', 'customer_phone']) { await east.execute(`delete from ${table}`); await west.execute(`delete from ${table}`); }
  await phone(east, 11, 7, 70, '王五');
  director = await FakeDirector.start();
  pops = new PopService({ shards: database.shards, crypto, orgs, telephone: director.client, attribution: new NumberAttribution(group), clock });
  drafts = new DraftService({ db: group, telephone: director.client, clock });
});
afterEach(async () => { await director.stop(); });

async function seedHouse(company: Db, companyId: number, houseId: number, customerId: number, name: string, relation: string): Promise<void> {
  await company.insertMany('area_node', [{ id: houseId + 1000, company_id: companyId, parent_id: 0, kind: 'community', node_name: '阳光花园', path: `/${houseId + 1000}/`, sort_key: 'yghy', updated_at: NOW }]);
  const address = `阳光花园1号楼1单元${houseId}室`;
  await company.insertMany('house', [{ id: houseId, company_id: companyId, unit_id: houseId + 2000, building_id: 1, community_id: houseId + 1000, station_id: companyId === 11 ? 101 : 103, room_no: String(houseId), address, area_m2: 88.5, heating: 'on', contract_no: `C${houseId}`, arrears_cents: 12_300, owner_id: customerId, updated_at: NOW }]);
  await group.insertMany('house_index', [{ id: houseId, company_id: companyId, station_id: companyId === 11 ? 101 : 103, community_id: houseId + 1000, building_id: 1, unit_id: houseId + 2000, community_name: '阳光花园', address, building_key: '1', unit_key: '1', room_key: String(houseId), house_seq: houseId, contract_no: `C${houseId}`, heating: 'on', arrears_cents: 12_300 }]);
  await company.insertMany('customer', [{ id: customerId, company_id: companyId, customer_name: name, customer_level: 'vip', id_no_sealed: crypto.seal('230103199001011234'), id_no_blind: 'x', remark: '独居老人', version: 3, updated_at: NOW }]);
  await company.insertMany('house_customer', [{ house_id: houseId, customer_id: customerId, relation, since_at: 0 }]);
  await company.insertMany('year_record', [{ house_id: houseId, season: '2025-2026', heating: 'on', due_cents: 300_000, paid_cents: 300_000, mean_celsius: 20.5 }, { house_id: houseId, season: '2026-2027', heating: 'on', due_cents: 310_000, paid_cents: 297_700, mean_celsius: null }]);
  await company.insertMany('payment', [{ id: houseId * 10, house_id: houseId, paid_at: NOW - 40 * DAY, pay_kind: 'payment', season: '2026-2027', amount_cents: 300_000, channel: '微信' }, { id: houseId * 10 + 1, house_id: houseId, paid_at: NOW - 30 * DAY, pay_kind: 'refund', season: '2026-2027', amount_cents: 2_300, channel: '柜台' }]);
  await company.insertMany('room_temperature', [{ id: houseId * 10, house_id: houseId, measured_at: NOW - DAY, celsius: 17.5, room: '客厅', data_source: 'field' }]);
}
async function phone(company: Db, companyId: number, customerId: number, houseId: number, name: string, number = NUMBER): Promise<void> {
  await company.insertMany('customer_phone', [{ customer_id: customerId, number_blind: crypto.blind(number), number_last4: crypto.blindLast4(number), number_sealed: crypto.seal(number), attribution: '黑龙江 哈尔滨 移动', sort_no: 0 }]);
  await group.insertMany('phone_index', [{ number_blind: crypto.blind(number), number_last4: crypto.blindLast4(number), company_id: companyId, customer_id: customerId, house_id: houseId, customer_name: name }]);
}
async function order(company: Db, over: Partial<OrderRecord>): Promise<void> {
  const record: OrderRecord = { ...emptyRecord(over.id ?? 1, over.companyId ?? 11, `N${over.id ?? 1}`, NOW), state: 'dispatched', fault: '不热', faultCode: 'notHot', address: '阳光花园', versionNo: 1, ...over };
  const { roundOutcome: _outcome, ...stored } = record, columns = new Set(Object.keys((await company.query('select * from work_order where 1 = 0'))[0] ?? {}));
  const row = toRow(columns.has('round_outcome') ? record : stored), known = workOrderTables.find((table) => table.name === 'work_order')?.columns ?? {};
  await company.insertMany('work_order', [Object.fromEntries(Object.entries(row).filter(([name]) => name in known))]);
  await group.insertMany('work_order_index', [indexRow(record)]);
}
const code = async (work: () => Promise<unknown>): Promise<string> => { try { await work(); return 'ok'; } catch (error) { return error instanceof AppError ? error.code : String(error); } };
const ring = (over = {}) => director.push('call', liveCall({ state: 'offered', clearNumber: NUMBER, agentId: 1, ...over }));

describe('pop of a ringing call', () => {
  it('fills all eight blocks of a known customer in one answer (SC-02)', async () => {
    await order(east, { id: 1, customerId: 7, houseId: 70, unitId: 2070, createdAt: NOW - 300 * DAY });
    await order(east, { id: 2, customerId: 8, houseId: 71, unitId: 2070, createdAt: NOW - 2 * DAY, address: '阳光花园1号楼1单元71室' });
    await group.insertMany('call_record', [{ call_id: randomUUID(), direction: 'inbound', purpose: 'service', number_sealed: crypto.seal(NUMBER), number_blind: crypto.blind(NUMBER), started_at: NOW - DAY, agent_id: 3, agent_name: '孙三', company_id: 12, skill_group_id: 1 }]);
    await group.insertMany('blocklist', [{ blocklist_id: 5, number_blind: crypto.blind(NUMBER), number_sealed: crypto.seal(NUMBER), reason: '辱骂', account_id: 1, person_name: '李班长', added_at: NOW - DAY }]);
    await ring({ repeatCount: 2 });
    const pop = await pops.byCall(agentScope(orgs, 1), CALL_ID, {});
    expect(pop).toMatchObject({
      known: true, attribution: '黑龙江 哈尔滨 移动', number: { masked: '138****5678', attribution: '黑龙江 哈尔滨 移动' }, repeatCount: 2, call: { callId: CALL_ID, ivrPath: [{ label: '主菜单' }] }, candidates: [{ customerId: 7, companyId: 11, name: '王五', address: '阳光花园1号楼1单元70室' }],
      customer: { id: 7, name: '王五', level: 'vip', idNoMasked: '230***********1234', numbers: [{ masked: '138****5678' }], houses: [{ id: 70 }], version: 3 }, house: { id: 70, communityName: '阳光花园', arrearsCents: 12_300, areaM2: 88.5, ownerName: '王五', ownerNumber: { masked: '138****5678' }, stationName: '一站' },
      orders: [{ id: 1 }], unitBusiness: [{ orderId: 2, address: '阳光花园1号楼1单元71室' }], calls: [{ agentName: '孙三' }], payments: [{ kind: 'refund' }, { kind: 'payment' }], blocklist: { id: 5, reason: '辱骂', personName: '李班长' }, roomTemperatures: [{ celsius: 17.5, source: 'field' }],
    });
    expect(pop.years).toEqual([{ season: '2026-2027', heating: 'on', dueCents: 310_000, paidCents: 297_700, orders: 0, meanRoomTemperature: null }, { season: '2025-2026', heating: 'on', dueCents: 300_000, paidCents: 300_000, orders: 1, meanRoomTemperature: 20.5 }]);
    expect(JSON.stringify(pop)).not.toContain(NUMBER);
  });
  it('shows number and region only for a caller on no file (SC-05), with orders taken for the number before', async () => {
    await order(east, { id: 3, companyId: 11, numberBlind: crypto.blind('045187654321'), createdAt: NOW - DAY });
    await order(west, { id: 4, companyId: 12, numberBlind: crypto.blind('045187654321'), createdAt: NOW - DAY });
    await ring({ clearNumber: '045187654321' });
    expect(await pops.byCall(agentScope(orgs, 1, ORG.company11), CALL_ID, {})).toMatchObject({ known: false, attribution: '黑龙江 哈尔滨', candidates: [], customer: null, house: null, orders: [{ id: 3 }], years: [], payments: [] });
  });
  it('shows a withheld number as unknown instead of failing', async () => {
    await ring({ clearNumber: '' });
    expect(await pops.byCall(agentScope(orgs, 1), CALL_ID, {})).toMatchObject({ known: false, number: { masked: '号码未知', ref: '' }, attribution: null, calls: [], repeatCount: 0 });
  });
  it('lists several customers of one number and opens the one chosen, across companies', async () => {
    await phone(west, 12, 9, 90, '赵六');
    await ring();
    const scope = agentScope(orgs, 1), first = await pops.byCall(scope, CALL_ID, {});
    expect(first.candidates.map(({ name, address }) => [name, address])).toEqual([['王五', '阳光花园1号楼1单元70室'], ['赵六', '阳光花园1号楼1单元90室']]);
    expect(first.customer?.name).toBe('王五');
    expect(await pops.byCall(scope, CALL_ID, { customerId: 9, companyId: 12 })).toMatchObject({ customer: { id: 9, companyId: 12, name: '赵六' }, house: { id: 90, stationName: '三站' } });
  });
  it('shows an agent of one company no customer of another', async () => {
    await phone(west, 12, 9, 90, '赵六');
    await ring();
    const scope = agentScope(orgs, 1, ORG.company11);
    expect((await pops.byCall(scope, CALL_ID, {})).candidates.map(({ companyId }) => companyId)).toEqual([11]);
    expect(await code(() => pops.byCall(scope, CALL_ID, { customerId: 9, companyId: 12 }))).toBe('NOT_FOUND');
    expect(await code(() => pops.byCustomer(scope, 12, 9))).toBe('NOT_FOUND');
  });
  it('opens the pop of a past call from its record', async () => {
    await group.insertMany('call_record', [{ call_id: CALL_ID, direction: 'inbound', purpose: 'service', number_sealed: crypto.seal(NUMBER), number_blind: crypto.blind(NUMBER), started_at: NOW - DAY, repeat_count: 4 }]);
    expect(await pops.byCall(agentScope(orgs, 1), CALL_ID, {})).toMatchObject({ call: null, customer: { id: 7 }, repeatCount: 4 });
  });
  it('opens no pop of another company\'s customer\'s call, except the own one', async () => {
    await group.insertMany('call_record', [{ call_id: CALL_ID, direction: 'inbound', purpose: 'service', number_sealed: crypto.seal(NUMBER), number_blind: crypto.blind(NUMBER), started_at: NOW - DAY, company_id: 12, agent_id: 3 }]);
    const east11 = (agentId: number) => agentScope(orgs, agentId, ORG.company11);
    expect(await code(() => pops.byCall(east11(1), CALL_ID, {}))).toBe('NOT_FOUND');
    expect(await code(() => pops.byCall(east11(3), CALL_ID, {}))).toBe('ok');
    expect(await code(() => drafts.put(scopeOf(orgs, 'supervisor', ORG.company11), CALL_ID, {}))).toBe('NOT_FOUND');
    expect(await code(() => drafts.put(scopeOf(orgs, 'supervisor', ORG.company12), CALL_ID, {}))).toBe('ok');
  });
  it('says so for an unknown call, an unknown customer and a person without the right', async () => {
    expect(await code(() => pops.byCall(agentScope(orgs, 1), randomUUID(), {}))).toBe('NOT_FOUND');
    expect(await code(() => pops.byCustomer(agentScope(orgs, 1), 11, 4711))).toBe('NOT_FOUND');
    expect(await code(() => pops.byCall(scopeOf(orgs, 'systemAdmin', ORG.group), CALL_ID, {}))).toBe('FORBIDDEN');
  });
  it('finds customer and house by hand too, with the calls of the customer\'s number', async () => {
    await group.insertMany('call_record', [{ call_id: CALL_ID, direction: 'inbound', purpose: 'service', number_sealed: crypto.seal(NUMBER), number_blind: crypto.blind(NUMBER), started_at: NOW - 1000 }]);
    expect(await pops.byCustomer(agentScope(orgs, 1), 11, 7)).toMatchObject({ call: null, number: { masked: '138****5678' }, customer: { id: 7 }, house: { id: 70 }, calls: [{ callId: CALL_ID }], repeatCount: 1 });
  });
  it('asks a known pop in eleven statements, in one company only (the time itself is measured by the bench `pop`)', async () => {
    const asked: string[] = [], counting = (db: Db): Db => Object.assign(Object.create(db) as Db, { query: (sql: string, params: readonly (string | number)[]) => { asked.push(db.shard); return db.query(sql, params); } });
    const shards = { ...database.shards, group: () => counting(group), company: (id: number) => counting(database.shards.company(id)) };
    const counted = new PopService({ shards, crypto, orgs, telephone: director.client, attribution: new NumberAttribution(counting(group)), clock });
    await ring();
    await counted.byCall(agentScope(orgs, 1), CALL_ID, {});
    expect(asked.length).toBeLessThanOrEqual(11);
    expect([...new Set(asked)].sort()).toEqual(['company:11', 'group']);
  });
});

describe('the caller named to the director', () => {
  const start = () => { const finder = new CallerFinder({ group, blind: (number) => crypto.blind(number), director: director.client, log: silentLog }); finder.start(); return finder; };
  const settle = () => new Promise((resolve) => setTimeout(resolve, 80));
  const named = () => director.asked.filter(({ op }) => op === 'customer').map(({ args }) => args);

  it('is found while the greeting plays, and asked for once', async () => {
    const finder = start();
    await ring({ state: 'ivr' });
    await ring({ state: 'queued' });
    await settle();
    finder.stop();
    expect(named()).toEqual([{ callId: CALL_ID, customerName: '王五', companyId: 11, stationId: 101 }]);
  });
  it('is told by the first name and the count when several share the number, without a company they do not share', async () => {
    await phone(west, 12, 9, 90, '赵六');
    const finder = start();
    await ring({ state: 'ivr' });
    await settle();
    finder.stop();
    expect(named()).toEqual([{ callId: CALL_ID, customerName: '王五 等 2 人', companyId: null, stationId: null }]);
  });
  it('stays silent for unknown numbers, ended calls and calls between extensions', async () => {
    const finder = start();
    await ring({ clearNumber: '13700000000' });
    await ring({ callId: randomUUID(), direction: 'internal' });
    await director.push('callEnded', callRecord());
    await settle();
    finder.stop();
    expect(named()).toEqual([]);
  });
});

describe('drafts', () => {
  const draft = { description: '暖气不热', urgency: 'urgent', tags: ['老人'], floor: 3, none: null };
  const talk = (agentId: number) => ring({ state: 'talking', agentId, legs: [{ role: 'agent', agentId, label: '8001', state: 'talking' }] });

  it('survives a reload and follows the call to the agent who takes it over (SC-15)', async () => {
    await talk(1);
    const [first, second] = [agentScope(orgs, 1), agentScope(orgs, 2)];
    await drafts.put(first, CALL_ID, draft);
    expect(await drafts.get(first, CALL_ID)).toEqual({ draft, updatedAt: NOW });
    expect(await code(() => drafts.get(second, CALL_ID))).toBe('NOT_FOUND');
    await talk(2);
    expect((await drafts.get(second, CALL_ID)).draft).toEqual(draft);
    await drafts.put(second, CALL_ID, { ...draft, floor: 4 });
    expect((await drafts.get(second, CALL_ID)).draft).toMatchObject({ floor: 4 });
  });
  it('does not let the former agent write over what the new one fills in', async () => {
    await talk(1);
    await drafts.put(agentScope(orgs, 1), CALL_ID, draft);
    await talk(2);
    expect(await code(() => drafts.put(agentScope(orgs, 1), CALL_ID, {}))).toBe('STATE_CONFLICT');
    await drafts.put(agentScope(orgs, 2), CALL_ID, { floor: 9 });
    expect(await code(() => drafts.put(agentScope(orgs, 1), CALL_ID, {}))).toBe('NOT_FOUND');
  });
  it('is open to the agent whose phone rings for the call', async () => {
    await ring({ agentId: null });
    await director.push('agent', agentView(2, { callId: CALL_ID, callState: 'ringing' }));
    expect(await drafts.get(agentScope(orgs, 2), CALL_ID)).toEqual({ draft: null, updatedAt: null });
  });
  it('is closed to everybody else: another agent, a foreign call, people without the right', async () => {
    await talk(1);
    expect(await code(() => drafts.put(agentScope(orgs, 2), CALL_ID, draft))).toBe('NOT_FOUND');
    expect(await code(() => drafts.get(agentScope(orgs, 1), randomUUID()))).toBe('NOT_FOUND');
    expect(await code(() => drafts.get(scopeOf(orgs, 'auditor', ORG.group), CALL_ID))).toBe('FORBIDDEN');
  });
  it('goes when the order of that call was taken, and after a week by itself', async () => {
    await talk(1);
    const scope: Scope = agentScope(orgs, 1);
    await drafts.put(scope, CALL_ID, draft);
    await drafts.settle({ call_id: CALL_ID, created_at: NOW - 60_000 });
    expect((await drafts.get(scope, CALL_ID)).draft).not.toBeNull();
    await drafts.settle({ call_id: CALL_ID, created_at: NOW + 1 });
    expect((await drafts.get(scope, CALL_ID)).draft).toBeNull();
    await group.insertMany('order_draft', [{ call_id: randomUUID(), account_id: 1, person_name: 'x', body: '{}', updated_at: NOW - 8 * DAY }, { call_id: randomUUID(), account_id: 1, person_name: 'x', body: '{}', updated_at: NOW - DAY }]);
    expect(await drafts.purge()).toBe(1);
  });
  it('refuses what is far too long', async () => {
    await talk(1);
    expect(await code(() => drafts.put(agentScope(orgs, 1), CALL_ID, { text: 'x'.repeat(70_000) }))).toBe('TOO_LARGE');
  });
});

describe('attribution and masks', () => {
  it.each<[string, string[]]>([['13812345678', ['1381234', '138123', '13812', '1381', '138']], ['045187654321', ['0451', '045']], ['01062345678', ['010']], ['96300', []], ['8001', []], ['+85212345678', []]])('reads the prefixes of %s', (number, prefixes) => { expect(prefixesOf(number)).toEqual(prefixes); });
  it('names operator without place for a segment that is not in the table, and a municipality once', async () => {
    const attribution = new NumberAttribution(group);
    expect([await attribution.of('13899990000'), await attribution.of('01062345678'), await attribution.of('13700000000'), await attribution.of('96300')]).toEqual(['移动', '北京', null, null]);
  });
  it('masks identity numbers of any length', () => { expect([maskIdNo('230103199001011234'), maskIdNo('12345678'), maskIdNo('1234567')]).toEqual(['230***********1234', '123*5678', '*******']); });
});
