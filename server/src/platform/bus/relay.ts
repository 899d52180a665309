import type { Signals, WakeUp } from '../cache';
import type { Clock } from '../clock';
import type { Db, Row } from '../database/db';
import type { Shards } from '../database/shards';
import type { Log } from '../log';
import { BrokerAway, type Broker } from './broker';
import { bundlesOf } from './bundles';
import { laneOf, type Bus, type BusEvent } from './bus';
import { Delivery, inParts, settle, type Outcome } from './delivery';
import { LeaseHolder } from './lease-holder';
import { OUTBOX, type Outbox } from './outbox';
import { ownersOf } from './owner';
import { FromBroker } from './from-broker';

const BATCH = 400, PAGES = 25, POLL_MS = 500, POLL_BLIND_MS = 200, LEASE_MS = 3000, SENDING = 24, BROKER_AWAY_MS = 500, KEEP_MS = 14 * 86_400_000, EPOCH = 1_000_000_000;
export interface OutboxRow extends Row { id: number; kind: string; aggregate: string; aggregate_id: string; company_id: number | null; payload: string; at: number; attempts: number }
export const eventOf = (row: OutboxRow, shard: string): BusEvent => ({ id: row.id, kind: row.kind, aggregate: row.aggregate, aggregateId: row.aggregate_id, companyId: row.company_id, payload: JSON.parse(row.payload) as Record<string, unknown>, at: row.at, shard });
export const OUTBOX_COLUMNS = 'id, kind, aggregate, aggregate_id, company_id, payload, at, attempts';
interface Loop { db: Db; lease: LeaseHolder; timer: NodeJS.Timeout | null; running: boolean; again: boolean; pass: number; /** Of the term whose beginning was looked after. */ epoch: number; /** Marked as handed over and not sent, and not yet said so. */ unsent: { seq: number; ids: number[] } | null }
export interface RelayParts {
  shards: Shards; bus: Bus; outbox: Outbox; clock: Clock; log: Log; holder: string;
  signals?: Pick<Signals, 'send'>; wakeUp?: WakeUp | null;
  /** Holders of all workers: each shard belongs to one of them. Empty: to whoever asks. */
  workers?: () => readonly string[];
  broker?: Broker | null;
}

/**
 * Hands committed events to their consumers, or to the broker when there is one. One leased relay a shard, the shards shared out over the workers; within an
 * aggregate in the order of commits (`at`, then id: ids alone follow the processes' numbers within a second). An event whose consumer fails holds back its own
 * aggregate only and is tried again with growing pauses; after 12 tries it is set aside (status 2).
 */
export class Relay {
  private readonly loops = new Map<string, Loop>();
  private readonly delivery: Delivery;
  private readonly fromBroker: FromBroker | null;
  private owners: { key: string; of: Map<string, string> } = { key: '', of: new Map() };
  private running = false;
  private stopped = false;
  /** Events settled since the start, by this process. */
  published = 0;
  constructor(private readonly d: RelayParts) {
    this.delivery = new Delivery({ bus: d.bus, shards: d.shards, signals: d.signals ?? { send: () => undefined }, clock: d.clock, log: d.log });
    this.fromBroker = d.broker ? new FromBroker({ ...d, delivery: this.delivery, onSettled: (n) => { this.published += n; }, onPushedBack: (shard) => this.committed(shard) }) : null;
    if (!d.signals) d.outbox.onCommit((shard) => this.committed(shard)); // alone, without a platform around it
  }
  /** Starts to work; a process that never does only wakes the others. */
  start(): void {
    this.running = true;
    for (const db of [this.d.shards.group(), ...this.d.shards.companyIds().map((id) => this.d.shards.company(id))]) this.watch(db);
    this.d.shards.onOpen((db) => this.watch(db)); // a company added while the system runs
    this.d.wakeUp?.listen((hint) => { if (hint?.startsWith('o:')) this.kick(hint.slice(2)); else if (hint === null) for (const shard of this.loops.keys()) this.kick(shard); });
    if (this.d.broker && this.fromBroker) this.fromBroker.start(this.d.broker);
  }
  watch(db: Db): void {
    if (this.loops.has(db.shard)) return;
    this.loops.set(db.shard, { db, lease: new LeaseHolder({ db, name: `relay:${db.shard}`, holder: this.d.holder, clock: this.d.clock, ttlMs: LEASE_MS }), timer: null, running: false, again: false, pass: 0, epoch: 0, unsent: null });
    this.kick(db.shard);
  }
  /** An event was committed here: for our own relay, or for the worker whose shard it is. */
  committed(shard: string): void {
    const loop = this.loops.get(shard);
    if (this.running && loop && this.ours(shard)) this.kick(shard); else this.d.wakeUp?.notify(`o:${shard}`);
  }
  async stop(): Promise<void> {
    this.stopped = true;
    await this.fromBroker?.stop();
    for (const loop of this.loops.values()) {
      if (loop.timer) clearTimeout(loop.timer);
      while (loop.running) await new Promise((r) => setTimeout(r, 5));
      if (loop.lease.held) await loop.lease.give().catch((error) => this.d.log.warn('relay lease not released', { error }));
    }
  }
  /** Waits until nothing is left to publish; for tests and a clean stop. */
  async drain(): Promise<void> {
    for (const { db } of this.loops.values()) for (;;) { this.kick(db.shard); const [row] = await db.query<{ n: number }>('select count(*) as n from outbox where outbox_status in (0, 3) and due_at <= $1', [this.d.clock.now()]); if (!row?.n) break; await new Promise((r) => setTimeout(r, 10)); }
  }
  /** Events all consumers are through with, and the marks of exactly-once consumers, are of no use to any retry after two weeks. */
  async purge(now: number): Promise<void> {
    const old = now - KEEP_MS;
    for (const db of [this.d.shards.group(), ...this.d.shards.companyIds().map((id) => this.d.shards.company(id))]) await db.execute('delete from outbox where outbox_status = 1 and published_at < $1', [old]);
    await this.d.shards.group().execute('delete from bus_seen where at < $1', [old]);
  }
  private ours(shard: string): boolean {
    const workers = this.d.workers?.() ?? [];
    if (workers.length === 0) return true;
    const key = `${this.loops.size}|${workers.join()}`;
    if (this.owners.key !== key) this.owners = { key, of: ownersOf([...this.loops.keys()], workers) };
    return this.owners.of.get(shard) === this.d.holder;
  }
  private kick(shard: string): void {
    const loop = this.loops.get(shard);
    if (!loop || this.stopped) return;
    if (loop.running) { loop.again = true; return; }
    if (loop.timer) clearTimeout(loop.timer);
    loop.running = true;
    void this.pass(loop).catch((error) => { this.d.log.warn('relay pass failed', { shard, error }); return 'idle' as const; }).then((next) => {
      loop.running = false;
      if (this.stopped) return;
      const soon = (loop.again && next !== 'away') || next === 'full';
      loop.again = false;
      loop.timer = setTimeout(() => this.kick(shard), soon ? 0 : next === 'away' ? BROKER_AWAY_MS : this.d.wakeUp === undefined || this.d.wakeUp?.connected ? POLL_MS : POLL_BLIND_MS);
      loop.timer.unref();
    });
  }
  private async pass(loop: Loop): Promise<'idle' | 'full' | 'away'> {
    const { db, lease } = loop, now = this.d.clock.now();
    if (!this.ours(db.shard)) { if (lease.held) await lease.give(); return 'idle'; }
    if (!(await lease.take())) return 'idle';
    if (this.d.broker) await this.takeBack(loop);
    // lanes whose first event failed and pauses; a row says so, that whoever takes the shard over knows it too
    const held = new Set((await db.query<{ aggregate: string; aggregate_id: string }>(`select aggregate, aggregate_id from outbox where outbox_status = 0 and attempts > 0 and due_at > $1`, [now])).map((row) => laneOf({ aggregate: row.aggregate, aggregateId: row.aggregate_id })));
    let after = { at: -1, id: -1 };
    for (let page = 0; page < PAGES && lease.fresh(); page++) {
      const rows = await db.query<OutboxRow>(`select ${OUTBOX_COLUMNS} from outbox where outbox_status = 0 and due_at <= $1 and (at > $2 or (at = $3 and id > $4)) order by at, id limit $5`, [now, after.at, after.at, after.id, BATCH]);
      const last = rows[rows.length - 1], free = rows.filter((row) => !held.has(this.laneOfRow(row)));
      if (free.length) {
        const way = await this.handle(loop, free);
        return way === 'away' ? 'away' : way === 'some' && rows.length === BATCH ? 'full' : 'idle';
      }
      if (!last || rows.length < BATCH) return 'idle';
      after = { at: last.at, id: last.id }; // a whole page of one lane that waits: look behind it
    }
    return 'idle';
  }
  private laneOfRow(row: OutboxRow): string { return laneOf({ aggregate: row.aggregate, aggregateId: row.aggregate_id }); }
  private async handle(loop: Loop, rows: readonly OutboxRow[]): Promise<'some' | 'none' | 'away'> {
    const { db, lease } = loop, events = rows.map((row) => eventOf(row, db.shard)), seq = lease.epoch * EPOCH + ++loop.pass;
    // the lease is renewed beside the work: one slow consumer must not hand the shard to another worker in the middle
    const renew = setInterval(() => void lease.take().catch((error: unknown) => this.d.log.warn('relay lease not renewed', { error })), LEASE_MS / 3);
    try {
      if (this.d.broker) return await this.send(this.d.broker, loop, rows, events, seq);
      const outcomes = await this.delivery.deliver(events, () => lease.fresh());
      const { done } = await settle(db, rows, outcomes, { clock: this.d.clock, log: this.d.log, seq });
      this.published += done;
      return done ? 'some' : 'none';
    } finally { clearInterval(renew); }
  }
  /**
   * To the broker in bundles: groups of lanes side by side, a group's bundle only after the broker stored the one before. They are marked as handed over before, not
   * after: consumers settle the first while the last are being sent, and two statements over the same rows would lock each other out for a second each time.
   */
  private async send(broker: Broker, loop: Loop, rows: readonly OutboxRow[], events: readonly BusEvent[], seq: number): Promise<'some' | 'none' | 'away'> {
    const lengths = new Map(rows.map((row) => [row.id, row.payload.length])), waiting = [...bundlesOf(events, (event) => lengths.get(event.id) as number)], unsent = new Set(events.map((event) => event.id)), outcomes = new Map<number, Outcome>();
    let away: unknown = null;
    loop.unsent = { seq, ids: [...unsent] }; // the mark may be made though its answer got lost
    await inParts([...unsent], (part, marks) => loop.db.execute(`update outbox set outbox_status = ${OUTBOX.handed}, seq = $1, published_at = $2 where outbox_status = 0 and id in (${marks(3)})`, [seq, this.d.clock.now(), ...part]));
    await Promise.all(Array.from({ length: Math.min(SENDING, waiting.length) }, async () => {
      for (let next = waiting.shift(); next && away === null && loop.lease.fresh(); next = waiting.shift()) {
        for (const bundle of next[1]) {
          try { await broker.publish(bundle, `${loop.db.shard}/${next[0]}`); for (const event of bundle) unsent.delete(event.id); } catch (error) {
            if (error instanceof BrokerAway) away = error; else for (const event of bundle) outcomes.set(event.id, error as Error);
            break;
          }
        }
      }
    }));
    const sent = events.length - unsent.size;
    loop.unsent = { seq, ids: [...unsent] };
    if (outcomes.size) await settle(loop.db, rows, outcomes, { clock: this.d.clock, log: this.d.log, seq });
    await this.takeBack(loop); // what was refused carries no number any more
    if (away !== null) { this.d.log.warn('the broker is away; events wait in the outbox', { broker: broker.name, why: (away as Error).message }); return 'away'; }
    return sent ? 'some' : 'none';
  }
  /** What was marked and not sent waits again: of the last pass here; and, at the beginning of a term, of the last pass of the term before, which may have died in it (what it did send comes twice, which does no harm). */
  private async takeBack(loop: Loop): Promise<void> {
    const back = (seq: number, ids: readonly number[], marks: (from: number) => string) => loop.db.execute(`update outbox set outbox_status = 0, seq = null, published_at = null where outbox_status = ${OUTBOX.handed} and seq = $1 and id in (${marks(2)})`, [seq, ...ids]);
    if (loop.unsent) { const { seq, ids } = loop.unsent; await inParts(ids, (part, marks) => back(seq, part, marks)); loop.unsent = null; }
    const { epoch } = loop.lease;
    if (loop.epoch === epoch) return;
    const [last] = await loop.db.query<{ seq: number | null }>(`select max(seq) as seq from outbox where outbox_status = ${OUTBOX.handed} and seq < $1`, [epoch * EPOCH]);
    if (last?.seq) await loop.db.execute(`update outbox set outbox_status = 0, seq = null, published_at = null where outbox_status = ${OUTBOX.handed} and seq = $1`, [last.seq]);
    loop.epoch = epoch;
  }
}
