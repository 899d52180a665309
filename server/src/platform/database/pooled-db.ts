import type { Db, Row, Sql, SqlValue, Tx } from './db';
import { classify, engineOf, translate, type Connection, type ConnectionPool, type Engine, type Place } from './engine';
import { withoutEmpty, withoutEmptyRows } from './empty-text';
import type { Held, ShardKind } from './engine/pool';

const DEADLOCK_TRIES = 4;
/** Told what each statement and each wait for a connection took, in milliseconds; `sql` is the text without its parameters. Must not throw. */
export interface DatabaseWatch { statement(shard: string, sql: string, ms: number): void; waited(kind: ShardKind, ms: number): void }
async function timed<T>(watch: DatabaseWatch | undefined, shard: string, sql: string, work: () => Promise<T>): Promise<T> {
  if (!watch) return work();
  const begin = performance.now();
  try { return await work(); } finally { watch.statement(shard, sql, performance.now() - begin); }
}
const bulk = (table: string, rows: readonly Row[]): string => `insert into ${table} /* ${rows.length} rows */`;
class ConnectionSql implements Sql {
  constructor(readonly shard: string, private readonly connection: Connection, private readonly watch?: DatabaseWatch) {}
  query<T = Row>(sql: string, params: readonly SqlValue[] = []): Promise<T[]> { return timed(this.watch, this.shard, sql, async () => (await this.connection.run(sql, withoutEmpty(sql, params))).records as T[]); }
  execute(sql: string, params: readonly SqlValue[] = []): Promise<number> { return timed(this.watch, this.shard, sql, async () => (await this.connection.run(sql, withoutEmpty(sql, params))).affected); }
  insertMany(table: string, rows: readonly Row[]): Promise<void> { return timed(this.watch, this.shard, bulk(table, rows), () => this.connection.insert(table, withoutEmptyRows(table, rows))); }
}
/** A shard on the connections of its server. */
export class PooledDb implements Db {
  constructor(readonly shard: string, private readonly pool: ConnectionPool, readonly place: Place, private readonly kind: ShardKind, private readonly watch?: DatabaseWatch) {}
  query<T = Row>(sql: string, params: readonly SqlValue[] = []): Promise<T[]> { return this.alone((c) => timed(this.watch, this.shard, sql, async () => (await c.run(sql, withoutEmpty(sql, params))).records as T[])); }
  execute(sql: string, params: readonly SqlValue[] = []): Promise<number> { return this.alone((c) => timed(this.watch, this.shard, sql, async () => (await c.run(sql, withoutEmpty(sql, params))).affected)); }
  /** All or nothing, however many statements it takes. */
  insertMany(table: string, rows: readonly Row[]): Promise<void> { return rows.length <= 20 ? this.alone((c) => timed(this.watch, this.shard, bulk(table, rows), () => c.insert(table, withoutEmptyRows(table, rows)))) : this.transaction((tx) => tx.insertMany(table, rows)); }
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const after: (() => void)[] = [];
    const held = await this.acquire();
    const { connection } = held;
    let broken = false;
    try {
      await connection.begin();
      const result = await work(Object.assign(new ConnectionSql(this.shard, connection, this.watch), { afterCommit: (f: () => void) => { after.push(f); } }));
      await connection.commit();
      for (const f of after) f();
      return result;
    } catch (error) {
      if (connection.alive) await connection.rollback().catch(() => { broken = true; });
      throw translate(error);
    } finally { this.pool.release(held, broken); }
  }
  /** Work on the engine itself with a connection of this shard: statistics, indexes, catalog. */
  async maintain<T>(work: (engine: Engine, connection: Connection) => Promise<T>): Promise<T> { return this.alone((connection) => work(engineOf(this.place.url), connection)); }
  private async acquire(): Promise<Held> {
    const begin = performance.now();
    try { return await this.pool.acquire(this.place, this.kind); } catch (error) { throw translate(error); } finally { this.watch?.waited(this.kind, performance.now() - begin); }
  }
  /** One statement by itself: the victim of a deadlock had no effect and is tried again. */
  private async alone<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      let broken = false;
      const held = await this.acquire();
      try { return await work(held.connection); } catch (error) {
        const failure = classify(error);
        broken = failure === 'lost';
        if (failure !== 'deadlock' || tries >= DEADLOCK_TRIES) throw translate(error);
      } finally { this.pool.release(held, broken); }
    }
  }
}
