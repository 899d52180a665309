import type { DeadLetterRow, Page, QueryOf, routes } from '@ronghu/contract';
import type { Platform } from '../../platform/platform';
import { OUTBOX } from '../../platform/bus/outbox';
import type { Db } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { requirePermission, type Scope } from '../../platform/identity/scope';
import { maskPayload } from './dead-letters.rules';

interface Letter { id: number; kind: string; aggregate: string; aggregate_id: string; company_id: number | null; payload: string; at: number; attempts: number; last_error: string | null; published_at: number | null }

/** Events that a consumer refused too often (PF-14): seen with their error, put back when the cause is gone. Whoever carries events, the outbox of the shard keeps them. */
export class DeadLetterService {
  constructor(private readonly p: Pick<Platform, 'shards' | 'orgs' | 'audit' | 'relay'>) {}

  /** Newest first, over the shards the caller's organisation nodes reach; the group's own need the whole group. */
  async list(scope: Scope, query: QueryOf<typeof routes.deadLetters>): Promise<Page<DeadLetterRow>> {
    requirePermission(scope, 'system.read');
    const where = `outbox_status = ${OUTBOX.dead}${query.kind ? ' and kind like $1' : ''}`, params = query.kind ? [`${query.kind.replace(/[%_\\]/g, '')}%`] : [], reach = query.page * query.size;
    const found = await Promise.all(this.reached(scope).map(async (db) => {
      const [count] = await db.query<{ n: number }>(`select count(*) as n from outbox where ${where}`, params);
      const rows = count?.n ? await db.query<Letter>(`select id, kind, aggregate, aggregate_id, company_id, payload, at, attempts, last_error, published_at from outbox where ${where} order by at desc, id desc limit $${params.length + 1}`, [...params, reach]) : [];
      return { n: count?.n ?? 0, rows: rows.map((row) => this.describe(db.shard, row)) };
    }));
    const rows = found.flatMap((f) => f.rows).sort((a, b) => b.at - a.at || b.id - a.id).slice(reach - query.size, reach);
    return { rows, total: found.reduce((sum, f) => sum + f.n, 0), page: query.page, size: query.size };
  }
  /** @throws AppError NOT_FOUND for a shard outside the scope, before anything is put back. */
  async replay(scope: Scope, letters: readonly { shard: string; id: number }[], reason: string): Promise<{ replayed: number }> {
    requirePermission(scope, 'event.replay');
    const reached = new Map(this.reached(scope).map((db) => [db.shard, db]));
    for (const { shard } of letters) if (!reached.has(shard)) throw new AppError('NOT_FOUND');
    let replayed = 0;
    for (const [shard, db] of reached) {
      const ids = [...new Set(letters.filter((l) => l.shard === shard).map((l) => l.id))];
      if (ids.length === 0) continue;
      // first the trace, then the act: a crash between the two leaves a trace too many, never one too few
      await this.p.audit.record(this.p.shards.group(), scope, { action: 'event.replay', target: `event:${shard}`, detail: `${reason}：${ids.join('、')}`.slice(0, 500) });
      const n = await db.execute(`update outbox set outbox_status = ${OUTBOX.waiting}, attempts = 0, due_at = 0, seq = null where outbox_status = ${OUTBOX.dead} and id in (${ids.map((_, i) => `$${i + 1}`).join(',')})`, ids);
      replayed += n;
      if (n) this.p.relay.committed(shard);
    }
    return { replayed };
  }
  private reached(scope: Scope): Db[] {
    const root = this.p.orgs.root()?.id, whole = scope.system || (root !== undefined && scope.orgRootIds.includes(root));
    return [...(whole ? [this.p.shards.group()] : []), ...this.p.shards.companyIds().filter((id) => scope.system || scope.companyIds.has(id)).map((id) => this.p.shards.company(id))];
  }
  private describe(shard: string, row: Letter): DeadLetterRow {
    const companyId = row.company_id ?? (shard === 'group' ? null : Number(shard.split(':')[1]));
    return { shard, id: row.id, companyId, companyName: this.p.orgs.name(companyId), kind: row.kind, aggregate: row.aggregate, aggregateId: row.aggregate_id, at: row.at, setAsideAt: row.published_at, attempts: row.attempts, error: row.last_error ?? '', payload: maskPayload(JSON.parse(row.payload)) };
  }
}
