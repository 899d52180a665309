import { connectDm, type DmSession } from '@ronghu/dm-driver';
import { AppError } from '../../errors/app-error';
import type { Row } from '../db';
import { allDefined } from '../table';
import { dmDdl } from './dm.ddl';
import { DM_RESERVED, dmName } from './dm.words';
import { identifier, type Catalog, type Connection, type Engine, type Place } from './engine';
import { createCutter, positional, type Dialect } from './sql-text';

const BULK_ROWS = 1000, NAME_IN_USE = -2124, SCHEMA_EXISTS = [-2111, NAME_IN_USE];
const WORDS: readonly [RegExp, string][] = [
  [/\btrue\b/gi, '1'], [/\bfalse\b/gi, '0'],
  [/\bas\s+varchar\s*\((\d+)\)\s*\)/gi, 'as varchar($1 char))'], [/\bas\s+text\s*\)/gi, 'as varchar(8188))'], [/\bas\s+varchar\s*\)/gi, 'as varchar(8188))'], [/\bas\s+double\s+precision\b/gi, 'as double'],
  [/\bversion\s*\(\s*\)/gi, '(select banner from v$version where rownum = 1)'],
];
/** Names of tables and columns of ours that are reserved on DM; they are quoted wherever they stand alone. */
let quotable: RegExp | null = null, known = 0;
function quoteNames(text: string): string {
  const tables = allDefined();
  if (tables.length !== known) {
    const names = new Set(tables.flatMap((table) => [table.name, ...Object.keys(table.columns)]).filter((name) => DM_RESERVED.has(name)));
    known = tables.length;
    quotable = names.size ? new RegExp(`\\b(${[...names].join('|')})\\b`, 'g') : null;
  }
  return quotable ? text.replace(quotable, (name) => dmName(name)) : text;
}
export const dmDialect: Dialect = {
  code: (text) => quoteNames(WORDS.reduce((out, [from, to]) => out.replace(from, to), text)),
  literal: (text) => `'${text.replaceAll("'", "''")}'`,
  name: (text) => `"${text.toUpperCase()}"`,
};
const cutter = createCutter(dmDialect), LIKE = /\blike\s+$/i;
/** The statement and binds that reach the driver; a parameter used twice is bound twice. */
export function dmStatement(sql: string, params: readonly unknown[]): { sql: string; params: unknown[] } {
  const { texts, order } = cutter(sql);
  // LIKE has no escape character here unless it is named
  return positional({ order, texts: texts.map((text, i) => (i > 0 && LIKE.test(texts[i - 1] as string) ? ` escape '\\'${text}` : text)) }, params);
}

export class DmConnection implements Connection {
  constructor(private readonly session: DmSession) {}
  get alive(): boolean { return this.session.alive; }
  async run(sql: string, params: readonly unknown[]): Promise<{ records: Row[]; affected: number }> {
    const statement = dmStatement(sql, params), { rows, affected } = await this.session.run(statement.sql, statement.params);
    return { records: rows, affected };
  }
  async insert(table: string, rows: readonly Row[]): Promise<void> {
    const first = rows[0];
    if (!first) return;
    const names = Object.keys(first).map(identifier), sql = `insert into ${dmName(identifier(table))} (${names.map(dmName).join(', ')}) values (${names.map(() => '?').join(', ')})`;
    if (rows.length === 1) { await this.session.run(sql, names.map((name) => first[name])); return; }
    for (let from = 0; from < rows.length; from += BULK_ROWS) await this.session.runMany(sql, rows.slice(from, from + BULK_ROWS).map((row) => names.map((name) => row[name])));
  }
  begin(): Promise<void> { return this.session.begin(); }
  commit(): Promise<void> { return this.session.commit(); }
  rollback(): Promise<void> { return this.session.rollback(); }
  async use(schema: string): Promise<void> { await this.session.run(`set schema ${identifier(schema)}`); }
  close(): Promise<void> { return this.session.close(); }
}
async function open(place: Place, schema?: string): Promise<DmConnection> {
  try { return new DmConnection(await connectDm(place.url, schema)); } catch (error) { if (error instanceof Error && error.message.startsWith('未安装')) throw new AppError('DATABASE_UNAVAILABLE', error.message, undefined, error); throw error; }
}
const code = (error: unknown): number => Number((error as { errCode?: number; code?: number }).errCode ?? (error as { code?: number }).code);

/** DM8 on Oracle semantics: an empty text is NULL, a condition needs `= 1`, names are upper case, DDL commits. */
export const dm: Engine = {
  name: 'dm', traits: { transactionalDdl: false, emptyIsNull: true },
  connect: (place) => open(place, identifier(place.schema)),
  async makePlace(place) {
    const connection = await open(place);
    try { await connection.run(`create schema ${identifier(place.schema)}`, []).catch((error: unknown) => { if (!SCHEMA_EXISTS.includes(code(error))) throw error; }); } finally { await connection.close(); }
  },
  async dropPlace(connection, schema) { await connection.run(`drop schema if exists ${identifier(schema)} cascade`, []); },
  ddl: async () => dmDdl,
  async catalog(connection, schema) {
    const catalog: Catalog = new Map(), owner = schema.toUpperCase();
    const table = (name: unknown) => { const key = String(name).toLowerCase(), t = catalog.get(key) ?? { columns: new Set<string>(), indexes: new Set<string>() }; catalog.set(key, t); return t; };
    for (const row of (await connection.run('select table_name as t, column_name as n from all_tab_columns where owner = $1', [owner])).records) table(row.t).columns.add(String(row.n).toLowerCase());
    for (const row of (await connection.run('select table_name as t, index_name as n from all_indexes where table_owner = $1', [owner])).records) table(row.t).indexes.add(String(row.n).toLowerCase());
    return catalog;
  },
  async locked(place, work) {
    const guard = await open(place, identifier(place.schema));
    try {
      await guard.run('create table migrate_guard (id int not null primary key)', []).catch((error: unknown) => { if (code(error) !== NAME_IN_USE) throw error; });
      await guard.run('insert into migrate_guard (id) select 1 from dual where not exists (select 1 from migrate_guard where id = 1)', []);
      await guard.begin();
      await guard.run('select id from migrate_guard where id = 1 for update', []);
      const connection = await open(place, identifier(place.schema));
      try { return await work(connection); } finally { await connection.close(); }
    } finally { await guard.close(); }
  },
  async analyze(connection, tables) { for (const table of tables) await connection.run(`call dbms_stats.gather_table_stats(sys_context('userenv', 'current_schema'), '${identifier(table).toUpperCase()}')`, []); },
};
