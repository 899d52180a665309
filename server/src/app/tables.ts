import { auditTables } from '../platform/audit';
import { busTables } from '../platform/bus/bus.tables';
import { cacheTables } from '../platform/cache/cache.tables';
import { shardTables } from '../platform/database/places';
import type { TableDefinition } from '../platform/database/table';
import { resealTables } from '../platform/reseal';
import { twoPersonTables } from '../platform/two-person';
import { identityTables } from '../platform/identity/identity.tables';
import { telephonyTables } from '../domain/telephony/telephony.tables';
import { messagingTables } from '../domain/messaging/messaging.tables';
import { settingTables } from '../domain/setting/setting.tables';
import { workOrderTables } from '../domain/work-order/work-order.tables';
import { basicInfoTables } from '../modules/basic-info/basic-info.tables';
import { draftTables } from '../modules/service-center/draft.tables';

/** Every table of the product: the one source of schema and migrations. */
export const allTables: TableDefinition[] = [...shardTables, ...busTables, ...cacheTables, ...identityTables, ...auditTables, ...twoPersonTables, ...resealTables, ...settingTables, ...telephonyTables, ...messagingTables, ...workOrderTables, ...basicInfoTables, ...draftTables];
/** Of the table definitions. Raised with the first change of a table after a release; db-scripts/versions keeps the earlier ones for the up-scripts. */
export const schemaVersion = '0.2.0';
