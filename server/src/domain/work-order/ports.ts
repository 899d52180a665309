import type { AuditLog } from '../../platform/audit';
import type { Bus } from '../../platform/bus/bus';
import type { Outbox } from '../../platform/bus/outbox';
import type { Clock } from '../../platform/clock';
import type { CryptoBox } from '../../platform/crypto';
import type { Ids } from '../../platform/database/ids';
import type { Shards } from '../../platform/database/shards';
import type { OrgDirectory } from '../../platform/identity/org.store';
import type { Log } from '../../platform/log';
import type { Hub } from '../../platform/realtime/hub';
import type { BlobStore } from '../../platform/storage';
import type { Timers } from '../../platform/timer/timers';
import type { OrderSettings } from './order-settings';

/** Everything the services of this room are built from: the platform's parts, nothing hidden. */
export interface WorkOrderParts { shards: Shards; ids: Ids; clock: Clock; log: Log; orgs: OrgDirectory; bus: Bus; outbox: Outbox; timers: Timers; hub: Hub; crypto: CryptoBox; audit: AuditLog; blobs: BlobStore; settings: OrderSettings }
