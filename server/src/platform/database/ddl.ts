import type { Column, TableDefinition } from './table';

const TYPE: Record<Column['kind'], (c: Column) => string> = {
  id: () => 'bigint', int: () => 'integer', bigint: () => 'bigint', time: () => 'bigint', decimal: () => 'decimal(18,4)', bool: () => 'boolean',
  text: (c) => `varchar(${c.length})`, longText: () => 'text', json: () => 'text', bytes: () => 'bytea',
};
const literal = (value: string | number | boolean): string => (typeof value === 'string' ? `'${value.replace(/'/g, "''")}'` : String(value));
const columnSql = (name: string, col: Column): string => `${name} ${TYPE[col.kind](col)}${col.default === undefined ? '' : ` default ${literal(col.default)}`}${col.nullable ? '' : ' not null'}`;
const indexName = (table: string, columns: string[], prefix: string): string => {
  const name = `${prefix}_${table}_${columns.map((x) => x.replace(/ desc$/, '')).join('_')}`;
  if (name.length <= 30) return name;
  let hash = 0;
  for (const char of name) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
  return `${name.slice(0, 22)}_${hash.toString(36)}`;
};
/** PostgreSQL statements that make one table, its indexes and its Chinese comments (KingbaseES takes the same). Text that is searched by prefix is compared bytewise. */
export function createTable(table: TableDefinition): string[] {
  const out = [`create table if not exists ${table.name} (${[...Object.entries(table.columns).map(([n, col]) => columnSql(n, col)), `primary key (${table.primaryKey.join(',')})`].join(', ')})`];
  out.push(...createIndexes(table), `comment on table ${table.name} is ${literal(table.comment)}`);
  for (const [name, col] of Object.entries(table.columns)) out.push(`comment on column ${table.name}.${name} is ${literal(col.comment)}`);
  return out;
}
export function createIndexes(table: TableDefinition): string[] {
  const prefixable = (name: string) => { const base = name.replace(/ desc$/, ''); const col = table.columns[base]; return col?.kind === 'text' && !name.endsWith(' desc') ? `${base} varchar_pattern_ops` : name; };
  return [
    ...(table.unique ?? []).map((cols) => `create unique index if not exists ${indexName(table.name, cols, 'uq')} on ${table.name} (${cols.join(',')})`),
    ...(table.indexes ?? []).map((cols) => `create index if not exists ${indexName(table.name, cols, 'ix')} on ${table.name} (${cols.map(prefixable).join(',')})`),
  ];
}
/** Adds what a newer version of the definition has and the table lacks; a new column that is not nullable must have a default. */
export function addColumns(table: TableDefinition, existing: ReadonlySet<string>): string[] {
  return Object.entries(table.columns).filter(([name]) => !existing.has(name)).map(([name, col]) => {
    if (!col.nullable && col.default === undefined) throw new Error(`table ${table.name}: new column ${name} needs a default or must be nullable`);
    return `alter table ${table.name} add column ${columnSql(name, col)}`;
  });
}
