import type { AuditLog } from '../../platform/audit';
import type { Bus } from '../../platform/bus/bus';
import type { Signals } from '../../platform/cache';
import type { Outbox } from '../../platform/bus/outbox';
import type { Clock } from '../../platform/clock';
import type { CryptoBox } from '../../platform/crypto';
import type { Tx } from '../../platform/database/db';
import type { Ids } from '../../platform/database/ids';
import type { Shards } from '../../platform/database/shards';
import type { OrgDirectory } from '../../platform/identity/org.store';
import type { SessionService } from '../../platform/identity/session.service';

/** What the services of this room are built from. */
export interface BasicInfoParts { shards: Shards; ids: Ids; clock: Clock; crypto: CryptoBox; orgs: OrgDirectory; audit: AuditLog; outbox: Outbox; bus: Bus; sessions: Pick<SessionService, 'rightsChanged'>; signals?: Signals }

/** Events of this room. The index follows them; others may too. */
export type BasicInfoEvent = { kind: 'basicInfo.houses'; houseIds: number[] } | { kind: 'basicInfo.area'; areaId: number } | { kind: 'basicInfo.customers'; customerIds: number[]; houseIds: number[] } | { kind: 'basicInfo.communities'; communityIds: number[] };
/** Tells of a change in the same transaction. One aggregate a company keeps its events in order. */
export function tell(parts: Pick<BasicInfoParts, 'outbox'>, tx: Tx, companyId: number, event: BasicInfoEvent): Promise<void> {
  const { kind, ...payload } = event;
  return parts.outbox.add(tx, { kind, aggregate: 'basicInfo', aggregateId: companyId, companyId, payload });
}
export const marks = (values: readonly unknown[], from = 1): string => values.map((_, i) => `$${i + from}`).join(',');
