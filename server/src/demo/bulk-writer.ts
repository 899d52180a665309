import type { Db, Row } from '../platform/database/db';

const BATCH = 5_000, AT_ONCE = 2;
/**
 * Rows gathered by table and written in large batches while the next are made; a few batches are under way at most.
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
    const rows = this.waiting.get(table) ?? [];
    this.waiting.set(table, []);
    if (rows.length === 0) return;
    this.queue.push(() => this.db.insertMany(table, rows));
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
