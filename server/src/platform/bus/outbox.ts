import type { Tx } from '../database/db';
import type { Ids } from '../database/ids';
import type { Clock } from '../clock';

/** `notBefore`: ms; held until then without holding back others of its aggregate. */
export interface OutboxEntry { kind: string; aggregate: string; aggregateId: number | string; companyId: number | null; payload: object; notBefore?: number }
/** 0 waits, 1 all consumers are through, 2 set aside after too many tries (dead letter), 3 the broker has it and has not confirmed. */
export const OUTBOX = { waiting: 0, done: 1, dead: 2, handed: 3 } as const;

export const MAX_ATTEMPTS = 12;

/** Writes what others must hear of into the same transaction as the change. The relay is woken when it commits. */
export class Outbox {
  private wake: (shard: string) => void = () => undefined;
  constructor(private readonly ids: Ids, private readonly clock: Clock) {}
  onCommit(wake: (shard: string) => void): void { this.wake = wake; }
  async add(tx: Tx, ...entries: OutboxEntry[]): Promise<void> {
    const at = this.clock.now();
    await tx.insertMany('outbox', entries.map((e) => ({ id: this.ids.next(), kind: e.kind, aggregate: e.aggregate, aggregate_id: String(e.aggregateId), company_id: e.companyId, payload: JSON.stringify(e.payload), at, due_at: e.notBefore ?? 0, outbox_status: OUTBOX.waiting, attempts: 0 })));
    tx.afterCommit(() => this.wake(tx.shard));
  }
}
