import type { Clock } from '../../platform/clock';
import type { Db } from '../../platform/database/db';
import { isUniqueViolation, type Shards } from '../../platform/database/shards';

const BLOCK = 100, OFFSET_MS = 8 * 3_600_000;
interface Block { day: string; next: number; last: number }

/**
 * Order numbers: company code, local date, sequence of the day (SC-43). A process takes blocks of 100 by one short statement of their own and hands them
 * out from memory, so that no intake waits for another's commit; numbers of a block that a crash leaves unused are skipped, never given twice.
 */
export class OrderNumbers {
  private readonly blocks = new Map<number, Block>();
  private readonly claims = new Map<number, Promise<void>>();
  constructor(private readonly d: { shards: Shards; clock: Clock; companyCode(companyId: number): string }) {}

  /** @throws AppError NOT_FOUND for a company that is not open. */
  async next(companyId: number): Promise<string> {
    const day = new Date(this.d.clock.now() + OFFSET_MS).toISOString().slice(0, 10).replace(/-/g, '');
    for (;;) {
      const block = this.blocks.get(companyId);
      if (block && block.day === day && block.next <= block.last) return `${this.d.companyCode(companyId)}${day}${String(block.next++).padStart(5, '0')}`;
      let claim = this.claims.get(companyId);
      if (!claim) {
        claim = this.claim(this.d.shards.company(companyId), day).then((fresh) => { this.blocks.set(companyId, fresh); }).finally(() => { this.claims.delete(companyId); });
        this.claims.set(companyId, claim);
      }
      await claim;
    }
  }
  private async claim(db: Db, day: string): Promise<Block> {
    for (;;) {
      const last = await db.transaction(async (tx) => {
        if (!(await tx.execute('update order_counter set last_no = last_no + $1 where day_code = $2', [BLOCK, day]))) return null;
        const [row] = await tx.query<{ last_no: number }>('select last_no from order_counter where day_code = $1', [day]);
        return row?.last_no ?? null;
      });
      if (last !== null) return { day, next: last - BLOCK + 1, last };
      try { await db.insertMany('order_counter', [{ day_code: day, last_no: 0 }]); } catch (error) { if (!isUniqueViolation(error)) throw error; } // another process was first: its row will do
    }
  }
}
