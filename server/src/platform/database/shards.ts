import 'reflect-metadata';
import { DataSource, type QueryRunner } from 'typeorm';
import { types } from 'pg';
import type { Db, Row, Sql, SqlValue, Tx } from './db';
import { AppError } from '../errors/app-error';
import { bulkInsert } from './bulk';

/** The databases: the group's and one a company. The only place that knows where a shard lives. */
export interface Shards {
  group(): Db;
  /** @throws AppError NOT_FOUND when no such company is open. */
  company(companyId: number): Db;
  companyIds(): number[];
  open(companyId: number): Promise<void>;
  close(): Promise<void>;
}
// bigint and numeric come as text from the wire; all ours are below 2^53 (see ids.ts), so numbers are exact
types.setTypeParser(types.builtins.INT8, Number);
types.setTypeParser(types.builtins.NUMERIC, Number);

const CONNECTION_LOST = /ECONNREFUSED|ECONNRESET|EPIPE|Connection terminated|timeout exceeded when trying to connect|terminating connection|the database system is (starting up|shutting down)|57P0[123]|Client has encountered a connection error|Driver not Connected/i;
/** Turns a lost connection into the error a person can act on; everything else passes. */
export function translate(error: unknown): unknown {
  const text = error instanceof Error ? `${error.message} ${(error as { code?: string }).code ?? ''}` : String(error);
  return CONNECTION_LOST.test(text) ? new AppError('DATABASE_UNAVAILABLE', undefined, undefined, error) : error;
}
/** True for a unique violation, on any of the databases' wires. */
export const isUniqueViolation = (error: unknown): boolean => ['23505', 'ER_DUP_ENTRY'].includes(String((error as { code?: unknown } | null)?.code ?? ''));

class RunnerSql implements Sql {
  constructor(readonly shard: string, private readonly run: (sql: string, params: unknown[]) => Promise<{ records: Row[]; affected: number }>) {}
  async query<T = Row>(sql: string, params: readonly SqlValue[] = []): Promise<T[]> { return (await this.run(sql, params as unknown[])).records as T[]; }
  async execute(sql: string, params: readonly SqlValue[] = []): Promise<number> { return (await this.run(sql, params as unknown[])).affected; }
  async insertMany(table: string, rows: readonly Row[]): Promise<void> { for (const { sql, params } of bulkInsert(table, rows)) await this.run(sql, params); }
}
const structured = async (runner: QueryRunner, sql: string, params: unknown[]) => {
  const result = await runner.query(sql, params, true);
  return { records: (result.records ?? []) as Row[], affected: result.affected ?? 0 };
};

/** A shard on one TypeORM data source; the schema is the connection's search path, so SQL names tables alone. */
export class DataSourceDb extends RunnerSql implements Db {
  constructor(shard: string, readonly source: DataSource) {
    super(shard, async (sql, params) => {
      const runner = source.createQueryRunner();
      try { return await structured(runner, sql, params); } catch (error) { throw translate(error); } finally { await runner.release(); }
    });
  }
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.source.createQueryRunner();
    const after: (() => void)[] = [];
    try {
      await runner.startTransaction();
      const sql = new RunnerSql(this.shard, (text, params) => structured(runner, text, params));
      const tx: Tx = Object.assign(sql, { afterCommit: (f: () => void) => { after.push(f); } });
      const result = await work(tx);
      await runner.commitTransaction();
      for (const f of after) f();
      return result;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined); // the connection may be gone; the server rolls back by itself
      throw translate(error);
    } finally { await runner.release().catch(() => undefined); } // same reason
  }
}

export const GROUP_SCHEMA = 'ronghu_group';
export const companySchema = (companyId: number): string => `ronghu_c${companyId}`;

/** Opens a data source with its own schema. The connection cap is shared out over the shards by the caller. */
export async function openSource(url: string, schema: string, max: number): Promise<DataSource> {
  const source = new DataSource({ type: 'postgres', url, schema, logging: false, entities: [], extra: { max, options: `-c search_path=${schema} -c timezone=UTC`, connectionTimeoutMillis: 5000, idleTimeoutMillis: 60000, keepAlive: true } });
  await source.initialize();
  return source;
}

/** Shards as one schema each in one database (the embedded default). `maxConnections` caps all shards together; the group's gets half. */
export async function createShards(options: { url: string; maxConnections: number; companyIds: readonly number[] }): Promise<Shards> {
  const { url, maxConnections } = options;
  const perCompany = Math.max(2, Math.floor(maxConnections / 2 / Math.max(1, options.companyIds.length)));
  const groupDb = new DataSourceDb('group', await openSource(url, GROUP_SCHEMA, Math.max(4, Math.floor(maxConnections / 2))));
  const companies = new Map<number, DataSourceDb>();
  const open = async (id: number) => { if (!companies.has(id)) companies.set(id, new DataSourceDb(`company:${id}`, await openSource(url, companySchema(id), perCompany))); };
  for (const id of options.companyIds) await open(id);
  return {
    group: () => groupDb,
    company: (id) => { const db = companies.get(id); if (!db) throw new AppError('NOT_FOUND'); return db; },
    companyIds: () => [...companies.keys()],
    open,
    close: async () => { await Promise.all([groupDb, ...companies.values()].map((db) => db.source.destroy())); },
  };
}
