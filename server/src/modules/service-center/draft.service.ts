import { reachesCall } from '../../domain/metric/call-rows';
import type { LiveCall } from '../../domain/telephony/director-protocol';
import type { Clock } from '../../platform/clock';
import type { Db } from '../../platform/database/db';
import { isUniqueViolation } from '../../platform/database/shards';
import { AppError } from '../../platform/errors/app-error';
import { requirePermission, type Scope } from '../../platform/identity/scope';

export type Draft = Record<string, unknown>;
/** The director's mirror as far as drafts need it: who is on a call. */
export interface CallsPort { readonly calls: ReadonlyMap<string, LiveCall>; readonly agents: ReadonlyMap<number, { callId: string | null }> }
const LONGEST = 60_000, KEEP_MS = 7 * 86_400_000;

/** Unsaved order forms, one a call: they survive a reload and follow the call to the agent who takes it over (SC-15). */
export class DraftService {
  constructor(private readonly d: { db: Db; telephone: CallsPort; clock: Clock }) {}

  /** @throws AppError NOT_FOUND for a call the caller has nothing to do with. */
  async get(scope: Scope, callId: string): Promise<{ draft: Draft | null; updatedAt: number | null }> {
    requirePermission(scope, 'order.intake');
    const [row] = await this.d.db.query<{ account_id: number; body: string; updated_at: number }>('select account_id, body, updated_at from order_draft where call_id = $1', [callId]);
    if (!(await this.concerns(scope, callId, row?.account_id ?? null))) throw new AppError('NOT_FOUND', '没有找到该通话的草稿');
    return row ? { draft: JSON.parse(row.body) as Draft, updatedAt: row.updated_at } : { draft: null, updatedAt: null };
  }
  /**
   * Keeps the form as it is now; the last one on the call wins.
   * @throws AppError STATE_CONFLICT when the call has gone to somebody else meanwhile, NOT_FOUND for a foreign call, TOO_LARGE.
   */
  async put(scope: Scope, callId: string, draft: Draft): Promise<{ ok: true }> {
    requirePermission(scope, 'order.intake');
    const body = JSON.stringify(draft), now = this.d.clock.now();
    if (body.length > LONGEST) throw new AppError('TOO_LARGE', '草稿内容过长，请精简后再试');
    const live = this.d.telephone.calls.get(callId);
    const [row] = await this.d.db.query<{ account_id: number }>('select account_id from order_draft where call_id = $1', [callId]);
    if (live && !this.isOn(scope, callId, live) && row?.account_id === scope.accountId) throw new AppError('STATE_CONFLICT', '通话已转给他人，草稿由接手坐席继续填写');
    if (!(await this.concerns(scope, callId, row?.account_id ?? null))) throw new AppError('NOT_FOUND', '没有找到该通话，不能保存草稿');
    const write = () => this.d.db.execute('update order_draft set account_id = $1, person_name = $2, body = $3, updated_at = $4 where call_id = $5', [scope.accountId, scope.personName, body, now, callId]);
    if (await write()) return { ok: true };
    try { await this.d.db.insertMany('order_draft', [{ call_id: callId, account_id: scope.accountId, person_name: scope.personName, body, updated_at: now }]); } catch (error) { if (!isUniqueViolation(error)) throw error; await write(); }
    return { ok: true };
  }
  /** The order of a call was taken: its draft has done its work. */
  async settle(order: { call_id: string | null; created_at: number }): Promise<void> {
    if (order.call_id !== null) await this.d.db.execute('delete from order_draft where call_id = $1 and updated_at <= $2', [order.call_id, order.created_at]);
  }
  /** Forms that nobody came back to in a week. */
  purge(): Promise<number> { return this.d.db.execute('delete from order_draft where updated_at < $1', [this.d.clock.now() - KEEP_MS]); }

  private isOn(scope: Scope, callId: string, call: LiveCall): boolean {
    return scope.agentId !== null && (call.agentId === scope.agentId || call.legs.some((leg) => leg.agentId === scope.agentId) || this.d.telephone.agents.get(scope.agentId)?.callId === callId);
  }
  /** On the call now, had it, wrote the draft, or watches the agents of its company. */
  private async concerns(scope: Scope, callId: string, writer: number | null): Promise<boolean> {
    if (scope.system || writer === scope.accountId) return true;
    const live = this.d.telephone.calls.get(callId), watches = scope.permissions.has('agent.watch');
    if (live) return this.isOn(scope, callId, live) || (watches && reachesCall(scope, live));
    const [record] = await this.d.db.query<{ company_id: number | null; agent_id: number | null }>('select company_id, agent_id from call_record where call_id = $1', [callId]);
    if (!record) return false;
    return (scope.agentId !== null && record.agent_id === scope.agentId) || (watches && reachesCall(scope, { companyId: record.company_id, agentId: record.agent_id }));
  }
}
