import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Connection as Wire, FieldPacket, ResultSetHeader, RowDataPacket, SslOptions } from 'mysql2';
import type { Row } from '../db';
import { ABANDONED_MS, identifier, type Catalog, type Connection, type Engine, type Place } from './engine';
import { oceanbaseDdl } from './oceanbase.ddl';
import { hasPeers, openWriter, takesWrites, type WriterParts } from './peers';
import { watchSilence, type Watched } from './silence';
import { createCutter, type CutSql, type Dialect } from './sql-text';

const CONNECT_MS = 5000;
/** Making tables takes longer than a statement may: OceanBase's own limits in microseconds, InnoDB's in seconds. Each server knows some of them. */
const PATIENCE = ['ob_query_timeout = 600000000', 'ob_trx_timeout = 1200000000', 'innodb_lock_wait_timeout = 600'];
/** MariaDB's in seconds, OceanBase's in microseconds. */
const ABANDONED = [`idle_transaction_timeout = ${ABANDONED_MS / 1000}`, `ob_trx_idle_timeout = ${ABANDONED_MS * 1000}`];
const BULK_ROWS = 2000, BULK_CHARACTERS = 1_000_000;
/** Backslash escapes stay on: our literals are written for them, and LIKE then escapes as on PostgreSQL. `||` joins; a value that does not fit is an error. */
const SESSION = "set session sql_mode = 'STRICT_ALL_TABLES,PIPES_AS_CONCAT,NO_ENGINE_SUBSTITUTION', session transaction_isolation = 'READ-COMMITTED', time_zone = '+00:00'";
const SESSION_OLD = SESSION.replace('transaction_isolation', 'tx_isolation');
/** Collations in which a trailing space counts, as on PostgreSQL; where there is none the binary one that pads is taken (see docs/数据库.md). */
const COLLATIONS = ['utf8mb4_0900_bin', 'utf8mb4_nopad_bin', 'utf8mb4_bin'];
const TINY = 1, UNKNOWN_VARIABLE = 'ER_UNKNOWN_SYSTEM_VARIABLE';

const backslashed = (text: string): string => text.replace(/[\\']/g, (c) => (c === "'" ? "''" : '\\\\')).replaceAll('\0', '\\0');
const CAST: readonly [RegExp, string][] = [
  [/\bas\s+varchar\s*(\(\d+\))?\s*\)/gi, 'as char$1)'], [/\bas\s+text\s*\)/gi, 'as char)'], [/\bas\s+(?:bigint|integer|int)\s*\)/gi, 'as signed)'], [/\bas\s+numeric\b/gi, 'as decimal'], [/\bas\s+double\s+precision\s*\)/gi, 'as double)'],
  [/\blength\s*\(/gi, 'char_length('],
];
export const mysqlDialect: Dialect = {
  code: (text) => CAST.reduce((out, [from, to]) => out.replace(from, to), text),
  literal: (text) => `'${backslashed(text)}'`,
  name: (text) => `\`${text.replaceAll('`', '``')}\``,
};
const cutter = createCutter(mysqlDialect);

/**
 * A value as text of the statement. Values travel inside it rather than as prepared parameters: the wire is then one round trip, whole numbers are whole
 * numbers to the optimiser, and OceanBase's proxy and plan cache take statements in this form best. Safe because every session has the same sql_mode.
 */
export function mysqlLiteral(value: unknown): string {
  switch (typeof value) {
    case 'string': return `'${backslashed(value)}'`;
    case 'number': if (!Number.isFinite(value)) throw new RangeError(`no number for a database: ${value}`); return String(value);
    case 'boolean': return value ? 'true' : 'false';
    case 'bigint': return String(value);
    default:
      if (value === null || value === undefined) return 'null';
      if (Buffer.isBuffer(value)) return `x'${value.toString('hex')}'`;
      throw new TypeError('a parameter is a number, text, boolean, null or Buffer on this database');
  }
}
/** Statements of many tuples each, well below the server's packet limit. */
export function* mysqlInserts(table: string, rows: readonly Row[]): Generator<string> {
  const first = rows[0];
  if (!first) return;
  const columns = Object.keys(first).map(identifier), into = `insert into ${identifier(table)} (${columns.join(',')}) values `;
  let sql = into, tuples = 0;
  for (const row of rows) {
    let tuple = tuples ? ',(' : '(';
    for (let i = 0; i < columns.length; i++) tuple += (i ? ',' : '') + mysqlLiteral(row[columns[i] as string] ?? null);
    sql += `${tuple})`;
    if (++tuples >= BULK_ROWS || sql.length >= BULK_CHARACTERS) { yield sql; sql = into; tuples = 0; }
  }
  if (tuples) yield sql;
}
/** The whole statement. @throws RangeError for a parameter that was not given. */
export function mysqlStatement(sql: string, params: readonly unknown[]): string {
  const { texts, order }: CutSql = cutter(sql);
  let out = texts[0] as string;
  for (let i = 0; i < order.length; i++) {
    const at = order[i] as number;
    if (at >= params.length) throw new RangeError(`parameter $${at + 1} was not given`);
    out += mysqlLiteral(params[at]) + (texts[i + 1] as string);
  }
  return out;
}
class MysqlConnection implements Connection, Watched {
  alive = true;
  since = 0;
  onEnd: (() => void) | null = null;
  constructor(private readonly wire: Wire) {
    const lost = () => { this.alive = false; this.onEnd?.(); this.onEnd = null; };
    wire.on('error', lost);
    wire.on('end', lost);
  }
  run(sql: string, params: readonly unknown[]): Promise<{ records: Row[]; affected: number }> { return this.send(mysqlStatement(sql, params)); }
  async insert(table: string, rows: readonly Row[]): Promise<void> { for (const sql of mysqlInserts(table, rows)) await this.send(sql); }
  send(sql: string): Promise<{ records: Row[]; affected: number }> {
    this.since = performance.now();
    return new Promise((resolve, reject) => {
      this.wire.query(sql, (error: (Error & { fatal?: boolean }) | null, result: RowDataPacket[] | ResultSetHeader, fields: FieldPacket[]) => {
        this.since = 0;
        if (error) { if (error.fatal) this.alive = false; reject(error); return; }
        if (!Array.isArray(result)) { resolve({ records: [], affected: result.affectedRows }); return; }
        // tinyint is made for yes and no only (see the table definitions)
        const flags = fields.filter((f) => f.columnType === TINY).map((f) => f.name);
        for (const name of flags) for (const row of result) if (row[name] !== null) row[name] = Boolean(row[name]);
        resolve({ records: result, affected: result.length });
      });
    });
  }
  async begin(): Promise<void> { await this.send('start transaction'); }
  async commit(): Promise<void> { await this.send('commit'); }
  async rollback(): Promise<void> { await this.send('rollback'); }
  async use(schema: string): Promise<void> { await this.send(`use ${identifier(schema)}`); }
  close(): Promise<void> { this.alive = false; return new Promise((resolve) => { this.wire.end(() => resolve()); }); }
  cut(): void { this.alive = false; (this.wire as unknown as { stream: Socket }).stream.destroy(); }
}
/** As on PostgreSQL's addresses: `sslmode=verify-full&sslrootcert=…`; without `sslmode` the wire is in clear. @throws Error naming the setting. */
export function mysqlTls(url: URL): SslOptions | undefined {
  const mode = url.searchParams.get('sslmode') ?? 'disable', file = (name: string): string | undefined => { const path = url.searchParams.get(name); return path ? readFileSync(path, 'utf8') : undefined; };
  if (mode === 'disable') return undefined;
  if (!['require', 'verify-ca', 'verify-full'].includes(mode)) throw new Error(`setting database.url has sslmode=${mode}; it may be disable, require, verify-ca or verify-full`);
  return { ca: file('sslrootcert'), cert: file('sslcert'), key: file('sslkey'), rejectUnauthorized: mode !== 'require', ...(mode === 'verify-full' ? { verifyIdentity: true } : {}) };
}
/** OceanBase behind several proxies, or a pair of servers: a replica is read only. */
const writer = (database: string | undefined): WriterParts<MysqlConnection> => ({
  open: (url) => openAt(url, database),
  writes: async (connection) => Number((await connection.send('select @@global.read_only as only_reads')).records[0]?.only_reads) === 0,
  close: (connection) => connection.cut(),
});
async function open(place: Place, database: string | undefined): Promise<MysqlConnection> {
  const { client, address } = await openWriter(place.url, writer(database));
  if (hasPeers(place.url)) client.onEnd = watchSilence(address, client, () => takesWrites(address, writer(database)));
  return client;
}
async function openAt(address: string, database: string | undefined): Promise<MysqlConnection> {
  const { createConnection } = await import('mysql2'), url = new URL(address), socketPath = url.searchParams.get('socket') ?? undefined;
  const wire = createConnection({ ssl: mysqlTls(url), ...(socketPath ? { socketPath } : { host: url.hostname, port: Number(url.port || 2881) }), user: decodeURIComponent(url.username), password: decodeURIComponent(url.password), database, charset: 'utf8mb4', decimalNumbers: true, dateStrings: true, connectTimeout: CONNECT_MS, enableKeepAlive: true, multipleStatements: false });
  await new Promise<void>((resolve, reject) => { wire.once('error', reject); wire.connect((error) => { if (error) reject(error); else resolve(); }); });
  const connection = new MysqlConnection(wire);
  try {
    await connection.send(SESSION).catch((error: { code?: string }) => { if (error.code !== UNKNOWN_VARIABLE) throw error; return connection.send(SESSION_OLD); });
    return connection;
  } catch (error) { wire.destroy(); throw error; }
}
/** OceanBase in its MySQL mode; any server of that wire (MySQL 8, MariaDB 10.6) passes the same contract. */
export const oceanbase: Engine = {
  name: 'oceanbase', traits: { transactionalDdl: false, emptyIsNull: false },
  async connect(place) {
    const connection = await open(place, identifier(place.schema));
    for (const variable of ABANDONED) await connection.send(`set session ${variable}`).catch((error: { code?: string }) => { if (error.code !== UNKNOWN_VARIABLE) throw error; });
    return connection;
  },
  async makePlace(place) {
    const connection = await open(place, undefined);
    try { await connection.send(`create database if not exists ${identifier(place.schema)} default character set utf8mb4`); } finally { await connection.close(); }
  },
  async dropPlace(connection, schema) { await connection.run(`drop database if exists ${identifier(schema)}`, []); },
  async ddl(connection) {
    const known = new Set((await connection.run("show collation like 'utf8mb4%'", [])).records.map((row) => String(row.Collation)));
    return oceanbaseDdl(COLLATIONS.find((name) => known.has(name)) ?? 'utf8mb4_bin');
  },
  async catalog(connection, schema) {
    const catalog: Catalog = new Map();
    const table = (name: string) => { const t = catalog.get(name) ?? { columns: new Set<string>(), indexes: new Set<string>() }; catalog.set(name, t); return t; };
    for (const row of (await connection.run('select table_name as t, column_name as n from information_schema.columns where table_schema = $1', [schema])).records) table(String(row.t).toLowerCase()).columns.add(String(row.n).toLowerCase());
    for (const row of (await connection.run('select distinct table_name as t, index_name as n from information_schema.statistics where table_schema = $1', [schema])).records) table(String(row.t).toLowerCase()).indexes.add(String(row.n).toLowerCase());
    return catalog;
  },
  // a row rather than get_lock(): a row lock goes with its connection on every server of this wire, OceanBase's named locks outlive a killed client
  async locked(place, work) {
    const guard = await open(place, identifier(place.schema));
    try {
      for (const variable of PATIENCE) await guard.send(`set session ${variable}`).catch((error: { code?: string }) => { if (error.code !== UNKNOWN_VARIABLE) throw error; });
      await guard.send('create table if not exists migrate_guard (id int not null primary key)');
      await guard.send('insert ignore into migrate_guard (id) values (1)');
      await guard.begin();
      await guard.send('select id from migrate_guard where id = 1 for update');
      const connection = await open(place, identifier(place.schema));
      try {
        for (const variable of PATIENCE) await connection.send(`set session ${variable}`).catch((error: { code?: string }) => { if (error.code !== UNKNOWN_VARIABLE) throw error; });
        return await work(connection);
      } finally { await connection.close(); }
    } finally { await guard.close(); }
  },
  async analyze(connection, tables) { for (const table of tables) await connection.run(`analyze table ${identifier(table)}`, []); },
};
