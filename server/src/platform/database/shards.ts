import type { Db } from './db';
import { AppError } from '../errors/app-error';
import { ConnectionPool, engineOf, type Connection, type Engine, type EngineName } from './engine';
import { indexesOf } from './engine/names';
import type { PoolFigures } from './engine/pool';
import { migratePlace } from './migrate';
import { MAIN, Places, type DatabaseTarget } from './places';
import { PooledDb, type DatabaseWatch } from './pooled-db';
import type { TableDefinition } from './table';

export { isUniqueViolation, translate } from './engine';
export type { DatabaseWatch } from './pooled-db';
export type { PoolFigures } from './engine/pool';
/** The databases: the group's and one a company. The only place that knows where a shard lives. */
export interface Shards {
  group(): Db;
  /** @throws AppError NOT_FOUND when no such company is open. */
  company(companyId: number): Db;
  companyIds(): number[];
  /** Opens a company whose shard exists; again without effect. */
  open(companyId: number): Promise<void>;
  /** Makes and migrates a company's shard while the system runs; `open` it when the company is written. The other processes are told of the organisation's change and open it. Again without effect. */
  create(companyId: number): Promise<void>;
  /** Removes the shard that `create` has just made for a company which then could not be written. @throws Error for one that is open: it may hold data. */
  discard(companyId: number): Promise<void>;
  /** Opens every company of the list that is not open yet; returns those. */
  openAll(companyIds: readonly number[]): Promise<number[]>;
  /** Called with each shard that is opened from now on. */
  onOpen(listener: (db: Db, companyId: number) => void): void;
  /** Fresh statistics in every shard that is open, or of these tables alone, after much was written. */
  analyze(tables?: readonly (readonly [Db, readonly string[]])[]): Promise<void>;
  /** Connections that this process holds now, over all shards. */
  connections(): number;
  /** How this process uses its connections now. */
  pool(): PoolFigures;
  /** What each open shard lives on, the group first. Says nothing of addresses. */
  engines(): { shard: string; companyId: number | null; engine: EngineName; schema: string }[];
  close(): Promise<void>;
}
export interface ShardOptions extends DatabaseTarget { /** Of this process, over all shards and servers together. */ maxConnections: number; companyIds: readonly number[]; /** What `create` makes; the companies' part is taken from it. */ tables?: readonly TableDefinition[]; watch?: DatabaseWatch }

/** Opens the group's shard and those of the companies given. @throws Error of the wire, or naming the setting that is wrong. */
export async function createShards(options: ShardOptions): Promise<Shards> {
  const places = new Places(options), pool = new ConnectionPool(engineOf, options.maxConnections), companies = new Map<number, PooledDb>(), listeners: ((db: Db, companyId: number) => void)[] = [];
  const group = new PooledDb('group', pool, places.group(), 'group', options.watch);
  await group.query('select 1 as up').catch(async (error: unknown) => { await pool.close(); throw error; }); // the address is right and the server is one of those we know, or the process says so now
  const serverOf = async (companyId: number): Promise<string> => (await places.servers(group)).get(companyId) ?? MAIN;
  const add = (companyId: number, server: string): void => {
    if (companies.has(companyId)) return;
    const place = places.company(companyId, server), db = new PooledDb(`company:${companyId}`, pool, place, 'company', options.watch);
    companies.set(companyId, db);
    for (const listener of listeners) listener(db, companyId);
  };
  const openAll = async (ids: readonly number[]): Promise<number[]> => {
    const fresh = ids.filter((id) => !companies.has(id)), servers = fresh.length ? await places.servers(group) : new Map<number, string>();
    for (const id of fresh) add(id, servers.get(id) ?? MAIN);
    return fresh;
  };
  await openAll(options.companyIds);
  return {
    group: () => group,
    company: (id) => { const db = companies.get(id); if (!db) throw new AppError('NOT_FOUND'); return db; },
    companyIds: () => [...companies.keys()],
    open: async (id) => { await openAll([id]); },
    openAll,
    async create(companyId) {
      if (!options.tables) throw new Error('these shards were opened without table definitions, so no company can be made');
      let server = await serverOf(companyId);
      if (places.severalServers && !(await places.servers(group)).has(companyId)) {
        server = places.newServer();
        await group.insertMany('shard_place', [{ company_id: companyId, server_name: server, made_at: Date.now() }]);
      }
      await migratePlace(places.company(companyId, server), options.tables.filter((t) => t.shard !== 'group'));
    },
    async analyze(tables) {
      if (tables) await Promise.all(tables.map(([db, names]) => pooled(db).maintain((engine, connection) => engine.analyze(connection, names, false))));
      else for (const db of [group, ...companies.values()]) await db.maintain(async (engine, connection) => engine.analyze(connection, [...(await engine.catalog(connection, db.place.schema)).keys()]));
    },
    async discard(companyId) {
      if (companies.has(companyId)) throw new Error(`company ${companyId} is open and is not discarded`);
      const place = places.company(companyId, await serverOf(companyId)), engine = engineOf(place.url), connection = await engine.connect(place);
      try { await engine.dropPlace(connection, place.schema); } finally { await connection.close(); }
      if (places.severalServers) await group.execute('delete from shard_place where company_id = $1', [companyId]);
    },
    onOpen: (listener) => { listeners.push(listener); },
    connections: () => pool.open,
    pool: () => pool.figures(),
    engines: () => [[null, group] as const, ...companies].map(([companyId, db]) => ({ shard: db.shard, companyId, engine: engineOf(db.place.url).name, schema: db.place.schema })),
    close: () => pool.close(),
  };
}

/** Writes much into empty tables several times faster: their indexes are made at the end. @param tables each must be empty. */
export async function withIndexesAfterwards(db: Db, tables: readonly TableDefinition[], work: () => Promise<void>): Promise<void> {
  await indexesDropped(db, tables);
  try { await work(); } finally { await indexesMade(db, tables); }
}
/** Drops the indexes of these tables, until `indexesMade`. */
export async function indexesDropped(db: Db, tables: readonly TableDefinition[]): Promise<void> {
  const shard = pooled(db);
  await shard.maintain(async (engine, connection) => {
    const ddl = await engine.ddl(connection), catalog = await engine.catalog(connection, shard.place.schema);
    for (const table of tables) for (const { name } of indexesOf(table)) if (catalog.get(table.name)?.indexes.has(name)) await connection.run(ddl.dropIndex(table.name, name), []);
  });
}
/** Makes the indexes that these tables lack, as after a run that was cut off. */
export async function indexesMade(db: Db, tables: readonly TableDefinition[]): Promise<void> {
  const shard = pooled(db);
  await shard.maintain(async (engine: Engine, connection: Connection) => { const ddl = await engine.ddl(connection), catalog = await engine.catalog(connection, shard.place.schema); for (const table of tables) for (const sql of ddl.extend(table, catalog.get(table.name) ?? { columns: new Set(), indexes: new Set() })) await connection.run(sql, []); });
}
function pooled(db: Db): PooledDb {
  if (!(db instanceof PooledDb)) throw new TypeError('indexes can be made afterwards on a shard only');
  return db;
}
