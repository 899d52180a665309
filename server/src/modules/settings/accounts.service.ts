import { ROLES, type AccountRow, type BodyOf, type Page, type Permission, type QueryOf, type RoleCode, type RoleRow, ALL_PERMISSIONS, routes } from '@ronghu/contract';
import type { Platform } from '../../platform/platform';
import { AppError } from '../../platform/errors/app-error';
import { isUniqueViolation } from '../../platform/database/shards';
import { maskNumber, randomPassword } from '../../platform/crypto';
import { requireOrg, type Scope } from '../../platform/identity/scope';
import { AccountStore, type AccountRecord } from './accounts.store';

type NewAccount = BodyOf<typeof routes.accountCreate>;
type AccountChange = BodyOf<typeof routes.accountUpdate>;

/** Accounts, their roles and what roles may do (ST-05, appendix 4). Passwords are made here, shown once and must be changed at the first sign-in. */
export class AccountsService {
  private readonly store: AccountStore;
  constructor(private readonly p: Platform) { this.store = new AccountStore(p.shards.group()); }

  async list(scope: Scope, query: QueryOf<typeof routes.accounts>): Promise<Page<AccountRow>> {
    if (query.orgId !== undefined) requireOrg(scope, query.orgId);
    const orgIds = query.orgId === undefined ? [...scope.orgIds] : this.p.orgs.below(query.orgId).map((n) => n.id);
    const { rows, total } = await this.store.page({ orgIds, q: query.q, role: query.role, page: query.page, size: query.size });
    const roles = await this.store.rolesOf(rows.map((r) => r.id));
    return { rows: rows.map((r) => this.describe(r, roles.get(r.id)?.map((x) => x.role) ?? [])), total, page: query.page, size: query.size };
  }
  /** The initial password is in this answer only. @throws AppError CONFLICT when the login exists. */
  async create(scope: Scope, body: NewAccount): Promise<AccountRow & { initialPassword: string }> {
    requireOrg(scope, body.orgId);
    await this.mayGrant(scope, body.roles);
    const initialPassword = randomPassword(14), id = this.p.ids.next(), hash = await this.p.passwords.hash(initialPassword);
    try {
      await this.p.shards.group().transaction(async (tx) => {
        await tx.insertMany('account', [{ id, login: body.login, person_name: body.personName, org_id: body.orgId, account_status: body.status ?? 'active', password_hash: hash, must_change: true, failed_count: 0, mobile_sealed: body.mobile ? this.p.crypto.seal(body.mobile) : null, created_at: this.p.clock.now(), version: 1 }]);
        await this.store.setRoles(tx, id, body.roles, body.orgId);
        await this.store.setSkills(tx, id, body.skills ?? []);
        await this.p.audit.record(tx, scope, { action: 'accountCreate', target: `account:${id}`, detail: `${body.login} ${body.roles.join('、')}` });
      });
    } catch (error) { if (isUniqueViolation(error)) throw new AppError('CONFLICT', `账号 ${body.login} 已存在，请换一个`); throw error; }
    return { ...this.describe(await this.mine(scope, id), body.roles), initialPassword };
  }
  async update(scope: Scope, id: number, body: AccountChange): Promise<AccountRow> {
    const before = await this.mine(scope, id);
    requireOrg(scope, body.orgId);
    const had = (await this.store.rolesOf([id])).get(id)?.map((r) => r.role) ?? [];
    await this.mayGrant(scope, [...had, ...body.roles]);
    if (id === scope.accountId && body.status === 'disabled') throw new AppError('STATE_CONFLICT', '不能停用自己的账号');
    await this.p.shards.group().transaction(async (tx) => {
      await tx.execute('update account set person_name = $1, org_id = $2, account_status = $3, mobile_sealed = $4, version = version + 1 where id = $5', [body.personName, body.orgId, body.status ?? before.account_status, body.mobile ? this.p.crypto.seal(body.mobile) : before.mobile_sealed, id]);
      await this.store.setRoles(tx, id, body.roles, body.orgId);
      if (body.skills) await this.store.setSkills(tx, id, body.skills);
      await this.p.audit.record(tx, scope, { action: 'accountUpdate', target: `account:${id}`, detail: `角色 ${had.join('、')} → ${body.roles.join('、')}；状态 ${before.account_status} → ${body.status ?? before.account_status}` });
    });
    if (body.status === 'disabled') await this.p.sessions.endAll(id, 'disabled');
    else this.p.sessions.rightsChanged(id);
    return this.describe(await this.mine(scope, id), body.roles);
  }
  async unlock(scope: Scope, id: number): Promise<void> {
    await this.mine(scope, id);
    await this.p.shards.group().execute('update account set locked_until = null, failed_count = 0 where id = $1', [id]);
    await this.p.audit.record(this.p.shards.group(), scope, { action: 'accountUnlock', target: `account:${id}`, detail: '' });
  }
  async resetPassword(scope: Scope, id: number): Promise<{ initialPassword: string }> {
    await this.mine(scope, id);
    await this.mayGrant(scope, (await this.store.rolesOf([id])).get(id)?.map((r) => r.role) ?? []);
    const initialPassword = randomPassword(14);
    await this.p.shards.group().execute('update account set password_hash = $1, must_change = $2, locked_until = null, failed_count = 0 where id = $3', [await this.p.passwords.hash(initialPassword), true, id]);
    await this.p.audit.record(this.p.shards.group(), scope, { action: 'passwordReset', target: `account:${id}`, detail: '' });
    await this.p.sessions.endAll(id, 'passwordReset');
    return { initialPassword };
  }
  async roles(_scope: Scope): Promise<RoleRow[]> {
    const group = this.p.shards.group();
    const rights = await group.query<{ role_code: RoleCode; permission: Permission }>('select role_code, permission from role_permission');
    const counts = new Map((await group.query<{ role_code: RoleCode; n: number }>('select role_code, count(distinct account_id) as n from account_role group by role_code')).map((r) => [r.role_code, r.n]));
    return (Object.keys(ROLES) as RoleCode[]).map((code) => ({ code, name: ROLES[code], permissions: rights.filter((r) => r.role_code === code).map((r) => r.permission), accounts: counts.get(code) ?? 0 }));
  }
  /** Takes effect at once: sessions are rebuilt and live rooms left. @throws AppError BAD_INPUT for an unknown right, STATE_CONFLICT when nobody could change roles any more. */
  async updateRole(scope: Scope, code: RoleCode, permissions: readonly string[], reason: string): Promise<RoleRow> {
    const unknown = permissions.filter((p) => !ALL_PERMISSIONS.includes(p as Permission));
    if (unknown.length) throw new AppError('BAD_INPUT', `不认识的权限：${unknown.join('、')}`);
    if (scope.roles.includes(code) && !permissions.includes('role.write')) throw new AppError('STATE_CONFLICT', '不能去掉自己所属角色的“调整角色权限”，以免无人可管理权限');
    await this.p.shards.group().transaction(async (tx) => {
      const before = (await tx.query<{ permission: string }>('select permission from role_permission where role_code = $1', [code])).map((r) => r.permission);
      await tx.execute('delete from role_permission where role_code = $1', [code]);
      await tx.insertMany('role_permission', [...new Set(permissions)].map((permission) => ({ role_code: code, permission })));
      const added = permissions.filter((p) => !before.includes(p)), removed = before.filter((p) => !permissions.includes(p));
      await this.p.audit.record(tx, scope, { action: 'roleUpdate', target: `role:${code}`, detail: `增加 ${added.join('、') || '无'}；减少 ${removed.join('、') || '无'}；原因：${reason}` });
    });
    this.p.sessions.rightsChanged();
    return (await this.roles(scope)).find((r) => r.code === code) as RoleRow;
  }
  /** An account of the caller's own part of the organisation. */
  private async mine(scope: Scope, id: number): Promise<AccountRecord> {
    const row = await this.store.find(id);
    if (!row || !scope.orgIds.has(row.org_id)) throw new AppError('NOT_FOUND');
    return row;
  }
  /** Nobody hands out more than they have, but for those who manage the roles themselves. */
  private async mayGrant(scope: Scope, roles: readonly RoleCode[]): Promise<void> {
    if (scope.permissions.has('role.write')) return;
    for (const role of await this.roles(scope)) {
      if (!roles.includes(role.code)) continue;
      const beyond = role.permissions.filter((p) => !scope.permissions.has(p) && p !== 'order.field' && p !== 'order.station');
      if (beyond.length) throw new AppError('FORBIDDEN', `角色“${role.name}”的权限超出了您自己的权限，不能授予或修改`);
    }
  }
  private describe(r: AccountRecord, roles: readonly RoleCode[]): AccountRow {
    const locked = (r.locked_until ?? 0) > this.p.clock.now();
    return { id: r.id, login: r.login, personName: r.person_name, roles: [...roles], orgId: r.org_id, orgName: this.p.orgs.name(r.org_id) ?? '', status: locked ? 'locked' : r.account_status, workNo: r.work_no ?? undefined, extension: r.extension ?? undefined, lastSignInAt: r.last_sign_in_at ?? undefined, mobileMasked: r.mobile_sealed ? maskNumber(this.p.crypto.open(r.mobile_sealed)) : undefined };
  }
}
