import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { AuditLog, auditTables } from '../../platform/audit';
import { busTables } from '../../platform/bus/bus.tables';
import { cacheTables, DatabaseCache } from '../../platform/cache';
import type { Db } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { identityTables } from '../../platform/identity/identity.tables';
import type { OrgDirectory } from '../../platform/identity/org.store';
import { silentLog } from '../../platform/log';
import { startTestDatabase, type TestDatabase } from '../../platform/testing/database';
import { telephonyTables } from '../../domain/telephony/telephony.tables';
import { workOrderTables } from '../../domain/work-order/work-order.tables';
import { basicInfoTables } from '../basic-info/basic-info.tables';
import { AgentOrders } from './agent-orders';
import { AgentsService } from './agents.service';
import { BlocklistService } from './blocklist.service';
import { CallCenterLive } from './call-center.live';
import { CallLinks } from './call-links';
import { CallNumbers } from './call-numbers';
import { CallsService } from './calls.service';
import { PhoneService } from './phone.service';
import { RecordingsService } from './recordings.service';
import { agentScope, agentView, callRecord, CALL_ID, FakeDirector, FakeHub, liveCall, ORG, scopeOf, seedOrganisation, testCrypto } from './testing/fixtures';

const NOW = Date.UTC(2026, 10, 21, 6, 0, 0), PAGE = { page: 1, size: 20 };
const crypto = testCrypto(), clock = { now: () => NOW }, numbers = new CallNumbers(crypto), mask = (n: string) => numbers.masked(n);
let database: TestDatabase, sql: Db, orgs: OrgDirectory, director: FakeDirector, hub: FakeHub, live: CallCenterLive, agentOrders: AgentOrders, audit: AuditLog, dir: string;
let phone: PhoneService, agents: AgentsService, calls: CallsService, recordings: RecordingsService, blocklist: BlocklistService;

beforeAll(async () => {
  database = await startTestDatabase([...busTables, ...cacheTables, ...auditTables, ...identityTables, ...telephonyTables, ...workOrderTables, ...basicInfoTables]);
  sql = database.shards.group();
  orgs = await seedOrganisation(sql);
  dir = mkdtempSync(join(tmpdir(), 'ronghu-calls-'));
}, 60_000);
afterAll(async () => { await database?.stop(); rmSync(dir, { recursive: true, force: true }); });
beforeEach(async () => {
  for (const table of ['call_record', 'call_event', 'recording', 'blocklist', 'audit_row', 'work_order_index', 'phone_index', 'house_index', 'cache_entry']) await sql.execute(`delete from ${table}`);
  director = await FakeDirector.start();
  hub = new FakeHub();
  agentOrders = new AgentOrders({ sql, clock });
  audit = new AuditLog(database.ids, clock);
  live = new CallCenterLive({ director: director.client, hub, orgs, mask, clock, agentOrders, sql, log: silentLog });
  live.start();
  phone = new PhoneService({ director: director.client, mask, openRef: (ref) => crypto.openRef(ref), clock, agentOrders });
  agents = new AgentsService({ director: director.client, mask, orgs, sql, audit, agentOrders, clock });
  calls = new CallsService({ sql, orgs, numbers, crypto, director: director.client, audit });
  recordings = new RecordingsService({ sql, orgs, audit, clock, cache: new DatabaseCache({ group: sql, ids: database.ids, clock, log: silentLog, holder: 'test', wakeUp: null }), recordingsDir: join(dir, 'recordings') });
  blocklist = new BlocklistService({ db: sql, ids: database.ids, clock, crypto, numbers, director: director.client, audit, log: silentLog });
});
afterEach(async () => { live.stop(); await director.stop(); });

const code = async (work: () => unknown): Promise<string> => { try { await work(); return 'ok'; } catch (error) { return error instanceof AppError ? error.code : String(error); } };
const audits = () => sql.query<{ action: string; target: string; detail: string }>('select action, target, detail from audit_row order by id');
const record = (over: Record<string, unknown> = {}) => sql.insertMany('call_record', [{
  call_id: CALL_ID, direction: 'inbound', purpose: 'service', number_sealed: crypto.seal('13812345678'), number_blind: crypto.blind('13812345678'), number_last4: crypto.blindLast4('13812345678'), called_number: '96300', started_at: NOW - 60_000, queued_at: NOW - 55_000, answered_at: NOW - 50_000, ended_at: NOW - 10_000,
  talk_s: 40, wait_s: 5, end_reason: 'completed', skill_group_id: 1, agent_id: 1, agent_name: '赵一', company_id: 11, station_id: 101, ivr_path: JSON.stringify([{ node: 'menu', label: '主菜单', digits: '1', at: 5 }]), ...over,
}]);

describe('phone bar', () => {
  it('shows the own agent with the call on the line, masked', async () => {
    await director.push('call', liveCall({ state: 'talking', agentId: 1 }));
    await director.push('agent', agentView(1, { callState: 'talking', callId: CALL_ID }));
    const state = phone.state(agentScope(orgs, 1));
    expect(state.call?.number.masked).toBe('138****5678');
    expect(crypto.openRef(state.call?.number.ref ?? '')).toBe('13812345678');
    expect(JSON.stringify(state)).not.toContain('13812345678');
    expect(state.restReasons).toEqual(['用餐']);
  });
  it('counts waiting calls of the own groups only', async () => {
    await director.push('queue', { waiting: 2, longestWaitMs: 5, allBusy: true, calls: [liveCall(), liveCall({ callId: randomUUID(), skillGroupId: 9 })] });
    expect(phone.state(agentScope(orgs, 1))).toMatchObject({ waiting: 1, allBusy: true });
  });
  it('passes the idempotency key through, so that a repeated command reaches the switch once', async () => {
    const key = randomUUID(), scope = agentScope(orgs, 1);
    const [first, second] = [await phone.command(scope, { command: 'answer' }, key), await phone.command(scope, { command: 'answer' }, key)];
    expect(second.agent).toEqual(first.agent);
    expect(director.asked.filter(({ op }) => op === 'phone')).toEqual([{ op: 'phone', args: { agentId: 1, command: { command: 'answer' } }, key }]);
    expect(await code(() => phone.command(scope, { command: 'hangUp' }, key))).toBe('IDEMPOTENCY_KEY_REUSED');
  });
  it('opens the reference of a masked number for dialling and refuses a forged one, none and both', async () => {
    const scope = agentScope(orgs, 1);
    await phone.command(scope, { command: 'dial', ref: crypto.numberRef('13900001111'), purpose: 'dial' }, randomUUID());
    expect(director.asked[0]?.args).toMatchObject({ agentId: 1, clearNumber: '13900001111' });
    expect(await code(() => phone.command(scope, { command: 'dial', ref: 'forged', purpose: 'dial' }, randomUUID()))).toBe('BAD_INPUT');
    expect(await code(() => phone.command(scope, { command: 'dial', purpose: 'dial' }, randomUUID()))).toBe('BAD_INPUT');
    expect(await code(() => phone.command(scope, { command: 'dial', number: '13900001111', ref: crypto.numberRef('13900002222'), purpose: 'dial' }, randomUUID()))).toBe('BAD_INPUT');
    expect(director.asked).toHaveLength(1);
  });
  it('does not dial for a revisit of another company\'s order', async () => {
    expect(await code(() => phone.command(agentScope(orgs, 1, ORG.company11), { command: 'dial', number: '13900001111', purpose: 'revisit', orderId: 5, companyId: 12 }, randomUUID()))).toBe('NOT_FOUND');
  });
  it('is closed to people without an agent or without the right', async () => {
    expect(await code(() => phone.state(agentScope(orgs, 1, ORG.group, { agentId: null })))).toBe('FORBIDDEN');
    expect(await code(() => phone.command(scopeOf(orgs, 'auditor', ORG.group, { agentId: 1 }), { command: 'answer' }, randomUUID()))).toBe('FORBIDDEN');
  });
  it('hands the director\'s refusal to the person as it is', async () => {
    director.refuse = new AppError('STATE_CONFLICT', '当前没有振铃的来电');
    await expect(phone.command(agentScope(orgs, 1), { command: 'answer' }, randomUUID())).rejects.toMatchObject({ code: 'STATE_CONFLICT', message: '当前没有振铃的来电' });
  });
  it('answers DIRECTOR_UNAVAILABLE while the director is away and works again when it is back', async () => {
    const scope = agentScope(orgs, 1), leader = scopeOf(orgs, 'supervisor', ORG.group);
    await director.goAway();
    expect([await code(() => phone.state(scope)), await code(() => phone.command(scope, { command: 'answer' }, randomUUID())), await code(() => agents.agents(leader)), await code(() => agents.waiting(leader)), await code(() => agents.skillGroups())]).toEqual(Array(5).fill('DIRECTOR_UNAVAILABLE'));
    expect(hub.of('queue', 'director').map(({ event }) => event.connected)).toEqual([false]);
    await director.comeBack();
    expect(phone.state(scope).agent.agentId).toBe(1);
    expect(hub.of('queue', 'director').map(({ event }) => event.connected)).toEqual([false, true]);
  });
});

describe('agents', () => {
  it('shows a leader the agents of the own nodes only', () => {
    expect(agents.agents(scopeOf(orgs, 'supervisor', ORG.company11)).map((agent) => agent.agentId)).toEqual([1, 2]);
    expect(agents.agents(scopeOf(orgs, 'supervisor', ORG.group), ORG.station103).map((agent) => agent.agentId)).toEqual([3]);
  });
  it('knows no node outside the scope', async () => { expect(await code(() => agents.agents(scopeOf(orgs, 'supervisor', ORG.company11), ORG.company12))).toBe('NOT_FOUND'); });
  it('offers as targets the signed-in agents of the own nodes and not oneself', async () => {
    await director.push('agent', agentView(2, { presence: 'signedOut', readiness: null }));
    expect(agents.targets(agentScope(orgs, 1)).agents.map((agent) => agent.agentId)).toEqual([3]);
    expect(agents.targets(agentScope(orgs, 2, ORG.company11)).agents.map((agent) => agent.agentId)).toEqual([1]);
  });
  it('is closed to agents (CC-103)', async () => { expect(await code(() => agents.agents(agentScope(orgs, 1)))).toBe('FORBIDDEN'); });
  it('show the groups\' figures of this moment, not those of the snapshot', async () => {
    await director.push('agent', agentView(1, { callState: 'talking' }));
    await director.push('agent', agentView(2, { presence: 'signedOut', readiness: null }));
    await director.push('queue', { waiting: 2, longestWaitMs: 0, allBusy: true, calls: [liveCall({ queuedAt: clock.now() - 7000 }), liveCall({ callId: randomUUID(), queuedAt: clock.now() - 3000 }), liveCall({ callId: randomUUID(), skillGroupId: 99 })] });
    const expected = { id: 1, waiting: 2, longestWaitMs: 7000, signedIn: 2, talking: 1, ready: 1 };
    expect(agents.skillGroups()).toMatchObject([expected]);
    expect(agents.targets(agentScope(orgs, 2)).skillGroups).toMatchObject([expected]);
  });
  it('hides waiting calls of another company\'s customers but shows unknown callers', async () => {
    await director.push('queue', { waiting: 3, longestWaitMs: 5, allBusy: false, calls: [liveCall({ companyId: 11 }), liveCall({ callId: randomUUID(), companyId: 12 }), liveCall({ callId: randomUUID() })] });
    expect(agents.waiting(scopeOf(orgs, 'supervisor', ORG.company11))).toHaveLength(2);
  });
  it('forces a state with reason, operator and audit row, and not of another company\'s agent', async () => {
    const scope = scopeOf(orgs, 'supervisor', ORG.company11, { personName: '李班长' });
    expect(await agents.force(scope, 1, { readiness: 'busy', reason: '培训' }, randomUUID())).toMatchObject({ agentId: 1, readiness: 'busy' });
    expect(director.asked[0]?.args).toMatchObject({ agentId: 1, readiness: 'busy', reason: '培训', byName: '李班长' });
    expect(await audits()).toEqual([{ action: 'agentForce', target: 'agent:1', detail: expect.stringContaining('培训') }]);
    expect(await code(() => agents.force(scope, 3, { readiness: 'busy', reason: '培训' }, randomUUID()))).toBe('NOT_FOUND');
    expect(await code(() => agents.force(agentScope(orgs, 1), 1, { readiness: 'busy', reason: '培训' }, randomUUID()))).toBe('FORBIDDEN');
  });
  it('fills in the orders an agent took today and corrects them by event', async () => {
    const order = (id: number, createdAt: number) => ({ id, company_id: 11, order_no: `A${id}`, order_type: 'repair', urgency: 'normal', order_source: 'phone', fault_code: 'notHot', fault: '不热', state: 'dispatched', version_no: 1, address: 'x', agent_id: 1, created_at: createdAt, updated_at: createdAt });
    await sql.insertMany('work_order_index', [order(1, NOW), order(2, NOW - 2 * 86_400_000)]);
    await agentOrders.reload();
    expect(phone.state(agentScope(orgs, 1)).agent.today.orders).toBe(1);
    await sql.insertMany('work_order_index', [order(3, NOW)]);
    expect([await agentOrders.recount(3), await agentOrders.recount(3)]).toEqual([1, null]);
    expect(agents.agents(scopeOf(orgs, 'supervisor', ORG.group))[0]?.today.orders).toBe(2);
  });
});

describe('live rooms', () => {
  it('brings the offer to the person at once, with the time the switch said it', async () => {
    await director.push('offer', { agentId: 1, accountId: 1001, call: liveCall({ state: 'offered' }), switchAt: 123 });
    expect(hub.of('person:1001', 'offer')).toEqual([{ room: 'person:1001', event: { kind: 'offer', switchAt: 123, call: expect.objectContaining({ callId: CALL_ID, number: { masked: '138****5678', ref: expect.any(String) } }) } }]);
    expect(JSON.stringify(hub.told)).not.toContain('13812345678');
  });
  it('tells an agent\'s state to the person, the station and everything above, and to no other station', async () => {
    await director.push('agent', agentView(1, { readiness: 'rest' }));
    expect(hub.told.map(({ room }) => room).sort()).toEqual(['agents:1', 'agents:101', 'agents:11', 'agents:2', 'person:1001']);
  });
  it('tells a change of the call to everyone on it', async () => {
    await director.push('agent', agentView(1, { callId: CALL_ID, callState: 'consulting' }));
    await director.push('agent', agentView(2, { callId: CALL_ID, callState: 'talking' }));
    hub.told.length = 0;
    await director.push('call', liveCall({ state: 'consulting', agentId: 1, legs: [{ role: 'agent', agentId: 1, label: '8001', state: 'talking' }, { role: 'consulted', agentId: 2, label: '8002', state: 'talking' }] }));
    expect(hub.told.map(({ room }) => room).sort()).toEqual(['person:1001', 'person:1002']);
  });
  it('tells the order\'s pages that its recording can be heard', async () => {
    await sql.insertMany('work_order_index', [{ id: 77, company_id: 11, order_no: 'A77', order_type: 'repair', urgency: 'normal', order_source: 'phone', fault_code: 'notHot', fault: '不热', state: 'dispatched', version_no: 1, round_no: 1, near_due: false, overdue: false, was_overdue: false, supervised: false, customer_name: '王五', address: '阳光花园', station_id: 101, created_at: NOW, updated_at: NOW, call_id: CALL_ID, agent_account_id: 1001 }]);
    await sql.insertMany('call_record', [{ call_id: CALL_ID, direction: 'inbound', purpose: 'service', started_at: NOW, order_id: 77, order_company_id: 11 }]);
    await director.push('recorded', { callId: CALL_ID });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(hub.told.filter(({ event }) => event.kind === 'recording').map(({ room }) => room)).toEqual(expect.arrayContaining(['orders:101', 'orders:11', 'orders:1', 'person:1001']));
    hub.told.length = 0;
    await director.push('recorded', { callId: randomUUID() });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(hub.told).toEqual([]);
  });
  it('tells the queue at most four times a second and never loses the last state', async () => {
    for (let waiting = 1; waiting <= 30; waiting++) await director.push('queue', { waiting, longestWaitMs: 0, allBusy: false, calls: [] });
    await new Promise((resolve) => setTimeout(resolve, 450));
    const told = hub.of('queue', 'queue');
    expect(told.length).toBeLessThanOrEqual(4);
    expect(told[told.length - 1]?.event.waiting).toBe(30);
  });
  it('after a new link tells only the agents that became different', async () => {
    await director.push('agent', agentView(1));
    await director.push('agent', agentView(2));
    await director.push('agent', agentView(3));
    await director.goAway();
    hub.told.length = 0;
    director.snapshot = { ...director.snapshot, agents: [agentView(1), agentView(2, { readiness: 'busy' }), agentView(3)] };
    await director.comeBack();
    expect(hub.told.filter(({ event }) => event.kind === 'phone').map(({ room }) => room)).toEqual(['person:1002']);
  });
});

describe('call records', () => {
  it('lists by reach: group, company, station, and own calls for a plain agent', async () => {
    await record();
    await record({ call_id: randomUUID(), agent_id: 3, company_id: 12, station_id: 103 });
    await record({ call_id: randomUUID(), agent_id: 2, company_id: null, station_id: null });
    await record({ call_id: randomUUID(), agent_id: 1, company_id: 12, station_id: 103 }); // taken here for the other company's customer
    const total = async (scope: Parameters<CallsService['list']>[0], filter = {}) => (await calls.list(scope, { ...PAGE, ...filter })).total;
    expect(await total(scopeOf(orgs, 'groupAdmin', ORG.group))).toBe(4);
    expect(await total(scopeOf(orgs, 'supervisor', ORG.company11))).toBe(2); // the third by its agent's station
    expect(await total(scopeOf(orgs, 'stationHead', ORG.station103))).toBe(2);
    expect(await total(agentScope(orgs, 2))).toBe(1);
    expect(await total(scopeOf(orgs, 'groupAdmin', ORG.group), { orgId: ORG.company12 })).toBe(2);
    expect(await code(() => calls.list(scopeOf(orgs, 'supervisor', ORG.company11), { ...PAGE, orgId: ORG.company12 }))).toBe('NOT_FOUND');
    expect(await code(() => calls.list(scopeOf(orgs, 'fieldWorker', ORG.station101), PAGE))).toBe('FORBIDDEN');
  });
  it('finds by whole number however it is written, by the last four, by time, missed and answered', async () => {
    await record();
    await record({ call_id: randomUUID(), number_blind: crypto.blind('13900001111'), number_last4: crypto.blindLast4('13900001111'), answered_at: null, end_reason: 'abandonedInQueue', started_at: NOW - 90_000 });
    const scope = scopeOf(orgs, 'groupAdmin', ORG.group), total = async (filter: object) => (await calls.list(scope, { ...PAGE, ...filter })).total;
    expect(await total({ number: '+86 138 1234 5678' })).toBe(1);
    expect(await total({ number: '5678' })).toBe(1);
    expect(await total({ number: '0000' })).toBe(0);
    expect(await code(() => total({ number: '1' }))).toBe('BAD_INPUT');
    expect(await total({ missed: true })).toBe(1);
    expect(await total({ answered: 'yes' })).toBe(1);
    expect(await total({ from: NOW - 70_000, to: NOW })).toBe(1);
    expect((await calls.list(scope, { page: 2, size: 1 })).rows).toHaveLength(1);
    expect(await code(() => calls.list(scope, { page: 501, size: 20 }))).toBe('BAD_INPUT');
  });
  it('opens a call with its path and its life, and not another company\'s', async () => {
    await record();
    await sql.insertMany('call_event', [{ event_id: 1, call_id: CALL_ID, happened_at: NOW - 60_000, kind: 'started', detail: '来电' }, { event_id: 2, call_id: CALL_ID, happened_at: NOW - 50_000, kind: 'answered', detail: '赵一 接听' }]);
    expect(await calls.detail(scopeOf(orgs, 'supervisor', ORG.company11), CALL_ID)).toMatchObject({ number: { masked: '138****5678' }, skillGroupName: '报修组', ivrPath: [{ node: 'menu', digits: '1' }], events: [{ text: '来电' }, { text: '赵一 接听' }] });
    expect(await code(() => calls.detail(scopeOf(orgs, 'supervisor', ORG.company12), CALL_ID))).toBe('NOT_FOUND');
  });
  it('takes the disposition of the own call, with an audit row', async () => {
    await director.push('call', liveCall({ state: 'talking', agentId: 1 }));
    expect(await code(() => calls.setDisposition(agentScope(orgs, 1), CALL_ID, { disposition: '报修' }))).toBe('STATE_CONFLICT');
    await record();
    expect(await calls.setDisposition(agentScope(orgs, 1), CALL_ID, { disposition: '报修', remark: '已派单' })).toMatchObject({ disposition: '报修' });
    expect(await code(() => calls.setDisposition(agentScope(orgs, 2), CALL_ID, { disposition: '骚扰' }))).toBe('NOT_FOUND');
    expect((await audits()).map(({ action }) => action)).toEqual(['callDisposition']);
  });
});

describe('links of a call record', () => {
  const blind = () => crypto.blind('13812345678');
  const known = async (customerId: number, companyId: number, houseId: number) => {
    await sql.insertMany('phone_index', [{ number_blind: blind(), number_last4: crypto.blindLast4('5678'), company_id: companyId, customer_id: customerId, house_id: houseId, customer_name: `客户${customerId}` }]);
    await sql.insertMany('house_index', [{ id: houseId, company_id: companyId, station_id: 101, community_id: 1, building_id: 1, unit_id: 1, community_name: '阳光花园', address: `阳光花园1号楼${houseId}室`, building_key: '1', unit_key: '1', room_key: String(houseId), house_seq: houseId, contract_no: `C${houseId}`, heating: 'on', arrears_cents: 0 }]);
  };
  const row = async () => (await sql.query('select company_id, customer_id, customer_name, house_address, station_id, order_id, order_no from call_record where call_id = $1', [CALL_ID]))[0];
  const links = () => new CallLinks({ db: sql, clock, log: silentLog });

  it('names customer, house and company of a number that belongs to one customer', async () => {
    await known(7, 11, 70);
    await record({ company_id: null, station_id: null });
    await links().ended(CALL_ID);
    expect(await row()).toMatchObject({ company_id: 11, customer_id: 7, customer_name: '客户7', house_address: '阳光花园1号楼70室', station_id: 101 });
  });
  it('names only the company when several customers share the number, and nothing when they are of two companies', async () => {
    await known(7, 11, 70);
    await known(8, 11, 80);
    await record({ company_id: null, station_id: null });
    await links().sweep();
    expect(await row()).toMatchObject({ company_id: 11, customer_id: null, house_address: null });
    await known(9, 12, 90);
    await sql.execute('update call_record set company_id = null');
    await links().sweep();
    expect(await row()).toMatchObject({ company_id: null, customer_id: null });
  });
  it('names the first order taken in the call, also when the record came after the order', async () => {
    await sql.insertMany('work_order_index', [{ id: 51, company_id: 11, order_no: 'A51', order_type: 'repair', urgency: 'normal', order_source: 'phone', fault_code: 'notHot', fault: '不热', state: 'dispatched', version_no: 1, address: '阳光花园1-1-101', agent_id: 1, call_id: CALL_ID, customer_id: 7, customer_name: '王五', created_at: NOW - 5000, updated_at: NOW }]);
    await links().order({ id: 51, company_id: 11, order_no: 'A51', call_id: CALL_ID, customer_id: 7, customer_name: '王五', address: '阳光花园1-1-101', station_id: 101 });
    await links().order({ id: 52, company_id: 11, order_no: 'A52', call_id: null, customer_id: null, customer_name: null, address: '', station_id: null });
    await record({ company_id: null });
    await links().sweep();
    expect(await row()).toMatchObject({ company_id: 11, customer_id: 7, customer_name: '王五', house_address: '阳光花园1-1-101', order_id: 51, order_no: 'A51' });
  });
});

describe('recordings', () => {
  const wav = Buffer.from('RIFF0000WAVEfmt 0123456789');
  const put = async (path: string, over: Record<string, unknown> = {}) => {
    await record(over);
    await sql.insertMany('recording', [{ recording_id: 77, call_id: CALL_ID, file_path: path, byte_count: wav.length, duration_ms: 1000, made_at: NOW }]);
  };
  const read = async (scope: Parameters<RecordingsService['open']>[0], range?: string) => {
    const part = await recordings.open(scope, 77, range);
    if (part.status === 416) return { ...part, text: '' };
    const chunks: Buffer[] = [];
    for await (const chunk of part.body) chunks.push(chunk as Buffer);
    return { status: part.status, headers: part.headers, text: Buffer.concat(chunks).toString() };
  };
  beforeAll(() => { mkdirSync(join(dir, 'recordings', '2026'), { recursive: true }); writeFileSync(join(dir, 'recordings', '2026', 'a.wav'), wav); writeFileSync(join(dir, 'secret'), 'secret'); });

  it('plays the own recording whole and by range, with one audit row for one hearing', async () => {
    await put('2026/a.wav');
    const scope = agentScope(orgs, 1);
    expect(await read(scope)).toMatchObject({ status: 200, headers: { 'content-length': String(wav.length), 'accept-ranges': 'bytes' }, text: wav.toString() });
    expect(await read(scope, 'bytes=4-7')).toMatchObject({ status: 206, headers: { 'content-range': `bytes 4-7/${wav.length}` }, text: '0000' });
    expect(await read(scope, 'bytes=9999-')).toMatchObject({ status: 416, headers: { 'content-range': `bytes */${wav.length}` } });
    expect(await audits()).toEqual([{ action: 'recordingRead', target: 'recording:77', detail: expect.stringContaining(CALL_ID) }]);
  });
  it('writes the audit row also for somebody who asks only for a part', async () => {
    await put('2026/a.wav');
    await read(agentScope(orgs, 1), 'bytes=20-');
    expect(await audits()).toHaveLength(1);
  });
  it('gives an agent no recording of a colleague, a leader none of another company', async () => {
    await put('2026/a.wav');
    expect(await code(() => read(agentScope(orgs, 2)))).toBe('NOT_FOUND');
    expect(await code(() => read(scopeOf(orgs, 'supervisor', ORG.company12)))).toBe('NOT_FOUND');
    expect((await read(scopeOf(orgs, 'supervisor', ORG.company11))).status).toBe(200);
    expect(await code(() => recordings.open(scopeOf(orgs, 'fieldWorker', ORG.station101), 77, undefined))).toBe('FORBIDDEN');
    expect(await audits()).toHaveLength(1);
  });
  it.each(['../secret', '2026/../../secret', '/etc/hostname', '2026/none.wav'])('never leaves the folder for %s', async (path) => {
    await put(path);
    expect(await code(() => read(agentScope(orgs, 1)))).toBe('NOT_FOUND');
  });
});

describe('blocklist', () => {
  const scope = () => agentScope(orgs, 1);
  it('blocks by reference, tells the director at once and shows the number masked', async () => {
    const { id } = await blocklist.add(scope(), { ref: crypto.numberRef('13812345678'), reason: '骚扰' });
    expect(director.asked.map(({ op }) => op)).toEqual(['blocklist']);
    expect((await blocklist.list(scope(), PAGE)).rows).toEqual([{ id, number: { masked: '138****5678', ref: expect.any(String) }, reason: '骚扰', personName: '坐席1', at: NOW }]);
    expect((await audits())[0]).toEqual({ action: 'blocklistAdd', target: `blocklist:${id}`, detail: '138****5678 骚扰' });
    const [stored] = await sql.query<{ number_sealed: string }>('select number_sealed from blocklist');
    expect(stored?.number_sealed).not.toContain('13812345678');
  });
  it('keeps one entry for one number, however written and however often', async () => {
    const first = await blocklist.add(scope(), { number: '13812345678', reason: '骚扰' }), again = await blocklist.add(scope(), { number: '+8613812345678', reason: '又来' });
    expect(again).toEqual(first);
    expect((await blocklist.list(scope(), PAGE)).total).toBe(1);
  });
  it('removes without deleting, and only once', async () => {
    const { id } = await blocklist.add(scope(), { number: '13812345678', reason: '骚扰' });
    await blocklist.remove(scope(), id);
    expect((await blocklist.list(scope(), PAGE)).total).toBe(0);
    expect(await sql.query('select removed_by from blocklist')).toEqual([{ removed_by: 1001 }]);
    expect(await code(() => blocklist.remove(scope(), id))).toBe('NOT_FOUND');
    expect(director.asked.map(({ op }) => op)).toEqual(['blocklist', 'blocklist']);
  });
  it('refuses service numbers, no number and people without the right', async () => {
    expect(await code(() => blocklist.add(scope(), { number: '110', reason: 'x' }))).toBe('BAD_INPUT');
    expect(await code(() => blocklist.add(scope(), { reason: 'x' }))).toBe('BAD_INPUT');
    expect(await code(() => blocklist.add(scopeOf(orgs, 'auditor', ORG.group), { number: '13812345678', reason: 'x' }))).toBe('FORBIDDEN');
  });
  it('saves while the director is away and tells it when it is back', async () => {
    await director.goAway();
    await blocklist.add(scope(), { number: '13812345678', reason: '骚扰' });
    await director.comeBack();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(director.asked.map(({ op }) => op)).toEqual(['blocklist']);
  });
});
it('an ended call leaves the mirror', async () => {
  await director.push('call', liveCall());
  await director.push('callEnded', callRecord());
  expect(director.client.calls.size).toBe(0);
});
