import fc from 'fast-check';
import { KPI_CODES, ORDER_STATES, type OrderState } from '@ronghu/contract';
import { startTestDatabase, type TestDatabase } from '../../platform/testing/database';
import { telephonyTables } from '../telephony/telephony.tables';
import { workOrderTables } from '../work-order/work-order.tables';
import { callFactOfTold, type ToldCall } from './facts';
import { byDay, byHour, emptyMetrics, step, total } from './reducer';
import { DEFINITIONS, definitionOf, valueOf } from './definitions';
import { MetricStore } from './metric.store';
import { defineKpiTargets, DEFAULT_KPI_TARGETS, KpiTargets } from './targets';
import { CALL_FIGURES, DAY_MS, dayName, dayOf, dayStart, type CallFact, type Fact, type FigureCode, type MetricFilter, type OrderFact } from './metric.types';

const T0 = dayStart(dayOf(Date.UTC(2026, 10, 20))); // a local midnight
const ALL: MetricFilter = { from: T0, to: T0 + 3 * DAY_MS, companyIds: null, stationIds: null };
const CODES: FigureCode[] = [...KPI_CODES, ...CALL_FIGURES];

const call = (over: Partial<ToldCall> = {}): CallFact => callFactOfTold({ callId: 'c1', direction: 'inbound', startedAt: T0 + 1000, queuedAt: T0 + 5000, answeredAt: T0 + 9000, endedAt: T0 + 60_000, companyId: 11, stationId: 101, agentId: 5, ...over });
const order = (over: Partial<OrderFact> = {}): OrderFact => ({ source: 'order', id: 1, version: 1, companyId: 11, stationId: 101, workerId: null, agentId: null, state: 'dispatched', createdAt: T0, onSiteAt: null, completedAt: null, closedAt: null, round: 1, outcome: null, satisfied: null, overdue: false, ...over });
const reduce = (facts: readonly Fact[]) => { const state = emptyMetrics(dayOf(T0)); for (const fact of facts) step(state, { kind: 'seen', fact }); return state; };
const rate = (facts: readonly Fact[], code: FigureCode, filter = ALL) => valueOf(definitionOf(code), total(byDay(reduce(facts), code, filter).values()));

describe('the six definitions', () => {
  it('counts a call that asked for a person and was answered, and leaves out one satisfied in the IVR', () => {
    const facts = [call(), call({ callId: 'c2', answeredAt: null }), call({ callId: 'c3', queuedAt: null, answeredAt: null })];
    expect(rate(facts, 'connectRate')).toBe(0.5);
    expect(rate(facts, 'inboundCalls')).toBe(1);
    expect(total(byDay(reduce(facts), 'inboundCalls', ALL).values()).denominator).toBe(3);
  });
  it('does not decide on a call that still waits', () => { expect(rate([call({ answeredAt: null, endedAt: null })], 'connectRate')).toBeNull(); });
  it('counts an answered call before it ends', () => { expect(rate([call({ endedAt: null })], 'connectRate')).toBe(1); });
  it('measures the response in seconds from intake to the first sign-in on site', () => {
    expect(rate([order({ onSiteAt: T0 + 600_000 }), order({ id: 2, onSiteAt: T0 + 1_200_000 }), order({ id: 3 })], 'responseTime')).toBe(900);
  });
  it('takes an order with a second round out of the first-time fixes even while its new round has no result yet', () => {
    expect(rate([order({ outcome: 'fixed' }), order({ id: 2, round: 2, outcome: null }), order({ id: 3, outcome: 'unfixed' }), order({ id: 4 })], 'firstTimeFixRate')).toBeCloseTo(1 / 3);
  });
  it('does not take a directly closed order that waits for its revisit for closed', () => { expect(rate([order({ state: 'completed' }), order({ id: 2, state: 'closed' })], 'closureRate')).toBe(0.5); });
  it.each(['draft', 'voided', 'cancelled', 'handedOver'] as OrderState[])('leaves a %s order out of every order indicator', (state) => {
    const facts = [order({ state, onSiteAt: T0 + 1, outcome: 'fixed', satisfied: true, overdue: true })];
    for (const code of KPI_CODES) expect(rate(facts, code)).toBeNull();
  });
  it('counts satisfaction among rated orders only and overdue among all', () => {
    const facts = [order({ satisfied: true, overdue: true }), order({ id: 2, satisfied: false }), order({ id: 3 }), order({ id: 4 })];
    expect(rate(facts, 'satisfactionRate')).toBe(0.5);
    expect(rate(facts, 'overdueRate')).toBe(0.25);
  });
  it('has a formula in Chinese for each of the six', () => { for (const code of KPI_CODES) expect(definitionOf(code).formula).toMatch(/[\u4e00-\u9fff]{6,}/); });
});

describe('the live reducer', () => {
  it('moves what a row gave when the order goes to another station', () => {
    const state = reduce([order({ onSiteAt: T0 + 1000 })]);
    step(state, { kind: 'seen', fact: order({ version: 2, stationId: 102, onSiteAt: T0 + 1000 }) });
    expect(byDay(state, 'responseTime', { ...ALL, stationIds: [101] }).size).toBe(0);
    expect(total(byDay(state, 'responseTime', { ...ALL, stationIds: [102] }).values())).toEqual({ numerator: 1000, denominator: 1 });
  });
  it('ignores an older version that arrives late, also of a row that counts nowhere', () => {
    const state = reduce([order({ version: 5, state: 'voided' })]);
    step(state, { kind: 'seen', fact: order({ version: 4, overdue: true }) });
    expect(byDay(state, 'overdueRate', ALL).size).toBe(0);
  });
  it('keeps the hours of the traffic apart', () => {
    const state = reduce([call(), call({ callId: 'c2', startedAt: T0 + 3 * 3_600_000, queuedAt: null, answeredAt: null })]);
    expect([...byHour(state, 'inboundCalls', ALL).keys()].map((hour) => hour % 24).sort()).toEqual([0, 3]);
  });
  it('forgets days that history has, without counting a late correction of them', () => {
    const state = reduce([order()]);
    step(state, { kind: 'forget', beforeDay: dayOf(T0) + 1 });
    expect(state.kept.size).toBe(0);
    step(state, { kind: 'seen', fact: order({ version: 2, overdue: true }) });
    expect(byDay(state, 'overdueRate', ALL).size).toBe(0);
  });
  it('adds up the parts to the whole for every figure', () => {
    fc.assert(fc.property(fc.array(factArb, { maxLength: 60 }), (facts) => {
      const state = reduce(newest(facts));
      for (const { code } of DEFINITIONS) {
        const whole = total(byDay(state, code, ALL).values());
        const places = [11, 12].flatMap((companyId) => [101, 102, 103].map((stationId) => ({ companyIds: [companyId], stationIds: [stationId] })));
        const parts = total(places.flatMap((place) => [...byDay(state, code, { ...ALL, ...place }).values()]));
        const unplaced = newest(facts).filter((fact) => fact.companyId === null || fact.stationId === null);
        const rest = total(byDay(reduce(unplaced), code, ALL).values());
        expect({ numerator: parts.numerator + rest.numerator, denominator: parts.denominator + rest.denominator }).toEqual(whole);
      }
    }), { numRuns: 60 });
  });
});

/** Facts as the events bring them: several versions of a row, each whole. */
const when = fc.integer({ min: 0, max: 3 * DAY_MS - 1 }).map((offset) => T0 + offset);
const maybe = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: null });
const place = { companyId: maybe(fc.constantFrom(11, 12)), stationId: maybe(fc.constantFrom(101, 102, 103)) };
const callArb: fc.Arbitrary<CallFact> = fc.record({
  callId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), direction: fc.constantFrom('inbound' as const, 'outbound' as const, 'internal' as const), startedAt: when,
  queuedAt: maybe(when), answeredAt: maybe(when), endedAt: maybe(when), ...place, agentId: maybe(fc.constantFrom(1, 2)),
}).map(callFactOfTold);
const orderArb: fc.Arbitrary<OrderFact> = fc.record({
  source: fc.constant('order' as const), id: fc.integer({ min: 1, max: 9 }), version: fc.integer({ min: 1, max: 6 }), ...place, companyId: fc.constantFrom(11, 12), workerId: fc.constant(null), agentId: fc.constant(null), state: fc.constantFrom(...ORDER_STATES), createdAt: when,
  onSiteAt: maybe(when), completedAt: maybe(when), closedAt: maybe(when), round: fc.integer({ min: 1, max: 3 }), outcome: maybe(fc.constantFrom('fixed' as const, 'unfixed' as const)), satisfied: maybe(fc.boolean()), overdue: fc.boolean(),
});
const factArb: fc.Arbitrary<Fact> = fc.oneof(callArb, orderArb);
const keyOf = (fact: Fact): string => `${fact.source}:${fact.id}`;
/** One fact a version (a version names one content), then the newest of each row: what the tables hold in the end. */
const oneAVersion = (facts: readonly Fact[]): Fact[] => [...new Map(facts.map((fact) => [`${keyOf(fact)}@${fact.version}`, fact])).values()];
const newest = (facts: readonly Fact[]): Fact[] => {
  const rows = new Map<string, Fact>();
  for (const fact of oneAVersion(facts)) if ((rows.get(keyOf(fact))?.version ?? 0) < fact.version) rows.set(keyOf(fact), fact);
  return [...rows.values()];
};

describe('live and history', () => {
  let database: TestDatabase;
  beforeAll(async () => { database = await startTestDatabase([...telephonyTables, ...workOrderTables]); }, 60_000);
  afterAll(async () => { await database?.stop(); });

  const write = async (rows: readonly Fact[]) => {
    const sql = database.shards.group();
    await sql.execute('delete from call_record');
    await sql.execute('delete from work_order_index');
    const calls = rows.filter((fact): fact is CallFact => fact.source === 'call'), orders = rows.filter((fact): fact is OrderFact => fact.source === 'order');
    if (calls.length) await sql.insertMany('call_record', calls.map((c) => ({ call_id: c.id, direction: c.direction, purpose: 'service', started_at: c.startedAt, queued_at: c.queuedAt, answered_at: c.answeredAt, ended_at: c.endedAt, end_reason: c.endReason, company_id: c.companyId, station_id: c.stationId, agent_id: c.agentId })));
    if (orders.length) {
      await sql.insertMany('work_order_index', orders.map((o) => ({
        id: o.id, company_id: o.companyId, order_no: `N${o.id}`, order_type: 'repair', urgency: 'normal', order_source: 'phone', fault_code: 'notHot', fault: '不热', state: o.state, version_no: o.version, round_no: o.round, was_overdue: o.overdue, station_id: o.stationId, worker_id: o.workerId, address: 'x',
        agent_id: o.agentId, created_at: o.createdAt, on_site_at: o.onSiteAt, completed_at: o.completedAt, closed_at: o.closedAt, outcome: o.outcome, satisfied: o.satisfied, updated_at: o.createdAt,
      })));
    }
  };
  const asPlain = (figures: Map<number, unknown>) => Object.fromEntries([...figures].sort(([a], [b]) => a - b));

  it('give the same figures for every part of the organisation, whatever order the events come in and however often', async () => {
    const store = new MetricStore(database.shards.group());
    const filters: MetricFilter[] = [ALL, { ...ALL, companyIds: [11] }, { ...ALL, companyIds: [11, 12], stationIds: [102, 103] }, { ...ALL, from: T0 + DAY_MS, to: T0 + 2 * DAY_MS }, { ...ALL, companyIds: [] }];
    await fc.assert(fc.asyncProperty(fc.array(factArb, { minLength: 1, maxLength: 40 }), fc.infiniteStream(fc.nat()), async (facts, random) => {
      const versions = oneAVersion(facts);
      const events = [...versions, ...versions.filter((_, i) => i % 3 === 0)].map((fact) => ({ fact, key: random.next().value as number })).sort((a, b) => a.key - b.key).map(({ fact }) => fact);
      const state = reduce(events);
      await write(newest(facts));
      for (const filter of filters) {
        const [days, hours] = await Promise.all([store.history(CODES, filter, 'day'), store.history(CODES, filter, 'hour')]);
        for (const code of CODES) {
          expect([code, asPlain(byDay(state, code, filter))]).toEqual([code, asPlain(days.get(code) ?? new Map())]);
          expect([code, asPlain(byHour(state, code, filter))]).toEqual([code, asPlain(hours.get(code) ?? new Map())]);
        }
      }
    }), { numRuns: 40 });
  }, 120_000);

  it('the rows behind a figure add up to it', async () => {
    const store = new MetricStore(database.shards.group());
    const facts = newest(fc.sample(factArb, { numRuns: 300, seed: 7 }));
    await write(facts);
    const figures = await store.history(CODES, ALL);
    for (const code of CODES) {
      const figure = total(figures.get(code)?.values() ?? []);
      const all = await store.rows(code, ALL, { page: 1, size: 200 });
      const counted = await store.rows(code, { ...ALL, counted: true }, { page: 1, size: 200 });
      expect([code, all.total, all.rows.length]).toEqual([code, figure.denominator, figure.denominator]);
      const definition = definitionOf(code);
      if (definition.duration) expect(all.rows.reduce((sum, row) => sum + (row.amountMs ?? 0), 0)).toBe(figure.numerator);
      else expect([code, counted.total, all.rows.filter((row) => row.counted).length]).toEqual([code, figure.numerator, figure.numerator]);
    }
  });

  it('fills the reducer from the tables at a start, in pages', async () => {
    const store = new MetricStore(database.shards.group()), state = emptyMetrics(dayOf(T0));
    await store.callFacts(ALL.from, ALL.to, (facts) => { for (const fact of facts) step(state, { kind: 'seen', fact }); });
    await store.orderFacts(ALL.from, ALL.to, (facts) => { for (const fact of facts) step(state, { kind: 'seen', fact }); });
    const history = await store.history(CODES, ALL);
    for (const code of CODES) expect(asPlain(byDay(state, code, ALL))).toEqual(asPlain(history.get(code) ?? new Map()));
    expect(await store.orderFact(-1)).toBeNull();
  });
});

describe('days and targets', () => {
  it('starts a day at midnight of the organisation, not of Greenwich', () => {
    expect(dayName(dayOf(Date.UTC(2026, 10, 20, 15, 59)))).toBe('2026-11-20');
    expect(dayName(dayOf(Date.UTC(2026, 10, 20, 16, 0)))).toBe('2026-11-21');
    expect(dayStart(dayOf(T0))).toBe(T0);
  });
  it('refuses targets that cannot be reached or are written as percent', () => {
    expect(KpiTargets.safeParse(DEFAULT_KPI_TARGETS).success).toBe(true);
    expect(KpiTargets.safeParse({ ...DEFAULT_KPI_TARGETS, connectRate: 97 }).success).toBe(false);
    expect(KpiTargets.safeParse({ ...DEFAULT_KPI_TARGETS, responseTime: 0 }).success).toBe(false);
    expect(KpiTargets.safeParse({ connectRate: 0.9 }).success).toBe(false);
  });
  it('reads the targets in force from the settings store', async () => {
    const targets = defineKpiTargets({ define: ({ initial }) => ({ get: async () => ({ value: initial }) }) });
    expect((await targets()).connectRate).toBe(0.97);
  });
});
