import { AppError } from '../../platform/errors/app-error';
import type { Scope } from '../../platform/identity/scope';
import { requireCompany } from '../../platform/identity/scope';
import type { OrderIndexRecord } from './order-record';
import type { Actor } from './order-table';

const DESKS = ['order.station', 'order.arrange', 'order.intake', 'order.override', 'order.supervise', 'order.approve', 'order.revisit'] as const;
/** Field people see the orders that are theirs and no others (RC-12, RC-18); whoever also has a desk's right is not one of them. */
export const ownOnly = (scope: Scope): boolean => !scope.system && scope.permissions.has('order.field') && !DESKS.some((p) => scope.permissions.has(p));

/** Whether this order exists for the caller: company, then station; one's own intake stays readable wherever it went. */
export function canSee(scope: Scope, order: Pick<OrderIndexRecord, 'companyId' | 'stationId' | 'workerId' | 'agentAccountId'>): boolean {
  if (scope.system) return true;
  if (ownOnly(scope)) return order.workerId === scope.accountId;
  if (order.agentAccountId === scope.accountId) return true;
  if (!scope.companyIds.has(order.companyId)) return false;
  return scope.wholeCompany || (order.stationId !== null && scope.stationIds.has(order.stationId));
}
/** @throws AppError NOT_FOUND, the same for an order of others as for none at all, so that ids cannot be probed. */
export function requireOrder<T extends OrderIndexRecord>(scope: Scope, order: T | null): T {
  if (!order || !canSee(scope, order)) throw new AppError('NOT_FOUND', '没有找到该工单，可能已被移交或不在您的管辖范围');
  return order;
}
export { requireCompany };
/** The caller's rights as the engine reads them. */
export const rightsOf = (scope: Scope): readonly Actor[] => (scope.system ? ['system'] : [...scope.permissions].filter((p) => p.startsWith('order.')));
