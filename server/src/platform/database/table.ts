/** Column kinds of the portable subset: the same meaning on PostgreSQL, KingbaseES, DM and OceanBase. `time` is milliseconds UTC in a bigint. */
export type ColumnKind = 'id' | 'int' | 'bigint' | 'time' | 'decimal' | 'bool' | 'text' | 'longText' | 'json' | 'bytes';
export interface Column { kind: ColumnKind; length?: number; nullable?: boolean; default?: string | number | boolean; comment: string }
export interface TableDefinition {
  name: string; comment: string; shard: 'group' | 'company' | 'both';
  columns: Record<string, Column>; primaryKey: string[]; unique?: string[][]; indexes?: string[][];
}
type Options = Omit<Partial<Column>, 'kind' | 'comment'>;
const of = (kind: ColumnKind) => (comment: string, options: Options = {}): Column => ({ kind, comment, ...options });
/** Column makers; the Chinese comment is what a DBA reads. `text` is at most 4,000 characters, `longText` unbounded and never filtered. */
export const c = { id: of('id'), int: of('int'), bigint: of('bigint'), time: of('time'), decimal: of('decimal'), bool: of('bool'), longText: of('longText'), json: of('json'), bytes: of('bytes'), text: (comment: string, length = 200, options: Options = {}): Column => ({ kind: 'text', comment, length, ...options }) };

const RESERVED = new Set(['order', 'group', 'call', 'user', 'role', 'session', 'level', 'comment', 'size', 'number', 'date', 'time', 'start', 'end', 'key', 'value', 'values', 'index', 'table', 'column', 'desc', 'asc', 'type', 'mode', 'option', 'access', 'row', 'rows', 'file', 'share', 'audit', 'resource', 'range', 'rank', 'system', 'trigger', 'limit', 'offset', 'check', 'default', 'references', 'grant', 'public', 'domain', 'path_', 'context', 'object', 'sequence', 'uid', 'online', 'offline', 'lock', 'minus', 'exclusive', 'initial', 'synonym', 'validate', 'view', 'whenever', 'raw', 'long', 'increment', 'identified', 'cluster', 'pctfree', 'compress', 'nowait', 'rename', 'successful', 'sysdate', 'varchar2', 'rownum', 'rowid', 'interval', 'condition', 'describe', 'explain', 'repeat', 'signal', 'usage', 'read', 'write', 'match', 'schema', 'database', 'kill', 'leave', 'loop', 'release', 'require', 'return', 'status_']);
/** Declares a table and refuses what is not portable: long names, reserved words, a nullable key. */
export function defineTable(definition: TableDefinition): TableDefinition {
  for (const name of [definition.name, ...Object.keys(definition.columns)]) {
    if (!/^[a-z][a-z0-9_]{0,29}$/.test(name)) throw new Error(`table ${definition.name}: name ${name} is not portable (snake_case, at most 30 characters)`);
    if (RESERVED.has(name)) throw new Error(`table ${definition.name}: ${name} is a reserved word in one of the databases`);
  }
  for (const key of definition.primaryKey) if (!definition.columns[key] || definition.columns[key].nullable) throw new Error(`table ${definition.name}: bad primary key ${key}`);
  for (const cols of [...(definition.unique ?? []), ...(definition.indexes ?? [])]) for (const col of cols) if (!definition.columns[col.replace(/ desc$/, '')]) throw new Error(`table ${definition.name}: index on unknown column ${col}`);
  defined.set(definition.name, definition);
  return definition;
}
const defined = new Map<string, TableDefinition>();
/** The definition of a table by name, for those who must know its column kinds (bulk insert). */
export const definitionOf = (name: string): TableDefinition | undefined => defined.get(name);
/** Every definition made in this process. */
export const allDefined = (): TableDefinition[] => [...defined.values()];
