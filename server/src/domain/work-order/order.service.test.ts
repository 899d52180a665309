import { randomUUID } from 'node:crypto';
import type { OrderCommand, OrderQuery } from '@ronghu/contract';
import { allTables } from '../../app/tables';
import { createMessaging, type Messaging } from '../messaging';
import { PEOPLE, startRig, type Person, type Rig } from './testing/rig';

let rig: Rig, messaging: Messaging;
beforeAll(async () => { rig = await startRig(allTables, (platform) => { messaging = createMessaging(platform); }); }, 60_000);
afterAll(() => rig?.stop());
const as = (p: Person) => rig.scope(p);
type Without<T> = T extends unknown ? Omit<T, 'version'> : never;
async function command(p: Person, order: { id: number; companyId: number }, c: Without<OrderCommand>, version?: number) {
  const scope = await as(p), seen = version ?? (await rig.platform.shards.company(order.companyId).query<{ version_no: number }>('select version_no from work_order where id = $1', [order.id]))[0]?.version_no ?? 0;
  return rig.work.orders.command(scope, order.companyId, order.id, { ...c, version: seen } as OrderCommand);
}
const intake = async (over: Parameters<Rig['form']>[0] = {}) => rig.work.intakes.intake(await as('agent'), rig.form(over));
const view = async (p: Person, o: { id: number; companyId: number }) => rig.work.queries.view(await as(p), o.companyId, o.id);
const query = (over: Partial<OrderQuery> = {}): OrderQuery => ({ page: 1, size: 50, pool: 'all', sort: '-createdAt', ...over });
const code = async (work: Promise<unknown>): Promise<string> => { try { await work; } catch (error) { return String((error as { code?: string }).code); } throw new Error('should have been refused'); };

test('an intake fills number, customer, house and call keys, gets a number and goes to the station of the house at once', async () => {
  const o = await intake();
  expect(o).toMatchObject({ state: 'dispatched', stationId: 111, customerName: '刘桂兰', communityName: '松江新苑', address: '松江新苑3号楼2单元600', agentId: 8001, versionNo: 2 });
  expect(o.orderNo).toMatch(/^JIA20261118\d{5}$/);
  const v = await view('agent', o);
  expect(v.number?.masked).toBe('138****5678');
  expect(JSON.stringify(v)).not.toContain('13812345678');
  expect(v.events.map((e) => e.title)).toEqual(['受理', '安排']);
  expect(v.dueExplained).toContain('报修·普通·电话：自然时间 24 小时（时限规则第 1 版）');
  expect(v.actions).toContain('urge');
});
test('a house without a station goes to the to-arrange pool, and arranging sends it on', async () => {
  const o = await intake({ houseId: 601 });
  expect(o.state).toBe('toArrange');
  await rig.settle();
  expect((await rig.work.queries.list(await as('agent'), query({ pool: 'toArrange' }))).rows.map((r) => r.id)).toContain(o.id);
  expect(await code(command('agent', o, { action: 'arrange', stationId: 121 }))).toBe('BAD_INPUT');
  expect((await command('agent', o, { action: 'arrange', stationId: 112 })).state).toBe('dispatched');
});
test('the deadline may be changed with a reason, which is kept with the rule\'s own time', async () => {
  const later = rig.now() + 5 * 3_600_000;
  expect(await code(intake({ dueAt: later }))).toBe('BAD_INPUT');
  expect(await code(intake({ dueAt: rig.now() - 1, dueReason: '试试' }))).toBe('BAD_INPUT');
  const v = await view('agent', await intake({ dueAt: later, dueReason: '客户下午才在家' }));
  expect(v.dueAt).toBe(later);
  expect(v.events[0]?.data).toMatchObject({ 修改原因: '客户下午才在家' });
  expect(v.dueExplained).toContain('由 赵坐席 改为');
});
test('the head hears a new order at once; the pools of all show it; counts agree with the rows', async () => {
  await rig.settle(); // what the tests before set going
  rig.live.length = 0;
  const o = await intake();
  await rig.settle();
  const heads = await messaging.notices.list(await as('head'), { page: 1, size: 20, unread: true });
  expect(heads.rows[0]).toMatchObject({ kind: 'order.arrange', orderId: o.id, urgent: true, title: `安排 ${o.orderNo}` });
  expect((await messaging.notices.list(await as('otherHead'), { page: 1, size: 20 })).rows.some((n) => n.orderId === o.id)).toBe(false);
  expect(new Set(rig.live.filter((m) => m.event.kind === 'order').map((m) => m.room))).toEqual(new Set(['orders:111', 'orders:11', 'orders:2', 'orders:1', `person:${PEOPLE.agent}`]));
  expect(rig.live.filter((m) => m.event.kind === 'notice').map((m) => m.room)).toEqual([`person:${PEOPLE.head}`]);
  const counts = await rig.work.queries.counts(await as('head'), {});
  expect(counts.toAssign).toBe((await rig.work.queries.list(await as('head'), query({ pool: 'toAssign' }))).total);
  expect(counts.all).toBeGreaterThan(0);
});
test('confirm, ranked candidates with reasons, assign; the worker and the agent hear it', async () => {
  const o = await intake();
  await command('head', o, { action: 'confirm' });
  const ranked = await rig.work.queries.candidates(await as('head'), 11, o.id);
  expect(ranked.map((c) => c.workerId)).toEqual([PEOPLE.worker, PEOPLE.worker2]);
  expect(ranked[0]?.reasons.map((r) => r.label)).toEqual(expect.arrayContaining(['技能', '负荷', '责任区']));
  expect(await code(command('head', o, { action: 'assign', workerId: PEOPLE.otherWorker }))).toBe('BAD_INPUT');
  expect(await command('head', o, { action: 'assign', workerId: PEOPLE.worker })).toMatchObject({ state: 'assigned', workerName: '李维修' });
  await rig.settle();
  expect((await messaging.notices.list(await as('worker'), { page: 1, size: 5 })).rows[0]).toMatchObject({ kind: 'order.assign', orderId: o.id });
  expect((await rig.work.queries.list(await as('worker'), query())).rows.map((r) => r.id)).toContain(o.id);
  expect((await rig.work.queries.list(await as('worker2'), query())).rows.map((r) => r.id)).not.toContain(o.id);
});
test('two heads assigning at once: one wins, the other is told to refresh', async () => {
  const o = await intake();
  const results = await Promise.allSettled([command('head', o, { action: 'assign', workerId: PEOPLE.worker }, 2), command('head', o, { action: 'assign', workerId: PEOPLE.worker2 }, 2)]);
  expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((results.find((r) => r.status === 'rejected') as PromiseRejectedResult).reason).toMatchObject({ code: 'CONFLICT', message: '工单已被他人更新，请刷新后再试' });
  expect((await view('head', o)).events.filter((e) => e.kind === 'assign')).toHaveLength(1);
});
test('a stale version is a conflict; an order of another station or company does not exist', async () => {
  const o = await intake();
  expect(await code(command('head', o, { action: 'confirm' }, 1))).toBe('CONFLICT');
  for (const p of ['otherHead', 'agent12', 'head12', 'worker'] as Person[]) {
    expect(await code(view(p, o))).toBe('NOT_FOUND');
    expect(await code(command(p, o, { action: 'urge', reason: 'x' }))).toBe('NOT_FOUND');
  }
  expect(await code(rig.work.intakes.intake(await as('agent12'), rig.form()))).toBe('NOT_FOUND');
  expect(await code(rig.work.queries.view(await as('agent'), 99, o.id))).toBe('NOT_FOUND');
  await rig.settle();
  expect((await rig.work.queries.list(await as('agent12'), query())).total).toBe(0);
});
test('closing without a revisit is refused, an exemption closes only when another person approves it', async () => {
  const o = await intake();
  await command('head', o, { action: 'closeDirectly', reason: '电话指导', result: '已开阀' });
  expect(await code(command('operator', o, { action: 'closeDirectly', reason: '办结', result: 'x' }))).toBe('REVISIT_REQUIRED');
  const asked = await command('agent', o, { action: 'requestExemption', reason: '咨询类' });
  expect(asked).toMatchObject({ state: 'completed', pendingApproval: 'exemption' });
  await rig.settle();
  const waiting = await rig.work.queries.approvals(await as('supervisor'), { status: 'pending', page: 1, size: 20 });
  expect(waiting.rows.find((r) => r.orderId === o.id)).toMatchObject({ kind: 'exemption', requestedBy: '赵坐席', order: { pendingApproval: 'exemption' } });
  const id = asked.pendingId as number;
  expect(await code(rig.work.orders.decide(await as('agent'), 11, id, 'approve', ''))).toBe('FORBIDDEN');
  expect(await code(rig.work.orders.decide(await as('supervisor'), 11, id, 'reject', ''))).toBe('BAD_INPUT');
  expect(await code(rig.work.orders.decide(await as('head12'), 11, id, 'approve', ''))).toBe('NOT_FOUND');
  expect(await rig.work.orders.decide(await as('supervisor'), 11, id, 'approve', '同意')).toMatchObject({ state: 'closed', closeKind: 'exempt', exempt: true });
  expect(await code(rig.work.orders.decide(await as('supervisor'), 11, id, 'approve', ''))).toBe('STATE_CONFLICT');
  expect((await view('supervisor', o)).approvals).toMatchObject([{ status: 'approved', decidedBy: '郑班长', decisionReason: '同意' }]);
});
test('a revisit needs the required answers; satisfied closes; not reached counts', async () => {
  const o = await intake();
  await command('head', o, { action: 'closeDirectly', reason: '电话指导', result: '已开阀' });
  const revisit = { action: 'revisit' as const, formVersion: 1, callId: randomUUID() };
  expect((await command('agent', o, { ...revisit, outcome: 'notReached', answers: {} })).revisitAttempts).toBe(1);
  expect(await code(command('agent', o, { ...revisit, outcome: 'satisfied', answers: { solved: '已解决' } }))).toBe('BAD_INPUT');
  expect(await code(command('agent', o, { ...revisit, formVersion: 9, outcome: 'satisfied', answers: {} }))).toBe('BAD_INPUT');
  expect(await command('agent', o, { ...revisit, outcome: 'satisfied', answers: { solved: '已解决', onTime: '是', attitude: 5 } })).toMatchObject({ state: 'closed', closeKind: 'revisited', satisfied: true, revisitAttempts: 2 });
  const v = await view('agent', o);
  expect(v.revisits.map((r) => r.outcome)).toEqual(['notReached', 'satisfied']);
  expect(v.actions).toEqual([]);
});
test('dissatisfied, second dispatch asked, approved: round 2 at the station with a fresh deadline', async () => {
  const o = await intake();
  await command('head', o, { action: 'closeDirectly', reason: '电话指导', result: '已开阀' });
  await command('agent', o, { action: 'revisit', outcome: 'dissatisfied', formVersion: 1, answers: { solved: '未解决', onTime: '否', attitude: 1 }, callId: null });
  rig.pass(3_600_000);
  const asked = await command('agent', o, { action: 'secondDispatch', reason: '仍然不热' });
  const again = await rig.work.orders.decide(await as('head'), 11, asked.pendingId as number, 'approve', '');
  expect(again).toMatchObject({ state: 'dispatched', roundNo: 2, stationId: 111, completedAt: null, satisfied: false, dueAt: rig.now() + 24 * 3_600_000 });
  expect((await view('agent', o)).dueExplained).toMatch(/^第 2 轮：/);
});
test('with the setting off a second dispatch goes through at once', async () => {
  const admin = { ...(await as('groupAdmin')) };
  await rig.settings.save(admin, 'approvalRules', { return: true, void: true, secondDispatch: false }, 1, '简化');
  const o = await intake();
  await command('head', o, { action: 'closeDirectly', reason: '电话指导', result: '已开阀' });
  await command('agent', o, { action: 'revisit', outcome: 'dissatisfied', formVersion: 1, answers: { solved: '未解决', onTime: '否', attitude: 1 }, callId: null });
  expect(await command('agent', o, { action: 'secondDispatch', reason: '仍然不热' })).toMatchObject({ state: 'dispatched', roundNo: 2 });
  await rig.settings.restore(admin, 'approvalRules', 1, '恢复');
});
test('near due, then overdue with priority and escalation, by the durable timer; completion stops it', async () => {
  const o = await intake({ urgency: 'critical' });
  rig.pass(91 * 60_000);
  await rig.platform.timers.runDue();
  expect(await view('head', o)).toMatchObject({ nearDue: true, overdue: false });
  rig.pass(30 * 60_000);
  await rig.platform.timers.runDue();
  await rig.platform.timers.runDue();
  expect(await view('head', o)).toMatchObject({ overdue: true, priority: 1 });
  rig.pass(120 * 60_000);
  await rig.platform.timers.runDue();
  expect(await view('head', o)).toMatchObject({ priority: 2 });
  await command('head', o, { action: 'closeDirectly', reason: '已处理', result: '完成' });
  rig.pass(240 * 60_000);
  await rig.platform.timers.runDue();
  expect(await view('head', o)).toMatchObject({ priority: 2, state: 'completed' });
  await rig.settle();
  expect((await messaging.notices.list(await as('head'), { page: 1, size: 100 })).rows.filter((n) => n.orderId === o.id && n.kind === 'order.overdue')).toHaveLength(2);
});
test('a completed order reminds its agent of the revisit until it is settled', async () => {
  const o = await intake();
  await command('head', o, { action: 'closeDirectly', reason: '已处理', result: '完成' });
  rig.pass(24 * 3_600_000 + 1);
  await rig.platform.timers.runDue();
  await rig.settle();
  expect((await messaging.notices.list(await as('agent'), { page: 1, size: 100 })).rows.some((n) => n.orderId === o.id && n.kind === 'order.revisitDue')).toBe(true);
});
test('a handover ends here and begins there as a linked order, once, however often the event comes', async () => {
  const o = await intake({ houseId: 601 });
  const gone = await command('operator', o, { action: 'handOver', toCompanyId: 12, reason: '属乙公司片区' });
  expect(gone).toMatchObject({ state: 'handedOver', linkedCompanyId: 12 });
  await rig.settle();
  await rig.platform.shards.company(11).execute("update outbox set outbox_status = 0 where kind = 'order.handOver'");
  await rig.settle();
  const there = await view('agent12', { id: gone.linkedOrderId as number, companyId: 12 });
  expect(there).toMatchObject({ state: 'toArrange', orderNo: gone.linkedOrderNo, customerName: '刘桂兰', linked: [{ id: o.id, companyId: 11, relation: '移交自' }] });
  expect((await rig.platform.shards.company(12).query('select id from work_order')).length).toBe(1);
  expect((await view('operator', o)).linked[0]).toMatchObject({ relation: '移交到', companyId: 12 });
});
test('the monitor centre steps in past the station and the history names it', async () => {
  const o = await intake();
  const moved = await command('operator', o, { action: 'reassign', workerId: PEOPLE.otherWorker, reason: '跨站支援' });
  expect(moved).toMatchObject({ state: 'assigned', stationId: 112, workerId: PEOPLE.otherWorker });
  expect((await view('operator', o)).events.pop()).toMatchObject({ title: '干预：改派人员', intervention: true });
});
test('a script in a name is stored as the text it is, and over-long text is refused before it gets here', async () => {
  const o = await intake({ contactName: '<script>alert(1)</script>', description: '"; drop table work_order; --' });
  const v = await view('agent', o);
  expect(v.customerName).toBe('<script>alert(1)</script>');
  expect(v.description).toBe('"; drop table work_order; --');
});
test('search finds by number, last four, order number, name and community', async () => {
  await rig.settle();
  const list = async (q: string) => (await rig.work.queries.list(await as('agent'), query({ q }))).total;
  for (const q of ['13812345678', '138 1234 5678', '5678', 'JIA2026', '刘桂', '松江新苑', '松江新苑 3号楼']) expect(await list(q)).toBeGreaterThan(0);
  for (const q of ['13900000000', '9999', 'YI2026', '张三', '江滨', "%' or 1=1"]) expect(await list(q)).toBe(0);
});
test('the index is the same as the orders, whatever order the events came in', async () => {
  await rig.settle();
  await rig.platform.shards.company(11).execute('update outbox set outbox_status = 0');
  await rig.settle();
  const orders = await rig.platform.shards.company(11).query<{ id: number; state: string; version_no: number }>('select id, state, version_no from work_order order by id');
  const lines = await rig.platform.shards.group().query<{ id: number; state: string; version_no: number }>('select id, state, version_no from work_order_index where company_id = $1 order by id', [11]);
  expect(lines).toEqual(orders);
  const twice = await rig.platform.shards.group().query('select account_id, source_key from notice group by account_id, source_key having count(*) > 1');
  expect(twice).toEqual([]);
});
test('10,000 numbers asked for in parallel by three processes are all different', async () => {
  const { OrderNumbers } = await import('./order-number');
  const makers = Array.from({ length: 3 }, () => new OrderNumbers({ shards: rig.platform.shards, clock: rig.platform.clock, companyCode: () => 'JIA' }));
  const numbers = await Promise.all(Array.from({ length: 10_000 }, (_, i) => makers[i % 3]?.next(11)));
  expect(new Set(numbers).size).toBe(10_000);
});
