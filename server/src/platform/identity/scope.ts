import type { FrontEnd, Permission, RoleCode } from '@ronghu/contract';
import { AppError } from '../errors/app-error';

/** Who asks, and over which part of the organisation: the first argument of every service. Made only by the session middleware, by `systemScope` and by tests. */
export interface Scope {
  readonly accountId: number; readonly personName: string; readonly login: string; readonly frontEnd: FrontEnd | 'system'; readonly sessionId: string; readonly address: string;
  readonly roles: readonly RoleCode[]; readonly permissions: ReadonlySet<Permission>;
  /** Roots given by the assignments, and every organisation node at or below them. */
  readonly orgRootIds: readonly number[]; readonly orgIds: ReadonlySet<number>;
  readonly companyIds: ReadonlySet<number>; readonly stationIds: ReadonlySet<number>;
  /** True when the scope covers whole companies; false for people of one station, who see only that station's records. */
  readonly wholeCompany: boolean;
  readonly agentId: number | null; readonly stationId: number | null;
  readonly system: boolean;
}
export function requirePermission(scope: Scope, permission: Permission): void {
  if (!scope.system && !scope.permissions.has(permission)) throw new AppError('FORBIDDEN');
}
/** Another company's records do not exist for the caller: 404, never 403, so ids cannot be probed. */
export function requireCompany(scope: Scope, companyId: number): void {
  if (!scope.system && !scope.companyIds.has(companyId)) throw new AppError('NOT_FOUND');
}
export function requireOrg(scope: Scope, orgId: number): void {
  if (!scope.system && !scope.orgIds.has(orgId)) throw new AppError('NOT_FOUND');
}
