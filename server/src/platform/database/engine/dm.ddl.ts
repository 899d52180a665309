import type { Column, TableDefinition } from '../table';
import { dmName } from './dm.words';
import type { Ddl } from './engine';
import { indexesOf, missingColumns, quoted } from './names';

/** Lengths are characters (`char`), not bytes, as on the other databases. A text of up to 2,000 characters (8,188 bytes at four each) is a VARCHAR; larger ones are CLOB, JSON too. Rows may be longer than half a page (`using long row`). */
const LONGEST_VARCHAR = 2000;
const TYPE: Record<Column['kind'], (c: Column) => string> = {
  id: () => 'bigint', int: () => 'int', bigint: () => 'bigint', time: () => 'bigint', decimal: () => 'decimal(18,4)', bool: () => 'bit',
  text: (c) => ((c.length ?? 0) > LONGEST_VARCHAR ? 'clob' : `varchar(${c.length} char)`), longText: () => 'clob', json: () => 'clob', bytes: () => 'blob',
};
const literal = (value: string | number | boolean): string => (typeof value === 'string' ? quoted(value) : typeof value === 'boolean' ? (value ? '1' : '0') : String(value));
/** An empty text is NULL here: a text that may be empty elsewhere cannot be NOT NULL unless it is part of a key. */
const nullable = (table: TableDefinition, name: string, col: Column): boolean => col.nullable === true || (['text', 'longText', 'json'].includes(col.kind) && !table.primaryKey.includes(name) && !(table.unique ?? []).some((cols) => cols.includes(name)));
const columnSql = (table: TableDefinition, name: string, col: Column): string => `${dmName(name)} ${TYPE[col.kind](col)}${col.default === undefined ? '' : ` default ${literal(col.default)}`}${nullable(table, name, col) ? '' : ' not null'}`;
const columns = (list: readonly string[]): string => list.map((name) => name.replace(/^\S+/, dmName)).join(', ');
const createIndexes = (table: TableDefinition, have: ReadonlySet<string>): string[] => indexesOf(table).filter((index) => !have.has(index.name)).map((index) => `create ${index.unique ? 'unique ' : ''}index ${index.name} on ${dmName(table.name)} (${columns(index.columns)})`);
const comment = (table: string, name: string, col: Column): string => `comment on column ${dmName(table)}.${dmName(name)} is ${quoted(col.comment)}`;

export const dmDdl: Ddl = {
  create: (table) => [
    `create table ${dmName(table.name)} (\n  ${[...Object.entries(table.columns).map(([n, col]) => columnSql(table, n, col)), `primary key (${columns(table.primaryKey)})`].join(',\n  ')}\n) storage (using long row)`,
    ...createIndexes(table, new Set()), `comment on table ${dmName(table.name)} is ${quoted(table.comment)}`, ...Object.entries(table.columns).map(([name, col]) => comment(table.name, name, col)),
  ],
  extend: (table, have) => [
    ...missingColumns(table, have.columns).flatMap(([name, col]) => [`alter table ${dmName(table.name)} add column ${columnSql(table, name, col)}`, comment(table.name, name, col)]),
    ...createIndexes(table, have.indexes),
  ],
  dropIndex: (_table, index) => `drop index ${index}`,
};
