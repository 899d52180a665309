import type { CallFact, Figure, FigureCode, MetricFilter, OrderFact, AnyDefinition } from './metric.types';
import type { Row, Sql } from '../../platform/database/db';
import { definitionOf } from './definitions';
import { columnOf, countedSql, filterSql, historySql, Params, TABLES, withinSql } from './compile';
import { callFactOf, orderFactOf, CALL_FACT_COLUMNS, ORDER_FACT_COLUMNS, type CallFactRow, type OrderFactRow } from './facts';

/** Rows behind a figure: how each was counted, and what a list shows of it. */
export interface FigureRow { id: string | number; companyId: number | null; at: number; counted: boolean; amountMs: number | null; row: Row }

/** The history half of the figures: portable SQL over the group's `call_record` and `work_order_index`, made from the same definitions as the live half. */
export class MetricStore {
  constructor(private readonly sql: Sql) {}

  /** Figures by local hour or day; a bucket without rows is absent. One statement a source. */
  async history(codes: readonly FigureCode[], filter: MetricFilter, bucket: 'hour' | 'day' = 'day'): Promise<Map<FigureCode, Map<number, Figure>>> {
    const out = new Map<FigureCode, Map<number, Figure>>(codes.map((code) => [code, new Map<number, Figure>()]));
    const bySource = new Map<string, AnyDefinition[]>();
    for (const definition of codes.map(definitionOf)) { const key = `${definition.source}.${definition.anchor}`; bySource.set(key, [...(bySource.get(key) ?? []), definition]); }
    await Promise.all([...bySource.values()].map(async (definitions) => {
      const { sql, params } = historySql(definitions, filter, bucket);
      for (const row of await this.sql.query<Record<string, number>>(sql, params)) {
        definitions.forEach((definition, i) => {
          const denominator = Number(row[`d${i}`]);
          if (denominator) out.get(definition.code)?.set(Number(row.bucket), { numerator: Number(row[`n${i}`]), denominator });
        });
      }
    }));
    return out;
  }

  /** The rows behind one figure, newest first. `counted` restricts to those in (or not in) the numerator; rows of a duration all count. */
  async rows(code: FigureCode, filter: MetricFilter & { counted?: boolean }, page: { page: number; size: number }): Promise<{ rows: FigureRow[]; total: number }> {
    const definition = definitionOf(code), anchor = columnOf(definition.source, definition.anchor);
    const where = (params: Params): string => {
      const all = `${filterSql(definition, filter, params)} and ${withinSql(definition, params)}`;
      if (filter.counted === undefined) return all;
      if (definition.duration) return filter.counted ? all : `${all} and 1 = 0`;
      return `${all} and (case when ${countedSql(definition, params)} then 1 else 0 end) = ${params.bind(filter.counted ? 1 : 0)}`;
    };
    const counting = new Params(), listing = new Params();
    const countSql = `select count(*) as n from ${TABLES[definition.source]} where ${where(counting)}`;
    const flag = definition.duration ? '1' : `case when ${countedSql(definition, listing)} then 1 else 0 end`;
    const amount = definition.duration ? `${columnOf(definition.source, definition.duration.to)} - ${columnOf(definition.source, definition.duration.from)}` : 'null';
    const id = definition.source === 'call' ? 'call_id' : 'id';
    const shown = definition.source === 'call'
      ? 'call_id, company_id, direction, number_sealed, customer_name, house_address, agent_name, answered_at, end_reason, wait_s, talk_s'
      : 'id, company_id, order_no, order_type, fault_code, fault, state, customer_name, address, worker_name, satisfied, outcome, round_no, was_overdue, close_kind';
    const listSql = `select ${shown}, ${anchor} as anchor_at, ${flag} as counted_flag, ${amount} as amount_ms from ${TABLES[definition.source]} where ${where(listing)} order by ${anchor} desc, ${id} desc limit ${listing.bind(page.size)} offset ${listing.bind((page.page - 1) * page.size)}`;
    const [[counted], rows] = await Promise.all([this.sql.query<{ n: number }>(countSql, counting.values), this.sql.query<Row>(listSql, listing.values)]);
    return { total: counted?.n ?? 0, rows: rows.map((row) => ({ id: row[id] as string | number, companyId: row.company_id as number | null, at: Number(row.anchor_at), counted: Number(row.counted_flag) === 1, amountMs: row.amount_ms === null ? null : Number(row.amount_ms), row })) };
  }

  /** Facts anchored in `[from, to)`, in pages, to fill the live reducer at a start. */
  async callFacts(from: number, to: number, each: (facts: CallFact[]) => void): Promise<void> {
    for (let at = from, id = ''; ;) {
      const rows = await this.sql.query<CallFactRow>(`select ${CALL_FACT_COLUMNS} from call_record where started_at >= $1 and started_at < $2 and (started_at > $3 or call_id > $4) order by started_at, call_id limit 5000`, [at, to, at, id]);
      each(rows.map(callFactOf));
      const last = rows[rows.length - 1];
      if (rows.length < 5000 || !last) return;
      at = last.started_at; id = last.call_id;
    }
  }
  async orderFacts(from: number, to: number, each: (facts: OrderFact[]) => void): Promise<void> {
    for (let at = from, id = 0; ;) {
      const rows = await this.sql.query<OrderFactRow>(`select ${ORDER_FACT_COLUMNS} from work_order_index where created_at >= $1 and created_at < $2 and (created_at > $3 or id > $4) order by created_at, id limit 5000`, [at, to, at, id]);
      each(rows.map(orderFactOf));
      const last = rows[rows.length - 1];
      if (rows.length < 5000 || !last) return;
      at = last.created_at; id = last.id;
    }
  }
  /** One order as it is now, or null while its line has not reached the index. */
  async orderFact(id: number): Promise<OrderFact | null> {
    const [row] = await this.sql.query<OrderFactRow>(`select ${ORDER_FACT_COLUMNS} from work_order_index where id = $1`, [id]);
    return row ? orderFactOf(row) : null;
  }
}
