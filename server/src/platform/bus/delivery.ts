import type { Signals } from '../cache';
import type { Clock } from '../clock';
import type { Db, Tx } from '../database/db';
import { isUniqueViolation, type Shards } from '../database/shards';
import type { Log } from '../log';
import { OUTBOX } from './outbox';
import { headOf, laneOf, type BatchConsumer, type Bus, type BusEvent } from './bus';

/** Lanes at work beside each other: enough to share the database's commits, few enough to leave connections for people. */
const LANES = 6, MARKS = 500;
export type Outcome = 'done' | 'held' | Error;

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
    for (const event of events) {
      if (out.get(event.id) !== 'done') continue;
      const head = headOf(event);
      this.d.bus.follow(head);
      this.d.signals.send('event', head);
    }
    return out;
  }
  private async runLane(lane: readonly BusEvent[], out: Map<number, Outcome>, mayGoOn: () => boolean): Promise<void> {
    let failed = false;
    for (const event of lane) {
      if (failed || !mayGoOn()) { out.set(event.id, 'held'); continue; }
      try { for (const consumer of this.d.bus.matching(event.kind)) await consumer.run(event); out.set(event.id, 'done'); } catch (error) { failed = true; out.set(event.id, error instanceof Error ? error : new Error(String(error))); }
    }
  }
  private async runBatches(events: readonly BusEvent[], out: Map<number, Outcome>, mayGoOn: () => boolean): Promise<void> {
    const wanted = new Map<string, { run: BatchConsumer; events: BusEvent[] }>();
    for (const event of events) if (out.get(event.id) === 'done') for (const { name, run } of this.d.bus.batchesFor(event.kind)) { const entry = wanted.get(name); if (entry) entry.events.push(event); else wanted.set(name, { run, events: [event] }); }
    for (const [name, batch] of wanted) for (let from = 0; from < batch.events.length; from += MARKS) {
      const part = batch.events.slice(from, from + MARKS).filter((event) => out.get(event.id) === 'done');
      if (!mayGoOn()) { for (const event of part) out.set(event.id, 'held'); continue; }
      try { await this.once(name, part, batch.run); } catch (error) {
        if (part.length === 1) this.fail(part, 0, error, out); else await this.oneByOne(name, part, batch.run, out);
      }
    }
  }
  /** One of many is bad: the others must not wait for it. */
  private async oneByOne(name: string, events: readonly BusEvent[], run: BatchConsumer, out: Map<number, Outcome>): Promise<void> {
    for (const [i, event] of events.entries()) if (out.get(event.id) === 'done') try { await this.once(name, [event], run); } catch (error) { this.fail(events, i, error, out); }
  }
  private fail(events: readonly BusEvent[], at: number, error: unknown, out: Map<number, Outcome>): void {
    const bad = events[at] as BusEvent, lane = laneOf(bad);
    for (const later of events.slice(at + 1)) if (laneOf(later) === lane) out.set(later.id, 'held');
    out.set(bad.id, error instanceof Error ? error : new Error(String(error)));
  }
  private async once(name: string, events: readonly BusEvent[], run: BatchConsumer): Promise<void> {
    for (let tries = 0; ; tries++) try { return await this.d.shards.group().transaction(async (tx) => this.mark(tx, name, events, run)); } catch (error) { if (!isUniqueViolation(error) || tries > 3) throw error; } // another worker marked one of them at this moment: look again
  }
  private async mark(tx: Tx, name: string, events: readonly BusEvent[], run: BatchConsumer): Promise<void> {
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
/** Notes how events went; used by the relay and by what comes back from a broker. Returns the ids that are dead now. */
export async function settle(db: Db, rows: readonly { id: number; kind: string; attempts: number; aggregate?: string; aggregate_id?: string }[], outcomes: ReadonlyMap<number, Outcome>, d: { clock: Clock; log: Log; maxAttempts: number; seq: number; retryStatus: number }): Promise<{ done: number[]; dead: number[]; failed: { id: number; attempts: number }[] }> {
  const done = rows.filter((row) => outcomes.get(row.id) === 'done').map((row) => row.id), dead: number[] = [], failed: { id: number; attempts: number }[] = [];
  for (let from = 0; from < done.length; from += MARKS) {
    const part = done.slice(from, from + MARKS);
    await db.execute(`update outbox set outbox_status = 1, published_at = $1, seq = $2 where id in (${part.map((_, i) => `$${i + 3}`).join(',')})`, [d.clock.now(), d.seq, ...part]);
  }
  for (const row of rows) {
    const outcome = outcomes.get(row.id);
    if (!(outcome instanceof Error)) continue;
    const attempts = row.attempts + 1, isDead = attempts >= d.maxAttempts;
    d.log.error(isDead ? 'event set aside' : 'event will be tried again', { id: row.id, kind: row.kind, ...subjectOf(row), attempts, error: outcome });
    await db.execute('update outbox set attempts = $1, last_error = $2, outbox_status = $3, published_at = $4 where id = $5', [attempts, String(outcome.message || outcome).slice(0, 500), isDead ? OUTBOX.dead : d.retryStatus, isDead || d.retryStatus === OUTBOX.handed ? d.clock.now() : null, row.id]);
    if (isDead) dead.push(row.id); else failed.push({ id: row.id, attempts });
  }
  return { done, dead, failed };
}
