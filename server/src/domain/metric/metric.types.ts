import type { EndReason, KpiCode, OrderState } from '@ronghu/contract';

/** One inbound, outbound or internal call as the figures see it: the columns of `call_record` they need, nothing else. Times in ms UTC. */
export interface CallFact {
  readonly source: 'call'; readonly id: string; readonly version: number;
  readonly companyId: number | null; readonly stationId: number | null; readonly agentId: number | null;
  readonly direction: 'inbound' | 'outbound' | 'internal'; readonly startedAt: number; readonly queuedAt: number | null; readonly answeredAt: number | null; readonly endedAt: number | null;
  readonly endReason: EndReason | null;
}
/** One work order as the figures see it: the columns of `work_order_index` they need. Times in ms UTC. */
export interface OrderFact {
  readonly source: 'order'; readonly id: number; readonly version: number;
  readonly companyId: number; readonly stationId: number | null; readonly workerId: number | null; readonly agentId: number | null;
  readonly state: OrderState; readonly createdAt: number; readonly onSiteAt: number | null; readonly completedAt: number | null; readonly closedAt: number | null;
  readonly round: number; readonly outcome: 'fixed' | 'unfixed' | null; readonly satisfied: boolean | null; readonly overdue: boolean;
}
export type Fact = CallFact | OrderFact;
export type FieldOf<F> = Exclude<keyof F, 'source' | 'id' | 'version'> & string;

/** One condition on one field. Absent values fail every test but `absent`, in SQL as in memory. */
export type Test<F> =
  | { field: FieldOf<F>; is: 'present' | 'absent' | 'yes' | 'no' }
  | { field: FieldOf<F>; is: 'oneOf' | 'noneOf'; values: readonly (string | number)[] }
  | { is: 'any'; of: readonly Test<F>[] };

/** Counts of calls that boards show beside the indicators (MC-19, MC-20): kept by the same reducer, compiled by the same compiler. */
export const CALL_FIGURES = ['inboundCalls', 'outboundCalls', 'answeredCalls', 'abandonedCalls', 'waitTime'] as const;
export type FigureCode = KpiCode | (typeof CALL_FIGURES)[number];

/**
 * One indicator, written once: read by the live reducer (`measure.ts`) and compiled to SQL (`compile.ts`), so that no screen and no report can differ (MC-35).
 * `within` decides the denominator, `counted` the numerator of a rate; a duration adds up `to - from` over all of `within`.
 */
export interface Definition<F extends Fact> {
  readonly code: FigureCode; readonly source: F['source']; readonly unit: 'rate' | 'seconds'; readonly betterWhen: 'higher' | 'lower';
  /** Formula in the words a leader reads. */
  readonly formula: string;
  /** The time that puts a row on a day of the trend and into a period. Every row of `within` has it. */
  readonly anchor: FieldOf<F>;
  readonly within: readonly Test<F>[]; readonly counted: readonly Test<F>[];
  readonly duration?: { readonly from: FieldOf<F>; readonly to: FieldOf<F> };
}
export type AnyDefinition = Definition<CallFact> | Definition<OrderFact>;

/** Numerator and denominator travel together, so that parts can be added up to the whole (MC-34). Numerators are whole: rows, or milliseconds of a duration. */
export interface Figure { numerator: number; denominator: number }
/** Which rows: a period `[from, to)` in ms and a part of the organisation. `null` = no restriction on that level. */
export interface MetricFilter {
  from: number; to: number; companyIds: readonly number[] | null; stationIds: readonly number[] | null;
  workerId?: number; agentId?: number;
}

/** Days are days of the organisation's zone. China keeps one zone without summer time, so a day is a whole division (portable to every database). */
export const ZONE_OFFSET_MS = 8 * 3_600_000;
export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
/** Number of the local hour that holds `at`; 24 of them make a local day. */
export const hourOf = (at: number): number => Math.floor((at + ZONE_OFFSET_MS) / HOUR_MS);
/** Number of the local day that holds `at`. */
export const dayOf = (at: number): number => Math.floor((at + ZONE_OFFSET_MS) / DAY_MS);
/** First millisecond of local day `day`. */
export const dayStart = (day: number): number => day * DAY_MS - ZONE_OFFSET_MS;
/** `2026-11-21` of local day `day`. */
export const dayName = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
