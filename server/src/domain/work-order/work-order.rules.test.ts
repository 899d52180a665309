import type { Permission } from '@ronghu/contract';
import { FINAL_STATES, TRANSITIONS, type Actor, type OrderEvent } from './order-table';
import { actionsOf, newOrder, step, type OrderCore, type OrderInput, type StepResult } from './work-order.rules';

const AGENT: Actor[] = ['order.read', 'order.intake', 'order.arrange', 'order.revisit'], HEAD: Actor[] = ['order.read', 'order.station', 'order.approve'], WORKER: Actor[] = ['order.read', 'order.field'], MONITOR: Actor[] = ['order.read', 'order.override'], GROUP: Actor[] = ['order.read', 'order.supervise', 'order.approve', 'order.override'], LEADER: Actor[] = ['order.read', 'order.approve'];
const asks = { return: true, void: true, secondDispatch: true }, free = { return: false, void: false, secondDispatch: false };
const A = 1, H = 2, W = 3, S = 4;
const go = (order: OrderCore, event: OrderEvent, rights: Actor[], actorId: number, more: Partial<OrderInput> = {}): StepResult => step(order, { event, rights, actorId, approvals: asks, ...more }, 1000 + order.version);
const ok = (result: StepResult): OrderCore => { if (!result.ok) throw new Error(`${result.code} ${result.message}`); return result.order; };
const refused = (result: StepResult): string => { if (result.ok) throw new Error('should have been refused'); return result.code; };
const taken = ok(go(newOrder(1000, 9000), 'intake', AGENT, A));
const dispatched = ok(go(taken, 'arrange', AGENT, A, { stationId: 7 }));
const confirmed = ok(go(dispatched, 'confirm', HEAD, H));
const assigned = ok(go(confirmed, 'assign', HEAD, H, { workerId: W }));
const accepted = ok(go(assigned, 'accept', WORKER, W));
const onSite = ok(go(accepted, 'onSiteCheckIn', WORKER, W));
const filled = ok(go(onSite, 'backfill', WORKER, W, { outcome: 'fixed' }));
const signed = ok(go(filled, 'sign', WORKER, W));
const completed = ok(go(signed, 'submit', WORKER, W));

test('the story leads from intake to closure by a satisfied revisit', () => {
  const closed = ok(go(completed, 'revisitSatisfied', AGENT, A));
  expect([taken, dispatched, confirmed, assigned, accepted, onSite, completed, closed].map((o) => o.state)).toEqual(['toArrange', 'dispatched', 'confirmed', 'assigned', 'accepted', 'onSite', 'completed', 'closed']);
  expect(closed).toMatchObject({ closeKind: 'revisited', revisitAttempts: 1, round: 1 });
});
test('a dissatisfied revisit leaves the order completed and makes the second dispatch the next step', () => {
  const sad = ok(go(completed, 'revisitDissatisfied', AGENT, A));
  expect(sad.state).toBe('completed');
  expect(actionsOf(sad, AGENT, A, asks)[0]).toBe('secondDispatch');
  const again = ok(go(sad, 'secondDispatch', AGENT, A, { reason: '仍不热', approvals: free, dueAt: 20000 }));
  expect(again).toMatchObject({ state: 'dispatched', round: 2, stationId: 7, workerId: null, completedAt: null, signed: false, outcome: null, dueAt: 20000 });
});
test('with approval asked the second dispatch waits and starts round 2 when approved', () => {
  const sad = ok(go(completed, 'revisitDissatisfied', AGENT, A));
  const waiting = ok(go(sad, 'secondDispatch', AGENT, A, { reason: '仍不热' }));
  expect(waiting).toMatchObject({ state: 'completed', pending: { kind: 'secondDispatch' } });
  expect(refused(go(waiting, 'secondDispatch', AGENT, A, { reason: '再来' }))).toBe('STATE_CONFLICT');
  const again = go(waiting, 'approve', HEAD, H);
  expect(ok(again)).toMatchObject({ state: 'dispatched', round: 2, pending: null });
});
test('a second dispatch without a dissatisfied revisit is refused', () => expect(refused(go(completed, 'secondDispatch', AGENT, A, { reason: 'x' }))).toBe('STATE_CONFLICT'));
test('closing what is completed without a revisit is refused with REVISIT_REQUIRED', () => expect(refused(go(completed, 'closeDirectly', MONITOR, S, { reason: '省事' }))).toBe('REVISIT_REQUIRED'));
test('a direct close ends the handling, not the order', () => {
  const direct = ok(go(confirmed, 'closeDirectly', HEAD, H, { reason: '电话已解决' }));
  expect(direct).toMatchObject({ state: 'completed', directClosed: true, closeKind: null });
  expect(actionsOf(direct, AGENT, A, asks)).toContain('revisit');
});
test('each of the six approvals is asked, approved once and rejected once (MC-27)', () => {
  const kinds: [OrderCore, OrderEvent, Actor[], number, string][] = [[completed, 'requestExemption', AGENT, A, 'closed'], [ok(go(completed, 'revisitDissatisfied', AGENT, A)), 'secondDispatch', AGENT, A, 'dispatched'], [dispatched, 'returnOrder', HEAD, H, 'returned'], [assigned, 'void', HEAD, H, 'voided'], [onSite, 'requestExtension', WORKER, W, 'onSite'], [accepted, 'requestCancel', WORKER, W, 'cancelled']];
  for (const [order, event, rights, who, to] of kinds) {
    const asked = go(order, event, rights, who, { reason: '说明', newDueAt: 50000 });
    const waiting = ok(asked);
    expect(waiting.state).toBe(order.state);
    expect(ok(go(waiting, 'approve', LEADER, 99)).state).toBe(to);
    expect(ok(go(waiting, 'reject', LEADER, 99, { reason: '不同意' }))).toMatchObject({ state: order.state, pending: null });
    expect(refused(go(waiting, 'reject', LEADER, 99))).toBe('BAD_INPUT');
    expect(ok(go(waiting, 'withdraw', rights, who)).pending).toBeNull();
  }
});
test('nobody approves a request of their own', () => {
  const waiting = ok(go(dispatched, 'void', HEAD, H, { reason: '重复单' }));
  expect(refused(go(waiting, 'approve', HEAD, H))).toBe('FORBIDDEN');
  expect(refused(go(waiting, 'withdraw', HEAD, 77))).toBe('FORBIDDEN');
});
test('an approved extension moves the deadline, a rejected one does not (RC-24)', () => {
  const waiting = ok(go(ok(go(onSite, 'nearDue', ['system'], 0)), 'requestExtension', WORKER, W, { reason: '等配件', newDueAt: 50000 }));
  expect(waiting.dueAt).toBe(9000);
  expect(ok(go(waiting, 'approve', HEAD, H))).toMatchObject({ dueAt: 50000, nearDue: false });
  expect(ok(go(waiting, 'reject', HEAD, H, { reason: '今天必须完成' })).dueAt).toBe(9000);
  expect(refused(go(onSite, 'requestExtension', WORKER, W, { reason: 'x', newDueAt: 8000 }))).toBe('BAD_INPUT');
});
test('a request lapses, said in the effects, when the order goes on past it', () => {
  const waiting = ok(go(signed, 'requestExtension', WORKER, W, { reason: '等配件', newDueAt: 50000 }));
  const result = go(waiting, 'submit', WORKER, W);
  expect(ok(result).pending).toBeNull();
  expect(result.ok && result.effects.some((e) => e.kind === 'approvalDecided' && e.status === 'withdrawn')).toBe(true);
});
test('refusing needs a reason and gives the order back to the head', () => {
  expect(refused(go(assigned, 'refuse', WORKER, W))).toBe('BAD_INPUT');
  expect(refused(go(assigned, 'refuse', WORKER, W, { reason: '   ' }))).toBe('BAD_INPUT');
  expect(ok(go(assigned, 'refuse', WORKER, W, { reason: '人在外地' }))).toMatchObject({ state: 'confirmed', workerId: null });
});
test('a worker who no longer holds the order cannot go on with it', () => {
  const moved = ok(go(accepted, 'reassign', HEAD, H, { workerId: 33, reason: '就近' }));
  expect(refused(go(moved, 'accept', WORKER, W))).toBe('STATE_CONFLICT');
  expect(refused(go(moved, 'onSiteCheckIn', WORKER, W))).toBe('STATE_CONFLICT');
});
test('what was signed cannot be filled in or signed again', () => {
  expect(refused(go(signed, 'backfill', WORKER, W, { outcome: 'unfixed' }))).toBe('SEALED');
  expect(refused(go(signed, 'sign', WORKER, W))).toBe('SEALED');
});
test('a fixed order needs the signature to be submitted, an unfixed one does not', () => {
  expect(refused(go(filled, 'submit', WORKER, W))).toBe('STATE_CONFLICT');
  expect(refused(go(onSite, 'submit', WORKER, W))).toBe('STATE_CONFLICT');
  expect(ok(go(ok(go(onSite, 'backfill', WORKER, W, { outcome: 'unfixed' })), 'submit', WORKER, W)).state).toBe('completed');
});
test('a stale version is a conflict', () => expect(refused(go(dispatched, 'confirm', HEAD, H, { version: 1 }))).toBe('CONFLICT'));
test('returning asks an approval by default and goes through at once when the setting says so', () => {
  expect(ok(go(dispatched, 'returnOrder', HEAD, H, { reason: '不归我站' })).state).toBe('dispatched');
  const back = ok(go(dispatched, 'returnOrder', HEAD, H, { reason: '不归我站', approvals: free }));
  expect(back.state).toBe('returned');
  expect(refused(go(back, 'redispatch', AGENT, A, { stationId: 8 }))).toBe('BAD_INPUT');
  expect(ok(go(back, 'redispatch', AGENT, A, { stationId: 8, reason: '改派八站' }))).toMatchObject({ state: 'dispatched', round: 1, stationId: 8 });
});
test('the monitor centre steps in from any open state, with a reason, and the history names it', () => {
  expect(refused(go(onSite, 'changeStation', AGENT, A, { stationId: 8, reason: 'x' }))).toBe('STATE_CONFLICT');
  expect(refused(go(onSite, 'changeStation', MONITOR, S, { stationId: 8 }))).toBe('BAD_INPUT');
  const moved = go(onSite, 'changeStation', MONITOR, S, { stationId: 8, reason: '跨区支援' });
  expect(ok(moved)).toMatchObject({ state: 'dispatched', stationId: 8, workerId: null });
  expect(moved.ok && moved.effects[0]).toMatchObject({ kind: 'history', intervention: true, title: '干预：改派维修站' });
});
test('an intervention that reopens a completed order begins a new round', () => expect(ok(go(completed, 'assign', MONITOR, S, { workerId: 5, reason: '投诉升级' }))).toMatchObject({ state: 'assigned', round: 2, workerId: 5, signed: false, outcome: null }));
test('overdue raises priority each time and stops with completion', () => {
  const late = ok(go(onSite, 'overdue', ['system'], 0));
  expect(late).toMatchObject({ overdue: true, priority: 1, escalations: 1 });
  expect(ok(go(late, 'overdue', ['system'], 0))).toMatchObject({ priority: 2, escalations: 2 });
  expect(refused(go(completed, 'overdue', ['system'], 0))).toBe('STATE_CONFLICT');
});
test('only a supervised order takes progress reports, only an over-level one group handling', () => {
  expect(refused(go(onSite, 'progress', HEAD, H, { reason: '已到场' }))).toBe('STATE_CONFLICT');
  expect(ok(go(ok(go(onSite, 'supervise', GROUP, S, { reason: '重点' })), 'progress', HEAD, H, { reason: '已到场' })).state).toBe('onSite');
  expect(refused(go(onSite, 'groupHandle', GROUP, S, { reason: '已回复' }))).toBe('STATE_CONFLICT');
  expect(ok(go(ok(go(onSite, 'markOverLevel', GROUP, S, { reason: '12345' })), 'groupHandle', GROUP, S, { reason: '已回复' })).state).toBe('completed');
});
test('the expert route sends to a handler who replies or forwards any number of times (SC-49, SC-50)', () => {
  let o = ok(go(taken, 'expertRoute', AGENT, A, { workerId: 50, reason: '请专家答复' }));
  o = ok(go(o, 'expertForward', ['order.read'], 50, { workerId: 51, reason: '转设备专家' }));
  expect(refused(go(o, 'expertReply', ['order.read'], 50, { reason: '答复' }))).toBe('STATE_CONFLICT');
  expect(ok(go(o, 'expertReply', ['order.read'], 51, { reason: '答复' })).state).toBe('completed');
});
test('a handed-over order is final and keeps its history', () => {
  const gone = ok(go(dispatched, 'handOver', MONITOR, S, { reason: '属二公司' }));
  expect(gone.state).toBe('handedOver');
  expect(actionsOf(gone, [...GROUP, ...AGENT, ...HEAD], A, asks)).toEqual([]);
});
test('no final state has a way out, whoever asks', () => {
  const everyone: Actor[] = [...new Set([...AGENT, ...HEAD, ...WORKER, ...MONITOR, ...GROUP, 'system' as const])];
  for (const state of FINAL_STATES) for (const { event } of TRANSITIONS) expect(step({ ...dispatched, state, workerId: W, pending: null }, { event, rights: everyone, actorId: W, approvals: free, reason: 'x', stationId: 9, workerId: 8, newDueAt: 99999, outcome: 'fixed' }, 5000).ok).toBe(false);
});
test('closed is reached by rows 23 and 26 only, and core events exist', () => {
  expect(TRANSITIONS.filter((t) => t.to === 'closed').map((t) => t.no)).toEqual([23, 26]);
  expect([...new Set(TRANSITIONS.map((t) => t.no))].sort((a, b) => a - b)).toEqual(Array.from({ length: 38 }, (_, i) => i + 1));
});
test('actions follow the rights: an agent never sees what the head does', () => {
  expect(actionsOf(dispatched, AGENT, A, asks)).toEqual(['urge', 'changeStation', 'requestCancel', 'requestExemption', 'markOverLevel', 'attach']);
  expect(actionsOf(dispatched, HEAD, H, asks).slice(0, 2)).toEqual(['confirm', 'assign']);
  expect(actionsOf(completed, AGENT, A, asks)[0]).toBe('revisit');
  expect(actionsOf(dispatched, ['order.read' as Permission], 9, asks)).toEqual([]);
});
