import type { Clock } from '../clock';
import type { Db } from '../database/db';
import type { Shards } from '../database/shards';
import type { Log } from '../log';
import type { Broker } from './broker';
import type { BusEvent } from './bus';
import { settle, type Delivery } from './delivery';
import { MAX_ATTEMPTS, OUTBOX } from './outbox';

/** A broker that lost what it had taken: after this long without a word the event is published again. */
const FORGOTTEN_MS = 10 * 60_000, LOOK_MS = 60_000;

/** Takes in what a broker hands back: by event id each is settled once, whatever comes twice; what fails too often becomes a dead letter of the outbox. */
export class FromBroker {
  private timer: NodeJS.Timeout | null = null;
  private broker: Broker | null = null;
  private connecting: Promise<void> = Promise.resolve();
  private stopped = false;
  constructor(private readonly d: { shards: Shards; delivery: Delivery; clock: Clock; log: Log; onSettled: (n: number) => void; forgottenMs?: number }) {}

  start(broker: Broker): void {
    this.broker = broker;
    this.connecting = this.connect(broker);
    this.timer = setInterval(() => void this.again().catch((error: unknown) => this.d.log.warn('events a broker may have lost were not looked for', { error })), LOOK_MS);
    this.timer.unref();
  }
  async stop(): Promise<void> { this.stopped = true; if (this.timer) clearInterval(this.timer); await this.broker?.stop(); await this.connecting; }
  private async connect(broker: Broker): Promise<void> {
    while (!this.stopped) try { await broker.start((events) => this.take(events)); return; } catch (error) { this.d.log.warn('the broker is away', { broker: broker.name, error }); await new Promise((r) => setTimeout(r, 500)); }
  }
  /** Which of the events need not come again. */
  async take(events: readonly BusEvent[]): Promise<ReadonlySet<number>> {
    const settled = new Set<number>();
    for (const shard of new Set(events.map((e) => e.shard))) {
      const own = events.filter((e, i) => e.shard === shard && events.findIndex((x) => x.id === e.id) === i), db = this.db(shard);
      if (!db) { this.d.log.error('an event of an unknown shard is dropped', { shard, ids: own.map((e) => e.id) }); for (const e of own) settled.add(e.id); continue; }
      const rows = new Map((await db.query<{ id: number; kind: string; attempts: number; outbox_status: number }>(`select id, kind, attempts, outbox_status from outbox where id in (${own.map((_, i) => `$${i + 1}`).join(',')})`, own.map((e) => e.id))).map((row) => [row.id, row]));
      // done, dead or removed long ago: a second copy
      const open = own.filter((e) => { const status = rows.get(e.id)?.outbox_status; return status === OUTBOX.waiting || status === OUTBOX.handed; });
      for (const e of own) if (!open.includes(e)) settled.add(e.id);
      if (open.length === 0) continue;
      const outcomes = await this.d.delivery.deliver(open);
      const { done, dead } = await settle(db, open.map((e) => rows.get(e.id) as { id: number; kind: string; attempts: number }), outcomes, { clock: this.d.clock, log: this.d.log, maxAttempts: MAX_ATTEMPTS, seq: 0, retryStatus: OUTBOX.handed });
      for (const id of [...done, ...dead]) settled.add(id);
      this.d.onSettled(done.length);
    }
    return settled;
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
