import { KPI_NAMES, ORDER_STATE_NAMES, ORDER_TYPE_NAMES, END_REASON_NAMES, FAULT_CODES, CLOSE_KINDS, type KpiCode, type KpiValue, type OrderState, type OrderType, type EndReason, type FaultCode, type Page } from '@ronghu/contract';
import type { NumberPort } from '../../domain/metric/call-rows';
import { definitionOf, KPI_DEFINITIONS, valueOf } from '../../domain/metric/definitions';
import type { FigureRow, MetricStore } from '../../domain/metric/metric.store';
import { DAY_MS, dayName, dayOf, dayStart, type Figure, type FigureCode } from '../../domain/metric/metric.types';
import { add, total } from '../../domain/metric/reducer';
import type { KpiTargets } from '../../domain/metric/targets';
import type { Clock } from '../../platform/clock';
import { AppError } from '../../platform/errors/app-error';
import { requirePermission, type Scope } from '../../platform/identity/scope';
import type { LiveFigures } from './live-figures';
import { nodeOf, placeOf, type OrgTree, type PlaceFilter } from './place';

export interface Range { from?: number; to?: number; orgId?: number }
export interface KpiRow { kind: 'order' | 'call'; id: number | string; companyId: number | null; title: string; subtitle: string; at: number; counted: boolean; value: string }
const CODES: readonly FigureCode[] = KPI_DEFINITIONS.map((definition) => definition.code);
const TREND_DAYS = 7, LONGEST_DAYS = 366, HISTORY_MS = 60_000;
type History = Map<FigureCode, Map<number, Figure>>;

/** The six group indicators (MC-33..MC-35): today from the live reducer, earlier days from the history query, both by the one definition. */
export class KpiService {
  private readonly histories = new Map<string, { at: number; value: Promise<History> }>();
  constructor(private readonly d: { store: MetricStore; live: LiveFigures; orgs: OrgTree; clock: Clock; numbers: NumberPort; targets: () => Promise<KpiTargets> }) {}

  /** An order of an earlier day changed: its day's figures are counted anew. */
  invalidate(): void { this.histories.clear(); }

  /** Without a period: today, with a trend of seven days. @throws AppError BAD_INPUT for a period of more than a year, NOT_FOUND for a node outside the scope. */
  async kpis(scope: Scope, range: Range): Promise<KpiValue[]> {
    requirePermission(scope, 'kpi.read');
    return this.ofPlace(placeOf(this.d.orgs, nodeOf(scope, this.d.orgs, range.orgId)), range);
  }
  /** For a board, whose right was checked already. */
  async ofPlace(place: PlaceFilter, range: { from?: number; to?: number } = {}): Promise<KpiValue[]> {
    const { from, to } = this.period(range), today = this.d.live.today(), todayStart = dayStart(today);
    const asked = range.from !== undefined || range.to !== undefined;
    const trendFrom = asked ? from : todayStart - (TREND_DAYS - 1) * DAY_MS;
    // the live half knows whole days only
    const wholeDay = from <= todayStart && to >= todayStart + DAY_MS, historyTo = wholeDay ? Math.min(to, todayStart) : to;
    const [history, targets] = await Promise.all([this.history(place, trendFrom, historyTo), this.d.targets()]);
    return KPI_DEFINITIONS.map((definition) => {
      const days = new Map(history.get(definition.code));
      if (wholeDay) { const figure = this.d.live.figure(definition.code, place); if (figure.denominator) add(days, today, figure); }
      const shown = asked ? total(days.values()) : (days.get(today) ?? { numerator: 0, denominator: 0 });
      const code = definition.code as KpiCode, seconds = definition.unit === 'seconds';
      const told = (figure: Figure) => ({ value: valueOf(definition, figure), numerator: seconds ? figure.numerator / 1000 : figure.numerator, denominator: figure.denominator });
      const trend = [];
      for (let day = dayOf(trendFrom); day <= dayOf(to - 1); day++) trend.push({ day: dayName(day), ...told(days.get(day) ?? { numerator: 0, denominator: 0 }) });
      return { code, name: KPI_NAMES[code], ...told(shown), unit: definition.unit, target: targets[code], betterWhen: definition.betterWhen, formula: definition.formula, trend };
    });
  }
  /** The rows behind one indicator (MC-33: recomputed from raw rows), newest first. */
  async rows(scope: Scope, code: KpiCode, query: Range & { page: number; size: number; counted?: 'yes' | 'no' }): Promise<Page<KpiRow>> {
    requirePermission(scope, 'kpi.read');
    const place = placeOf(this.d.orgs, nodeOf(scope, this.d.orgs, query.orgId)), { from, to } = this.period(query);
    const found = await this.d.store.rows(code, { ...place, from, to, counted: query.counted === undefined ? undefined : query.counted === 'yes' }, query);
    const { source } = definitionOf(code);
    return { total: found.total, page: query.page, size: query.size, rows: found.rows.map((row) => (source === 'call' ? this.callRow(row) : orderRow(code, row))) };
  }

  private period(range: { from?: number; to?: number }): { from: number; to: number } {
    const todayStart = dayStart(this.d.live.today()), to = range.to ?? todayStart + DAY_MS, from = range.from ?? dayStart(dayOf(to - 1));
    if (from >= to) throw new AppError('BAD_INPUT', '开始时间必须早于结束时间', [{ path: 'from', message: '晚于结束时间' }]);
    if (to - from > LONGEST_DAYS * DAY_MS) throw new AppError('BAD_INPUT', '统计时间段不能超过一年', [{ path: 'from', message: '时间段过长' }]);
    return { from, to };
  }
  private history(place: PlaceFilter, from: number, to: number): Promise<History> {
    if (from >= to) return Promise.resolve(new Map());
    const key = JSON.stringify([place.companyIds, place.stationIds, from, to]), now = this.d.clock.now(), known = this.histories.get(key);
    // what reaches into today is never kept: it changes by the second
    const keep = to <= dayStart(this.d.live.today());
    if (keep && known && now - known.at < HISTORY_MS) return known.value;
    const value = this.d.store.history(CODES, { ...place, from, to });
    if (keep) {
      if (this.histories.size > 500) this.histories.clear();
      this.histories.set(key, { at: now, value });
      value.catch(() => this.histories.delete(key));
    }
    return value;
  }
  private callRow({ row, id, companyId, at, counted }: FigureRow): KpiRow {
    const number = row.number_sealed ? this.d.numbers.masked(this.d.numbers.open(String(row.number_sealed))).masked : '号码未知';
    const who = [row.customer_name, row.house_address].filter(Boolean).join(' · ');
    const value = row.answered_at !== null ? `已接听，等候 ${Number(row.wait_s)} 秒` : END_REASON_NAMES[row.end_reason as EndReason] ?? '未接听';
    return { kind: 'call', id, companyId, title: number, subtitle: who || String(row.agent_name ?? ''), at, counted, value };
  }
}
function orderRow(code: KpiCode, { row, id, companyId, at, counted, amountMs }: FigureRow): KpiRow {
  const fault = FAULT_CODES[row.fault_code as FaultCode] ?? String(row.fault ?? '');
  return { kind: 'order', id, companyId, title: String(row.order_no), subtitle: [ORDER_TYPE_NAMES[row.order_type as OrderType], fault, row.customer_name, row.address].filter(Boolean).join(' · '), at, counted, value: orderValue(code, row, amountMs) };
}
function orderValue(code: KpiCode, row: FigureRow['row'], amountMs: number | null): string {
  switch (code) {
    case 'responseTime': return spell(amountMs ?? 0);
    case 'firstTimeFixRate': return Number(row.round_no) > 1 ? `第 ${Number(row.round_no)} 轮派单` : row.outcome === 'fixed' ? '首轮解决' : '首轮未解决';
    case 'satisfactionRate': return row.satisfied === true ? '满意' : '不满意';
    case 'overdueRate': return row.was_overdue === true ? '超时' : '未超时';
    default: return row.close_kind ? CLOSE_KINDS[row.close_kind as keyof typeof CLOSE_KINDS] : ORDER_STATE_NAMES[row.state as OrderState];
  }
}
function spell(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} 分钟` : `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分钟`;
}
