import type { Signals } from '../cache';
import type { Clock } from '../clock';
import type { Db, Tx } from '../database/db';
import { isUniqueViolation, type Shards } from '../database/shards';
import type { Log } from '../log';
import { MAX_ATTEMPTS, OUTBOX } from './outbox';
import { headOf, laneOf, type Bus, type BusEvent } from './bus';

/** Lanes at work beside each other: enough to share the database's commits, few enough to leave connections for people. */
const LANES = 4, MARKS = 500;
export type Outcome = 'done' | 'held' | Error;
type Batch = ReturnType<Bus['batchesFor']>[number];

/** A database that is away is nobody's fault and costs the event none of its tries. */
const verdict = (error: unknown): Outcome => ((error as { code?: unknown } | null)?.code === 'DATABASE_UNAVAILABLE' ? 'held' : error instanceof Error ? error : new Error(String(error)));

/** Gives events to their consumers: lanes side by side, within a lane one after the other, and nothing of a lane after one that failed. */
export class Delivery {
  constructor(private readonly d: { bus: Bus; shards: Shards; signals: Pick<Signals, 'send'>; clock: Clock; log: Log }) {}

  /** `mayGoOn` is asked before each event: false when another process took the work over. Never rejects; says for each event how it went. */
  async deliver(events: readonly BusEvent[], mayGoOn: () => boolean = () => true): Promise<Map<number, Outcome>> {
    const out = new Map<number, Outcome>(), lanes = new Map<string, BusEvent[]>();
    for (const event of events) { const lane = laneOf(event); const list = lanes.get(lane); if (list) list.push(event); else lanes.set(lane, [event]); }
    const waiting = [...lanes.values()];
    await Promise.all(Array.from({ length: Math.min(LANES, waiting.length) }, async () => { for (let lane = waiting.shift(); lane; lane = waiting.shift()) await this.runLane(lane, out, mayGoOn); }));
    await this.runBatches(events, out, mayGoOn);
    for (const event of events) if (out.get(event.id) === 'done' && this.d.bus.batchesFor(event.kind).length) this.tell(event);
    return out;
  }
  /** To what this and the other processes keep in memory: as soon as the shared consumers are through, not at the end of a long batch. */
  private tell(event: BusEvent): void {
    const head = headOf(event);
    this.d.bus.follow(head);
    this.d.signals.send('event', head);
  }
  private async runLane(lane: readonly BusEvent[], out: Map<number, Outcome>, mayGoOn: () => boolean): Promise<void> {
    let failed = false;
    for (const event of lane) {
      if (failed || !mayGoOn()) { out.set(event.id, 'held'); continue; }
      try { for (const consumer of this.d.bus.matching(event.kind)) await consumer.run(event); } catch (error) { failed = true; out.set(event.id, verdict(error)); continue; }
      out.set(event.id, 'done');
      if (this.d.bus.batchesFor(event.kind).length === 0) this.tell(event);
    }
  }
  private async runBatches(events: readonly BusEvent[], out: Map<number, Outcome>, mayGoOn: () => boolean): Promise<void> {
    const wanted = new Map<string, Batch & { events: BusEvent[] }>();
    for (const event of events) if (out.get(event.id) === 'done') for (const batch of this.d.bus.batchesFor(event.kind)) { const entry = wanted.get(batch.name); if (entry) entry.events.push(event); else wanted.set(batch.name, { ...batch, events: [event] }); }
    for (const batch of wanted.values()) for (let from = 0; from < batch.events.length; from += MARKS) {
      const part = batch.events.slice(from, from + MARKS).filter((event) => out.get(event.id) === 'done');
      if (!mayGoOn()) { for (const event of part) out.set(event.id, 'held'); continue; }
      try { await this.once(batch, part); } catch (error) {
        if (part.length === 1) this.fail(part, 0, error, out); else await this.oneByOne(batch, part, out);
      }
    }
  }
  /** One of many is bad: the others must not wait for it. */
  private async oneByOne(batch: Batch, events: readonly BusEvent[], out: Map<number, Outcome>): Promise<void> {
    for (const [i, event] of events.entries()) if (out.get(event.id) === 'done') try { await this.once(batch, [event]); } catch (error) { this.fail(events, i, error, out); }
  }
  private fail(events: readonly BusEvent[], at: number, error: unknown, out: Map<number, Outcome>): void {
    const bad = events[at] as BusEvent, lane = laneOf(bad);
    for (const later of events.slice(at + 1)) if (laneOf(later) === lane) out.set(later.id, 'held');
    out.set(bad.id, verdict(error));
  }
  private async once(batch: Batch, events: readonly BusEvent[]): Promise<void> {
    if (events.length === 0) return;
    for (let tries = 0; ; tries++) try { return await this.d.shards.group().transaction(async (tx) => (batch.marked ? this.mark(tx, batch, events) : batch.run(events, tx))); } catch (error) { if (!isUniqueViolation(error) || tries > 3) throw error; } // another worker handled one of them at this moment: look again
  }
  private async mark(tx: Tx, { name, run }: Batch, events: readonly BusEvent[]): Promise<void> {
    const seen = new Set((await tx.query<{ event_id: number }>(`select event_id from bus_seen where consumer = $1 and event_id in (${events.map((_, i) => `$${i + 2}`).join(',')})`, [name, ...events.map((e) => e.id)])).map((row) => row.event_id));
    const fresh = events.filter((event) => !seen.has(event.id) && seen.add(event.id));
    if (fresh.length === 0) return;
    const at = this.d.clock.now();
    await tx.insertMany('bus_seen', fresh.map((event) => ({ consumer: name, event_id: event.id, at })));
    await run(fresh, tx);
  }
}

/** The order or call of an event, for the log. */
const subjectOf = (row: { aggregate?: string; aggregate_id?: string }): object => (row.aggregate === 'order' ? { orderId: Number(row.aggregate_id) } : row.aggregate === 'call' ? { callId: row.aggregate_id } : {});
const BACKOFF_MS = 100, LONGEST_BACKOFF_MS = 30_000;
/**
 * Notes how events went: done, to be tried again not before a growing pause, or dead after too many tries. `pushBack`: what had to wait behind a failed one goes
 * back to the outbox too, marked by one attempt so that it is known to come again (a broker has already let go of it).
 */
export async function settle(db: Db, rows: readonly { id: number; kind: string; attempts: number; aggregate?: string; aggregate_id?: string }[], outcomes: ReadonlyMap<number, Outcome>, d: { clock: Clock; log: Log; seq: number; pushBack?: boolean }): Promise<{ done: number; dead: number; failed: number }> {
  const of = (wanted: Outcome): number[] => rows.filter((row) => outcomes.get(row.id) === wanted).map((row) => row.id), done = of('done'), now = d.clock.now();
  let dead = 0, failed = 0;
  await inParts(done, (part, marks) => db.execute(`update outbox set outbox_status = ${OUTBOX.done}, published_at = $1, seq = $2 where id in (${marks(3)})`, [now, d.seq, ...part]));
  if (d.pushBack) await inParts(of('held'), (part, marks) => db.execute(`update outbox set outbox_status = ${OUTBOX.waiting}, seq = null, due_at = 0, attempts = case when attempts = 0 then 1 else attempts end where id in (${marks(1)})`, part));
  for (const row of rows) {
    const outcome = outcomes.get(row.id);
    if (!(outcome instanceof Error)) continue;
    const attempts = row.attempts + 1, isDead = attempts >= MAX_ATTEMPTS;
    d.log.error(isDead ? 'event set aside' : 'event will be tried again', { id: row.id, kind: row.kind, ...subjectOf(row), attempts, error: outcome });
    await db.execute('update outbox set attempts = $1, last_error = $2, outbox_status = $3, due_at = $4, published_at = $5, seq = null where id = $6', [attempts, String(outcome.message || outcome).slice(0, 500), isDead ? OUTBOX.dead : OUTBOX.waiting, d.clock.now() + Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** attempts), isDead ? d.clock.now() : null, row.id]);
    if (isDead) dead += 1; else failed += 1;
  }
  return { done: done.length, dead, failed };
}
export async function inParts(ids: readonly number[], run: (part: number[], marks: (from: number) => string) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < ids.length; from += MARKS) { const part = ids.slice(from, from + MARKS); await run(part, (first) => part.map((_, i) => `$${i + first}`).join(',')); }
}
