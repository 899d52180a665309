import { hourOf, type Fact, type Figure, type FigureCode, type MetricFilter } from './metric.types';
import { measure } from './measure';

/** `seen`: a row as it is now (events carry whole rows, so any order and any number of repeats leads to the same figures). `forget`: days before `day` are dropped. */
export type MetricEvent = { kind: 'seen'; fact: Fact } | { kind: 'forget'; beforeDay: number };
export interface Place { companyId: number | null; stationId: number | null }
interface Share { code: FigureCode; hour: number; amount: number }
interface Kept { version: number; place: Place; shares: Share[] }
interface Cell extends Figure, Place {}
/** The live half of the figures: each row's shares, and their sums by figure, local hour and place. Changed in place. */
export interface MetricState { firstDay: number; kept: Map<string, Kept>; cells: Map<FigureCode, Map<number, Map<string, Cell>>> }

/** @param firstDay rows anchored before this local day are not counted here: history has them. */
export const emptyMetrics = (firstDay: number): MetricState => ({ firstDay, kept: new Map(), cells: new Map() });

function book(state: MetricState, place: Place, share: Share, sign: 1 | -1): void {
  const key = `${place.companyId ?? ''}:${place.stationId ?? ''}`;
  let hours = state.cells.get(share.code);
  if (!hours) state.cells.set(share.code, (hours = new Map()));
  let cells = hours.get(share.hour);
  if (!cells) hours.set(share.hour, (cells = new Map()));
  let cell = cells.get(key);
  if (!cell) cells.set(key, (cell = { ...place, numerator: 0, denominator: 0 }));
  cell.numerator += sign * share.amount;
  cell.denominator += sign;
  if (cell.denominator === 0) cells.delete(key);
}

/**
 * Takes one event in. An older or equal version of a row changes nothing; a newer one replaces what the row gave before, also when it moved to another station.
 * @returns the places whose figures may have changed.
 */
export function step(state: MetricState, event: MetricEvent): Place[] {
  if (event.kind === 'forget') {
    state.firstDay = Math.max(state.firstDay, event.beforeDay);
    const firstHour = state.firstDay * 24;
    for (const hours of state.cells.values()) for (const hour of hours.keys()) if (hour < firstHour) hours.delete(hour);
    for (const [key, kept] of state.kept) if (kept.shares.every((share) => share.hour < firstHour)) state.kept.delete(key);
    return [];
  }
  const { fact } = event, key = `${fact.source}:${fact.id}`, before = state.kept.get(key), firstHour = state.firstDay * 24;
  if (before && before.version >= fact.version) return [];
  const place: Place = { companyId: fact.companyId, stationId: fact.stationId };
  const shares = measure(fact).map(({ definition, at, amount }) => ({ code: definition.code, hour: hourOf(at), amount })).filter((share) => share.hour >= firstHour);
  if (before) for (const share of before.shares) if (share.hour >= firstHour) book(state, before.place, share, -1);
  for (const share of shares) book(state, place, share, 1);
  // kept also when it counts nowhere yet: a late older version must not come back in
  state.kept.set(key, { version: fact.version, place, shares });
  return before && (before.place.companyId !== place.companyId || before.place.stationId !== place.stationId) ? [before.place, place] : [place];
}

/** Adds up one figure for a part of the organisation, by local hour of `[from, to)`. Persons are not kept live: ask history for them. */
export function byHour(state: MetricState, code: FigureCode, filter: Pick<MetricFilter, 'from' | 'to' | 'companyIds' | 'stationIds'>): Map<number, Figure> {
  const companies = filter.companyIds && new Set(filter.companyIds), stations = filter.stationIds && new Set(filter.stationIds);
  const first = hourOf(filter.from), last = hourOf(filter.to - 1), out = new Map<number, Figure>();
  for (const [hour, cells] of state.cells.get(code) ?? []) {
    if (hour < first || hour > last) continue;
    const sum: Figure = { numerator: 0, denominator: 0 };
    for (const cell of cells.values()) {
      if (companies && (cell.companyId === null || !companies.has(cell.companyId))) continue;
      if (stations && (cell.stationId === null || !stations.has(cell.stationId))) continue;
      sum.numerator += cell.numerator;
      sum.denominator += cell.denominator;
    }
    if (sum.denominator) out.set(hour, sum);
  }
  return out;
}
/** The same by local day. */
export function byDay(state: MetricState, code: FigureCode, filter: Pick<MetricFilter, 'from' | 'to' | 'companyIds' | 'stationIds'>): Map<number, Figure> {
  const out = new Map<number, Figure>();
  for (const [hour, figure] of byHour(state, code, filter)) add(out, Math.floor(hour / 24), figure);
  return out;
}
/** Adds a figure to what a map holds at a place. */
export function add<K>(into: Map<K, Figure>, at: K, figure: Figure): void {
  const before = into.get(at) ?? { numerator: 0, denominator: 0 };
  into.set(at, { numerator: before.numerator + figure.numerator, denominator: before.denominator + figure.denominator });
}
/** One figure over everything a map holds. */
export const total = (figures: Iterable<Figure>): Figure => { let numerator = 0, denominator = 0; for (const f of figures) { numerator += f.numerator; denominator += f.denominator; } return { numerator, denominator }; };
