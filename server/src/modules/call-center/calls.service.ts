import type { CallDetail, CallRow, Page } from '@ronghu/contract';
import { callReach, CALL_ROW_COLUMNS, CALL_ROW_FROM, readCall, toCallRow, type CallRecordRow, type NumberPort, type OrgPort, type Reach } from '../../domain/metric/call-rows';
import { Params } from '../../domain/metric/compile';
import type { Sql } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { requireOrg, requirePermission, type Scope } from '../../platform/identity/scope';
import type { AuditPort } from './agents.service';
import type { DirectorPort } from './director-port';
import { isPlainAgent } from './recordings.service';

export interface CallFilter { page: number; size: number; from?: number; to?: number; number?: string; agentId?: number; mine?: boolean; missed?: boolean; direction?: 'inbound' | 'outbound' | 'internal'; answered?: 'yes' | 'no'; orgId?: number }
export interface BlindPort { blind(number: string): string; blindLast4(number: string): string }
export interface OrgLookup extends OrgPort { get(id: number): { id: number; kind: string; companyId: number | null } | undefined; below(id: number): readonly { id: number; kind: string; companyId: number | null }[] }
/** Hits beyond this are not counted one by one: nobody pages there, and ten million rows would be read to say so. */
const COUNT_LIMIT = 10_000;

/** Call records (RP-15, CC-117): list, one with its life, disposition. */
export class CallsService {
  constructor(private readonly d: { sql: Sql; orgs: OrgLookup; numbers: NumberPort; crypto: BlindPort; director: DirectorPort; audit: AuditPort }) {}

  /** A plain agent lists own calls; everyone else what the organisation nodes reach. `number`: whole, or its last four digits. `total` stops at 10,000. */
  async list(scope: Scope, filter: CallFilter): Promise<Page<CallRow>> {
    requirePermission(scope, 'call.read');
    const offset = (filter.page - 1) * filter.size;
    if (offset >= COUNT_LIMIT) throw new AppError('BAD_INPUT', '翻页过深，请缩小时间范围或增加条件');
    const reach: Reach = isPlainAgent(scope) || filter.mine ? (p) => `r.agent_id = ${p.bind(scope.agentId ?? 0)}` : await callReach(this.d.sql, scope, this.d.orgs);
    const params = new Params(), where = this.where(scope, reach, filter, params), counting = new Params(), countWhere = this.where(scope, reach, filter, counting);
    const [[counted], rows] = await Promise.all([
      this.d.sql.query<{ n: number }>(`select count(*) as n from (select 1 as hit from call_record r where ${countWhere} limit ${COUNT_LIMIT}) hits`, counting.values),
      this.d.sql.query<CallRecordRow>(`select ${CALL_ROW_COLUMNS} from ${CALL_ROW_FROM} where ${where} order by r.started_at desc, r.call_id desc limit ${params.bind(filter.size)} offset ${params.bind(offset)}`, params.values),
    ]);
    return { rows: rows.map((row) => toCallRow(row, this.d.numbers)), total: Number(counted?.n ?? 0), page: filter.page, size: filter.size };
  }

  /** One call with its path through the IVR and everything that happened. An agent opens any call the nodes reach, for the pop lists the number's whole history (SC-08). @throws AppError NOT_FOUND */
  async detail(scope: Scope, callId: string): Promise<CallDetail> {
    requirePermission(scope, 'call.read');
    const found = await readCall(this.d.sql, scope, this.d.orgs, this.d.numbers, callId);
    if (!found) throw new AppError('NOT_FOUND');
    return found;
  }

  /** What the call was about, set by the agent who had it (SC-18) or by a leader. @throws AppError STATE_CONFLICT while the own call has no record yet; NOT_FOUND for another agent's call. */
  async setDisposition(scope: Scope, callId: string, body: { disposition: string; remark?: string }): Promise<CallRow> {
    requirePermission(scope, 'phone.use');
    const params = new Params(), disposition = params.bind(body.disposition), remark = params.bind(body.remark ?? null), id = params.bind(callId);
    const reach = isPlainAgent(scope) ? `r.agent_id = ${params.bind(scope.agentId)}` : (await callReach(this.d.sql, scope, this.d.orgs))(params);
    const changed = await this.d.sql.execute(`update call_record r set disposition = ${disposition}, remark = ${remark} where r.call_id = ${id} and ${reach}`, params.values);
    if (!changed) {
      // the record is journalled a moment after the call begins
      if (scope.agentId !== null && this.d.director.calls.get(callId)?.agentId === scope.agentId) throw new AppError('STATE_CONFLICT', '话单正在生成，请稍候几秒再提交通话小结');
      throw new AppError('NOT_FOUND', '没有找到该通话，或该通话不是您接听的');
    }
    await this.d.audit.record(this.d.sql, scope, { action: 'callDisposition', target: `call:${callId}`, detail: body.disposition });
    return this.detail(scope, callId);
  }

  private where(scope: Scope, reach: Reach, filter: CallFilter, params: Params): string {
    const parts = [reach(params)];
    if (filter.from !== undefined) parts.push(`r.started_at >= ${params.bind(filter.from)}`);
    if (filter.to !== undefined) parts.push(`r.started_at < ${params.bind(filter.to)}`);
    if (filter.number) {
      const digits = filter.number.replace(/\D/g, '');
      if (digits.length < 3) throw new AppError('BAD_INPUT', '请输入完整号码或后四位', [{ path: 'number', message: '至少 3 位数字' }]);
      parts.push(digits.length === 4 ? `r.number_last4 = ${params.bind(this.d.crypto.blindLast4(digits))}` : `r.number_blind = ${params.bind(this.d.crypto.blind(filter.number))}`);
    }
    if (filter.agentId !== undefined) parts.push(`r.agent_id = ${params.bind(filter.agentId)}`);
    if (filter.direction) parts.push(`r.direction = ${params.bind(filter.direction)}`);
    if (filter.missed) parts.push(`r.direction = ${params.bind('inbound')} and r.queued_at is not null and r.answered_at is null`);
    if (filter.answered) parts.push(`r.answered_at is ${filter.answered === 'yes' ? 'not null' : 'null'}`);
    if (filter.orgId !== undefined) parts.push(this.orgSql(scope, filter.orgId, params));
    return parts.join(' and ');
  }
  private orgSql(scope: Scope, orgId: number, params: Params): string {
    requireOrg(scope, orgId);
    const below = this.d.orgs.below(orgId), node = this.d.orgs.get(orgId);
    if (!node || node.kind === 'group') return '1 = 1';
    if (node.kind === 'station') return `r.station_id = ${params.bind(orgId)}`;
    const companies = [...new Set(below.map((n) => n.companyId).filter((id): id is number => id !== null))];
    return companies.length ? `r.company_id in (${params.list(companies)})` : '1 = 0';
  }
}
