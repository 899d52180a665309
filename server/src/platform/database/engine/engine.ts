import type { Row } from '../db';
import type { TableDefinition } from '../table';

export type EngineName = 'postgres' | 'kingbase' | 'oceanbase' | 'dm';
/** Where a shard lives: a server's address (and database), and the namespace in it (schema on PostgreSQL, KingbaseES and DM, database on OceanBase). */
export interface Place { url: string; schema: string }
/** A process that falls silent in a transaction (its host lost power, its cable is out) is cut off by the server after so long: until then its row locks hold up everybody else. */
export const ABANDONED_MS = 6000;
export interface Statement { sql: string; params: unknown[] }
export interface RunResult { records: Row[]; affected: number }

/** One connection to a database, speaking the portable subset: `$1` parameters, booleans, numbers below 2^53, Buffers. */
export interface Connection {
  /** False once the wire has failed; such a connection is never used again. */
  readonly alive: boolean;
  run(sql: string, params: readonly unknown[]): Promise<RunResult>;
  /** Many rows within the wire's limits, in the fastest form of this engine. Columns are those of the first row. @throws RangeError for a name that is not an identifier. */
  insert(table: string, rows: readonly Row[]): Promise<void>;
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Table names resolve in this namespace from now on. The name comes from code. */
  use(schema: string): Promise<void>;
  close(): Promise<void>;
}
/** What the tables of a namespace are now: columns and indexes by table, all in lower case. */
export type Catalog = Map<string, { columns: Set<string>; indexes: Set<string> }>;

/** Statements that make and extend tables; each can be run by hand by a DBA. */
export interface Ddl {
  /** The table with its indexes and Chinese comments. */
  create(table: TableDefinition): string[];
  /** What `have` lacks. A new column that is not nullable must have a default. */
  extend(table: TableDefinition, have: { columns: ReadonlySet<string>; indexes: ReadonlySet<string> }): string[];
  /** Drops one index of a table. */
  dropIndex(table: string, index: string): string;
}
export interface Engine {
  readonly name: EngineName;
  readonly traits: { /** A failed migration leaves nothing behind. */ transactionalDdl: boolean; /** `''` and NULL are one value. */ emptyIsNull: boolean };
  /** @throws Error of the wire; AppError with a Chinese sentence when the server is not one that the product runs on. */
  connect(place: Place): Promise<Connection>;
  /** Makes the namespace (and, where the address names a missing database, that too). Runs again without harm. */
  makePlace(place: Place): Promise<void>;
  dropPlace(connection: Connection, schema: string): Promise<void>;
  ddl(connection: Connection): Promise<Ddl>;
  catalog(connection: Connection, schema: string): Promise<Catalog>;
  /** Runs `work` while no other process migrates this place, with a connection that has time enough for making tables. A lock whose holder dies is free again. */
  locked<T>(place: Place, work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Fresh statistics after much was written; without them the first lists do not use their indexes. @param tidy also what readers by index alone need, where the server does not do it soon by itself. */
  analyze(connection: Connection, tables: readonly string[], tidy?: boolean): Promise<void>;
}
const IDENTIFIER = /^[a-z][a-z0-9_]{0,62}$/;
/** Names in SQL come from code or from the configuration, never from people. @throws RangeError */
export function identifier(name: string): string {
  if (!IDENTIFIER.test(name)) throw new RangeError(`not an identifier: ${name}`);
  return name;
}
