import type { Column, TableDefinition } from '../table';
import type { Ddl } from './engine';
import { indexesOf, missingColumns, quoted } from './names';

const TYPE: Record<Column['kind'], (c: Column) => string> = {
  id: () => 'bigint', int: () => 'integer', bigint: () => 'bigint', time: () => 'bigint', decimal: () => 'decimal(18,4)', bool: () => 'boolean',
  text: (c) => `varchar(${c.length})`, longText: () => 'text', json: () => 'text', bytes: () => 'bytea',
};
const literal = (value: string | number | boolean): string => (typeof value === 'string' ? quoted(value) : String(value));
const columnSql = (name: string, col: Column): string => `${name} ${TYPE[col.kind](col)}${col.default === undefined ? '' : ` default ${literal(col.default)}`}${col.nullable ? '' : ' not null'}`;
const comment = (table: string, name: string, col: Column): string => `comment on column ${table}.${name} is ${quoted(col.comment)}`;

/** Text that is searched by prefix is compared bytewise (`varchar_pattern_ops`). */
function createIndexes(table: TableDefinition, have: ReadonlySet<string>): string[] {
  const prefixable = (name: string) => (table.columns[name]?.kind === 'text' ? `${name} varchar_pattern_ops` : name);
  return indexesOf(table).filter((index) => !have.has(index.name)).map((index) => `create ${index.unique ? 'unique ' : ''}index if not exists ${index.name} on ${table.name} (${(index.unique ? [...index.columns] : index.columns.map(prefixable)).join(',')})`);
}
/** PostgreSQL's statements; KingbaseES in its PostgreSQL mode takes the same. */
export const postgresDdl: Ddl = {
  create: (table) => [
    `create table if not exists ${table.name} (\n  ${[...Object.entries(table.columns).map(([n, col]) => columnSql(n, col)), `primary key (${table.primaryKey.join(', ')})`].join(',\n  ')}\n)`,
    ...createIndexes(table, new Set()), `comment on table ${table.name} is ${quoted(table.comment)}`, ...Object.entries(table.columns).map(([name, col]) => comment(table.name, name, col)),
  ],
  extend: (table, have) => [
    ...missingColumns(table, have.columns).flatMap(([name, col]) => [`alter table ${table.name} add column ${columnSql(name, col)}`, comment(table.name, name, col)]),
    ...createIndexes(table, have.indexes),
  ],
  dropIndex: (_table, index) => `drop index if exists ${index}`,
};
