import type { Db, Sql, SqlValue } from '../../platform/database/db';
import type { Strategy } from './distributor/distributor.types';
import { Fenced, type AgentConfig, type AgentDay, type CallRow, type ConfigPort, type DirectorConfig, type GroupConfig, type JournalBatch, type JournalSink, type StoredAgentState, type StoredCall } from './director/ports';
import type { IvrFlow } from './ivr/ivr.schema';
import type { SkillGroupRules } from './telephony.settings';

export interface CryptoPort { seal(plain: string): string; open(sealed: string): string; blind(number: string): string; blindLast4(number: string): string }
export interface TelephonySettingsPort { flows(): Promise<IvrFlow[]>; restReasons(): Promise<string[]>; skillGroups(): Promise<SkillGroupRules> }
export const DIRECTOR_LEASE = 'director';

interface GroupRow { skill_group_id: number; name: string; code: string; direction: string; strategy: string; fallback: string; count_period: string; last_agent_wait_s: number; ring_s: number; retry_s: number; wrap_up_s: number; misses_to_rest: number; quick_hangup_s: number; rest_cap: number; overflow_length: number; overflow_wait_s: number; overflow_rings: number; overflow_group_id: number | null; best_level_first: boolean; rating: boolean }

/** The telephone's tables as the director needs them: all in the group's shard, portable SQL. */
export class TelephonyStore implements ConfigPort, JournalSink {
  constructor(private readonly db: Db, private readonly crypto: CryptoPort, private readonly settings: TelephonySettingsPort) {}

  async load(): Promise<DirectorConfig> {
    const [agents, skills, groups, numbers, overrides, flows, restReasons] = await Promise.all([
      this.db.query<{ agent_id: number; account_id: number; work_no: string; name: string; station_id: number; company_id: number; extension: string | null }>('select a.agent_id, a.account_id, a.work_no, a.name, a.station_id, a.company_id, b.extension from agent a left join binding b on b.agent_id = a.agent_id where a.active = $1', [true]),
      this.db.query<{ agent_id: number; skill_group_id: number; skill_level: number }>('select agent_id, skill_group_id, skill_level from agent_skill'),
      this.db.query<GroupRow>('select * from skill_group where active = $1', [true]),
      this.db.query<{ called_number: string; target_kind: string; skill_group_id: number | null; ivr_code: string | null; priority: number; company_id: number | null }>('select called_number, target_kind, skill_group_id, ivr_code, priority, company_id from access_number'),
      this.settings.skillGroups(), this.settings.flows(), this.settings.restReasons(),
    ]);
    const skillsOf = new Map<number, AgentConfig['skills']>();
    for (const s of skills) { const own = skillsOf.get(s.agent_id) ?? []; own.push({ groupId: s.skill_group_id, level: s.skill_level }); skillsOf.set(s.agent_id, own); }
    const ids = new Map(groups.map((g) => [g.code, g.skill_group_id]));
    return {
      agents: agents.map((a) => ({ agentId: a.agent_id, accountId: a.account_id, workNo: a.work_no, name: a.name, stationId: a.station_id, companyId: a.company_id, extension: a.extension, skills: skillsOf.get(a.agent_id) ?? [] })),
      groups: groups.map((g) => groupOf(g, overrides.find((o) => o.code === g.code), ids)),
      accessNumbers: numbers.map((n) => ({ calledNumber: n.called_number, targetKind: n.target_kind === 'skillGroup' ? 'skillGroup' : 'ivr', skillGroupId: n.skill_group_id, ivrCode: n.ivr_code, priority: n.priority, companyId: n.company_id })),
      flows, restReasons,
    };
  }
  async blocklist(): Promise<Map<string, 'prompt' | 'reject'>> {
    const rows = await this.db.query<{ number_blind: string; treatment: string }>('select number_blind, treatment from blocklist where removed_at is null');
    return new Map(rows.map((r) => [r.number_blind, r.treatment === 'reject' ? 'reject' : 'prompt']));
  }
  async agentStates(): Promise<StoredAgentState[]> {
    const rows = await this.db.query<{ agent_id: number; presence: string; readiness: string | null; chosen: string | null; rest_reason: string | null; wrap_up_until: number | null; misses: number; idle_since: number | null; answered_at: number | null }>('select agent_id, presence, readiness, chosen, rest_reason, wrap_up_until, misses, idle_since, answered_at from agent_state where presence <> $1', ['signedOut']);
    return rows.map((r) => ({ agentId: r.agent_id, presence: r.presence as StoredAgentState['presence'], readiness: r.readiness as StoredAgentState['readiness'], chosen: (r.chosen ?? 'busy') as StoredAgentState['chosen'], reason: r.rest_reason, wrapUpUntil: r.wrap_up_until, misses: r.misses, idleSince: r.idle_since ?? 0, answeredAt: r.answered_at ?? 0 }));
  }
  async calls(callIds: readonly string[]): Promise<StoredCall[]> {
    const found: StoredCall[] = [];
    for (let i = 0; i < callIds.length; i += 500) {
      const part = callIds.slice(i, i + 500);
      const rows = await this.db.query<Record<string, unknown>>(`select call_id, started_at, queued_at, answered_at, skill_group_id, priority, agent_id, ivr_path, purpose, order_id, order_company_id, repeat_count, misses, transfers from call_record where call_id in (${places(part.length)})`, part);
      for (const r of rows) found.push({ callId: String(r.call_id), startedAt: Number(r.started_at), queuedAt: r.queued_at as number | null, answeredAt: r.answered_at as number | null, skillGroupId: r.skill_group_id as number | null, priority: Number(r.priority), agentId: r.agent_id as number | null, ivrPath: jsonOf(r.ivr_path), purpose: r.purpose as StoredCall['purpose'], orderId: r.order_id as number | null, orderCompanyId: r.order_company_id as number | null, repeatCount: Number(r.repeat_count), misses: Number(r.misses), transfers: Number(r.transfers) });
    }
    return found;
  }
  async callers(since: number): Promise<{ blind: string; at: number; agentId: number | null }[]> {
    const rows = await this.db.query<{ number_blind: string; started_at: number; agent_id: number | null }>('select number_blind, started_at, case when answered_at is null then null else agent_id end as agent_id from call_record where direction = $1 and started_at >= $2 and number_blind is not null order by started_at', ['inbound', since]);
    return rows.map((r) => ({ blind: r.number_blind, at: r.started_at, agentId: r.agent_id }));
  }
  async agentDays(since: number): Promise<AgentDay[]> {
    const [answered, missed] = await Promise.all([
      this.db.query<{ agent_id: number; n: number; talk: number }>('select agent_id, count(*) as n, sum(talk_s) as talk from call_record where started_at >= $1 and answered_at is not null and agent_id is not null group by agent_id', [since]),
      this.db.query<{ agent_id: number; n: number }>('select e.agent_id, count(*) as n from call_event e where e.happened_at >= $1 and e.kind = $2 and e.agent_id is not null group by e.agent_id', [since, 'missed']),
    ]);
    const days = new Map<number, AgentDay>();
    const of = (agentId: number): AgentDay => { const known = days.get(agentId) ?? { agentId, answered: 0, missed: 0, talkSeconds: 0 }; days.set(agentId, known); return known; };
    for (const r of answered) Object.assign(of(r.agent_id), { answered: Number(r.n), talkSeconds: Number(r.talk) });
    for (const r of missed) of(r.agent_id).missed = Number(r.n);
    return [...days.values()];
  }

  async write(batch: JournalBatch): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [lease] = await tx.query<{ epoch: number }>('select epoch from lease where name = $1', [DIRECTOR_LEASE]);
      if (lease && lease.epoch > batch.epoch) throw new Fenced(`epoch ${lease.epoch} rules, ours is ${batch.epoch}`);
      for (const row of batch.calls) await this.putCall(tx, row, batch.epoch);
      await insertNew(tx, 'call_event', 'event_id', batch.events.map((e) => ({ event_id: e.id, call_id: e.callId, happened_at: e.at, kind: e.event, agent_id: e.agentId, detail: e.text.slice(0, 400) || null, epoch: batch.epoch })));
      await insertNew(tx, 'agent_state_log', 'log_id', batch.agentLog.map((l) => ({ log_id: l.id, agent_id: l.agentId, layer: l.layer, state_from: l.from, state_to: l.to, reason: l.reason, cause: l.cause, operator_id: l.operatorId, operator_name: l.operatorName, began_at: l.at, lasted_ms: l.lastedMs, call_id: l.callId })));
      for (const s of batch.agentStates) {
        const values = [s.presence, s.readiness, s.chosen, s.reason, s.wrapUpUntil, s.misses, s.idleSince, s.answeredAt, s.changedAt, batch.epoch, s.agentId];
        const changed = await tx.execute('update agent_state set presence = $1, readiness = $2, chosen = $3, rest_reason = $4, wrap_up_until = $5, misses = $6, idle_since = $7, answered_at = $8, changed_at = $9, epoch = $10 where agent_id = $11', values);
        if (changed === 0) await tx.insertMany('agent_state', [{ presence: s.presence, readiness: s.readiness, chosen: s.chosen, rest_reason: s.reason, wrap_up_until: s.wrapUpUntil, misses: s.misses, idle_since: s.idleSince, answered_at: s.answeredAt, changed_at: s.changedAt, epoch: batch.epoch, agent_id: s.agentId }]);
      }
      for (const p of batch.phones) await tx.execute('update phone set is_online = $1, seen_at = $2 where extension = $3', [p.online, p.at, p.extension]);
      for (const r of batch.recordings) {
        const changed = await tx.execute('update recording set byte_count = $1, duration_ms = $2, sm3 = $3, missing = $4 where call_id = $5 and file_path = $6 and segment_id is null', [r.bytes, r.durationMs, r.sm3, r.missing, r.callId, r.path]);
        const [known] = changed > 0 ? [{}] : await tx.query('select recording_id from recording where call_id = $1 and file_path = $2', [r.callId, r.path]);
        if (!known) await tx.insertMany('recording', [{ recording_id: r.id, call_id: r.callId, file_path: r.path, byte_count: r.bytes, duration_ms: r.durationMs, made_at: r.at, sm3: r.sm3, segment_id: null, missing: r.missing }]);
        await tx.execute('update call_record set recording_id = (select min(recording_id) from recording where call_id = $1) where call_id = $2', [r.callId, r.callId]);
      }
    });
  }

  /** Only the director's own columns are written: disposition, order and house belong to others. A spooled record never overwrites what the director saw to the end. */
  private async putCall(tx: Sql, row: CallRow, epoch: number): Promise<void> {
    const r = row.record;
    const mine: Record<string, SqlValue> = {
      direction: r.direction, purpose: r.purpose, called_number: r.calledNumber || null, started_at: r.startedAt, queued_at: r.queuedAt, answered_at: r.answeredAt, ended_at: row.final ? r.endedAt : null, talk_s: r.talkSeconds, wait_s: r.waitSeconds, ring_s: r.ringSeconds,
      end_reason: row.final ? r.endReason : null, ended_by: row.final ? r.endedBy : null, rating: r.rating, skill_group_id: r.skillGroupId, agent_id: r.agentId, agent_name: r.agentName, station_id: r.stationId, priority: r.priority, repeat_count: r.repeatCount, misses: r.misses, transfers: r.transfers,
      ivr_path: JSON.stringify(r.ivrPath), source: row.source, epoch,
    };
    const names = Object.keys(mine);
    const guard = row.source === 'spool' || !row.final ? ' and ended_at is null' : '';
    const changed = await tx.execute(`update call_record set ${names.map((n, i) => `${n} = $${i + 1}`).join(', ')} where call_id = $${names.length + 1}${guard}`, [...Object.values(mine), r.callId]);
    if (changed > 0) return;
    if (guard) { const [known] = await tx.query('select call_id from call_record where call_id = $1', [r.callId]); if (known) return; }
    const number = r.clearNumber ? { number_sealed: this.crypto.seal(r.clearNumber), number_blind: this.crypto.blind(r.clearNumber), number_last4: this.crypto.blindLast4(r.clearNumber) } : {};
    await tx.insertMany('call_record', [{ call_id: r.callId, ...mine, ...number, company_id: r.companyId, order_id: r.orderId, order_company_id: r.orderCompanyId }]);
  }
}

async function insertNew(tx: Sql, table: string, key: string, rows: Record<string, unknown>[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 500) {
    const part = rows.slice(i, i + 500);
    const known = new Set((await tx.query<Record<string, number>>(`select ${key} from ${table} where ${key} in (${places(part.length)})`, part.map((r) => r[key] as number))).map((r) => r[key]));
    const fresh = part.filter((r) => !known.has(r[key] as number));
    if (fresh.length > 0) await tx.insertMany(table, fresh);
  }
}
const places = (n: number): string => Array.from({ length: n }, (_, i) => `$${i + 1}`).join(', ');
const jsonOf = (value: unknown): StoredCall['ivrPath'] => (typeof value === 'string' ? (JSON.parse(value) as StoredCall['ivrPath']) : Array.isArray(value) ? (value as StoredCall['ivrPath']) : []);

function groupOf(g: GroupRow, o: SkillGroupRules[number] | undefined, ids: ReadonlyMap<string, number>): GroupConfig {
  const s = (seconds: number): number => seconds * 1000;
  return {
    name: g.name, code: g.code, direction: g.direction === 'outbound' ? 'outbound' : 'inbound', wrapUpMs: s(o?.wrapUpSeconds ?? g.wrap_up_s), rating: o?.rating ?? g.rating,
    rules: {
      groupId: g.skill_group_id, strategy: o?.strategy ?? (g.strategy as Strategy), fallback: o?.fallback ?? (g.fallback as Exclude<Strategy, 'lastAgent'>), countPeriod: g.count_period as 'day' | 'signIn' | 'reset', lastAgentWaitMs: s(o?.lastAgentWaitSeconds ?? g.last_agent_wait_s), ringMs: s(o?.ringSeconds ?? g.ring_s),
      retryMs: s(o?.retrySeconds ?? g.retry_s), missesToRest: o?.missesToRest ?? g.misses_to_rest, quickHangupMs: s(o?.quickHangupSeconds ?? g.quick_hangup_s), restCap: o?.restCap ?? g.rest_cap, overflowLength: o?.overflowLength ?? g.overflow_length, overflowWaitMs: s(o?.overflowWaitSeconds ?? g.overflow_wait_s),
      overflowRings: o?.overflowRings ?? g.overflow_rings, overflowGroupId: o?.overflowTo !== undefined ? (o.overflowTo === null ? null : (ids.get(o.overflowTo) ?? null)) : g.overflow_group_id, bestLevelFirst: o?.bestLevelFirst ?? g.best_level_first,
    },
  };
}
