import type { Row } from './db';
import { definitionOf, type Column } from './table';

const MAX_PARAMETERS = 30000, BY_ARRAY_FROM = 20, ARRAY_CHUNK = 5000;
const NAME = /^[a-z][a-z0-9_]*$/;
const ARRAY_TYPE: Record<Column['kind'], string> = { id: 'bigint', int: 'integer', bigint: 'bigint', time: 'bigint', decimal: 'numeric', bool: 'boolean', text: 'text', longText: 'text', json: 'text', bytes: 'bytea' };

/**
 * Statements that insert many rows, each within the wire's limits: one array a column (`unnest`, some five times faster on PostgreSQL and KingbaseES)
 * for many rows of a table whose column kinds are known, otherwise the multi-row form that every database of the portable subset takes.
 * @throws RangeError for a name that is not a plain identifier (names come from code, never from people).
 */
export function* bulkInsert(table: string, rows: readonly Row[]): Generator<{ sql: string; params: unknown[] }> {
  const first = rows[0];
  if (!first) return;
  const columns = Object.keys(first);
  for (const name of [table, ...columns]) if (!NAME.test(name)) throw new RangeError(`not an identifier: ${name}`);
  const kinds = definitionOf(table)?.columns, into = `insert into ${table} (${columns.join(',')})`;
  if (rows.length >= BY_ARRAY_FROM && kinds && columns.every((column) => kinds[column])) {
    const select = columns.map((column, i) => `$${i + 1}::${ARRAY_TYPE[(kinds[column] as Column).kind]}[]`).join(',');
    for (let from = 0; from < rows.length; from += ARRAY_CHUNK) {
      const part = rows.slice(from, from + ARRAY_CHUNK);
      yield { sql: `${into} select * from unnest(${select})`, params: columns.map((column) => part.map((row) => row[column] ?? null)) };
    }
    return;
  }
  const chunk = Math.max(1, Math.min(1000, Math.floor(MAX_PARAMETERS / columns.length)));
  for (let from = 0; from < rows.length; from += chunk) {
    const params: unknown[] = [];
    const tuples = rows.slice(from, from + chunk).map((row) => `(${columns.map((column) => { params.push(row[column] ?? null); return `$${params.length}`; }).join(',')})`);
    yield { sql: `${into} values ${tuples.join(',')}`, params };
  }
}
