import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import ExcelJS from 'exceljs';
import { AuditLog, auditTables, Sealer, verifyChains } from '../../platform/audit';
import { busTables } from '../../platform/bus/bus.tables';
import { loadOrCreateKeys, sm3Hex, Sm2Worker } from '../../platform/crypto';
import type { Db, Row } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { identityTables } from '../../platform/identity/identity.tables';
import type { OrgDirectory } from '../../platform/identity/org.store';
import { silentLog } from '../../platform/log';
import { startTestDatabase, type TestDatabase } from '../../platform/testing/database';
import { TwoPerson, twoPersonTables } from '../../platform/two-person';
import { DAY_MS, dayOf, dayStart } from '../../domain/metric/metric.types';
import { telephonyTables } from '../../domain/telephony/telephony.tables';
import { workOrderTables } from '../../domain/work-order/work-order.tables';
import { ORG, scopeOf, seedOrganisation, testCrypto } from '../call-center/testing/fixtures';
import { AuditService } from './audit.service';
import { ExportService } from './export.service';

const NOW = Date.UTC(2026, 10, 21, 6, 0, 0), TODAY = dayStart(dayOf(NOW)), crypto = testCrypto(), clock = { now: () => NOW };
let database: TestDatabase, sql: Db, orgs: OrgDirectory, audit: AuditLog, exporter: ExportService, dir: string, sm2: Sm2Worker;

beforeAll(async () => {
  database = await startTestDatabase([...busTables, ...auditTables, ...twoPersonTables, ...identityTables, ...telephonyTables, ...workOrderTables]);
  sql = database.shards.group();
  orgs = await seedOrganisation(sql);
  dir = mkdtempSync(join(tmpdir(), 'ronghu-report-'));
  sm2 = new Sm2Worker();
}, 60_000);
afterAll(async () => { await sm2?.close(); await database?.stop(); rmSync(dir, { recursive: true, force: true }); });
beforeEach(async () => {
  for (const table of ['call_record', 'work_order_index', 'audit_row', 'seal_segment']) await sql.execute(`delete from ${table}`);
  audit = new AuditLog(database.ids, clock);
  exporter = new ExportService({ sql, orgs, clock, numbers: crypto, audit, log: silentLog });
});

const orderRow = (id: number, over: Row = {}): Row => ({ id, company_id: 11, order_no: `A${String(id).padStart(6, '0')}`, order_type: 'repair', urgency: 'urgent', order_source: 'phone', fault_code: 'notHot', fault: '=1+1 不热', state: 'dispatched', version_no: 1, round_no: 1, was_overdue: false, customer_name: '王五', number_sealed: crypto.seal('13812345678'), address: '阳光花园1-1-101', station_id: 101, created_at: NOW - 1000, on_site_at: null, closed_at: null, close_kind: null, satisfied: null, updated_at: NOW, ...over });
const callRow = (over: Row = {}): Row => ({ call_id: randomUUID(), direction: 'inbound', purpose: 'service', number_sealed: crypto.seal('13812345678'), number_blind: crypto.blind('13812345678'), called_number: '96300', started_at: NOW - 60_000, queued_at: NOW - 55_000, answered_at: NOW - 50_000, ended_at: NOW - 10_000, wait_s: 5, talk_s: 40, end_reason: 'completed', company_id: 11, station_id: 101, agent_id: 1, agent_name: '赵一', skill_group_id: 1, ...over });
const bytesOf = async (body: Readable): Promise<Buffer> => { const parts: Buffer[] = []; for await (const part of body) parts.push(part as Buffer); return Buffer.concat(parts); };
const sheetOf = async (bytes: Buffer): Promise<string[][]> => {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(bytes as unknown as ArrayBuffer);
  const rows: string[][] = [];
  book.worksheets[0]?.eachRow({ includeEmpty: false }, (row) => rows.push(Array.from((row.values as ExcelJS.CellValue[]).slice(1)).map((value) => (value instanceof Date ? value.toISOString() : String(value ?? '')))));
  return rows;
};
const auditor = (rootId: number = ORG.group) => scopeOf(orgs, 'auditor', rootId, { personName: '审计员' });
const audits = () => sql.query<{ action: string; target: string; detail: string; person_name: string }>('select action, target, detail, person_name from audit_row order by id');
const code = async (work: () => unknown): Promise<string> => { try { await work(); return 'ok'; } catch (error) { return error instanceof AppError ? error.code : String(error); } };

describe('export', () => {
  it('writes the day\'s orders to a file that Excel opens, masked, with the SM3 of that very file in the audit', async () => {
    await sql.insertMany('work_order_index', [orderRow(1), orderRow(2, { state: 'closed', close_kind: 'revisited', closed_at: NOW, satisfied: true, was_overdue: true, created_at: NOW - 500 }), orderRow(3, { created_at: TODAY - 1 }), orderRow(4, { state: 'draft' })]);
    const file = exporter.orders(auditor(), {});
    const [bytes, done] = await Promise.all([bytesOf(file.body), file.done]);
    expect(file.name).toBe('工单-2026-11-21.xlsx');
    const rows = await sheetOf(bytes);
    expect(rows[0]?.slice(0, 3)).toEqual(['工单号', '类型', '紧急程度']);
    expect(rows).toHaveLength(3);
    expect(rows[1]?.slice(0, 11)).toEqual(['A000002', '报修', '紧急', '电话', '不热', '=1+1 不热', '已办结', '王五', '138****5678', '阳光花园1-1-101', '一站']);
    expect(rows[1]).toEqual(expect.arrayContaining(['回访办结', '是', '满意']));
    expect(bytes.includes(Buffer.from('13812345678'))).toBe(false);
    expect(done).toEqual({ rows: 2, sm3: sm3Hex(bytes) });
    expect(await audits()).toEqual([{ action: 'reportExport', target: 'report:orders', detail: `工单-2026-11-21.xlsx，2 行，SM3 ${sm3Hex(bytes)}`, person_name: '审计员' }]);
  });
  it('holds exactly what the scope and the node asked for reach', async () => {
    await sql.insertMany('work_order_index', [orderRow(1), orderRow(2, { station_id: 102 }), orderRow(3, { company_id: 12, station_id: 103 })]);
    await sql.insertMany('call_record', [callRow(), callRow({ company_id: 12, station_id: 103, agent_id: 3 }), callRow({ company_id: null, station_id: null, agent_id: null })]);
    const orders = async (root: number, orgId?: number) => { const file = exporter.orders(auditor(root), { orgId }); await bytesOf(file.body); return (await file.done).rows; };
    const calls = async (root: number, orgId?: number) => { const file = exporter.calls(auditor(root), { orgId }); await bytesOf(file.body); return (await file.done).rows; };
    expect([await orders(ORG.group), await orders(ORG.company11), await orders(ORG.station101), await orders(ORG.group, ORG.company12), await orders(ORG.group, ORG.division)]).toEqual([3, 2, 1, 1, 3]);
    expect([await calls(ORG.group), await calls(ORG.company11), await calls(ORG.group, ORG.station103)]).toEqual([3, 1, 1]);
    expect(await code(() => exporter.orders(auditor(ORG.company11), { orgId: ORG.company12 }))).toBe('NOT_FOUND');
  });
  it('reads in pages without losing or repeating a row, also where many share one moment', async () => {
    await sql.insertMany('work_order_index', Array.from({ length: 4_100 }, (_, i) => orderRow(i + 1, { created_at: NOW - (i % 3) })));
    const file = exporter.orders(auditor(), {}), rows = await sheetOf(await bytesOf(file.body));
    expect(new Set(rows.slice(1).map(([no]) => no)).size).toBe(4_100);
    expect((await file.done).rows).toBe(4_100);
  });
  it('writes the calls of a range with words instead of codes', async () => {
    await sql.insertMany('call_record', [callRow({ started_at: NOW - 2 * DAY_MS, end_reason: 'abandonedInQueue', answered_at: null, agent_name: null })]);
    const file = exporter.calls(auditor(), { from: TODAY - 3 * DAY_MS, to: TODAY }), rows = await sheetOf(await bytesOf(file.body));
    expect(file.name).toBe('通话记录-2026-11-18至2026-11-20.xlsx');
    expect(rows[1]).toEqual(expect.arrayContaining(['呼入', '138****5678', '96300', '报修组', '排队中放弃']));
  });
  it('writes an empty sheet for an empty day, and says 0 rows', async () => {
    const file = exporter.calls(auditor(), {});
    expect(await sheetOf(await bytesOf(file.body))).toHaveLength(1);
    expect((await file.done).rows).toBe(0);
  });
  it('leaves a trace also when the receiver goes away in the middle', async () => {
    await sql.insertMany('work_order_index', Array.from({ length: 6_000 }, (_, i) => orderRow(i + 1, { fault: randomUUID() + randomUUID(), address: randomUUID().repeat(4) })));
    const file = exporter.orders(auditor(), {});
    file.body.once('data', () => file.body.destroy());
    await expect(file.done).rejects.toThrow();
    expect(await audits()).toMatchObject([{ action: 'reportExport', detail: expect.stringContaining('未完成') }]);
  });
  it('of more rows than one person may take needs another\'s consent: for this export alone, once; fewer rows need none', async () => {
    await sql.insertMany('work_order_index', [orderRow(1), orderRow(2, { station_id: 102 }), orderRow(3, { company_id: 12, station_id: 103 })]);
    const rule = new TwoPerson({ group: sql, ids: database.ids, clock, audit }), limited = new ExportService({ sql, orgs, clock, numbers: crypto, audit, log: silentLog, twoPerson: rule, secondPersonRows: 2 });
    const from = dayStart(dayOf(NOW)), to = from + DAY_MS, one = auditor(), other = scopeOf(orgs, 'auditor', ORG.group, { accountId: 2002, personName: '另一人' });
    const refused = (work: Promise<unknown>): Promise<string> => work.then(() => 'allowed', (error: unknown) => (error as AppError).code);
    expect(await refused(limited.consent(one, 'orders', { from, to, orgId: ORG.company11 }))).toBe('allowed');
    expect(await refused(limited.consent(one, 'calls', { from, to }))).toBe('allowed');
    expect(await refused(limited.consent(one, 'orders', { from, to }))).toBe('SECOND_PERSON_REQUIRED');
    const asked = await limited.ask(one, { report: 'orders', from, to, reason: '检查' });
    expect(asked.summary).toContain('3 行');
    expect(await refused(limited.answerRequest(one, asked.id, true))).toBe('FORBIDDEN');
    expect(await refused(limited.answerRequest(scopeOf(orgs, 'agent', ORG.group, { accountId: 2003 }), asked.id, true))).toBe('FORBIDDEN');
    await limited.answerRequest(other, asked.id, true);
    expect(await refused(limited.consent(one, 'orders', { from: from - DAY_MS, to, request: asked.id }))).toBe('STATE_CONFLICT');
    expect(await refused(limited.consent(other, 'orders', { from, to, request: asked.id }))).toBe('STATE_CONFLICT');
    expect(await refused(limited.consent(one, 'orders', { from, to, request: asked.id }))).toBe('allowed');
    expect(await refused(limited.consent(one, 'orders', { from, to, request: asked.id }))).toBe('STATE_CONFLICT');
  });
  it('is refused without the right, for an upside-down period and for more than a year', async () => {
    expect(await code(() => exporter.orders(scopeOf(orgs, 'agent', ORG.group), {}))).toBe('FORBIDDEN');
    expect(await code(() => exporter.orders(auditor(), { from: NOW, to: NOW - 1 }))).toBe('BAD_INPUT');
    expect(await code(() => exporter.calls(auditor(), { from: NOW - 400 * DAY_MS, to: NOW }))).toBe('BAD_INPUT');
  });
});

describe('audit', () => {
  it('lists, proves the chains unbroken, and names a row changed behind its back', async () => {
    const keys = loadOrCreateKeys(join(dir, 'keys')), verify = () => verifyChains({ group: sql, clock, keys, sm2, recordingsDir: dir });
    const service = new AuditService({ sql, audit, verifyChains: verify }), scope = auditor();
    for (let i = 0; i < 3; i++) await audit.record(sql, scope, { action: 'numberReveal', target: `call:${i}`, detail: '核对' });
    expect((await service.list(scope, { page: 1, size: 2 })).total).toBe(3);
    expect(await code(() => service.list(scopeOf(orgs, 'agent', ORG.group), { page: 1, size: 2 }))).toBe('FORBIDDEN');
    await new Sealer({ group: sql, ids: database.ids, clock: { now: () => NOW + 3_600_000 }, keys, sm2, holder: 'a' }).seal(true);
    expect(await service.verify(scope)).toMatchObject({ ok: true, audit: { segments: 1, rows: 3, broken: [] } });
    await sql.execute("update audit_row set detail = '什么也没有' where target = 'call:1'");
    expect(await service.verify(scope)).toMatchObject({ ok: false, audit: { broken: [{ reason: '审计行内容被改动' }] } });
    expect((await audits()).filter(({ action }) => action === 'auditVerify').map(({ detail }) => detail.slice(0, 4))).toEqual(['完整：审', '发现异常']);
  });
  it('runs one proof at a time and is closed to people without the right', async () => {
    let finish = (): void => undefined;
    const report = { at: 0, audit: { segments: 0, rows: 0, broken: [], unsealedRows: 0, unsealedFrom: null }, recordings: { segments: 0, files: 0, broken: [], unsealed: 0 }, ok: true, tookMs: 1 };
    const service = new AuditService({ sql, audit, verifyChains: () => new Promise((resolve) => { finish = () => resolve(report); }) });
    const first = service.verify(auditor());
    expect(await code(() => service.verify(auditor()))).toBe('TOO_MANY');
    finish();
    await first;
    expect(await code(() => service.verify(scopeOf(orgs, 'supervisor', ORG.group)))).toBe('FORBIDDEN');
  });
});
