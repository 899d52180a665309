import type { TableDefinition } from '../table';

/** Index names are the same on every database, at most 30 characters. */
export function indexName(table: string, columns: readonly string[], prefix: 'uq' | 'ix'): string {
  const name = `${prefix}_${table}_${columns.map((x) => x.replace(/ desc$/, '')).join('_')}`;
  if (name.length <= 30) return name;
  let hash = 0;
  for (const char of name) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
  return `${name.slice(0, 22)}_${hash.toString(36)}`;
}
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export interface IndexShape { name: string; columns: readonly string[]; unique: boolean }
/** Every index of a table besides its primary key. */
export const indexesOf = (table: TableDefinition): IndexShape[] => [
  ...(table.unique ?? []).map((columns) => ({ name: indexName(table.name, columns, 'uq'), columns, unique: true })),
  ...(table.indexes ?? []).map((columns) => ({ name: indexName(table.name, columns, 'ix'), columns, unique: false })),
];
/** Columns that a newer definition has and the table lacks. @throws Error for one that old rows could not take. */
export function missingColumns(table: TableDefinition, have: ReadonlySet<string>): [string, TableDefinition['columns'][string]][] {
  const missing = Object.entries(table.columns).filter(([name]) => !have.has(name));
  for (const [name, column] of missing) if (!column.nullable && column.default === undefined) throw new Error(`table ${table.name}: new column ${name} needs a default or must be nullable`);
  return missing;
}
