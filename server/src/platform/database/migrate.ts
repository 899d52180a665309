import { createHash } from 'node:crypto';
import { AppError } from '../errors/app-error';
import { classify, engineOf, translate, type Connection, type Engine, type Place } from './engine';
import { asTarget, MAIN, Places, type DatabaseTarget } from './places';
import { c, defineTable, type TableDefinition } from './table';

/** Which states of the definitions a namespace has had; a DBA's scripts write it too, so that a process finds nothing left to do. */
export const ledgerTable = defineTable({ name: 'schema_ledger', comment: '表结构版本记录', shard: 'both', primaryKey: ['digest'], columns: { digest: c.text('表定义摘要', 64), applied_at: c.time('完成时间'), remark: c.text('说明', 200) } });
export const digestOf = (tables: readonly TableDefinition[]): string => createHash('sha256').update(JSON.stringify(tables)).digest('hex');

/**
 * Brings one namespace up to the table definitions: makes missing tables, columns and indexes; never drops. Returns the number of statements run; 0 when
 * the ledger already has this state. Where DDL cannot be rolled back a cut-off run is finished by the next one, since only what is missing is made.
 */
async function migrateSchema(engine: Engine, connection: Connection, schema: string, tables: readonly TableDefinition[]): Promise<number> {
  await connection.use(schema);
  const digest = digestOf(tables), ddl = await engine.ddl(connection);
  let catalog = await engine.catalog(connection, schema);
  if (!catalog.has(ledgerTable.name)) for (const statement of ddl.create(ledgerTable)) await connection.run(statement, []);
  else if ((await connection.run('select digest from schema_ledger where digest = $1', [digest])).records.length) return 0;
  catalog = await engine.catalog(connection, schema);
  const statements = tables.flatMap((table) => { const have = catalog.get(table.name); return have ? ddl.extend(table, have) : ddl.create(table); });
  const transactional = engine.traits.transactionalDdl;
  if (transactional) await connection.begin();
  try {
    for (const statement of statements) await connection.run(statement, []);
    await connection.insert(ledgerTable.name, [{ digest, applied_at: Date.now(), remark: `${statements.length} statements` }]);
    if (transactional) await connection.commit();
  } catch (error) { if (transactional) await connection.rollback(); throw error; }
  return statements.length;
}
/** The usual start: one connection, one question. Whatever goes wrong but a lost connection means that there is something to make. */
async function upToDate(engine: Engine, place: Place, digest: string): Promise<boolean> {
  let connection: Connection | null = null;
  try {
    connection = await engine.connect(place);
    return (await connection.run('select digest from schema_ledger where digest = $1', [digest])).records.length > 0;
  } catch (error) { if (error instanceof AppError || classify(error) === 'lost') throw error; return false; } finally { await connection?.close(); }
}
/** Makes a place and brings it up to date; several processes may do so at once. */
export async function migratePlace(place: Place, tables: readonly TableDefinition[]): Promise<number> {
  const engine = engineOf(place.url);
  try {
    if (await upToDate(engine, place, digestOf(tables))) return 0;
    await engine.makePlace(place);
    return await engine.locked(place, (connection) => migrateSchema(engine, connection, place.schema, tables));
  } catch (error) { throw translate(error); }
}
/** Migrates the group's shard and those of the companies given. Returns the statements run. */
export async function migrate(target: string | DatabaseTarget, tables: readonly TableDefinition[], companyIds: readonly number[]): Promise<number> {
  const places = new Places(asTarget(target));
  let count = await migratePlace(places.group(), tables.filter((t) => t.shard !== 'company'));
  const servers = await serversOf(target, places);
  for (const id of companyIds) count += await migratePlace(places.company(id, servers.get(id) ?? MAIN), tables.filter((t) => t.shard !== 'group'));
  return count;
}
/** Company ids known to the group, read before the shards are opened; empty on a new database. */
export async function knownCompanies(target: string | DatabaseTarget): Promise<number[]> {
  return inGroup(target, async (connection, tables) => (tables.has('org_node') ? (await connection.run("select id from org_node where kind = 'company' order by id", [])).records.map((row) => Number(row.id)) : []));
}
async function inGroup<T>(target: string | DatabaseTarget, work: (connection: Connection, tables: ReadonlySet<string>) => Promise<T>): Promise<T> {
  const place = new Places(asTarget(target)).group(), engine = engineOf(place.url);
  try {
    await engine.makePlace(place);
    const connection = await engine.connect(place);
    try { return await work(connection, new Set((await engine.catalog(connection, place.schema)).keys())); } finally { await connection.close(); }
  } catch (error) { throw translate(error); }
}
/** Empties or removes what an installation that was cut off has left: every table of the group, every company's namespace. */
export async function startAnew(target: string | DatabaseTarget, companyIds: readonly number[]): Promise<void> {
  const places = new Places(asTarget(target)), servers = await serversOf(target, places);
  for (const place of companyIds.map((id) => places.company(id, servers.get(id) ?? MAIN))) {
    const engine = engineOf(place.url);
    await engine.makePlace(place);
    const connection = await engine.connect(place);
    try { await engine.dropPlace(connection, place.schema); } finally { await connection.close(); }
  }
  await inGroup(target, async (connection, tables) => { for (const table of tables) if (table !== ledgerTable.name) await connection.run(`delete from ${table}`, []); });
}
/** Where each company lives; empty where there is one server, or nothing yet. */
const serversOf = async (target: string | DatabaseTarget, places: Places): Promise<Map<number, string>> => (places.severalServers ? inGroup(target, async (connection, tables) => new Map((tables.has('shard_place') ? (await connection.run('select company_id, server_name from shard_place', [])).records : []).map((row) => [Number(row.company_id), String(row.server_name)]))) : new Map());
