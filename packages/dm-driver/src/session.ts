import { connectString, loadDmdb, type Dmdb, type DmWire } from './dmdb';
import { toBind, toRow } from './values';

export interface DmRows { rows: Record<string, unknown>[]; affected: number }
const LOST = /-6010|-6001|-70028|-70019|网络通信异常|连接已关闭|连接丢失|ECONN|EPIPE/;

/** One connection. Statements take `?` binds in order; outside a transaction each commits by itself. */
export class DmSession {
  alive = true;
  private inTransaction = false;
  constructor(private readonly dmdb: Dmdb, private readonly wire: DmWire) {}
  async run(sql: string, binds: readonly unknown[] = []): Promise<DmRows> {
    return this.guarded(async () => {
      const result = await this.wire.execute(sql, binds.map(toBind), { outFormat: this.dmdb.OUT_FORMAT_ARRAY, autoCommit: !this.inTransaction });
      const columns = result.metaData ?? [], rows = (result.rows ?? []).map((values) => toRow(values, columns));
      return { rows, affected: result.rowsAffected ?? rows.length };
    });
  }
  /** The same statement with many rows of binds. */
  async runMany(sql: string, rows: readonly (readonly unknown[])[]): Promise<void> { await this.guarded(() => this.wire.executeMany(sql, rows.map((binds) => binds.map(toBind)), { autoCommit: !this.inTransaction })); }
  async begin(): Promise<void> { this.inTransaction = true; }
  async commit(): Promise<void> { await this.guarded(() => this.wire.commit()); this.inTransaction = false; }
  async rollback(): Promise<void> { this.inTransaction = false; await this.guarded(() => this.wire.rollback()); }
  async close(): Promise<void> { this.alive = false; await this.wire.close(); }
  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try { return await work(); } catch (error) { if (LOST.test(`${(error as { errCode?: number }).errCode ?? ''} ${(error as Error).message}`)) this.alive = false; throw error; }
  }
}
/** @param url dm://user:password@host:5236; @param load the driver's package, for tests. */
export async function connectDm(url: string, schema?: string, load: () => Dmdb = loadDmdb): Promise<DmSession> {
  const dmdb = load();
  return new DmSession(dmdb, await dmdb.getConnection(connectString(url, schema)));
}
