import type { Row, SqlValue } from './db';
import { definitionOf } from './table';

/**
 * `''` is stored as NULL on every database, as it has to be on those of Oracle semantics (architecture, Data): what is empty on one is empty on all.
 * A text column that may not be null keeps it where the database can tell the two apart.
 */
export function withoutEmptyRows(table: string, rows: readonly Row[]): readonly Row[] {
  const columns = definitionOf(table)?.columns;
  const open = Object.keys(rows[0] ?? {}).filter((name) => columns?.[name]?.kind === 'text' && columns[name].nullable);
  return open.length === 0 || !rows.some((row) => open.some((name) => row[name] === '')) ? rows : rows.map((row) => ({ ...row, ...Object.fromEntries(open.filter((name) => row[name] === '').map((name) => [name, null])) }));
}
/** The same for parameters, in comparisons and assignments. */
export function withoutEmpty(sql: string, params: readonly SqlValue[]): readonly SqlValue[] {
  if (!params.includes('')) return params;
  const keep = requiredTexts(sql);
  return params.map((value, i) => (value === '' && !keep.has(i) ? null : value));
}
const ASSIGNMENTS = /^\s*update\s+(\w+)(?:\s+\w+)?\s+set\s+([\s\S]*?)(?:\s+where\s|$)/i, ASSIGNMENT = /(\w+)\s*=\s*\$(\d+)/g;
/** Indexes of the parameters that are assigned to text columns which may not be null. */
function requiredTexts(sql: string): Set<number> {
  const [, table = '', list = ''] = ASSIGNMENTS.exec(sql) ?? [], columns = definitionOf(table)?.columns;
  return new Set([...list.matchAll(ASSIGNMENT)].filter(([, name]) => { const column = columns?.[name as string]; return column?.kind === 'text' && !column.nullable; }).map(([, , n]) => Number(n) - 1));
}
