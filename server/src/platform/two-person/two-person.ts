import type { Permission, TwoPersonKind, TwoPersonRow } from '@ronghu/contract';
import type { AuditLog } from '../audit';
import type { Clock } from '../clock';
import type { Db, Tx } from '../database/db';
import type { Ids } from '../database/ids';
import { AppError } from '../errors/app-error';
import { requirePermission, type Scope } from '../identity/scope';

/** A request is confirmed, and what was confirmed is used, within this long. */
export const TWO_PERSON_MS = 30 * 60_000;
const SHOWN = 50;
/** What one must be allowed to do to ask for, or to confirm, an act of this kind. */
export const TWO_PERSON_RIGHT: Record<TwoPersonKind, Permission> = { keyRotate: 'key.manage', keyReseal: 'key.manage', massExport: 'report.export' };
interface Row { id: number; kind: TwoPersonKind; detail: string; summary: string; reason: string; org_id: number | null; asked_by: number; asked_name: string; asked_at: number; until_at: number; request_state: 'asked' | 'confirmed' | 'refused' | 'used'; answered_by: number | null; answered_name: string | null; answered_at: number | null }
const COLUMNS = 'id, kind, detail, summary, reason, org_id, asked_by, asked_name, asked_at, until_at, request_state, answered_by, answered_name, answered_at';
/** Done in the transaction of the confirmation: what it throws undoes that too. */
export type OnConfirmed = (tx: Tx, request: { id: number; detail: Record<string, unknown>; summary: string }, scope: Scope) => Promise<void>;

/** Requests of acts that need two persons (PF-24). */
export class TwoPerson {
  private readonly handlers = new Map<TwoPersonKind, OnConfirmed>();
  constructor(private readonly d: { group: Db; ids: Ids; clock: Clock; audit: AuditLog }) {}
  on(kind: TwoPersonKind, run: OnConfirmed): void { this.handlers.set(kind, run); }

  /** @param orgId the part of the organisation it reaches, null for the whole installation: who confirms must cover it. @throws AppError FORBIDDEN; STATE_CONFLICT while the same is asked for already. */
  async ask(scope: Scope, what: { kind: TwoPersonKind; detail: Record<string, unknown>; summary: string; reason: string; orgId: number | null }): Promise<TwoPersonRow> {
    requirePermission(scope, TWO_PERSON_RIGHT[what.kind]);
    const now = this.d.clock.now(), detail = JSON.stringify(what.detail), id = this.d.ids.next();
    await this.d.group.transaction(async (tx) => {
      const open = await tx.query<{ detail: string }>("select detail from two_person_request where kind = $1 and asked_by = $2 and request_state = 'asked' and until_at > $3", [what.kind, scope.accountId, now]);
      if (open.some((row) => row.detail === detail)) throw new AppError('STATE_CONFLICT', '同样的申请正在等待确认');
      await tx.insertMany('two_person_request', [{ id, kind: what.kind, detail, summary: what.summary.slice(0, 400), reason: what.reason, org_id: what.orgId, asked_by: scope.accountId, asked_name: scope.personName, asked_at: now, until_at: now + TWO_PERSON_MS, request_state: 'asked', answered_by: null, answered_name: null, answered_at: null }]);
      await this.d.audit.record(tx, scope, { action: 'twoPersonAsk', target: `twoPerson:${id}`, detail: `${what.summary}；原因：${what.reason}` });
    });
    return this.shown(await this.read(id), scope);
  }
  /** Another person's yes or no. @throws AppError FORBIDDEN for oneself or without the right, NOT_FOUND, STATE_CONFLICT when it was answered or has lapsed. */
  async answer(scope: Scope, id: number, yes: boolean, kinds: readonly TwoPersonKind[]): Promise<TwoPersonRow> {
    const row = await this.read(id), now = this.d.clock.now();
    if (!kinds.includes(row.kind)) throw new AppError('NOT_FOUND');
    requirePermission(scope, TWO_PERSON_RIGHT[row.kind]);
    this.requireReach(scope, row);
    if (row.asked_by === scope.accountId) throw new AppError('FORBIDDEN', '申请人不能确认自己的申请，请由另一位有权限的人员操作');
    await this.d.group.transaction(async (tx) => {
      // one of two who answer at this moment finds nothing left to answer
      const done = await tx.execute("update two_person_request set request_state = $1, answered_by = $2, answered_name = $3, answered_at = $4, until_at = $5 where id = $6 and request_state = 'asked' and until_at > $4 and asked_by <> $2", [yes ? 'confirmed' : 'refused', scope.accountId, scope.personName, now, now + TWO_PERSON_MS, id]);
      if (!done) throw new AppError('STATE_CONFLICT', row.request_state === 'asked' ? '申请已超过 30 分钟，请重新申请' : '申请已经处理过');
      await this.d.audit.record(tx, scope, { action: yes ? 'twoPersonConfirm' : 'twoPersonRefuse', target: `twoPerson:${id}`, detail: `${row.summary}；申请人：${row.asked_name}` });
      if (yes) await this.handlers.get(row.kind)?.(tx, { id, detail: JSON.parse(row.detail) as Record<string, unknown>, summary: row.summary }, scope);
    });
    return this.shown(await this.read(id), scope);
  }
  /** Uses up a confirmed request, once and by who asked. @throws AppError STATE_CONFLICT when it is not confirmed, is used or has lapsed, or was for something else. */
  async use(scope: Scope, id: number, kind: TwoPersonKind, matches: (detail: Record<string, unknown>) => boolean): Promise<void> {
    const row = await this.read(id);
    if (row.kind !== kind || row.asked_by !== scope.accountId || !matches(JSON.parse(row.detail) as Record<string, unknown>)) throw new AppError('STATE_CONFLICT', '这份确认不是给这次操作的');
    if (!(await this.d.group.execute("update two_person_request set request_state = 'used' where id = $1 and request_state = 'confirmed' and until_at > $2", [id, this.d.clock.now()]))) throw new AppError('STATE_CONFLICT', '确认已用过、已超时或还没有得到');
  }
  /** The latest of these kinds that the caller has the right to, newest first. */
  async list(scope: Scope, kinds: readonly TwoPersonKind[]): Promise<TwoPersonRow[]> {
    const allowed = kinds.filter((kind) => scope.system || scope.permissions.has(TWO_PERSON_RIGHT[kind]));
    if (allowed.length === 0) throw new AppError('FORBIDDEN');
    const rows = await this.d.group.query<Row>(`select ${COLUMNS} from two_person_request where kind in (${allowed.map((_, i) => `$${i + 1}`).join(',')}) order by asked_at desc, id desc limit ${SHOWN}`, allowed);
    return rows.filter((row) => this.reaches(scope, row)).map((row) => this.shown(row, scope));
  }
  private reaches(scope: Scope, row: Row): boolean { return scope.system || row.asked_by === scope.accountId || (row.org_id === null ? row.kind !== 'massExport' : scope.orgIds.has(row.org_id)); }
  private requireReach(scope: Scope, row: Row): void { if (!this.reaches(scope, row)) throw new AppError('NOT_FOUND'); }
  private async read(id: number): Promise<Row> {
    const [row] = await this.d.group.query<Row>(`select ${COLUMNS} from two_person_request where id = $1`, [id]);
    if (!row) throw new AppError('NOT_FOUND');
    return row;
  }
  private shown(row: Row, scope: Scope): TwoPersonRow {
    const lapsed = (row.request_state === 'asked' || row.request_state === 'confirmed' && row.kind === 'massExport') && row.until_at <= this.d.clock.now();
    return { id: row.id, kind: row.kind, summary: row.summary, reason: row.reason, askedName: row.asked_name, askedAt: row.asked_at, untilAt: row.until_at, state: lapsed ? 'lapsed' : row.request_state, answeredName: row.answered_name, answeredAt: row.answered_at, mine: row.asked_by === scope.accountId };
  }
}
