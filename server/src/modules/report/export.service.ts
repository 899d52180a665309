import { createHash } from 'node:crypto';
import { Transform, type Readable } from 'node:stream';
import { CLOSE_KINDS, END_REASON_NAMES, FAULT_CODES, ORDER_SOURCE_NAMES, ORDER_STATE_NAMES, ORDER_TYPE_NAMES, URGENCY_NAMES, type TwoPersonRow } from '@ronghu/contract';
import { callReach, CALL_ROW_COLUMNS, CALL_ROW_FROM, coversGroup, type CallRecordRow, type NumberPort } from '../../domain/metric/call-rows';
import { Params } from '../../domain/metric/compile';
import { DAY_MS, dayName, dayOf, dayStart, ZONE_OFFSET_MS } from '../../domain/metric/metric.types';
import type { Clock } from '../../platform/clock';
import type { Row, Sql } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { XlsxStream, type CellValue, type SheetColumn } from '../../platform/export';
import { requireOrg, requirePermission, type Scope } from '../../platform/identity/scope';
import type { Log } from '../../platform/log';
import type { TwoPerson } from '../../platform/two-person';

export interface AuditPort { record(sql: Sql, scope: Scope, entry: { action: string; target: string; detail: string }): Promise<unknown> }
export interface OrgTree { root(): { id: number } | undefined; get(id: number): { id: number; kind: string; name: string; companyId: number | null } | undefined; below(id: number): readonly { id: number; companyId: number | null }[]; name(id: number | null): string | null }
export interface Range { from?: number; to?: number; orgId?: number; request?: number }
/** A file on its way: the body may be sent while rows are still read. `done` tells when the audit row is written. */
export interface ExportFile { name: string; body: Readable; done: Promise<{ rows: number; sm3: string }> }
/** Rows read at a time, by the last key seen: memory stays flat and no long transaction is held. */
const PAGE = 2_000, LONGEST_DAYS = 366;

/** Excel exports of orders and calls (RP-03, RP-05, RP-15): what the scope reaches, numbers masked, an audit row with row count and SM3 of the very file. */
export class ExportService {
  constructor(private readonly d: { twoPerson?: Pick<TwoPerson, 'ask' | 'answer' | 'list' | 'use'>; secondPersonRows?: number; sql: Sql; orgs: OrgTree; clock: Clock; numbers: NumberPort; audit: AuditPort; log: Log }) {}

  /** @throws AppError FORBIDDEN, NOT_FOUND (node), BAD_INPUT (period) before the first byte. */
  orders(scope: Scope, range: Range): ExportFile { return this.file(scope, range, { code: 'orders', title: '工单', columns: ORDER_COLUMNS, pages: (period) => this.orderPages(scope, range.orgId, period) }); }
  calls(scope: Scope, range: Range): ExportFile { return this.file(scope, range, { code: 'calls', title: '通话记录', columns: CALL_COLUMNS, pages: (period) => this.callPages(scope, range.orgId, period) }); }

  /**
   * Must be awaited before the file is made (PF-24): more rows than one person may take leave only with another's consent to this very report, place and period, used once.
   * @throws AppError SECOND_PERSON_REQUIRED, STATE_CONFLICT, and those of the export itself.
   */
  async consent(scope: Scope, report: 'orders' | 'calls', range: Range): Promise<void> {
    const { twoPerson, secondPersonRows = Infinity } = this.d;
    requirePermission(scope, 'report.export');
    if (range.orgId !== undefined) requireOrg(scope, range.orgId);
    if (!twoPerson || secondPersonRows === Infinity) return;
    const period = this.period(range), rows = await this.count(scope, report, range.orgId, period);
    if (rows <= secondPersonRows) return;
    if (range.request === undefined) throw new AppError('SECOND_PERSON_REQUIRED', `本次导出 ${rows} 行，超过 ${secondPersonRows} 行，需要另一位有导出权限的人员确认`);
    await twoPerson.use(scope, range.request, 'massExport', (d) => d.report === report && d.from === period.from && d.to === period.to && d.orgId === (range.orgId ?? null));
  }
  /** Asks for another's consent to one mass export. */
  async ask(scope: Scope, body: { report: 'orders' | 'calls'; from: number; to: number; orgId?: number; reason: string }): Promise<TwoPersonRow> {
    requirePermission(scope, 'report.export');
    const orgId = body.orgId ?? scope.orgRootIds[0];
    if (orgId === undefined || !this.d.twoPerson) throw new AppError('FORBIDDEN');
    requireOrg(scope, orgId);
    const period = this.period(body), rows = await this.count(scope, body.report, body.orgId, period);
    return this.d.twoPerson.ask(scope, { kind: 'massExport', detail: { report: body.report, from: period.from, to: period.to, orgId: body.orgId ?? null }, summary: `导出${body.report === 'orders' ? '工单' : '通话记录'} ${rows} 行，${this.d.orgs.name(orgId) ?? ''}，${dayName(dayOf(period.from))}至${dayName(dayOf(period.to - 1))}`, reason: body.reason, orgId });
  }
  async requests(scope: Scope): Promise<TwoPersonRow[]> { requirePermission(scope, 'report.export'); return this.d.twoPerson ? this.d.twoPerson.list(scope, ['massExport']) : []; }
  async answerRequest(scope: Scope, id: number, yes: boolean): Promise<TwoPersonRow> {
    requirePermission(scope, 'report.export');
    if (!this.d.twoPerson) throw new AppError('NOT_FOUND');
    return this.d.twoPerson.answer(scope, id, yes, ['massExport']);
  }
  private async count(scope: Scope, report: 'orders' | 'calls', orgId: number | undefined, { from, to }: Period): Promise<number> {
    const params = new Params();
    const sql = report === 'orders'
      ? `select count(*) as n from work_order_index o where o.created_at >= ${params.bind(from)} and o.created_at < ${params.bind(to)} and o.state <> ${params.bind('draft')} and ${this.orderReach(scope, params)} and ${this.placeSql('o', orgId, params)}`
      : `select count(*) as n from ${CALL_ROW_FROM} where r.started_at >= ${params.bind(from)} and r.started_at < ${params.bind(to)} and ${(await callReach(this.d.sql, scope, this.d.orgs))(params)} and ${this.placeSql('r', orgId, params)}`;
    return (await this.d.sql.query<{ n: number }>(sql, params.values))[0]?.n ?? 0;
  }

  private file(scope: Scope, range: Range, kind: { code: string; title: string; columns: readonly SheetColumn[]; pages: (period: Period) => AsyncGenerator<CellValue[][]> }): ExportFile {
    requirePermission(scope, 'report.export');
    if (range.orgId !== undefined) requireOrg(scope, range.orgId);
    const period = this.period(range), place = range.orgId === undefined ? '' : (this.d.orgs.name(range.orgId) ?? '');
    const name = `${kind.title}${place && `-${place}`}-${dayName(dayOf(period.from))}${dayOf(period.to - 1) > dayOf(period.from) ? `至${dayName(dayOf(period.to - 1))}` : ''}.xlsx`;
    const hash = createHash('sm3');
    // the digest is taken where bytes go in, so it is whole when the writer is done, however slowly the receiver reads
    const body = new Transform({ writableHighWaterMark: 256 * 1024, transform(chunk: Buffer, _encoding, next) { hash.update(chunk); next(null, chunk); } });
    let rows = 0;
    const write = async (): Promise<{ rows: number; sm3: string }> => {
      const xlsx = new XlsxStream(body, { offsetMinutes: ZONE_OFFSET_MS / 60_000 });
      await xlsx.sheet(kind.title, kind.columns);
      for await (const page of kind.pages(period)) for (const row of page) { await xlsx.add(row); rows += 1; }
      await xlsx.finish();
      return { rows, sm3: hash.digest('hex') };
    };
    const detail = (end: string) => `${name}，${rows} 行，${end}`;
    const done = write().then(
      async (result) => { await this.d.audit.record(this.d.sql, scope, { action: 'reportExport', target: `report:${kind.code}`, detail: detail(`SM3 ${result.sm3}`) }); return result; },
      async (error: unknown) => {
        body.destroy(error instanceof Error ? error : undefined);
        await this.d.audit.record(this.d.sql, scope, { action: 'reportExport', target: `report:${kind.code}`, detail: detail('未完成') });
        throw error;
      },
    );
    done.catch((error: unknown) => this.d.log.warn('export not finished', { report: kind.code, rows, error }));
    return { name, body, done };
  }

  private async *orderPages(scope: Scope, orgId: number | undefined, { from, to }: Period): AsyncGenerator<CellValue[][]> {
    for (let at = to, id = Number.MAX_SAFE_INTEGER; ;) {
      const params = new Params();
      const where = [`o.created_at >= ${params.bind(from)}`, `o.created_at < ${params.bind(to)}`, `(o.created_at < ${params.bind(at)} or (o.created_at = ${params.bind(at)} and o.id < ${params.bind(id)}))`, `o.state <> ${params.bind('draft')}`, this.orderReach(scope, params), this.placeSql('o', orgId, params)];
      const rows = await this.d.sql.query<OrderExportRow>(`select o.* from work_order_index o where ${where.join(' and ')} order by o.created_at desc, o.id desc limit ${PAGE}`, params.values);
      yield rows.map((row) => this.orderCells(row));
      const last = rows[rows.length - 1];
      if (rows.length < PAGE || !last) return;
      at = last.created_at; id = last.id;
    }
  }
  private async *callPages(scope: Scope, orgId: number | undefined, { from, to }: Period): AsyncGenerator<CellValue[][]> {
    const reach = await callReach(this.d.sql, scope, this.d.orgs);
    for (let at = to, id = '~'; ;) {
      const params = new Params();
      const where = [`r.started_at >= ${params.bind(from)}`, `r.started_at < ${params.bind(to)}`, `(r.started_at < ${params.bind(at)} or (r.started_at = ${params.bind(at)} and r.call_id < ${params.bind(id)}))`, reach(params), this.placeSql('r', orgId, params)];
      const rows = await this.d.sql.query<CallRecordRow>(`select ${CALL_ROW_COLUMNS} from ${CALL_ROW_FROM} where ${where.join(' and ')} order by r.started_at desc, r.call_id desc limit ${PAGE}`, params.values);
      yield rows.map((row) => this.callCells(row));
      const last = rows[rows.length - 1];
      if (rows.length < PAGE || !last) return;
      at = last.started_at; id = last.call_id;
    }
  }
  private orderReach(scope: Scope, params: Params): string {
    if (coversGroup(scope, this.d.orgs)) return '1 = 1';
    const companies = [...scope.companyIds], stations = [...scope.stationIds];
    if (scope.wholeCompany) return companies.length ? `o.company_id in (${params.list(companies)})` : '1 = 0';
    return stations.length ? `o.station_id in (${params.list(stations)})` : '1 = 0';
  }
  private placeSql(table: 'o' | 'r', orgId: number | undefined, params: Params): string {
    const node = orgId === undefined ? undefined : this.d.orgs.get(orgId);
    if (!node || node.kind === 'group') return '1 = 1';
    if (node.kind === 'station') return `${table}.station_id = ${params.bind(node.id)}`;
    const companies = [...new Set(this.d.orgs.below(node.id).map((n) => n.companyId).filter((id): id is number => id !== null))];
    return companies.length ? `${table}.company_id in (${params.list(companies)})` : '1 = 0';
  }
  private period(range: Range): Period {
    const today = dayStart(dayOf(this.d.clock.now())), from = range.from ?? (range.to === undefined ? today : dayStart(dayOf(range.to - 1))), to = range.to ?? Math.max(today, from) + DAY_MS;
    if (from >= to) throw new AppError('BAD_INPUT', '开始时间必须早于结束时间', [{ path: 'from', message: '晚于结束时间' }]);
    if (to - from > LONGEST_DAYS * DAY_MS) throw new AppError('BAD_INPUT', '一次最多导出一年，请缩小时间范围', [{ path: 'from', message: '时间段过长' }]);
    return { from, to };
  }
  private masked(sealed: string | null): string { return sealed ? this.d.numbers.masked(this.d.numbers.open(sealed)).masked : ''; }
  private orderCells(o: OrderExportRow): CellValue[] {
    const name = <T extends string>(names: Record<T, string>, code: string | null): string => (code === null ? '' : (names[code as T] ?? code));
    return [
      o.order_no, name(ORDER_TYPE_NAMES, o.order_type), name(URGENCY_NAMES, o.urgency), name(ORDER_SOURCE_NAMES, o.order_source), name(FAULT_CODES, o.fault_code), o.fault, name(ORDER_STATE_NAMES, o.state), o.customer_name, this.masked(o.number_sealed), o.address, this.d.orgs.name(o.station_id), o.worker_name, o.agent_name,
      o.created_at, o.due_at, o.on_site_at, o.completed_at, o.closed_at, name(CLOSE_KINDS, o.close_kind), o.was_overdue ? '是' : '否', o.round_no, o.urged, o.satisfied === null ? '' : o.satisfied ? '满意' : '不满意', o.revisit_attempts,
    ];
  }
  private callCells(r: CallRecordRow): CellValue[] {
    return [
      r.started_at, DIRECTION[r.direction], this.masked(r.number_sealed), r.called_number, r.customer_name, r.house_address, r.skill_group_name, r.agent_name, r.queued_at, r.answered_at, r.ended_at, r.wait_s, r.talk_s,
      r.end_reason ? END_REASON_NAMES[r.end_reason] : '', r.rating, r.disposition, r.order_no, r.recording_id === null ? '无' : '有', r.call_id,
    ];
  }
}
interface Period { from: number; to: number }
interface OrderExportRow extends Row {
  id: number; order_no: string; order_type: string; urgency: string; order_source: string; fault_code: string; fault: string; state: string; customer_name: string | null; number_sealed: string | null; address: string; station_id: number | null; worker_name: string | null; agent_name: string | null;
  created_at: number; due_at: number | null; on_site_at: number | null; completed_at: number | null; closed_at: number | null; close_kind: string | null; was_overdue: boolean; round_no: number; urged: number; satisfied: boolean | null; revisit_attempts: number;
}
const DIRECTION = { inbound: '呼入', outbound: '呼出', internal: '内部' } as const;
const text = (header: string, width?: number): SheetColumn => ({ header, kind: 'text', width });
const time = (header: string): SheetColumn => ({ header, kind: 'time' });
const int = (header: string): SheetColumn => ({ header, kind: 'int' });
const ORDER_COLUMNS: readonly SheetColumn[] = [
  text('工单号', 22), text('类型'), text('紧急程度'), text('来源'), text('故障'), text('故障摘要', 30), text('状态'), text('客户'), text('号码（脱敏）', 16), text('地址', 36), text('维修站', 18), text('处理人'), text('受理人'),
  time('受理时间'), time('处理期限'), time('首次现场签到'), time('完成时间'), time('办结时间'), text('办结方式'), text('曾超时'), int('派单轮次'), int('催办次数'), text('客户满意'), int('回访次数'),
];
const CALL_COLUMNS: readonly SheetColumn[] = [
  time('开始时间'), text('方向'), text('号码（脱敏）', 16), text('被叫号码', 14), text('客户'), text('房屋地址', 36), text('技能组'), text('坐席'), time('入队时间'), time('接通时间'), time('结束时间'), int('等候秒'), int('通话秒'), text('结果'), int('评价'), text('通话小结', 20), text('工单号', 22), text('录音'), text('通话编号', 38),
];
