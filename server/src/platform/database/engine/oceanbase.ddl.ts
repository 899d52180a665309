import type { Column, TableDefinition } from '../table';
import type { Ddl } from './engine';
import { indexesOf, missingColumns, quoted } from './names';

const TYPE: Record<Column['kind'], (c: Column) => string> = {
  id: () => 'bigint', int: () => 'int', bigint: () => 'bigint', time: () => 'bigint', decimal: () => 'decimal(18,4)', bool: () => 'tinyint(1)',
  text: (c) => `varchar(${c.length})`, longText: () => 'longtext', json: () => 'longtext', bytes: () => 'longblob',
};
/** Whether a backslash escapes depends on who runs the script: none may occur. @throws RangeError */
const text = (value: string): string => { if (value.includes('\\')) throw new RangeError(`no backslash in a definition: ${value}`); return quoted(value); };
const literal = (value: string | number | boolean): string => (typeof value === 'string' ? text(value) : typeof value === 'boolean' ? (value ? '1' : '0') : String(value));
const columnSql = (name: string, col: Column): string => `${name} ${TYPE[col.kind](col)}${col.nullable ? '' : ' not null'}${col.default === undefined ? '' : ` default ${literal(col.default)}`} comment ${text(col.comment)}`;
const createIndexes = (table: TableDefinition, have: ReadonlySet<string>): string[] => indexesOf(table).filter((index) => !have.has(index.name)).map((index) => `create ${index.unique ? 'unique ' : ''}index ${index.name} on ${table.name} (${index.columns.join(', ')})`);

/** MySQL mode. Every text is compared by code point (`collate`), case and accents count as on PostgreSQL. Indexes are made only when the catalog lacks them: the mode has no `if not exists` for them. */
export const oceanbaseDdl = (collate: string): Ddl => ({
  create: (table) => [
    `create table if not exists ${table.name} (\n  ${[...Object.entries(table.columns).map(([n, col]) => columnSql(n, col)), `primary key (${table.primaryKey.join(', ')})`].join(',\n  ')}\n) default charset = utf8mb4 collate = ${collate} comment = ${text(table.comment)}`,
    ...createIndexes(table, new Set()),
  ],
  extend: (table, have) => [...missingColumns(table, have.columns).map(([name, col]) => `alter table ${table.name} add column ${columnSql(name, col)}`), ...createIndexes(table, have.indexes)],
  dropIndex: (table, index) => `drop index ${index} on ${table}`,
});
