import { callFactOfTold, type ToldCall } from '../../domain/metric/facts';
import type { MetricStore } from '../../domain/metric/metric.store';
import { dayOf, dayStart, DAY_MS, type Fact, type Figure, type FigureCode } from '../../domain/metric/metric.types';
import { byDay, byHour, emptyMetrics, step, total, type MetricState, type Place } from '../../domain/metric/reducer';
import type { Clock } from '../../platform/clock';
import type { PlaceFilter } from './place';

/** What changed: whose boards (the row's own place also when its figures were counted before), and whether days before today are touched (then what was read of history is old). */
export interface Change { places: Place[]; earlierDay: boolean }
const RECENT_MS = 3_600_000;

/** Today's figures in memory: filled from the tables at a start, kept by events, corrected from the tables now and then, begun anew at midnight. */
export class LiveFigures {
  private state: MetricState;
  constructor(private readonly d: { store: MetricStore; clock: Clock }) { this.state = emptyMetrics(dayOf(d.clock.now())); }

  /** Reads today's rows. Events may come in meanwhile: rows carry versions, so nothing is counted twice or lost. */
  async fill(): Promise<void> {
    const from = dayStart(this.today()), take = (facts: readonly Fact[]) => { for (const fact of facts) step(this.state, { kind: 'seen', fact }); };
    await Promise.all([this.d.store.callFacts(from, from + DAY_MS, take), this.d.store.orderFacts(from, from + DAY_MS, take)]);
  }
  /** Takes in what events may have missed (a signal between processes, a spooled call record came late): the last hour's calls, today's orders. */
  async correct(): Promise<void> {
    const from = dayStart(this.today()), take = (facts: readonly Fact[]) => { for (const fact of facts) step(this.state, { kind: 'seen', fact }); };
    await Promise.all([this.d.store.callFacts(Math.max(from, this.d.clock.now() - RECENT_MS), from + DAY_MS, take), this.d.store.orderFacts(from, from + DAY_MS, take)]);
  }
  call(call: ToldCall): Change { return this.see(callFactOfTold(call), call.startedAt); }
  async order(id: number): Promise<Change | null> {
    const fact = await this.d.store.orderFact(id);
    return fact && this.see(fact, fact.createdAt);
  }
  private see(fact: Fact, anchor: number): Change {
    const earlierDay = dayOf(anchor) < this.today(), places = step(this.state, { kind: 'seen', fact });
    return { places: places.length ? places : [{ companyId: fact.companyId, stationId: fact.stationId }], earlierDay };
  }
  /** One figure of today for a part of the organisation. */
  figure(code: FigureCode, place: PlaceFilter): Figure {
    const from = dayStart(this.today());
    return total(byDay(this.state, code, { ...place, from, to: from + DAY_MS }).values());
  }
  /** Figures of today by hour 0..23 of the organisation's zone. */
  hours(code: FigureCode, place: PlaceFilter): Map<number, Figure> {
    const from = dayStart(this.today());
    return new Map([...byHour(this.state, code, { ...place, from, to: from + DAY_MS })].map(([hour, figure]) => [hour % 24, figure]));
  }
  today(): number {
    const today = dayOf(this.d.clock.now());
    if (today > this.state.firstDay) step(this.state, { kind: 'forget', beforeDay: today });
    return today;
  }
}
