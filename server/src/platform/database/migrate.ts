import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { addColumns, createIndexes, createTable } from './ddl';
import { companySchema, GROUP_SCHEMA, translate } from './shards';
import type { TableDefinition } from './table';

const LOCK = 7_203_114;
const ledger = 'create table if not exists schema_ledger (digest varchar(64) primary key, applied_at bigint not null, remark varchar(200) not null)';

/**
 * Brings one schema up to the table definitions: makes missing tables, columns and indexes; never drops. Several processes may call it at once
 * (advisory lock). Returns the number of statements run; 0 when the ledger already has this state.
 */
async function migrateSchema(client: Client, schema: string, tables: readonly TableDefinition[]): Promise<number> {
  await client.query(`create schema if not exists ${schema}`);
  await client.query(`set search_path to ${schema}`);
  await client.query(ledger);
  const digest = createHash('sha256').update(JSON.stringify(tables)).digest('hex');
  if ((await client.query('select 1 from schema_ledger where digest = $1', [digest])).rowCount) return 0;
  const rows = (await client.query<{ table_name: string; column_name: string }>('select table_name, column_name from information_schema.columns where table_schema = $1', [schema])).rows;
  const existing = new Map<string, Set<string>>();
  for (const row of rows) existing.set(row.table_name, (existing.get(row.table_name) ?? new Set()).add(row.column_name));
  const statements = tables.flatMap((table) => { const have = existing.get(table.name); return have ? [...addColumns(table, have), ...createIndexes(table)] : createTable(table); });
  await client.query('begin');
  try {
    for (const statement of statements) await client.query(statement);
    await client.query('insert into schema_ledger values ($1, $2, $3)', [digest, Date.now(), `${statements.length} statements`]);
    await client.query('commit');
  } catch (error) { await client.query('rollback'); throw error; }
  return statements.length;
}
/** Migrates the group's schema and those of the companies given. */
export async function migrate(url: string, tables: readonly TableDefinition[], companyIds: readonly number[]): Promise<number> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    let count = await migrateSchema(client, GROUP_SCHEMA, tables.filter((t) => t.shard !== 'company'));
    for (const id of companyIds) count += await migrateSchema(client, companySchema(id), tables.filter((t) => t.shard !== 'group'));
    return count;
  } catch (error) { throw translate(error); } finally { await client.end(); }
}
/** Company ids known to the group, read before the shards are opened; empty on a new database. */
export async function knownCompanies(url: string): Promise<number[]> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    const exists = await client.query('select 1 from information_schema.tables where table_schema = $1 and table_name = $2', [GROUP_SCHEMA, 'org_node']);
    if (!exists.rowCount) return [];
    return (await client.query<{ id: string }>(`select id from ${GROUP_SCHEMA}.org_node where kind = 'company' order by id`)).rows.map((row) => Number(row.id));
  } catch (error) { throw translate(error); } finally { await client.end(); }
}
