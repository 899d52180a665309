import type { Db, Sql } from '../database/db';
import type { Shards } from '../database/shards';
import type { Ids } from '../database/ids';
import type { Clock } from '../clock';
import type { Log } from '../log';

export interface TimerSpec { kind: string; key: string; dueAt: number; companyId: number | null; payload: object }
export interface DueTimer { kind: string; key: string; dueAt: number; companyId: number | null; payload: Record<string, unknown>; shard: string }
const LEASE_MS = 30000, BATCH = 100, POLL_MS = 500;

/**
 * Promises kept through restarts: rows claimed with a lease, run at least once. Handlers are idempotent. No in-memory timer carries a promise to a customer.
 */
export class Timers {
  private readonly handlers = new Map<string, (timer: DueTimer) => Promise<void>>();
  private loop: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  constructor(private readonly d: { shards: Shards; ids: Ids; clock: Clock; log: Log }) {}

  on(kind: string, run: (timer: DueTimer) => Promise<void>): void { if (this.handlers.has(kind)) throw new Error(`timer kind ${kind} has two handlers`); this.handlers.set(kind, run); }
  /** Sets or replaces the timer of this kind and key, in the caller's transaction and shard. */
  async set(sql: Sql, spec: TimerSpec): Promise<void> {
    const payload = JSON.stringify(spec.payload);
    const replaced = await sql.execute('update durable_timer set due_at = $1, payload = $2, lease_until = 0, attempts = 0 where kind = $3 and timer_key = $4', [spec.dueAt, payload, spec.kind, spec.key]);
    if (!replaced) await sql.insertMany('durable_timer', [{ id: this.d.ids.next(), kind: spec.kind, timer_key: spec.key, due_at: spec.dueAt, company_id: spec.companyId, payload, lease_until: 0, attempts: 0 }]);
  }
  async cancel(sql: Sql, kind: string, key: string): Promise<void> { await sql.execute('delete from durable_timer where kind = $1 and timer_key = $2', [kind, key]); }
  start(): void {
    const tick = () => { this.running = this.runDue().catch((error) => this.d.log.warn('timers could not run', { error })).finally(() => { this.running = null; if (this.loop) { this.loop = setTimeout(tick, POLL_MS); this.loop.unref(); } }); };
    this.loop = setTimeout(tick, 0);
  }
  async stop(): Promise<void> { if (this.loop) clearTimeout(this.loop); this.loop = null; await this.running; }

  /** Runs everything that is due now, in every shard; returns after one pass. */
  async runDue(): Promise<void> { for (const db of [this.d.shards.group(), ...this.d.shards.companyIds().map((id) => this.d.shards.company(id))]) await this.runShard(db); }
  private async runShard(db: Db): Promise<void> {
    const now = this.d.clock.now();
    const due = await db.query<{ id: number; kind: string; timer_key: string; due_at: number; company_id: number | null; payload: string; attempts: number }>('select id, kind, timer_key, due_at, company_id, payload, attempts from durable_timer where due_at <= $1 and lease_until < $2 order by due_at limit $3', [now, now, BATCH]);
    for (const row of due) {
      const handler = this.handlers.get(row.kind);
      if (!handler) continue;
      // the claim's own lease value tells at the end whether the handler set the timer anew
      const lease = this.d.clock.now() + LEASE_MS + (row.id % 1000);
      if (!(await db.execute('update durable_timer set lease_until = $1, attempts = attempts + 1 where id = $2 and lease_until < $3 and due_at <= $4', [lease, row.id, now, now]))) continue;
      try {
        await handler({ kind: row.kind, key: row.timer_key, dueAt: row.due_at, companyId: row.company_id, payload: JSON.parse(row.payload) as Record<string, unknown>, shard: db.shard });
        await db.execute('delete from durable_timer where id = $1 and lease_until = $2', [row.id, lease]);
      } catch (error) {
        this.d.log.error('timer failed and will run again', { kind: row.kind, key: row.timer_key, attempts: row.attempts + 1, error });
        await db.execute('update durable_timer set lease_until = $1, last_error = $2 where id = $3 and lease_until = $4', [now + Math.min(600000, 1000 * 2 ** Math.min(row.attempts, 9)), String(error).slice(0, 500), row.id, lease]);
      }
    }
  }
}
