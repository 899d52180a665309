import type { Db, Row } from '../database/db';
import type { Shards } from '../database/shards';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { Bus, BusEvent } from './bus';
import type { Outbox } from './outbox';
import { releaseLease, takeLease } from './lease';

const BATCH = 200, POLL_MS = 500, LEASE_MS = 5000, MAX_ATTEMPTS = 12;
interface OutboxRow extends Row { id: number; kind: string; aggregate: string; aggregate_id: string; company_id: number | null; payload: string; at: number; attempts: number }

/**
 * Hands committed events to their consumers: one leased relay a shard, claimed by status (ids do not follow commit order), numbered when published.
 * An event whose consumer fails holds back its own aggregate only and is tried again with growing pauses; after 12 tries it is set aside (status 2) and logged.
 */
export class Relay {
  private readonly loops = new Map<string, { db: Db; timer: NodeJS.Timeout | null; running: boolean; again: boolean; retryAt: Map<string, number> }>();
  private stopped = false;
  /** Events given to all their consumers since the start. */
  published = 0;
  constructor(private readonly d: { shards: Shards; bus: Bus; outbox: Outbox; clock: Clock; log: Log; holder: string }) {}

  start(): void {
    for (const db of [this.d.shards.group(), ...this.d.shards.companyIds().map((id) => this.d.shards.company(id))]) this.watch(db);
    this.d.shards.onOpen((db) => this.watch(db)); // a company added while the system runs
    this.d.outbox.onCommit((shard) => this.kick(shard));
  }
  watch(db: Db): void { if (!this.loops.has(db.shard)) { this.loops.set(db.shard, { db, timer: null, running: false, again: false, retryAt: new Map() }); this.kick(db.shard); } }
  async stop(): Promise<void> {
    this.stopped = true;
    for (const loop of this.loops.values()) { if (loop.timer) clearTimeout(loop.timer); while (loop.running) await new Promise((r) => setTimeout(r, 5)); await releaseLease(loop.db, `relay:${loop.db.shard}`, this.d.holder).catch((error) => this.d.log.warn('relay lease not released', { error })); }
  }
  /** Waits until nothing is left to publish; for tests and a clean stop. */
  async drain(): Promise<void> {
    for (const { db } of this.loops.values()) for (;;) { this.kick(db.shard); const [row] = await db.query<{ n: number }>('select count(*) as n from outbox where outbox_status = 0'); if (!row?.n) break; await new Promise((r) => setTimeout(r, 10)); }
  }
  private kick(shard: string): void {
    const loop = this.loops.get(shard);
    if (!loop || this.stopped) return;
    if (loop.running) { loop.again = true; return; }
    if (loop.timer) clearTimeout(loop.timer);
    loop.running = true;
    void this.pass(loop).catch((error) => { this.d.log.warn('relay pass failed', { shard, error }); return false; }).then((full) => {
      loop.running = false;
      if (this.stopped) return;
      const soon = loop.again || full;
      loop.again = false;
      loop.timer = setTimeout(() => this.kick(shard), soon ? 0 : POLL_MS);
      loop.timer.unref();
    });
  }
  private async pass(loop: { db: Db; retryAt: Map<string, number> }): Promise<boolean> {
    const { db, retryAt } = loop, now = this.d.clock.now();
    if ((await takeLease(db, `relay:${db.shard}`, this.d.holder, now, LEASE_MS)) === null) return false;
    const rows = await db.query<OutboxRow>('select id, kind, aggregate, aggregate_id, company_id, payload, at, attempts from outbox where outbox_status = 0 order by id limit $1', [BATCH]);
    const done: number[] = [];
    const held = new Set<string>();
    for (const row of rows) {
      const line = `${row.aggregate}/${row.aggregate_id}`;
      if (held.has(line) || (retryAt.get(line) ?? 0) > now) { held.add(line); continue; }
      const event: BusEvent = { id: row.id, kind: row.kind, aggregate: row.aggregate, aggregateId: row.aggregate_id, companyId: row.company_id, payload: JSON.parse(row.payload) as Record<string, unknown>, at: row.at, shard: db.shard };
      try {
        for (const consumer of this.d.bus.matching(row.kind)) await consumer.run(event);
        retryAt.delete(line);
        done.push(row.id);
        this.published += 1;
      } catch (error) {
        held.add(line);
        const dead = row.attempts + 1 >= MAX_ATTEMPTS;
        retryAt.set(line, now + Math.min(30000, 200 * 2 ** row.attempts));
        this.d.log.error(dead ? 'event set aside' : 'event will be tried again', { id: row.id, kind: row.kind, attempts: row.attempts + 1, error });
        await db.execute('update outbox set attempts = attempts + 1, last_error = $1, outbox_status = $2 where id = $3', [String(error).slice(0, 500), dead ? 2 : 0, row.id]);
      }
    }
    if (done.length) {
      const marks = done.map((_, i) => `$${i + 3}`).join(',');
      const [{ top } = { top: 0 }] = await db.query<{ top: number }>('select coalesce(max(seq), 0) as top from outbox where published_at is not null and published_at >= $1', [now - 86_400_000]);
      await db.execute(`update outbox set outbox_status = 1, published_at = $1, seq = $2 where id in (${marks})`, [this.d.clock.now(), top + 1, ...done]);
    }
    return rows.length === BATCH && done.length > 0;
  }
}
