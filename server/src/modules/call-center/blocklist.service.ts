import type { MaskedNumber, Page } from '@ronghu/contract';
import type { NumberPort } from '../../domain/metric/call-rows';
import type { Clock } from '../../platform/clock';
import type { Db } from '../../platform/database/db';
import type { Ids } from '../../platform/database/ids';
import { AppError } from '../../platform/errors/app-error';
import type { Log } from '../../platform/log';
import { requirePermission, type Scope } from '../../platform/identity/scope';
import type { AuditPort } from './agents.service';
import type { DirectorPort } from './director-port';

export interface BlocklistRow { id: number; number: MaskedNumber; reason: string; personName: string; at: number }
export interface SealBox { seal(plain: string): string; blind(number: string): string; openRef(ref: string): string; normalise(number: string): string }
interface EntryRow { blocklist_id: number; number_sealed: string; reason: string; person_name: string; added_at: number }

/** Numbers that do not get through (SC-13, CC-158, CC-159), group-wide. The director hears of a change at once; when it is away it reads the table as it comes back. Nothing is deleted: a removed entry keeps who and when. */
export class BlocklistService {
  private pending = false;
  constructor(private readonly d: { db: Db; ids: Ids; clock: Clock; crypto: SealBox; numbers: NumberPort; director: DirectorPort; audit: AuditPort; log: Log }) {
    d.director.onLink((connected) => { if (connected && this.pending) void this.tell(); });
  }

  async list(scope: Scope, query: { page: number; size: number }): Promise<Page<BlocklistRow>> {
    requirePermission(scope, 'blocklist.write');
    const [[counted], rows] = await Promise.all([
      this.d.db.query<{ n: number }>('select count(*) as n from blocklist where removed_at is null'),
      this.d.db.query<EntryRow>('select blocklist_id, number_sealed, reason, person_name, added_at from blocklist where removed_at is null order by added_at desc, blocklist_id desc limit $1 offset $2', [query.size, (query.page - 1) * query.size]),
    ]);
    return { rows: rows.map((row) => ({ id: row.blocklist_id, number: this.d.numbers.masked(this.d.numbers.open(row.number_sealed)), reason: row.reason, personName: row.person_name, at: row.added_at })), total: Number(counted?.n ?? 0), page: query.page, size: query.size };
  }
  /** @returns the entry; a number that is on the list already keeps its entry. @throws AppError BAD_INPUT without number or for our own short numbers. */
  async add(scope: Scope, body: { ref?: string; number?: string; reason: string }): Promise<{ id: number }> {
    requirePermission(scope, 'blocklist.write');
    const clear = body.ref === undefined ? body.number : this.d.crypto.openRef(body.ref);
    if (!clear) throw new AppError('BAD_INPUT', '请给出要加入黑名单的号码', [{ path: 'number', message: '不能缺少' }]);
    const number = this.d.crypto.normalise(clear), blind = this.d.crypto.blind(number);
    // emergency and service numbers, and our own extensions: blocking one would silence more than a nuisance caller
    if (number.length < 7) throw new AppError('BAD_INPUT', '短号、分机和公共服务号码不能加入黑名单', [{ path: 'number', message: '号码太短' }]);
    const id = await this.d.db.transaction(async (tx) => {
      const [known] = await tx.query<{ blocklist_id: number }>('select blocklist_id from blocklist where number_blind = $1 and removed_at is null', [blind]);
      if (known) return known.blocklist_id;
      const fresh = this.d.ids.next();
      await tx.insertMany('blocklist', [{ blocklist_id: fresh, number_blind: blind, number_sealed: this.d.crypto.seal(number), treatment: 'prompt', reason: body.reason, account_id: scope.accountId, person_name: scope.personName, added_at: this.d.clock.now() }]);
      await this.d.audit.record(tx, scope, { action: 'blocklistAdd', target: `blocklist:${fresh}`, detail: `${this.d.numbers.masked(number).masked} ${body.reason}` });
      return fresh;
    });
    await this.tell();
    return { id };
  }
  async remove(scope: Scope, id: number): Promise<{ ok: true }> {
    requirePermission(scope, 'blocklist.write');
    await this.d.db.transaction(async (tx) => {
      const [entry] = await tx.query<{ number_sealed: string }>('select number_sealed from blocklist where blocklist_id = $1 and removed_at is null', [id]);
      if (!entry) throw new AppError('NOT_FOUND', '该号码已不在黑名单中');
      await tx.execute('update blocklist set removed_at = $1, removed_by = $2 where blocklist_id = $3 and removed_at is null', [this.d.clock.now(), scope.accountId, id]);
      await this.d.audit.record(tx, scope, { action: 'blocklistRemove', target: `blocklist:${id}`, detail: this.d.numbers.masked(this.d.numbers.open(entry.number_sealed)).masked });
    });
    await this.tell();
    return { ok: true };
  }
  /** The list is saved either way; a director that is away is told when it is back. */
  private async tell(): Promise<void> {
    try {
      await this.d.director.request('blocklist', {});
      this.pending = false;
    } catch (error) {
      this.pending = true;
      this.d.log.warn('director not told of the blocklist yet', { error });
    }
  }
}
