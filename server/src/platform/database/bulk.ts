import type { Row } from './db';

const MAX_PARAMETERS = 30000;
const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Statements that insert many rows, each within the wire's parameter limit. One multi-row form that every database of the portable subset takes.
 * @throws RangeError for a name that is not a plain identifier (names come from code, never from people).
 */
export function* bulkInsert(table: string, rows: readonly Row[]): Generator<{ sql: string; params: unknown[] }> {
  const first = rows[0];
  if (!first) return;
  const columns = Object.keys(first);
  for (const name of [table, ...columns]) if (!NAME.test(name)) throw new RangeError(`not an identifier: ${name}`);
  const chunk = Math.max(1, Math.min(1000, Math.floor(MAX_PARAMETERS / columns.length)));
  for (let from = 0; from < rows.length; from += chunk) {
    const part = rows.slice(from, from + chunk);
    const params: unknown[] = [];
    const tuples = part.map((row) => `(${columns.map((column) => { params.push(row[column] ?? null); return `$${params.length}`; }).join(',')})`);
    yield { sql: `insert into ${table} (${columns.join(',')}) values ${tuples.join(',')}`, params };
  }
}
