import { z } from 'zod';
import { route } from './route';
import { IdParams, PageQuery, requiredText, text, Id, PhoneNumber, type Page } from './common';
import type { Permission, RoleCode, FrontEnd } from './permissions';

export interface Me {
  accountId: number; personName: string; login: string; roles: RoleCode[]; permissions: Permission[];
  /** Organisation nodes the caller sees, each with everything below it. */
  orgRoots: { id: number; name: string; kind: OrgKind }[];
  agentId?: number; workNo?: string; extension?: string; stationId?: number; mustChangePassword: boolean; frontEnd: FrontEnd; serverTime: number;
}
export const ORG_KINDS = ['group', 'division', 'company', 'station'] as const;
export type OrgKind = (typeof ORG_KINDS)[number];

export interface AccountRow { id: number; login: string; personName: string; roles: RoleCode[]; orgId: number; orgName: string; status: 'active' | 'disabled' | 'locked'; workNo?: string; extension?: string; lastSignInAt?: number; mobileMasked?: string }
const RoleCodes = z.enum(['groupAdmin', 'groupLeader', 'subsidiaryOperator', 'systemAdmin', 'supervisor', 'agent', 'qualityInspector', 'stationHead', 'fieldWorker', 'auditor']);
export const AccountBody = z.strictObject({ login: z.string().trim().regex(/^[a-zA-Z0-9_.-]{3,32}$/, '账号为 3 到 32 位字母、数字或 _ . -'), personName: requiredText(40), roles: z.array(RoleCodes).min(1).max(5), orgId: Id, mobile: PhoneNumber.optional(), skills: z.array(z.strictObject({ code: text(30), level: z.number().int().min(1).max(9) })).max(20).optional(), status: z.enum(['active', 'disabled']).optional() });

export interface RoleRow { code: RoleCode; name: string; permissions: Permission[]; accounts: number }
export interface BindingRow { agentId: number; personName: string; workNo: string; stationId: number; stationName: string; extension?: string; phoneOnline: boolean; skillGroups: { id: number; name: string; level: number }[] }

export const identityRoutes = {
  signInKey: route<{ publicKey: string; nonce: string }>()({ method: 'GET', path: '/identity/sign-in-key', permission: 'public' }),
  /** `sealed`: SM2 (C1C3C2, hex) of JSON {password, nonce}; the nonce is used once. */
  signIn: route<Me>()({ method: 'POST', path: '/identity/sign-in', permission: 'public', body: z.strictObject({ login: requiredText(64), sealed: z.string().regex(/^[0-9a-f]{100,4000}$/i) }) }),
  signOut: route<{ ok: true }>()({ method: 'POST', path: '/identity/sign-out', permission: 'session' }),
  me: route<Me>()({ method: 'GET', path: '/identity/me', permission: 'session' }),
  changePassword: route<{ ok: true }>()({ method: 'POST', path: '/identity/password', permission: 'session', body: z.strictObject({ sealedOld: z.string().max(4000), sealedNew: z.string().max(4000) }) }),
  accounts: route<Page<AccountRow>>()({ method: 'GET', path: '/accounts', permission: 'account.read', query: PageQuery.extend({ orgId: Id.optional(), q: text(40).optional(), role: RoleCodes.optional() }).strict() }),
  accountCreate: route<AccountRow & { initialPassword: string }>()({ method: 'POST', path: '/accounts', permission: 'account.write', body: AccountBody }),
  accountUpdate: route<AccountRow>()({ method: 'PUT', path: '/accounts/:id', permission: 'account.write', params: IdParams, body: AccountBody.omit({ login: true }) }),
  accountUnlock: route<{ ok: true }>()({ method: 'POST', path: '/accounts/:id/unlock', permission: 'account.write', params: IdParams }),
  accountResetPassword: route<{ initialPassword: string }>()({ method: 'POST', path: '/accounts/:id/reset-password', permission: 'account.write', params: IdParams }),
  roles: route<RoleRow[]>()({ method: 'GET', path: '/roles', permission: 'account.read' }),
  roleUpdate: route<RoleRow>()({ method: 'PUT', path: '/roles/:code', permission: 'role.write', params: z.strictObject({ code: RoleCodes }), body: z.strictObject({ permissions: z.array(text(40)).max(100), reason: requiredText(200) }) }),
  bindings: route<Page<BindingRow>>()({ method: 'GET', path: '/bindings', permission: 'account.read', query: PageQuery.extend({ orgId: Id.optional(), q: text(40).optional(), unbound: z.coerce.boolean().optional() }).strict() }),
  bind: route<BindingRow>()({ method: 'PUT', path: '/bindings/:id', permission: 'binding.write', params: IdParams, body: z.strictObject({ extension: z.string().regex(/^\d{3,6}$/, '分机号为 3 到 6 位数字').nullable() }) }),
};
