import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DmSession, type Dmdb, type DmWire } from '@ronghu/dm-driver';
import { DmConnection, dmStatement } from '../platform/database/engine/dm';
import { DM_RESERVED } from '../platform/database/engine/dm.words';
import { scripts, statementsOf, type SchemaVersion } from '../platform/database/scripts';
import { c, type TableDefinition } from '../platform/database/table';
import { allTables, schemaVersion } from './tables';

const folder = resolve(__dirname, '../../../db-scripts');
const keptVersions = (): SchemaVersion[] => readdirSync(join(folder, 'versions')).map((name) => name.replace(/\.json$/, '')).sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((version) => ({ version, tables: version === schemaVersion ? allTables : (JSON.parse(readFileSync(join(folder, 'versions', `${version}.json`), 'utf8')) as TableDefinition[]) }));

test('the scripts for DBAs are those of the table definitions (npm run db-scripts)', () => {
  const made = scripts(keptVersions());
  expect(made.size).toBeGreaterThan(0);
  for (const [path, text] of made) expect({ path, same: existsSync(join(folder, path)) && readFileSync(join(folder, path), 'utf8') === text }).toEqual({ path, same: true });
  expect(JSON.parse(readFileSync(join(folder, 'versions', `${schemaVersion}.json`), 'utf8'))).toEqual(JSON.parse(JSON.stringify(allTables)));
});
test('every table and column has a Chinese comment in every script', () => {
  const made = scripts([{ version: schemaVersion, tables: allTables }]);
  for (const table of allTables) for (const [name, column] of [['', table] as const, ...Object.entries(table.columns)]) {
    expect({ table: table.name, name, chinese: /[\u4e00-\u9fff]/.test(column.comment) }).toEqual({ table: table.name, name, chinese: true });
    for (const target of ['kingbase', 'dm', 'oceanbase']) expect(made.get(`${target}/${schemaVersion}/create-${table.shard === 'company' ? 'company' : 'group'}.sql`)).toContain(`'${column.comment.replaceAll("'", "''")}'`);
  }
});
test('an up-script adds what is new and nothing else', () => {
  const table: TableDefinition = { name: 'thing', comment: '物', shard: 'group', primaryKey: ['id'], columns: { id: c.id('编号') } };
  const newer = { ...table, columns: { ...table.columns, login: c.text('登录名', 40, { nullable: true }), done: c.bool('完成', { default: false }) }, indexes: [['login']] };
  const made = scripts([{ version: '1.0.0', tables: [table] }, { version: '1.1.0', tables: [newer] }]), up = (target: string) => statementsOf(made.get(`${target}/1.1.0/up-group-from-1.0.0.sql`) as string).slice(0, -2);
  expect(up('kingbase')).toEqual(['alter table thing add column login varchar(40)', "comment on column thing.login is '登录名'", 'alter table thing add column done boolean default false not null', "comment on column thing.done is '完成'", 'create index if not exists ix_thing_login on thing (login varchar_pattern_ops)']);
  expect(up('dm')).toEqual(['alter table thing add column "LOGIN" varchar(40 char)', "comment on column thing.\"LOGIN\" is '登录名'", 'alter table thing add column done bit default 0 not null', "comment on column thing.done is '完成'", 'create index ix_thing_login on thing ("LOGIN")']);
  expect(up('oceanbase')).toEqual(["alter table thing add column login varchar(40) comment '登录名'", "alter table thing add column done tinyint(1) not null default 0 comment '完成'", 'create index ix_thing_login on thing (login)']);
  expect(() => scripts([{ version: '1.0.0', tables: [table] }, { version: '1.1.0', tables: [{ ...table, columns: { ...table.columns, must: c.int('必填') } }] }])).toThrow(/default or must be nullable/);
});

/** DM8's rules as its SQL manual states them, for the statements we write; no server was at hand to try them on. */
describe('the scripts for DM', () => {
  const IDENT = '(?:[a-z][a-z0-9_]{0,127}|"[A-Z][A-Z0-9_]{0,127}")', TYPE = '(?:bigint|int|bit|clob|blob|decimal\\(18,4\\)|varchar\\((\\d+) char\\))', LITERAL = "(?:'(?:[^']|'')*'|-?\\d+(?:\\.\\d+)?)";
  const COLUMN = new RegExp(`^(${IDENT}) ${TYPE}(?: default ${LITERAL})?(?: not null)?$`), KEY = new RegExp(`^primary key \\((${IDENT}(?:, ${IDENT})*)\\)$`);
  const INDEX = new RegExp(`^create (?:unique )?index (${IDENT}) on (${IDENT}) \\((${IDENT}(?: desc)?(?:, ${IDENT}(?: desc)?)*)\\)$`), COMMENT = new RegExp(`^comment on (?:table (${IDENT})|column (${IDENT})\\.(${IDENT})) is '(?:[^']|'')*'$`);
  const ADD = new RegExp(`^alter table (${IDENT}) add column (.*)$`), LEDGER = /^insert into schema_ledger \(digest, applied_at, remark\) values \('[0-9a-f]{64}', 0, '[^']*'\)$/;
  const files = [...scripts(keptVersions())].filter(([path]) => path.startsWith('dm/'));
  test.each(files)('%s hold to the grammar', (_path, text) => {
    const tables = new Map<string, Set<string>>(), indexes = new Set<string>(), up = /升级脚本/.test(text);
    const free = (name: string): void => { if (DM_RESERVED.has(name)) throw new Error(`${name} is reserved on DM and must be quoted`); };
    const column = (line: string): string => { const match = COLUMN.exec(line); if (!match) throw new Error(`no column of DM: ${line}`); free(match[1] as string); if (Number(match[2] ?? 0) > 2000) throw new Error(`longer than a page holds: ${line}`); return match[1] as string; };
    for (const statement of statementsOf(text)) {
      if (statement === 'commit' || LEDGER.test(statement)) continue;
      const table = /^create table (\S+) \(\n([\s\S]*)\n\) storage \(using long row\)$/.exec(statement);
      if (table) {
        const lines = (table[2] as string).split(',\n').map((line) => line.trim()), key = KEY.exec(lines.pop() as string), columns = new Set(lines.map(column));
        free(table[1] as string);
        for (const name of (key?.[1] ?? 'no key').split(', ')) expect(columns).toContain(name);
        expect(tables.has(table[1] as string)).toBe(false);
        tables.set(table[1] as string, columns);
        continue;
      }
      const index = INDEX.exec(statement), comment = COMMENT.exec(statement), add = ADD.exec(statement);
      if (index) {
        expect(indexes.has(index[1] as string)).toBe(false);
        indexes.add(index[1] as string);
        const columns = tables.get(index[2] as string);
        if (!up) for (const name of (index[3] as string).split(', ')) expect(columns).toContain(name.replace(/ desc$/, ''));
      } else if (comment) { if (!up) expect(comment[1] ? tables.has(comment[1]) : tables.get(comment[2] as string)?.has(comment[3] as string)).toBe(true); } else if (add) column(add[2] as string);
      else throw new Error(`not a statement of DM that we write: ${statement}`);
    }
    expect(up || tables.size > 10).toBe(true);
  });
  test('no index stands on a CLOB or BLOB', () => { for (const table of allTables) for (const cols of [table.primaryKey, ...(table.unique ?? []), ...(table.indexes ?? [])]) for (const name of cols) { const column = table.columns[name.replace(/ desc$/, '')]; expect({ table: table.name, name, large: ['longText', 'json', 'bytes'].includes(column?.kind ?? '') || (column?.length ?? 0) > 2000 }).toMatchObject({ large: false }); } });
});
describe('the text that reaches DM', () => {
  test.each([
    ['select id, at from outbox where at > $2 and id = $1', [5, 6], 'select id, "AT" from outbox where "AT" > ? and id = ?', [6, 5]],
    ["select a.login from account a where a.must_change = true and a.login like $1 and remark <> 'true at $1?'", ['x%'], `select a."LOGIN" from account a where a.must_change = 1 and a."LOGIN" like ? escape '\\' and remark <> 'true at $1?'`, ['x%']],
    ['update t set a = $1, b = $1 where c = false limit $2 offset $3', [true, 10, 20], 'update t set a = ?, b = ? where c = 0 limit ? offset ?', [true, true, 10, 20]],
    ["select concat(cast($1 as varchar(200)), cast(id as varchar)) as x, 'it''s' as y from t -- at the end $9", ['p'], "select concat(cast(? as varchar(200 char)), cast(id as varchar(8188))) as x, 'it''s' as y from t  ", ['p']],
    ['select version() as v', [], 'select (select banner from v$version where rownum = 1) as v', []],
  ])('%s', (sql, params, text, binds) => { expect(dmStatement(sql, params)).toEqual({ sql: text, params: binds }); });
  test('a parameter that was not given, and a bare question mark, are refused', () => {
    expect(() => dmStatement('select $2', [1])).toThrow(RangeError);
    expect(() => dmStatement('select ?', [1])).toThrow(RangeError);
  });
  test('rows go in by one statement with many binds, reserved names quoted, in one transaction', async () => {
    const sent: unknown[] = [], wire = { execute: async (sql: string, binds: unknown[], o: { autoCommit: boolean }) => { sent.push([sql, binds, o.autoCommit]); return { rowsAffected: 1 }; }, executeMany: async (sql: string, binds: unknown[][], o: { autoCommit: boolean }) => { sent.push([sql, binds, o.autoCommit]); return { rowsAffected: binds.length }; }, commit: async () => { sent.push('commit'); }, rollback: async () => { sent.push('rollback'); }, close: async () => undefined } as unknown as DmWire;
    const connection = new DmConnection(new DmSession({ OUT_FORMAT_ARRAY: 1 } as Dmdb, wire));
    await connection.begin();
    await connection.insert('account', [{ id: 1, login: 'a', must_change: true }, { id: 2, login: 'b', must_change: false }]);
    await connection.insert('outbox', [{ id: 3, at: 9, payload: '{}' }]);
    await connection.use('ronghu_c11');
    await connection.commit();
    expect(sent).toEqual([
      ['insert into account (id, "LOGIN", must_change) values (?, ?, ?)', [[1, 'a', 1], [2, 'b', 0]], false], ['insert into outbox (id, "AT", payload) values (?, ?, ?)', [3, 9, '{}'], false], ['set schema ronghu_c11', [], false], 'commit',
    ]);
    await expect(connection.insert('t; drop', [{ id: 1 }])).rejects.toThrow(RangeError);
  });
});
