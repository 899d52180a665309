import { randomUUID } from 'node:crypto';
import { auditTables } from '../../platform/audit';
import { busTables } from '../../platform/bus/bus.tables';
import type { Db, Row } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { identityTables } from '../../platform/identity/identity.tables';
import type { OrgDirectory } from '../../platform/identity/org.store';
import { startTestDatabase, type TestDatabase } from '../../platform/testing/database';
import { MetricStore } from '../../domain/metric/metric.store';
import { DAY_MS, dayName, dayOf, dayStart } from '../../domain/metric/metric.types';
import { DEFAULT_KPI_TARGETS } from '../../domain/metric/targets';
import { telephonyTables } from '../../domain/telephony/telephony.tables';
import { workOrderTables } from '../../domain/work-order/work-order.tables';
import { agentScope, agentView, callRecord, CALL_ID, FakeDirector, FakeHub, liveCall, ORG, scopeOf, seedOrganisation, testCrypto } from '../call-center/testing/fixtures';
import { BoardService } from './board.service';
import { KpiService } from './kpi.service';
import { LiveFigures } from './live-figures';
import { MonitorLive } from './monitor.live';
import { OrderCube } from './order-cube';
import { nodesAbove } from './place';

let now = Date.UTC(2026, 10, 21, 6, 0, 0);
const START = now, TODAY = dayStart(dayOf(now)), crypto = testCrypto(), clock = { now: () => now };
let database: TestDatabase, sql: Db, orgs: OrgDirectory, director: FakeDirector, hub: FakeHub, live: LiveFigures, cube: OrderCube, kpis: KpiService, boards: BoardService, notifier: MonitorLive;

beforeAll(async () => {
  database = await startTestDatabase([...busTables, ...auditTables, ...identityTables, ...telephonyTables, ...workOrderTables]);
  sql = database.shards.group();
  orgs = await seedOrganisation(sql);
  await sql.insertMany('account', [{ id: 501, login: 'w1', person_name: '维修甲', org_id: 101, password_hash: 'x', created_at: 0 }, { id: 502, login: 'w2', person_name: '维修乙', org_id: 101, password_hash: 'x', created_at: 0 }]);
}, 60_000);
afterAll(async () => { await database?.stop(); });
beforeEach(async () => {
  now = START;
  for (const table of ['call_record', 'work_order_index']) await sql.execute(`delete from ${table}`);
  director = await FakeDirector.start();
  hub = new FakeHub();
  const store = new MetricStore(sql);
  live = new LiveFigures({ store, clock });
  cube = new OrderCube({ sql, orgs, clock });
  kpis = new KpiService({ store, live, orgs, clock, numbers: crypto, targets: async () => DEFAULT_KPI_TARGETS });
  boards = new BoardService({ telephone: director.client, cube, live, kpis, orgs, clock });
  notifier = new MonitorLive({ director: director.client, hub, orgs, live, cube, kpis, clock });
  notifier.start();
});
afterEach(async () => { notifier.stop(); await director.stop(); });

let orderId = 0;
const order = async (over: Row = {}): Promise<number> => {
  const id = ++orderId;
  await sql.insertMany('work_order_index', [{ id, company_id: 11, order_no: `A${id}`, order_type: 'repair', urgency: 'normal', order_source: 'phone', fault_code: 'notHot', fault: '不热', state: 'dispatched', version_no: 1, round_no: 1, near_due: false, overdue: false, was_overdue: false, supervised: false, customer_name: '王五', address: '阳光花园', station_id: 101, worker_id: null, created_at: now - 1000, on_site_at: null, closed_at: null, outcome: null, satisfied: null, updated_at: now, ...over }]);
  return id;
};
const call = (over: Row = {}) => sql.insertMany('call_record', [{ call_id: randomUUID(), direction: 'inbound', purpose: 'service', number_sealed: crypto.seal('13812345678'), number_blind: crypto.blind('13812345678'), started_at: now - 60_000, queued_at: now - 55_000, answered_at: now - 50_000, ended_at: now - 10_000, wait_s: 5, end_reason: 'completed', company_id: 11, station_id: 101, agent_id: 1, ...over }]);
const leader = (rootId: number = ORG.group) => scopeOf(orgs, 'groupLeader', rootId);
const code = async (work: () => Promise<unknown>): Promise<string> => { try { await work(); return 'ok'; } catch (error) { return error instanceof AppError ? error.code : String(error); } };

describe('board', () => {
  it('adds up from worker to group, and drills down to the station\'s workers (MC-08)', async () => {
    await order({ state: 'assigned', worker_id: 501, near_due: true });
    await order({ state: 'onSite', worker_id: 501, near_due: true, overdue: true, was_overdue: true });
    await order({ state: 'confirmed', supervised: true });
    await order({ company_id: 12, station_id: 103, state: 'toArrange' });
    await order({ company_id: 12, station_id: null, state: 'toArrange', created_at: TODAY - DAY_MS });
    await order({ state: 'closed', closed_at: now - 500 });
    await order({ state: 'closed', closed_at: TODAY - 500, created_at: TODAY - DAY_MS });
    const group = await boards.board(leader());
    expect(group.orders).toMatchObject({ orgId: 1, kind: 'group', open: 5, nearDue: 1, overdue: 1, supervised: 1, todayNew: 5, todayClosed: 1, byState: { assigned: 1, onSite: 1, confirmed: 1, toArrange: 2, closed: 1 } });
    let node = group;
    for (const below of [ORG.division, ORG.company11, ORG.station101]) { expect(node.children.map(({ orgId }) => orgId)).toContain(below); node = await boards.board(leader(), below); }
    expect(node.children).toMatchObject([{ kind: 'worker', orgId: 501, name: '维修甲', open: 2, overdue: 1, nearDue: 1, drillable: false }]);
    for (const parent of [await boards.board(leader(), ORG.division), await boards.board(leader(), ORG.company11)]) {
      const sum = (key: 'open' | 'overdue' | 'nearDue' | 'todayNew' | 'todayClosed') => parent.children.reduce((total, child) => total + child[key], 0);
      for (const key of ['open', 'overdue', 'nearDue', 'todayNew', 'todayClosed'] as const) expect([key, sum(key)]).toEqual([key, parent.orders[key]]);
    }
  });
  it('counts the queue, the agents and today\'s calls of a node', async () => {
    await call();
    await call({ answered_at: null, end_reason: 'abandonedInQueue' });
    await call({ company_id: 12, station_id: 103, started_at: TODAY - 1000 });
    await call({ direction: 'outbound', company_id: null, station_id: null });
    await live.fill();
    await director.push('queue', { waiting: 2, longestWaitMs: 9, allBusy: false, calls: [liveCall({ companyId: 11, queuedAt: now - 30_000 }), liveCall({ callId: randomUUID(), queuedAt: now - 90_000 })] });
    await director.push('agent', agentView(1, { callState: 'talking', readiness: 'ready' }));
    await director.push('agent', agentView(2, { readiness: 'wrapUp' }));
    await director.push('agent', agentView(3, { presence: 'signedOut', readiness: null }));
    await director.push('call', liveCall({ callId: randomUUID(), state: 'ivr', companyId: 11, startedAt: now, queuedAt: null }));
    const group = await boards.board(leader()), company = await boards.board(leader(), ORG.company11);
    expect(group).toMatchObject({ telephoneLive: true, waiting: 2, longestWaitMs: 90_000, agents: { talking: 1, wrapUp: 1, ready: 0, signedIn: 2, total: 3 }, callsToday: { inbound: 3, outbound: 1, answered: 1, abandoned: 1, averageWaitSeconds: 5, inIvr: 1, talking: 0 } });
    expect(company).toMatchObject({ waiting: 1, longestWaitMs: 30_000, agents: { total: 2 }, callsToday: { inbound: 3, outbound: 0 } });
    expect(group.byHour).toHaveLength(24);
    expect(group.byHour.reduce((sum, hour) => sum + hour.inbound, 0)).toBe(3);
    expect(group.byHour[14]?.inbound ?? 0).toBeGreaterThan(0); // 6:00 in Greenwich
  });
  it('puts each signed-in agent in exactly one column', async () => {
    const states = [agentView(1, { callState: 'held' }), agentView(2, { readiness: 'suspended' }), agentView(3, { callState: 'dialing', readiness: 'outbound' })];
    for (const agent of states) await director.push('agent', agent);
    const { agents } = await boards.board(leader());
    expect(agents).toMatchObject({ held: 1, busy: 1, ringing: 1, signedIn: 3 });
    expect(agents.ready + agents.ringing + agents.talking + agents.held + agents.wrapUp + agents.rest + agents.busy).toBe(agents.signedIn);
  });
  it('says that the telephone is not live while the director is away, and still shows orders', async () => {
    await order();
    await director.goAway();
    expect(await boards.board(leader())).toMatchObject({ telephoneLive: false, orders: { open: 1 } });
  });
  it('counts anew after an event and not before', async () => {
    await order();
    expect((await boards.board(leader())).orders.open).toBe(1);
    const second = await order();
    await notifier.order(second);
    expect((await boards.board(leader())).orders.open).toBe(2);
  });
  it('shows nobody a node outside the scope, and nothing without the right', async () => {
    expect(await code(() => boards.board(leader(ORG.company11), ORG.company12))).toBe('NOT_FOUND');
    expect(await code(() => boards.board(leader(ORG.company11), ORG.group))).toBe('NOT_FOUND');
    expect(await code(() => boards.board(agentScope(orgs, 1)))).toBe('FORBIDDEN');
    expect((await boards.board(scopeOf(orgs, 'stationHead', ORG.station101))).orgId).toBe(ORG.station101);
  });
});

describe('indicators', () => {
  const value = async (name: string, orgId?: number) => (await kpis.kpis(leader(), { orgId })).find(({ code: c }) => c === name);

  it('are the same on the board and on the indicator page, live and from the tables (MC-13, MC-35)', async () => {
    await call();
    await call({ answered_at: null, end_reason: 'abandonedInQueue', company_id: 12, station_id: 103 });
    await order({ state: 'closed', closed_at: now, on_site_at: now + 599_000, outcome: 'fixed', satisfied: true });
    await order({ was_overdue: true });
    await live.fill();
    const page = await kpis.kpis(leader(), {}), board = (await boards.board(leader())).kpis, exact = await kpis.kpis(leader(), { from: TODAY, to: now + 10_000 });
    expect(board).toEqual(page);
    expect(page.map(({ code: c, value: v }) => [c, v])).toEqual([['connectRate', 0.5], ['responseTime', 600], ['firstTimeFixRate', 1], ['closureRate', 0.5], ['satisfactionRate', 1], ['overdueRate', 0.5]]);
    expect(exact.map(({ code: c, value: v }) => [c, v])).toEqual(page.map(({ code: c, value: v }) => [c, v])); // not a whole day: from the tables alone
    expect(page[0]).toMatchObject({ name: '接通率', target: 0.97, betterWhen: 'higher', numerator: 1, denominator: 2, formula: expect.stringContaining('人工') });
    expect((await value('connectRate', ORG.company11))?.value).toBe(1);
    expect((await value('connectRate', ORG.station103))?.value).toBe(0);
    expect((await value('overdueRate', ORG.station103))?.value).toBeNull();
  });
  it('move with the call that is answered now', async () => {
    await director.push('call', liveCall({ startedAt: now - 5000, queuedAt: now - 4000, state: 'queued' }));
    expect((await value('connectRate'))?.denominator).toBe(0);
    await director.push('call', liveCall({ startedAt: now - 5000, queuedAt: now - 4000, answeredAt: now, state: 'talking' }));
    expect(await value('connectRate')).toMatchObject({ value: 1, denominator: 1 });
    await director.push('callEnded', callRecord({ startedAt: now - 5000, queuedAt: now - 4000, answeredAt: now, endedAt: now + 9000 }));
    expect(await value('connectRate')).toMatchObject({ value: 1, denominator: 1 });
  });
  it('show a trend of seven days that follows a late change of an earlier day', async () => {
    const old = await order({ created_at: TODAY - 2 * DAY_MS + 1000, state: 'onSite' });
    const before = await value('closureRate');
    expect(before?.trend.map(({ day }) => day)).toEqual([6, 5, 4, 3, 2, 1, 0].map((ago) => dayName(dayOf(now) - ago)));
    expect(before?.trend[4]).toMatchObject({ value: 0, denominator: 1 });
    expect(before).toMatchObject({ value: null, denominator: 0 });
    await sql.execute("update work_order_index set state = 'closed', version_no = 9 where id = $1", [old]);
    await notifier.order(old);
    expect((await value('closureRate'))?.trend[4]).toMatchObject({ value: 1, denominator: 1 });
  });
  it('begin anew at midnight', async () => {
    await order();
    await live.fill();
    expect((await value('closureRate'))?.denominator).toBe(1);
    now = TODAY + DAY_MS + 60_000;
    const next = await value('closureRate');
    expect(next?.denominator).toBe(0);
    expect(next?.trend[5]).toMatchObject({ denominator: 1 });
  });
  it('open their rows: those counted and those not, with the number masked', async () => {
    await call({ call_id: CALL_ID, customer_name: null, agent_name: '赵一' });
    await call({ answered_at: null, end_reason: 'abandonedInQueue' });
    const rows = await kpis.rows(leader(), 'connectRate', { page: 1, size: 20 });
    expect(rows).toMatchObject({ total: 2 });
    expect((await kpis.rows(leader(), 'connectRate', { page: 1, size: 20, counted: 'yes' })).rows).toEqual([{ kind: 'call', id: CALL_ID, companyId: 11, title: '138****5678', subtitle: '赵一', at: now - 60_000, counted: true, value: '已接听，等候 5 秒' }]);
    expect((await kpis.rows(leader(), 'connectRate', { page: 1, size: 20, counted: 'no' })).rows).toMatchObject([{ counted: false, value: '排队中放弃' }]);
    const id = await order({ on_site_at: now + 3_659_000, satisfied: false, round_no: 2, was_overdue: true });
    const words = async (kpi: 'responseTime' | 'satisfactionRate' | 'firstTimeFixRate' | 'overdueRate' | 'closureRate') => (await kpis.rows(leader(), kpi, { page: 1, size: 20 })).rows.map((row) => [row.id, row.title, row.value, row.counted]);
    expect(await words('responseTime')).toEqual([[id, `A${id}`, '1 小时 1 分钟', true]]);
    expect(await words('satisfactionRate')).toEqual([[id, `A${id}`, '不满意', false]]);
    expect(await words('firstTimeFixRate')).toEqual([[id, `A${id}`, '第 2 轮派单', false]]);
    expect(await words('overdueRate')).toEqual([[id, `A${id}`, '超时', true]]);
    expect(await words('closureRate')).toEqual([[id, `A${id}`, '已派站', false]]);
  });
  it('refuse a period that is upside down or longer than a year, and a foreign node', async () => {
    expect(await code(() => kpis.kpis(leader(), { from: now, to: now - 1 }))).toBe('BAD_INPUT');
    expect(await code(() => kpis.kpis(leader(), { from: now - 400 * DAY_MS, to: now }))).toBe('BAD_INPUT');
    expect(await code(() => kpis.rows(leader(ORG.company11), 'connectRate', { orgId: ORG.company12, page: 1, size: 20 }))).toBe('NOT_FOUND');
    expect(await code(() => kpis.kpis(agentScope(orgs, 1), {}))).toBe('FORBIDDEN');
  });
  it('take in rows that no event brought', async () => {
    await live.fill();
    await call();
    await live.correct();
    expect((await value('connectRate'))?.denominator).toBe(1);
  });
});

describe('board rooms', () => {
  it('hear of a change at the place and everywhere above it', async () => {
    await notifier.order(await order({ company_id: 12, station_id: 103 }));
    expect(hub.told.map(({ room }) => room).sort()).toEqual(['board:1', 'board:103', 'board:12', 'board:2']);
  });
  it('hear of an order whose row the correction had counted before its event came', async () => {
    const id = await order({ company_id: 12, station_id: 103 });
    await live.correct();
    await notifier.order(id);
    expect(hub.of('board:103')).toHaveLength(1);
  });
  it('hear of an order that went to another station at the station that lost it too', async () => {
    await notifier.order(await order({ company_id: 11, station_id: 102 }), 101);
    expect(hub.told.map(({ room }) => room)).toEqual(expect.arrayContaining(['board:102', 'board:101', 'board:1']));
  });
  it('hear of a call of nobody\'s customer at the group only', async () => {
    await director.push('call', liveCall({ state: 'ivr', queuedAt: null }));
    expect(hub.told.map(({ room }) => room)).toEqual(['board:1']);
  });
  it('hear at most five times a second in a storm, the last change included', async () => {
    for (let i = 0; i < 60; i++) await director.push('agent', agentView(1, { since: i }));
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(hub.of('board:101').length).toBeLessThanOrEqual(5);
    expect(hub.of('board:101').length).toBeGreaterThanOrEqual(2);
  });
  it('find the nodes above a company whose node has another id than the company', () => {
    expect(nodesAbove(orgs, { companyId: 12, stationId: null })).toEqual([12, 2, 1]);
    expect(nodesAbove(orgs, { companyId: 99, stationId: null })).toEqual([1]);
  });
});
