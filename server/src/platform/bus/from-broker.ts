import type { Clock } from '../clock';
import type { Db } from '../database/db';
import type { Shards } from '../database/shards';
import type { Log } from '../log';
import type { Broker } from './broker';
import type { BusEvent } from './bus';
import { settle, type Delivery } from './delivery';
import { OUTBOX } from './outbox';

/** A broker that lost what it had taken: after this long without a word the event is published again. */
const FORGOTTEN_MS = 10 * 60_000, LOOK_MS = 60_000;
interface Row_ { id: number; kind: string; attempts: number; outbox_status: number }

/** Takes in what a broker hands back: by event id each is settled once, whatever comes twice; what fails too often becomes a dead letter of the outbox. */
export class FromBroker {
  private timer: NodeJS.Timeout | null = null;
  private broker: Broker | null = null;
  constructor(private readonly d: { shards: Shards; delivery: Delivery; clock: Clock; log: Log; onSettled: (n: number) => void; onPushedBack: (shard: string) => void; forgottenMs?: number }) {}

  start(broker: Broker): void {
    this.broker = broker;
    broker.start((events) => this.take(events));
    this.timer = setInterval(() => void this.again().catch((error: unknown) => this.d.log.warn('events a broker may have lost were not looked for', { error })), LOOK_MS);
    this.timer.unref();
  }
  async stop(): Promise<void> { if (this.timer) clearInterval(this.timer); await this.broker?.stop(); }
  /** Every event is settled or back in the outbox when this resolves: the broker may let go of all of them, and one that fails never holds up another's lane. */
  async take(events: readonly BusEvent[]): Promise<void> {
    for (const shard of new Set(events.map((e) => e.shard))) {
      const own = [...new Map(events.filter((e) => e.shard === shard).map((e) => [e.id, e])).values()], db = this.db(shard);
      if (!db) { this.d.log.error('an event of an unknown shard is dropped', { shard, ids: own.map((e) => e.id) }); continue; }
      const rows = new Map((await db.query<Row_>(`select id, kind, attempts, outbox_status from outbox where id in (${own.map((_, i) => `$${i + 1}`).join(',')})`, own.map((e) => e.id))).map((row) => [row.id, row]));
      // done, dead or removed long ago: a second copy
      const open = own.filter((e) => { const status = rows.get(e.id)?.outbox_status; return status === OUTBOX.waiting || status === OUTBOX.handed; });
      if (open.length === 0) continue;
      const back = await db.query<{ id: number; aggregate: string; aggregate_id: string; at: number }>('select id, aggregate, aggregate_id, at from outbox where outbox_status = 0 and attempts > 0');
      const behind = new Set(open.filter((e) => back.some((b) => b.aggregate === e.aggregate && b.aggregate_id === e.aggregateId && (b.at < e.at || (b.at === e.at && b.id < e.id)))).map((e) => e.id));
      const outcomes = await this.d.delivery.deliver(open.filter((e) => !behind.has(e.id)));
      for (const id of behind) outcomes.set(id, 'held');
      const { done, failed } = await settle(db, open.map((e) => rows.get(e.id) as Row_), outcomes, { clock: this.d.clock, log: this.d.log, seq: 0, pushBack: true });
      this.d.onSettled(done);
      if (behind.size || failed) this.d.onPushedBack(shard);
    }
  }
  /** Publishes again what a broker took and never gave back. */
  async again(): Promise<void> {
    const old = this.d.clock.now() - (this.d.forgottenMs ?? FORGOTTEN_MS);
    for (const db of [this.d.shards.group(), ...this.d.shards.companyIds().map((id) => this.d.shards.company(id))]) {
      const n = await db.execute(`update outbox set outbox_status = ${OUTBOX.waiting} where outbox_status = ${OUTBOX.handed} and (published_at is null or published_at < $1)`, [old]);
      if (n) this.d.log.warn('events are published again: the broker never gave them back', { shard: db.shard, n });
    }
  }
  private db(shard: string): Db | null {
    if (shard === 'group') return this.d.shards.group();
    const id = Number(shard.split(':')[1]);
    return this.d.shards.companyIds().includes(id) ? this.d.shards.company(id) : null;
  }
}
