import type { Ddl } from './engine';
import { dmDdl } from './engine/dm.ddl';
import { dmName } from './engine/dm.words';
import { oceanbaseDdl } from './engine/oceanbase.ddl';
import { postgresDdl } from './engine/postgres.ddl';
import { indexesOf } from './engine/names';
import { digestOf, ledgerTable } from './migrate';
import type { TableDefinition } from './table';

/** One version of the definitions, as kept in db-scripts/versions. */
export interface SchemaVersion { version: string; tables: TableDefinition[] }
/** Which scripts are written, for whom. `utf8mb4_bin` is in every OceanBase; the product itself takes a better collation where there is one. */
const TARGETS: { folder: string; title: string; ddl: Ddl; name: (name: string) => string }[] = [
  { folder: 'kingbase', title: '人大金仓 KingbaseES（V8R6 及以上，PostgreSQL 模式）', ddl: postgresDdl, name: (n) => n },
  { folder: 'dm', title: '达梦 DM8（UTF-8，页大小 32K，大小写敏感）', ddl: dmDdl, name: dmName },
  { folder: 'oceanbase', title: 'OceanBase（MySQL 模式租户）', ddl: oceanbaseDdl('utf8mb4_bin'), name: (n) => n },
];
const PARTS = [{ part: 'group', title: '集团库', has: (t: TableDefinition) => t.shard !== 'company' }, { part: 'company', title: '公司库（每个公司一份）', has: (t: TableDefinition) => t.shard !== 'group' }] as const;

const statements = (list: readonly string[]): string => list.map((sql) => `${sql};\n`).join('');
const header = (lines: readonly string[]): string => `${lines.map((line) => `-- ${line}`).join('\n')}\n\n`;
const ledger = (tables: readonly TableDefinition[], version: string): string => `-- 记录版本：有了这一行，产品启动时不再改动表结构\ninsert into schema_ledger (digest, applied_at, remark) values ('${digestOf(tables)}', 0, '${version} by script');\ncommit;\n`;
const sections = (tables: readonly TableDefinition[], of: (table: TableDefinition) => string[]): string => tables.flatMap((table) => { const list = of(table); return list.length ? [`-- ${table.comment}\n${statements(list)}`] : []; }).join('\n');

/** Every script by its path below db-scripts. @param versions oldest first; the last is the one of the program. */
export function scripts(versions: readonly SchemaVersion[]): Map<string, string> {
  const out = new Map<string, string>();
  for (const { folder, title, ddl } of TARGETS) for (const { part, title: partTitle, has } of PARTS) {
    versions.forEach(({ version, tables: all }, i) => {
      const tables = all.filter(has), before = versions[i - 1]?.tables.filter(has);
      out.set(`${folder}/${version}/create-${part}.sql`, header([`融呼 ${version} 建表脚本：${partTitle}`, title, '由 npm run db-scripts 从表定义生成，请勿手工修改。先执行 00-users.sql，再以产品用户在对应的模式（库）中执行。', `共 ${tables.length + 1} 张表`]) + sections([ledgerTable, ...tables], (table) => ddl.create(table)) + `\n${ledger(tables, version)}`);
      if (!before) return;
      const old = new Map(before.map((table) => [table.name, table]));
      const body = sections(tables, (table) => { const was = old.get(table.name); return was ? ddl.extend(table, { columns: new Set(Object.keys(was.columns)), indexes: new Set(indexesOf(was).map((index) => index.name)) }) : ddl.create(table); });
      out.set(`${folder}/${version}/up-${part}-from-${versions[i - 1]?.version}.sql`, header([`融呼 ${versions[i - 1]?.version} → ${version} 升级脚本：${partTitle}`, title, '由 npm run db-scripts 从表定义生成，请勿手工修改。只增加，不删除；执行前请备份。']) + (digestOf(before) === digestOf(tables) ? '-- 本部分没有变化\n' : `${body}\n${ledger(tables, version)}`));
    });
  }
  return out;
}
/** The statements of a script, comments left out. No literal of ours holds a line break, so a statement ends with a line that ends in a semicolon. */
export const statementsOf = (script: string): string[] => script.split(/;\n/).map((part) => part.split('\n').filter((line) => !line.startsWith('--')).join('\n').trim()).filter((part) => part !== '');
