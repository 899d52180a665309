/** Parameters are bound, never written into the text. Values: number, string, boolean, null, Date (UTC) or Buffer; JSON goes in as text. */
export type SqlValue = number | string | boolean | null | Buffer | readonly (number | string | boolean | null)[];
export type Row = Record<string, unknown>;

/** What a store may do, inside or outside a transaction. SQL uses `$1…` and the portable subset; table names are unqualified, the shard is the connection's. */
export interface Sql {
  query<T = Row>(sql: string, params?: readonly SqlValue[]): Promise<T[]>;
  /** Rows affected. */
  execute(sql: string, params?: readonly SqlValue[]): Promise<number>;
  /** Many rows in one statement (`unnest` on PostgreSQL, multi-row elsewhere). Columns are taken from the first row; all rows have the same. Table and column names come from code only. */
  insertMany(table: string, rows: readonly Row[]): Promise<void>;
}
/** One shard: the group's or a company's. */
export interface Db extends Sql {
  readonly shard: string;
  /** Serialises on commit; rolled back when `work` throws. Not nested. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}
/** A running transaction. `afterCommit` work is dropped when it rolls back. */
export interface Tx extends Sql { readonly shard: string; afterCommit(work: () => void): void }
