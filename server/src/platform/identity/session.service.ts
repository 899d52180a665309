import { createHash, randomBytes } from 'node:crypto';
import { ROLE_FRONT_ENDS, type FrontEnd, type Me, type RoleCode } from '@ronghu/contract';
import { AppError } from '../errors/app-error';
import type { Clock } from '../clock';
import type { Db } from '../database/db';
import type { OrgDirectory } from './org.store';
import type { Cache, Signals } from '../cache';
import type { Nonces } from './nonces';
import { buildScope } from './scopes';
import type { Scope } from './scope';

/** Slow salted hash of passwords and the opening of what the browser sealed by SM2; made by platform/crypto. */
export interface PasswordPort { hash(password: string): Promise<string>; verify(password: string, hash: string): Promise<boolean> }
export interface SealPort { publicKey(): string; open(sealed: string): Promise<string> }
export interface AuditPort { record(sql: Db, scope: Scope, entry: { action: string; target: string; detail: string }): Promise<void> }

/** The longest life of a session, whatever is done in it, ms. */
export const SESSION_MS = 24 * 3600_000;
const LOCK_AFTER = 5, LOCK_MS = 15 * 60_000, IDLE_MS = 12 * 3600_000, TOUCH_MS = 60_000, CACHE_MS = 30_000, TRIES_WINDOW_MS = 60_000, TRIES = 1200;
interface AccountRow { id: number; login: string; person_name: string; account_status: string; password_hash: string; must_change: boolean; failed_count: number; locked_until: number | null }
const digest = (token: string): string => createHash('sm3').update(token).digest('hex');

/** Sign-in, sessions and the scopes that come of them (PF identity; lock-out, session end, forced change). Tokens are stored as digests only. */
export class SessionService {
  /** Copies for half a minute; a change in any process drops them in all (`session` signal), a missed signal drops all. */
  private readonly cache = new Map<string, { scope: Scope; until: number; touched: number; mustChange: boolean }>();
  private readonly looking = new Map<string, Promise<{ scope: Scope; mustChange: boolean } | null>>();
  private readonly gone: ((accountId: number | null, reason: 'signedOut' | 'rightsChanged' | null) => void)[] = [];
  private changes = 0;
  private decoy: Promise<string> | null = null;
  constructor(private readonly d: { group: Db; orgs: OrgDirectory; clock: Clock; passwords: PasswordPort; seal: SealPort; audit: AuditPort; passwordAge: { allowDemoPasswords: boolean }; nonces: Nonces; cache: Pick<Cache, 'count'>; signals: Signals }) {
    d.signals.on('session', ({ accountId, reason, sessionId, keep }) => { this.forget(accountId, sessionId, keep); this.tell(accountId, reason); });
    d.signals.onGap(() => this.forgetAll(null));
  }

  /** Told when an account's sessions end or its rights change in any process, so that live rooms are left at once. No account: everybody's; no reason: look again. */
  onChange(listener: (accountId: number | null, reason: 'signedOut' | 'rightsChanged' | null) => void): void { this.gone.push(listener); }

  signInKey(): { publicKey: string; nonce: string } { return { publicKey: this.d.seal.publicKey(), nonce: this.d.nonces.issue() }; }
  /** @throws AppError BAD_CREDENTIALS when the seal, its nonce or its form is wrong: nothing tells which. */
  async openSealed(sealed: string): Promise<string> {
    const stale = (cause: unknown) => new AppError('BAD_CREDENTIALS', '登录信息已过期，请刷新页面后重新登录', undefined, cause);
    let opened: { password: unknown; nonce: unknown };
    try { opened = JSON.parse(await this.d.seal.open(sealed)) as typeof opened; } catch (error) { throw stale(error); }
    const { password, nonce } = opened;
    if (typeof password !== 'string' || typeof nonce !== 'string' || !(await this.d.nonces.use(nonce))) throw stale('nonce');
    return password;
  }
  /** Returns the session token for the cookie. Five wrong passwords lock the account for 15 minutes. */
  async signIn(login: string, sealed: string, frontEnd: FrontEnd, address: string): Promise<{ token: string; me: Me }> {
    if ((await this.d.cache.count(`sign-in:${address}`, TRIES_WINDOW_MS)) > TRIES) throw new AppError('TOO_MANY', '该地址登录过于频繁，请一分钟后再试');
    const password = await this.openSealed(sealed), now = this.d.clock.now(), { group } = this.d;
    const [row] = await group.query<AccountRow>('select id, login, person_name, account_status, password_hash, must_change, failed_count, locked_until from account where login = $1', [login]);
    if (!row || row.account_status !== 'active') {
      await this.d.passwords.verify(password, await (this.decoy ??= this.d.passwords.hash('decoy'))); // an unknown login takes as long as a wrong password
      throw new AppError('BAD_CREDENTIALS');
    }
    if ((row.locked_until ?? 0) > now) throw new AppError('ACCOUNT_LOCKED', `登录失败次数过多，账号已锁定，请 ${Math.ceil(((row.locked_until as number) - now) / 60000)} 分钟后再试`);
    if (!(await this.d.passwords.verify(password, row.password_hash))) {
      await group.execute('update account set failed_count = failed_count + 1 where id = $1', [row.id]);
      await group.execute('update account set locked_until = $1, failed_count = 0 where id = $2 and failed_count >= $3', [now + LOCK_MS, row.id, LOCK_AFTER]);
      throw new AppError('BAD_CREDENTIALS', row.failed_count + 1 >= LOCK_AFTER ? '账号或密码不正确，账号已锁定 15 分钟' : `账号或密码不正确，还可尝试 ${LOCK_AFTER - row.failed_count - 1} 次`);
    }
    const token = randomBytes(32).toString('base64url'), sessionId = digest(token);
    const scope = await buildScope(group, this.d.orgs, { accountId: row.id, personName: row.person_name, login: row.login, frontEnd, sessionId, address });
    if (!scope.roles.some((role: RoleCode) => ROLE_FRONT_ENDS[role].includes(frontEnd))) throw new AppError('WRONG_FRONT_END');
    await group.execute('update account set failed_count = 0, locked_until = null, last_sign_in_at = $1 where id = $2', [now, row.id]);
    await group.insertMany('session_row', [{ token_hash: sessionId, account_id: row.id, front_end: frontEnd, created_at: now, last_seen_at: now, expires_at: now + SESSION_MS, address: address.slice(0, 64), ended: null }]);
    await this.d.audit.record(group, scope, { action: 'signIn', target: `account:${row.id}`, detail: frontEnd });
    this.cache.set(sessionId, { scope, until: now + CACHE_MS, touched: now, mustChange: row.must_change });
    return { token, me: this.describe(scope, row.must_change) };
  }
  /** The scope of a session token, or null when there is none, it ended, or it idled for 12 hours. */
  async resolve(token: string | undefined, frontEnd: FrontEnd, address: string): Promise<{ scope: Scope; mustChange: boolean } | null> {
    if (!token) return null;
    const id = digest(token), now = this.d.clock.now(), hit = this.cache.get(id);
    if (hit && hit.until > now && hit.scope.frontEnd === frontEnd) {
      if (now - hit.touched > TOUCH_MS) { hit.touched = now; await this.d.group.execute('update session_row set last_seen_at = $1 where token_hash = $2', [now, id]); }
      return hit;
    }
    // One look for all who ask for the same session at the same moment: a browser's connections, a page's first requests.
    const key = `${frontEnd} ${id}`, asked = this.looking.get(key);
    if (asked) return asked;
    const look = this.look(id, frontEnd, address, now).finally(() => { if (this.looking.get(key) === look) this.looking.delete(key); });
    this.looking.set(key, look);
    return look;
  }
  /** Sessions or rights changed: a look that is under way may have read what held before, so it is neither shared any more nor kept. */
  private changed(): void { this.changes += 1; this.looking.clear(); }
  private async look(id: string, frontEnd: FrontEnd, address: string, now: number): Promise<{ scope: Scope; mustChange: boolean } | null> {
    const { changes } = this;
    const [row] = await this.d.group.query<{ account_id: number; last_seen_at: number; login: string; person_name: string; must_change: boolean }>(
      "select s.account_id, s.last_seen_at, a.login, a.person_name, a.must_change from session_row s join account a on a.id = s.account_id where s.token_hash = $1 and s.front_end = $2 and s.ended is null and s.expires_at > $3 and s.last_seen_at > $4 and a.account_status = 'active'", [id, frontEnd, now, now - IDLE_MS]);
    if (!row) { this.cache.delete(id); return null; }
    const scope = await buildScope(this.d.group, this.d.orgs, { accountId: row.account_id, personName: row.person_name, login: row.login, frontEnd, sessionId: id, address });
    const entry = { scope, until: now + CACHE_MS, touched: row.last_seen_at, mustChange: row.must_change };
    if (changes === this.changes) this.cache.set(id, entry); // what was read before a change must not outlive it
    return entry;
  }
  async signOut(scope: Scope): Promise<void> {
    await this.d.group.execute("update session_row set ended = 'signOut' where token_hash = $1", [scope.sessionId]);
    this.forget(scope.accountId, scope.sessionId);
    this.d.signals.send('session', { accountId: scope.accountId, reason: 'signedOut', sessionId: scope.sessionId });
    await this.d.audit.record(this.d.group, scope, { action: 'signOut', target: `account:${scope.accountId}`, detail: scope.frontEnd });
    this.tell(scope.accountId, 'signedOut');
  }
  /** Ends all sessions of an account (disabled, password reset); `keep` is the one that goes on. */
  async endAll(accountId: number, reason: string, keep?: string): Promise<void> {
    await this.d.group.execute('update session_row set ended = $1 where account_id = $2 and ended is null and token_hash <> $3', [reason.slice(0, 30), accountId, keep ?? '-']);
    this.forget(accountId, undefined, keep);
    this.d.signals.send('session', { accountId, reason: 'signedOut', ...(keep === undefined ? {} : { keep }) });
    this.tell(accountId, 'signedOut');
  }
  /** Rights or organisation changed: the next request and the live rooms see it at once. Without an account, everybody's. */
  rightsChanged(accountId?: number): void {
    this.forget(accountId ?? null);
    this.d.signals.send('session', { accountId: accountId ?? null, reason: 'rightsChanged' });
    this.tell(accountId ?? null, 'rightsChanged');
  }
  /** Copies of everybody in this process; the other processes see to theirs. */
  forgetAll(reason: 'rightsChanged' | null): void { this.forget(null); this.tell(null, reason); }
  async changePassword(scope: Scope, sealedOld: string, sealedNew: string): Promise<void> {
    const before = await this.openSealed(sealedOld), after = await this.openSealed(sealedNew);
    const [row] = await this.d.group.query<{ password_hash: string }>('select password_hash from account where id = $1', [scope.accountId]);
    if (!row || !(await this.d.passwords.verify(before, row.password_hash))) throw new AppError('BAD_CREDENTIALS', '原密码不正确');
    const weak = passwordProblem(after, scope.login);
    if (weak) throw new AppError('BAD_INPUT', weak, [{ path: 'sealedNew', message: weak }]);
    if (after === before) throw new AppError('BAD_INPUT', '新密码不能与原密码相同');
    await this.d.group.execute('update account set password_hash = $1, must_change = $2, version = version + 1 where id = $3', [await this.d.passwords.hash(after), false, scope.accountId]);
    await this.d.audit.record(this.d.group, scope, { action: 'changePassword', target: `account:${scope.accountId}`, detail: '' });
    await this.endAll(scope.accountId, 'passwordChanged', scope.sessionId);
    this.rightsChanged(scope.accountId); // the session that stays need not change it any more
  }
  describe(scope: Scope, mustChange: boolean): Me {
    const { orgs, clock } = this.d;
    return {
      accountId: scope.accountId, personName: scope.personName, login: scope.login, roles: [...scope.roles], permissions: [...scope.permissions], orgRoots: scope.orgRootIds.flatMap((id) => { const n = orgs.get(id); return n ? [{ id: n.id, name: n.name, kind: n.kind }] : []; }),
      agentId: scope.agentId ?? undefined, stationId: scope.stationId ?? undefined, mustChangePassword: mustChange, frontEnd: scope.frontEnd as FrontEnd, serverTime: clock.now(),
    };
  }
  private forget(accountId: number | null, sessionId?: string, keep?: string): void {
    this.changed();
    if (sessionId !== undefined) { this.cache.delete(sessionId); return; }
    for (const [id, entry] of this.cache) if ((accountId === null || entry.scope.accountId === accountId) && id !== keep) this.cache.delete(id);
  }
  private tell(accountId: number | null, reason: 'signedOut' | 'rightsChanged' | null): void { for (const listener of this.gone) listener(accountId, reason); }
}
/** Why a password is too weak, in Chinese, or null. At least 10 characters of three kinds, without the login name (ASVS 5.0 2.1, PF identity). */
export function passwordProblem(password: string, login: string): string | null {
  if (password.length < 10 || password.length > 72) return '密码长度应为 10 到 72 位';
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  if (kinds < 3) return '密码应包含大写字母、小写字母、数字、符号中的至少三种';
  if (password.toLowerCase().includes(login.toLowerCase())) return '密码不能包含账号名';
  return null;
}
