import type { z } from 'zod';
import { SETTING_CODES, type SettingCode, type SettingView } from '@ronghu/contract';
import type { AuditLog } from '../../platform/audit';
import type { Outbox } from '../../platform/bus/outbox';
import type { Signals } from '../../platform/cache';
import type { Clock } from '../../platform/clock';
import type { Db, Sql } from '../../platform/database/db';
import { isUniqueViolation } from '../../platform/database/shards';
import { AppError } from '../../platform/errors/app-error';
import { requirePermission, type Scope } from '../../platform/identity/scope';

/** One kind of document, declared by the room that reads it: its form and what a new installation holds. */
export interface SettingDefinition<T> { code: SettingCode; name: string; schema: z.ZodType<T>; initial: T }
export interface Versioned<T> { version: number; value: T }
/** A typed view of one document for its owner. */
export interface Setting<T> { get(): Promise<Versioned<T>> }

/** Where the signal of another process's save got lost a reader is behind by this much at most. */
const CACHE_MS = 2000;
const HISTORY = 50;
interface VersionRow { version_no: number; body: string; saved_at: number; saved_by: string; reason: string }

/**
 * Settings as versioned documents (ST-27): a save is a new version checked against the owner's schema, an older one is restored as a new one,
 * nothing is overwritten. A document whose value holds a numeric `version` (or a list of such) gets the document's version written there, so that
 * an order can say which rule or form it was made under.
 */
export class SettingService {
  private readonly definitions = new Map<SettingCode, SettingDefinition<unknown>>();
  private readonly cache = new Map<SettingCode, { until: number; current: Versioned<unknown> }>();
  private readonly listeners: ((code: SettingCode, current: Versioned<unknown>) => void)[] = [];
  constructor(private readonly d: { group: Db; clock: Clock; audit: AuditLog; outbox: Outbox; /** Absent in a process that hears no signals: it is behind by two seconds at most. */ signals?: Signals }) {
    d.signals?.on('setting', ({ code }) => void this.renew(code as SettingCode).catch(() => this.cache.delete(code as SettingCode))); // not readable now: the next reader says so
    d.signals?.onGap(() => this.cache.clear());
  }

  /** Declares a document; the room that owns the rule calls this once at the start. */
  define<T>(definition: SettingDefinition<T>): Setting<T> {
    if (this.definitions.has(definition.code)) throw new Error(`setting ${definition.code} is defined twice`);
    const checked = definition.schema.safeParse(definition.initial);
    if (!checked.success) throw new Error(`setting ${definition.code}: the initial value does not fit its schema: ${checked.error.message}`);
    this.definitions.set(definition.code, definition as SettingDefinition<unknown>);
    return { get: () => this.get(definition.code) as Promise<Versioned<T>> };
  }
  /** Told after a save in any process; what must happen once for all of them hears `setting.changed` over the bus. */
  onChange(listener: (code: SettingCode, current: Versioned<unknown>) => void): void { this.listeners.push(listener); }

  /** The version in force. No right is needed: rules are read by every act. */
  async get(code: SettingCode): Promise<Versioned<unknown>> {
    const hit = this.cache.get(code);
    if (hit && hit.until > this.d.clock.now()) return hit.current;
    const current = await this.read(this.d.group, code);
    this.cache.set(code, { until: this.d.clock.now() + CACHE_MS, current });
    return current;
  }

  /** Document with its history, newest first. Needs setting.read. */
  async view(scope: Scope, code: SettingCode): Promise<SettingView> {
    requirePermission(scope, 'setting.read');
    const definition = this.definition(code);
    await this.ensure(this.d.group, code);
    const rows = await this.d.group.query<VersionRow>('select version_no, body, saved_at, saved_by, reason from setting_version where code = $1 order by version_no desc limit $2', [code, HISTORY]);
    const [top] = rows as [VersionRow, ...VersionRow[]];
    return { code, name: definition.name, version: top.version_no, value: JSON.parse(top.body), savedAt: top.saved_at, savedBy: top.saved_by, history: rows.map((r) => ({ version: r.version_no, savedAt: r.saved_at, savedBy: r.saved_by, reason: r.reason })) };
  }

  /** Saves a new version. `baseVersion`: the one the person saw. @throws AppError CONFLICT when another was saved since; BAD_INPUT with the paths that do not fit. */
  async save(scope: Scope, code: SettingCode, value: unknown, baseVersion: number, reason: string): Promise<SettingView> {
    requirePermission(scope, 'setting.write');
    await this.write(scope, code, value, baseVersion, reason, null);
    return this.view(scope, code);
  }

  /** Puts an older version into force again, as a new version. The newest version is not restored onto itself. */
  async restore(scope: Scope, code: SettingCode, version: number, reason: string): Promise<SettingView> {
    requirePermission(scope, 'setting.write');
    const current = await this.read(this.d.group, code);
    if (version === current.version) throw new AppError('STATE_CONFLICT', '该版本正在使用，无需恢复');
    const [old] = await this.d.group.query<{ body: string }>('select body from setting_version where code = $1 and version_no = $2', [code, version]);
    if (!old) throw new AppError('NOT_FOUND', `没有第 ${version} 版`);
    await this.write(scope, code, JSON.parse(old.body), current.version, reason, version);
    return this.view(scope, code);
  }

  /** Writes version 1 of every declared document that has none; called once at the start. */
  async install(): Promise<void> { for (const code of this.definitions.keys()) await this.ensure(this.d.group, code); }
  /** Codes that nobody has declared yet; the start refuses to go on with any. */
  missing(): SettingCode[] { return SETTING_CODES.filter((code) => !this.definitions.has(code)); }

  private async write(scope: Scope, code: SettingCode, value: unknown, baseVersion: number, reason: string, restoredFrom: number | null): Promise<void> {
    const checked = this.definition(code).schema.safeParse(value);
    if (!checked.success) {
      const details = checked.error.issues.slice(0, 20).map((i) => ({ path: `value.${i.path.join('.')}`, message: /[\u4e00-\u9fff]/.test(i.message) ? i.message : '格式不正确' }));
      throw new AppError('BAD_INPUT', `设置内容不正确：${details[0]?.path ?? ''} ${details[0]?.message ?? ''}`, details);
    }
    await this.ensure(this.d.group, code);
    const version = baseVersion + 1;
    await this.d.group.transaction(async (tx) => {
      const [last] = await tx.query<{ v: number }>('select max(version_no) as v from setting_version where code = $1', [code]);
      if (last?.v !== baseVersion) throw new AppError('CONFLICT', `设置已被他人改为第 ${last?.v ?? 0} 版，请刷新后再改`);
      try {
        await tx.insertMany('setting_version', [{ code, version_no: version, body: JSON.stringify(stampVersion(checked.data, version)), saved_at: this.d.clock.now(), account_id: scope.accountId, saved_by: scope.personName.slice(0, 40), reason, restored_from: restoredFrom }]);
      } catch (error) { throw isUniqueViolation(error) ? new AppError('CONFLICT', '设置刚被他人修改，请刷新后再改', undefined, error) : error; }
      await this.d.audit.record(tx, scope, { action: restoredFrom === null ? 'setting.save' : 'setting.restore', target: `setting:${code}`, detail: restoredFrom === null ? `第 ${version} 版：${reason}` : `第 ${version} 版，恢复自第 ${restoredFrom} 版：${reason}` });
      await this.d.outbox.add(tx, { kind: 'setting.changed', aggregate: 'setting', aggregateId: code, companyId: null, payload: { code, version } });
    });
    this.d.signals?.send('setting', { code });
    await this.renew(code);
  }
  private async renew(code: SettingCode): Promise<void> {
    this.cache.delete(code);
    if (!this.definitions.has(code)) return;
    const current = await this.get(code);
    for (const listener of this.listeners) listener(code, current);
  }

  private async read(sql: Sql, code: SettingCode): Promise<Versioned<unknown>> {
    const definition = this.definition(code);
    const [row] = await sql.query<VersionRow>('select version_no, body, saved_at, saved_by, reason from setting_version where code = $1 order by version_no desc limit 1', [code]);
    return row ? { version: row.version_no, value: JSON.parse(row.body) } : { version: 1, value: stampVersion(definition.initial, 1) };
  }
  private async ensure(sql: Sql, code: SettingCode): Promise<void> {
    const definition = this.definition(code);
    if ((await sql.query('select 1 as one from setting_version where code = $1 and version_no = 1', [code])).length) return;
    try {
      await sql.insertMany('setting_version', [{ code, version_no: 1, body: JSON.stringify(stampVersion(definition.initial, 1)), saved_at: this.d.clock.now(), account_id: 0, saved_by: '系统', reason: '初始设置', restored_from: null }]);
    } catch (error) { if (!isUniqueViolation(error)) throw error; } // another process was first, with the same value
  }
  private definition(code: SettingCode): SettingDefinition<unknown> {
    const definition = this.definitions.get(code);
    if (!definition) throw new Error(`setting ${code} has no owner in this process`);
    return definition;
  }
}

function stampVersion(value: unknown, version: number): unknown {
  if (Array.isArray(value)) return value.map((item) => stampVersion(item, version));
  if (value && typeof value === 'object' && typeof (value as { version?: unknown }).version === 'number') return { ...value, version };
  return value;
}
