import type { Socket } from 'node:net';
import { Client, types, type ClientConfig } from 'pg';
import type { Row } from '../db';
import { definitionOf, type Column } from '../table';
import { ABANDONED_MS, identifier, type Catalog, type Connection, type Engine, type Place, type Statement } from './engine';
import { CopyText } from './copy-text';
import { hasPeers, openWriter, takesWrites, type WriterParts } from './peers';
import { postgresDdl } from './postgres.ddl';
import { watchSilence, type Watched } from './silence';

// bigint and numeric come as text from the wire; all ours are below 2^53 (see ids.ts), so numbers are exact
types.setTypeParser(types.builtins.INT8, Number);
types.setTypeParser(types.builtins.NUMERIC, Number);

const MIGRATE_LOCK = 7_203_114, CONNECT_MS = 5000;
const MAX_PARAMETERS = 30_000, BY_ARRAY_FROM = 20, ARRAY_CHUNK = 5000, COPY_FROM = 500, COPY_PIECE = 1000;
const ARRAY_TYPE: Record<Column['kind'], string> = { id: 'bigint', int: 'integer', bigint: 'bigint', time: 'bigint', decimal: 'numeric', bool: 'boolean', text: 'text', longText: 'text', json: 'text', bytes: 'bytea' };
const MISSING_DATABASE = '3D000', DATABASE_EXISTS = '42P04';
/** Two processes may make it at once: `if not exists` looks before it writes. */
const SCHEMA_EXISTS = new Set(['23505', '42P06']);

/** A connection on PostgreSQL's wire; KingbaseES brings a client of its own. */
export class PgConnection implements Connection, Watched {
  alive = true;
  since = 0;
  /** @param copies whether large inserts go by COPY. */
  constructor(readonly client: Client, private readonly copies = false) {
    const lost = () => { this.alive = false; };
    client.on('error', lost);
    client.on('end', lost);
  }
  async run(sql: string, params: readonly unknown[]): Promise<{ records: Row[]; affected: number }> {
    const { rows, rowCount } = await this.under(this.client.query<Row>(sql, params as unknown[]));
    return { records: rows, affected: rowCount ?? 0 };
  }
  async insert(table: string, rows: readonly Row[]): Promise<void> {
    if (this.copies && rows.length >= COPY_FROM) return this.under(this.copy(table, rows));
    for (const { sql, params } of pgBulk(table, rows)) await this.under(this.client.query(sql, params));
  }
  private copy(table: string, rows: readonly Row[]): Promise<void> {
    return new Promise((resolve, reject) => { this.client.query(new CopyIn(table, rows, resolve, reject)); });
  }
  async begin(): Promise<void> { await this.under(this.client.query('begin')); }
  async commit(): Promise<void> { await this.under(this.client.query('commit')); }
  async rollback(): Promise<void> { await this.under(this.client.query('rollback')); }
  async use(schema: string): Promise<void> { await this.under(this.client.query(`set search_path to ${identifier(schema)}`)); }
  async close(): Promise<void> { this.alive = false; await this.client.end(); }
  cut(): void { cutPg(this.client); }
  /** Notes how long the server has been at it. */
  private async under<T>(work: Promise<T>): Promise<T> { this.since = performance.now(); try { return await work; } finally { this.since = 0; } }
}
/** Breaks the wire of a client, which tells whoever waits on it. */
export const cutPg = (client: Client): void => { (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy(); };
/** How the one of several servers that takes writes is found on PostgreSQL's wire: a standby is read only, and so is a server that was put back. @param open connects a client. */
export const pgWriter = (open: (address: string) => Promise<Client>): WriterParts<Client> => ({
  open,
  writes: async (client) => (await client.query<{ transaction_read_only: string }>('show transaction_read_only')).rows[0]?.transaction_read_only === 'off',
  close: (client) => { cutPg(client); },
});
/** One for the process: what it holds is on its way before anyone else asks. */
const copyText = new CopyText();
/** The driver's own form of a query (pg, "submittable") that sends rows when the server asks for them. */
class CopyIn {
  private failed: Error | null = null;
  readonly text: string;
  constructor(table: string, private readonly rows: readonly Row[], private readonly done: () => void, private readonly broken: (error: Error) => void) {
    this.columns = Object.keys(rows[0] as Row).map(identifier);
    this.text = `copy ${identifier(table)} (${this.columns.join(',')}) from stdin`;
  }
  private readonly columns: string[];
  submit(connection: CopyWire): void { connection.query(this.text); }
  handleCopyInResponse(connection: CopyWire): void {
    try {
      for (let at = 0; at < this.rows.length; at += COPY_PIECE) connection.sendCopyFromChunk(copyText.of(this.rows, this.columns, at, Math.min(at + COPY_PIECE, this.rows.length)));
      connection.endCopyFrom();
    } catch (error) { this.broken(error as Error); connection.sendCopyFail('a value cannot be written'); } // thrown from an event it would end the process
  }
  /** From the server: it is ready again after that. From a wire that broke: nothing follows. */
  handleError(error: Error & { severity?: string }): void { this.failed = error; this.broken(error); }
  handleCommandComplete(): void { /* the end is `handleReadyForQuery` */ }
  handleReadyForQuery(): void { if (!this.failed) this.done(); }
}
interface CopyWire { query(text: string): void; sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void; sendCopyFail(why: string): void }
export const pgConfig = (place: Place): ClientConfig => ({ connectionString: place.url, options: `-c search_path=${identifier(place.schema)} -c timezone=UTC -c idle_in_transaction_session_timeout=${ABANDONED_MS} -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3`, connectionTimeoutMillis: CONNECT_MS, keepAlive: true, application_name: 'ronghu' });

/** Array literals are made by hand: the driver's own take half of the time of a large import (PostgreSQL documentation 8.15.6). */
export function arrayLiteral(rows: readonly Row[], column: string): string {
  let out = '{';
  for (let i = 0; i < rows.length; i++) {
    const value = (rows[i] as Row)[column];
    if (i) out += ',';
    if (typeof value === 'string') out += value.includes('"') || value.includes('\\') ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
    else if (value === null || value === undefined) out += 'NULL';
    else if (Buffer.isBuffer(value)) out += `"\\\\x${value.toString('hex')}"`;
    else out += String(value);
  }
  return `${out}}`;
}
/** One array a column (`unnest`, some five times faster) for many rows of a table whose column kinds are known, otherwise the multi-row form. */
export function* pgBulk(table: string, rows: readonly Row[]): Generator<Statement> {
  const first = rows[0];
  if (!first) return;
  const columns = Object.keys(first).map(identifier), kinds = definitionOf(table)?.columns, into = `insert into ${identifier(table)} (${columns.join(',')})`;
  if (rows.length >= BY_ARRAY_FROM && kinds && columns.every((column) => kinds[column])) {
    const select = columns.map((column, i) => `$${i + 1}::${ARRAY_TYPE[(kinds[column] as Column).kind]}[]`).join(',');
    for (let from = 0; from < rows.length; from += ARRAY_CHUNK) {
      const part = rows.slice(from, from + ARRAY_CHUNK);
      yield { sql: `${into} select * from unnest(${select})`, params: columns.map((column) => arrayLiteral(part, column)) };
    }
    return;
  }
  const chunk = Math.max(1, Math.min(1000, Math.floor(MAX_PARAMETERS / columns.length)));
  for (let from = 0; from < rows.length; from += chunk) {
    const params: unknown[] = [];
    const tuples = rows.slice(from, from + chunk).map((row) => `(${columns.map((column) => { params.push(row[column] ?? null); return `$${params.length}`; }).join(',')})`);
    yield { sql: `${into} values ${tuples.join(',')}`, params };
  }
}
/** Names of a schema from pg_catalog, which KingbaseES has too in its PostgreSQL mode. */
export async function pgCatalog(connection: Connection, schema: string): Promise<Catalog> {
  const catalog: Catalog = new Map();
  const rows = (await connection.run("select c.relname as t, a.attname as n, 0 as ix from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace join pg_catalog.pg_attribute a on a.attrelid = c.oid where s.nspname = $1 and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped union all select c.relname, i.relname, 1 from pg_catalog.pg_index x join pg_catalog.pg_class c on c.oid = x.indrelid join pg_catalog.pg_class i on i.oid = x.indexrelid join pg_catalog.pg_namespace s on s.oid = c.relnamespace where s.nspname = $2", [schema, schema])).records as { t: string; n: string; ix: number }[];
  for (const { t, n, ix } of rows) {
    const table = catalog.get(t) ?? { columns: new Set<string>(), indexes: new Set<string>() };
    (ix ? table.indexes : table.columns).add(n);
    catalog.set(t, table);
  }
  return catalog;
}
/** @param connectTo how a client is made and connected; KingbaseES checks more. */
export const pgEngine = (name: 'postgres' | 'kingbase', connectTo: (place: Place) => Promise<Client>, maintenance: string): Engine => {
  // a wire that breaks fails the statement on it; the event of an idle client, with nobody listening, would end the process
  const parts = (schema: string): WriterParts<Client> => pgWriter(async (url) => { const client = await connectTo({ url, schema }); client.on('error', () => undefined); return client; });
  const openAt = ({ url, schema }: Place): Promise<{ client: Client; address: string }> => openWriter(url, parts(schema)), open = async (place: Place): Promise<Client> => (await openAt(place)).client;
  return {
    name, traits: { transactionalDdl: true, emptyIsNull: false },
    async connect(place) {
      const { client, address } = await openAt(place), connection = new PgConnection(client, name === 'postgres'); // KingbaseES: not seen yet on a real server, so by arrays
      if (hasPeers(place.url)) client.once('end', watchSilence(address, connection, () => takesWrites(address, parts(place.schema))));
      return connection;
    },
    async makePlace(place) {
      let client: Client;
      try { client = await open(place); } catch (error) {
        if ((error as { code?: string }).code !== MISSING_DATABASE) throw error;
        const url = new URL(place.url), database = identifier(decodeURIComponent(url.pathname.slice(1)));
        url.pathname = `/${maintenance}`;
        const admin = await open({ ...place, url: url.toString() });
        try { await admin.query(`create database ${database}`).catch((e: { code?: string }) => { if (e.code !== DATABASE_EXISTS && e.code !== '23505') throw e; }); } finally { await admin.end(); }
        client = await open(place);
      }
      try { await client.query(`create schema if not exists ${identifier(place.schema)}`).catch((e: { code?: string }) => { if (!SCHEMA_EXISTS.has(e.code ?? '')) throw e; }); } finally { await client.end(); }
    },
    async dropPlace(connection, schema) { await connection.run(`drop schema if exists ${identifier(schema)} cascade`, []); },
    ddl: async () => postgresDdl,
    catalog: pgCatalog,
    async locked(place, work) {
      const connection = new PgConnection(await open(place));
      try { await connection.run('select pg_advisory_lock($1)', [MIGRATE_LOCK]); return await work(connection); } finally { await connection.close(); }
    },
    async analyze(connection, tables, tidy = true) { for (const table of tables) await connection.run(`${tidy ? 'vacuum analyze' : 'analyze'} ${identifier(table)}`, []); },
  };
};
export const postgres: Engine = pgEngine('postgres', async (place) => { const client = new Client(pgConfig(place)); try { await client.connect(); } catch (error) { await client.end().catch(() => undefined); throw error; } return client; }, 'postgres'); // a client that never connected has nothing to end
