// What the databases of an installation hold, read through the server's own engines; and one table's content as text in a fixed order.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { copyOut } from './copy.mjs';
import { databaseTarget, product } from './layout.mjs';

const quote = (name) => { if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`不是本产品的名称：${name}`); return name; };
export const qualified = (schema, table) => `${quote(schema)}.${quote(table)}`;
/** Places of the group and of every company: { part: 'group' | 'c<id>', url, schema }. @throws Error in Chinese where COPY does not exist. */
export async function shardsOf(config, companyIds) {
  const target = databaseTarget(config), { Places } = product().server('platform/database/places.js'), { engineOf } = product().server('platform/database/engine/index.js'), places = new Places(target), engine = engineOf(target.url);
  if (!['postgres', 'kingbase'].includes(engine.name)) throw new Error(`${engine.name} 上不支持逻辑备份与恢复：请用数据库自带的工具（达梦 dexp/dimp，OceanBase obdumper/obloader）`);
  const group = places.group(), connection = await engine.connect(group);
  try { const servers = await places.servers(connectionAsDb(connection)).catch(() => new Map()); return [{ part: 'group', ...group }, ...companyIds.map((id) => ({ part: `c${id}`, ...places.company(id, servers.get(id)) }))]; } finally { await connection.close(); }
}
const connectionAsDb = (connection) => ({ query: async (sql, params = []) => (await connection.run(sql, params)).records });
/** One connection a server or database, all in one read-only snapshot each. Returns { of(url), count, close() }. */
export async function snapshots(shards, begin = 'begin transaction isolation level repeatable read read only') {
  const { engineOf } = product().server('platform/database/engine/index.js'), open = new Map();
  const close = async () => { for (const c of open.values()) await c.close().catch(() => undefined); };
  try {
    for (const shard of shards) if (!open.has(shard.url)) {
      const connection = await engineOf(shard.url).connect(shard);
      open.set(shard.url, connection);
      await connection.client.query("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set datestyle = 'ISO'; set bytea_output = 'hex'; set extra_float_digits = 3; set timezone = 'UTC'");
      await connection.client.query(begin);
      await connection.client.query('select 1'); // the snapshot is taken by the first statement
    }
  } catch (error) { await close(); throw error; }
  return { of: (url) => open.get(url).client, all: [...open.values()].map((c) => c.client), close };
}
/** Tables of a schema with their columns (in order of definition) and key. */
export async function tablesOf(client, schema) {
  const { rows } = await client.query(`select c.relname as name, json_agg(json_build_object('name', a.attname, 'text', t.typcategory = 'S') order by a.attnum) as columns,
    (select coalesce(json_agg(k.attname order by array_position(i.indkey::int2[], k.attnum)), '[]') from pg_index i join pg_attribute k on k.attrelid = i.indrelid and k.attnum = any(i.indkey) where i.indrelid = c.oid and i.indisprimary) as key
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped join pg_type t on t.oid = a.atttypid
    where n.nspname = $1 and c.relkind = 'r' group by c.oid, c.relname order by c.relname`, [schema]);
  return rows;
}
/** The same rows give the same text on every server: columns by name in the manifest's order, rows by key, texts by bytes. */
export function orderedSelect(schema, table) {
  const texts = new Set(table.columns.filter((c) => c.text).map((c) => c.name)), keys = table.key.length ? table.key : table.columns.map((c) => c.name);
  return `select ${table.columns.map((c) => quote(c.name)).join(', ')} from ${qualified(schema, table.name)} order by ${keys.map((k) => (texts.has(k) ? `${quote(k)} collate "C"` : quote(k))).join(', ')}`;
}
/** Reads one table in order. @param file where the text goes, compressed; without one it is only counted. Returns { rows, bytes, sm3 } of the text. */
export async function readTable(client, schema, table, file) {
  const hash = createHash('sm3'), { stream, done } = copyOut(client, orderedSelect(schema, table));
  let bytes = 0;
  const meter = new Transform({ transform(chunk, _encoding, next) { hash.update(chunk); bytes += chunk.length; next(null, chunk); } });
  await (file ? pipeline(stream, meter, createGzip({ level: 4 }), createWriteStream(file, { mode: 0o600, flags: 'wx' })) : pipeline(stream, meter, new Writable({ write(_chunk, _encoding, next) { next(); } })));
  return { rows: await done, bytes, sm3: hash.digest('hex') };
}
