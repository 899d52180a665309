import type { OrderFigures, OrderState } from '@ronghu/contract';
import { dayOf, dayStart } from '../../domain/metric/metric.types';
import type { Clock } from '../../platform/clock';
import type { Sql } from '../../platform/database/db';
import { placeTest, placeOf, type OrgNodeLike, type OrgTree, type PlaceFilter } from './place';

/** States of orders that still want something from somebody. */
export const OPEN_STATES = ['toArrange', 'dispatched', 'confirmed', 'assigned', 'accepted', 'onSite', 'completed', 'returned'] as const satisfies readonly OrderState[];
interface Line { companyId: number; stationId: number | null; workerId: number | null; state: OrderState; n: number; nearDue: number; overdue: number; supervised: number; todayNew: number; todayClosed: number; open: boolean }
interface CubeRow { company_id: number; station_id: number | null; worker_id: number | null; state: OrderState; n: number; near_due: number; overdue: number; supervised: number }
const OLDEST_MS = 250, SPACING_MS = 100;

/**
 * Orders of the whole group by company, station, worker and state: three grouped queries on the index, shared by every board of every viewer
 * (MC-08: parts add up to the whole because all are cut from one cube). Counted when looked at: anew after an event and when older than a quarter of a second (a follower's
 * event may be missed), at most ten times a second.
 */
export class OrderCube {
  private lines: Line[] = [];
  private names = new Map<number, string>();
  private at = 0;
  private begun = 0;
  private dirty = true;
  private running: Promise<void> | null = null;
  constructor(private readonly d: { sql: Sql; orgs: OrgTree; clock: Clock }) {}

  /** An order changed: the next look counts anew. */
  invalidate(): void { this.dirty = true; }

  /** Makes sure that everything invalidated before this call is counted. */
  async fresh(): Promise<void> {
    for (;;) {
      if (this.running) { await this.running; continue; }
      if (!this.dirty && this.d.clock.now() - this.at < OLDEST_MS && dayOf(this.at) === dayOf(this.d.clock.now())) return;
      this.running = this.load().finally(() => { this.running = null; });
    }
  }
  private async load(): Promise<void> {
    const wait = this.begun + SPACING_MS - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    this.begun = Date.now();
    const now = this.d.clock.now(), today = dayStart(dayOf(now));
    this.dirty = false;
    try {
      const states = OPEN_STATES.map((_, i) => `$${i + 4}`).join(', ');
      const [open, ended, taken] = await Promise.all([
        this.d.sql.query<CubeRow>(`select company_id, station_id, worker_id, state, count(*) as n, sum(case when near_due = $1 and overdue = $2 then 1 else 0 end) as near_due, sum(case when overdue = $3 then 1 else 0 end) as overdue, sum(case when supervised = $${OPEN_STATES.length + 4} then 1 else 0 end) as supervised from work_order_index where state in (${states}) group by company_id, station_id, worker_id, state`, [true, false, true, ...OPEN_STATES, true]),
        this.d.sql.query<CubeRow>("select company_id, station_id, worker_id, state, count(*) as n from work_order_index where closed_at >= $1 group by company_id, station_id, worker_id, state", [today]),
        this.d.sql.query<CubeRow>("select company_id, station_id, worker_id, count(*) as n from work_order_index where created_at >= $1 and state <> 'draft' group by company_id, station_id, worker_id", [today]),
      ]);
      const place = (row: CubeRow) => ({ companyId: row.company_id, stationId: row.station_id, workerId: row.worker_id });
      const none = { n: 0, nearDue: 0, overdue: 0, supervised: 0, todayNew: 0, todayClosed: 0 };
      this.lines = [
        ...open.map((row) => ({ ...place(row), ...none, state: row.state, open: true, n: Number(row.n), nearDue: Number(row.near_due), overdue: Number(row.overdue), supervised: Number(row.supervised) })),
        ...ended.filter((row) => !(OPEN_STATES as readonly OrderState[]).includes(row.state)).map((row) => ({ ...place(row), ...none, state: row.state, open: false, n: Number(row.n), todayClosed: row.state === 'closed' ? Number(row.n) : 0 })),
        ...taken.map((row) => ({ ...place(row), ...none, state: 'draft' as const, open: false, todayNew: Number(row.n) })),
      ];
      await this.nameWorkers();
      this.at = now;
    } catch (error) {
      this.dirty = true;
      throw error;
    }
  }
  private async nameWorkers(): Promise<void> {
    const unknown = [...new Set(this.lines.map((line) => line.workerId).filter((id): id is number => id !== null && !this.names.has(id)))];
    for (let i = 0; i < unknown.length; i += 500) {
      const part = unknown.slice(i, i + 500);
      for (const row of await this.d.sql.query<{ id: number; person_name: string }>(`select id, person_name from account where id in (${part.map((_, j) => `$${j + 1}`).join(', ')})`, part)) this.names.set(row.id, row.person_name);
    }
  }

  /** Figures of one node. `byState` holds every open order, and of the ended ones those that ended today. */
  figures(node: OrgNodeLike): OrderFigures { return { ...this.sum(placeOf(this.d.orgs, node)), orgId: node.id, name: node.name, kind: node.kind, drillable: true }; }
  /** Figures one step down: nodes below, or a station's workers. */
  children(node: OrgNodeLike): OrderFigures[] {
    if (node.kind !== 'station') return this.d.orgs.childrenOf(node.id).map((child) => this.figures(child));
    const own = this.lines.filter(placeTest(placeOf(this.d.orgs, node))), workers = [...new Set(own.map((line) => line.workerId))].filter((id): id is number => id !== null);
    return workers.map((id) => ({ ...sumLines(own.filter((line) => line.workerId === id)), orgId: id, name: this.names.get(id) ?? '', kind: 'worker' as const, drillable: false })).sort((a, b) => b.overdue - a.overdue || b.open - a.open || a.name.localeCompare(b.name, 'zh'));
  }
  private sum(place: PlaceFilter) { return sumLines(this.lines.filter(placeTest(place))); }
}
function sumLines(lines: readonly Line[]): Omit<OrderFigures, 'orgId' | 'name' | 'kind' | 'drillable'> {
  const out = { byState: {} as Partial<Record<OrderState, number>>, open: 0, nearDue: 0, overdue: 0, supervised: 0, todayNew: 0, todayClosed: 0 };
  for (const line of lines) {
    if (line.n) out.byState[line.state] = (out.byState[line.state] ?? 0) + line.n;
    if (line.open) out.open += line.n;
    out.nearDue += line.nearDue; out.overdue += line.overdue; out.supervised += line.supervised; out.todayNew += line.todayNew; out.todayClosed += line.todayClosed;
  }
  return out;
}
