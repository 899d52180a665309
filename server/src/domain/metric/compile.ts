import type { SqlValue } from '../../platform/database/db';
import { DAY_MS, HOUR_MS, ZONE_OFFSET_MS, type AnyDefinition, type CallFact, type Definition, type Fact, type FieldOf, type MetricFilter, type OrderFact, type Test } from './metric.types';

/** Where each field of a fact lies. The only place that knows column names. */
const CALL_COLUMNS: Record<FieldOf<CallFact>, string> = {
  companyId: 'company_id', stationId: 'station_id', agentId: 'agent_id', direction: 'direction', startedAt: 'started_at', queuedAt: 'queued_at', answeredAt: 'answered_at', endedAt: 'ended_at', endReason: 'end_reason',
};
const ORDER_COLUMNS: Record<FieldOf<OrderFact>, string> = {
  companyId: 'company_id', stationId: 'station_id', workerId: 'worker_id', agentId: 'agent_id', state: 'state', createdAt: 'created_at', onSiteAt: 'on_site_at', completedAt: 'completed_at', closedAt: 'closed_at',
  round: 'round_no', outcome: 'outcome', satisfied: 'satisfied', overdue: 'was_overdue',
};
export const TABLES = { call: 'call_record', order: 'work_order_index' } as const;
export const columnOf = (source: Fact['source'], field: string): string => {
  const column = (source === 'call' ? (CALL_COLUMNS as Record<string, string>) : (ORDER_COLUMNS as Record<string, string>))[field];
  if (!column) throw new Error(`no column for ${source}.${field}`);
  return column;
};

/** Collects bound values; `bind` gives the placeholder. */
export class Params {
  readonly values: SqlValue[] = [];
  bind(value: SqlValue): string { this.values.push(value); return `$${this.values.length}`; }
  list(values: readonly SqlValue[]): string { return values.map((value) => this.bind(value)).join(', '); }
}
function testSql<F extends Fact>(source: Fact['source'], test: Test<F>, params: Params): string {
  if (test.is === 'any') return `(${test.of.map((one) => testSql(source, one, params)).join(' or ')})`;
  const column = columnOf(source, test.field);
  switch (test.is) {
    case 'present': return `${column} is not null`;
    case 'absent': return `${column} is null`;
    case 'yes': return `${column} = ${params.bind(true)}`;
    case 'no': return `${column} = ${params.bind(false)}`;
    case 'oneOf': return `${column} in (${params.list(test.values)})`;
    case 'noneOf': return `${column} not in (${params.list(test.values)})`;
  }
}
const allOf = (definition: AnyDefinition, tests: AnyDefinition['within'], params: Params): string => (tests.length ? (tests as readonly Test<Fact>[]).map((test) => testSql(definition.source, test, params)).join(' and ') : '1 = 1');
export const withinSql = (definition: AnyDefinition, params: Params): string => allOf(definition, definition.within, params);
export const countedSql = (definition: AnyDefinition, params: Params): string => allOf(definition, definition.counted, params);

/** Period and part of the organisation, on the definition's anchor. An empty list of nodes selects nothing. */
export function filterSql(definition: AnyDefinition, filter: MetricFilter, params: Params): string {
  const anchor = columnOf(definition.source, definition.anchor);
  const parts = [`${anchor} >= ${params.bind(filter.from)}`, `${anchor} < ${params.bind(filter.to)}`];
  if (filter.companyIds) parts.push(filter.companyIds.length ? `company_id in (${params.list(filter.companyIds)})` : '1 = 0');
  if (filter.stationIds) parts.push(filter.stationIds.length ? `station_id in (${params.list(filter.stationIds)})` : '1 = 0');
  if (filter.agentId !== undefined) parts.push(`agent_id = ${params.bind(filter.agentId)}`);
  if (filter.workerId !== undefined) parts.push(definition.source === 'order' ? `worker_id = ${params.bind(filter.workerId)}` : '1 = 0');
  return parts.join(' and ');
}

export interface Compiled { sql: string; params: SqlValue[] }
/**
 * One statement for all the definitions given, which share source and anchor: a row a bucket with `d0, n0, d1, n1, …`. A bucket is a local hour or day.
 * Portable: conditional sums and a floor, no filter clause, no interval arithmetic.
 */
export function historySql(definitions: readonly AnyDefinition[], filter: MetricFilter, bucket: 'hour' | 'day'): Compiled {
  const [first] = definitions;
  if (!first || definitions.some((d) => d.source !== first.source || d.anchor !== first.anchor)) throw new Error('definitions of one statement share source and anchor');
  const params = new Params(), anchor = columnOf(first.source, first.anchor), size = bucket === 'hour' ? HOUR_MS : DAY_MS;
  const bucketSql = `floor((${anchor} + ${ZONE_OFFSET_MS}) / ${size})`;
  const columns = definitions.map((definition, i) => {
    const within = withinSql(definition, params);
    const amount = durationSql(definition);
    // bound a second time: a placeholder may be used once only on the wires that count question marks
    const counted = amount ? withinSql(definition, params) : `${withinSql(definition, params)} and ${countedSql(definition, params)}`;
    return `sum(case when ${within} then 1 else 0 end) as d${i}, sum(case when ${counted} then ${amount ?? '1'} else 0 end) as n${i}`;
  });
  return { sql: `select ${bucketSql} as bucket, ${columns.join(', ')} from ${TABLES[first.source]} where ${filterSql(first, filter, params)} group by ${bucketSql}`, params: params.values };
}
/** Milliseconds a row adds, or null for a rate. */
function durationSql(definition: AnyDefinition): string | null {
  const { duration } = definition as Definition<OrderFact>;
  return duration ? `(${columnOf(definition.source, duration.to)} - ${columnOf(definition.source, duration.from)})` : null;
}
