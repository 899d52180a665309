import type { Db, Row } from '../platform/database/db';
import { definitionOf, type Column } from '../platform/database/table';

const BATCH = 5_000, AT_ONCE = 2;
const TYPE: Record<Column['kind'], string> = { id: 'bigint', int: 'integer', bigint: 'bigint', time: 'bigint', decimal: 'numeric', bool: 'boolean', text: 'text', longText: 'text', json: 'text', bytes: 'bytea' };

/**
 * Rows gathered by table and written in large batches while the next are made; a few batches are under way at most. Each column goes as one array
 * literal, made here because the driver's own takes half of the generator's time. The demonstration runs on PostgreSQL only.
 */
export class BulkWriter {
  private readonly waiting = new Map<string, Row[]>();
  private readonly queue: (() => Promise<unknown>)[] = [];
  private readonly running = new Set<Promise<void>>();
  private failed: Error | null = null;
  constructor(private readonly db: Db) {}
  /** All rows of a table have the same columns. */
  add(table: string, row: Row): void {
    const list = this.waiting.get(table);
    if (!list) this.waiting.set(table, [row]);
    else if (list.push(row) >= BATCH) this.flush(table);
  }
  /** Waits while more than `limit` batches are unwritten. @throws the first error of any batch. */
  async pace(limit = 4): Promise<void> {
    while (!this.failed && this.queue.length + this.running.size > limit) await Promise.race(this.running);
    if (this.failed) throw this.failed;
  }
  async done(): Promise<void> { for (const table of this.waiting.keys()) this.flush(table); await this.pace(0); }

  private flush(table: string): void {
    const rows = this.waiting.get(table) ?? [], columns = Object.keys(rows[0] ?? {}), kinds = definitionOf(table)?.columns;
    this.waiting.set(table, []);
    if (rows.length === 0) return;
    const select = columns.map((column, i) => { const kind = kinds?.[column]?.kind; if (!kind) throw new Error(`demo: table ${table} has no column ${column}`); return `$${i + 1}::${TYPE[kind]}[]`; });
    this.queue.push(() => this.db.execute(`insert into ${table} (${columns.join(',')}) select * from unnest(${select.join(',')})`, columns.map((column) => arrayLiteral(rows, column))));
    this.next();
  }
  /** No more at once than the shard's pool has connections: a batch that waits for one would give up. */
  private next(): void {
    while (this.running.size < AT_ONCE && this.queue.length > 0 && !this.failed) {
      const batch = this.queue.shift() as () => Promise<unknown>;
      const work: Promise<void> = batch().then(() => undefined, (error: Error) => { this.failed ??= error; }).finally(() => { this.running.delete(work); this.next(); });
      this.running.add(work);
    }
  }
}

/** PostgreSQL's text form of an array (documentation 8.15.6). */
export function arrayLiteral(rows: readonly Row[], column: string): string {
  const parts = new Array<string>(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const value = rows[i]?.[column];
    if (value === null || value === undefined) parts[i] = 'NULL';
    else if (typeof value === 'string') parts[i] = /^[\w\u4e00-\u9fff.+/=-]+$/.test(value) && value.length !== 4 ? value : `"${value.replace(/["\\]/g, '\\$&')}"`; // four letters may spell NULL
    else parts[i] = String(value);
  }
  return `{${parts.join(',')}}`;
}
