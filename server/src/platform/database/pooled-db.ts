import type { Db, Row, Sql, SqlValue, Tx } from './db';
import { classify, engineOf, translate, type Connection, type ConnectionPool, type Engine, type Place } from './engine';
import { withoutEmpty, withoutEmptyRows } from './empty-text';
import type { ShardKind } from './engine/pool';

const DEADLOCK_TRIES = 4;
class ConnectionSql implements Sql {
  constructor(readonly shard: string, private readonly connection: Connection) {}
  async query<T = Row>(sql: string, params: readonly SqlValue[] = []): Promise<T[]> { return (await this.connection.run(sql, withoutEmpty(sql, params))).records as T[]; }
  async execute(sql: string, params: readonly SqlValue[] = []): Promise<number> { return (await this.connection.run(sql, withoutEmpty(sql, params))).affected; }
  insertMany(table: string, rows: readonly Row[]): Promise<void> { return this.connection.insert(table, withoutEmptyRows(table, rows)); }
}
/** A shard on the connections of its server. */
export class PooledDb implements Db {
  constructor(readonly shard: string, private readonly pool: ConnectionPool, readonly place: Place, private readonly kind: ShardKind) {}
  query<T = Row>(sql: string, params: readonly SqlValue[] = []): Promise<T[]> { return this.alone(async (c) => (await c.run(sql, withoutEmpty(sql, params))).records as T[]); }
  execute(sql: string, params: readonly SqlValue[] = []): Promise<number> { return this.alone(async (c) => (await c.run(sql, withoutEmpty(sql, params))).affected); }
  /** All or nothing, however many statements it takes. */
  insertMany(table: string, rows: readonly Row[]): Promise<void> { return rows.length <= 20 ? this.alone((c) => c.insert(table, withoutEmptyRows(table, rows))) : this.transaction((tx) => tx.insertMany(table, rows)); }
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const after: (() => void)[] = [];
    const held = await this.pool.acquire(this.place, this.kind).catch((error: unknown) => { throw translate(error); });
    const { connection } = held;
    let broken = false;
    try {
      await connection.begin();
      const result = await work(Object.assign(new ConnectionSql(this.shard, connection), { afterCommit: (f: () => void) => { after.push(f); } }));
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
  /** One statement by itself: the victim of a deadlock had no effect and is tried again. */
  private async alone<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      let broken = false;
      const held = await this.pool.acquire(this.place, this.kind).catch((error: unknown) => { throw translate(error); });
      try { return await work(held.connection); } catch (error) {
        const failure = classify(error);
        broken = failure === 'lost';
        if (failure !== 'deadlock' || tries >= DEADLOCK_TRIES) throw translate(error);
      } finally { this.pool.release(held, broken); }
    }
  }
}
