import type { MaskedNumber, OrderRow } from '@ronghu/contract';
import type { CryptoBox } from '../../platform/crypto';
import type { OrgDirectory } from '../../platform/identity/org.store';
import type { OrderIndexRecord } from './order-record';

/** A sealed number as a browser may see it. */
export const maskedOf = (crypto: CryptoBox, sealed: string | null): MaskedNumber | null => (sealed ? crypto.masked(crypto.open(sealed)) : null);

/** The line of a list, a pop-up or a live message. Numbers are masked here, once. */
export function orderRow(r: OrderIndexRecord, d: { crypto: CryptoBox; orgs: OrgDirectory }): OrderRow {
  return {
    id: r.id, companyId: r.companyId, orderNo: r.orderNo, type: r.orderType, urgency: r.urgency, source: r.orderSource, faultCode: r.faultCode, fault: r.fault, state: r.state, customerName: r.customerName, number: maskedOf(d.crypto, r.numberSealed), address: r.address, communityName: r.communityName,
    stationId: r.stationId, stationName: d.orgs.name(r.stationId), workerId: r.workerId, workerName: r.workerName, agentId: r.agentId, agentName: r.agentName, createdAt: r.createdAt, dueAt: r.dueAt, completedAt: r.completedAt, closedAt: r.closedAt, version: r.versionNo, revisitAttempts: r.revisitAttempts, closeKind: r.closeKind,
    directClosed: r.directClosed, satisfaction: r.rating, exempt: r.exempt, supervised: r.supervised, overLevel: r.overLevel, nearDue: r.nearDue, overdue: r.overdue, urged: r.urged, priority: r.priority, pendingApproval: r.pendingApproval, round: r.roundNo,
  };
}
