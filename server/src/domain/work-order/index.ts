import { AttachmentService } from './attachment.service';
import { FieldService } from './field.service';
import { OrderClock } from './order-clock';
import { OrderIntakeService } from './order-intake';
import { OrderLinker } from './order-linker';
import { OrderNumbers } from './order-number';
import { OrderPublisher } from './order-publisher';
import { OrderQueryService } from './order-query.service';
import { defineOrderSettings, type OrderSettings, type SettingHost } from './order-settings';
import { OrderWriter } from './order-writer';
import { OrderService } from './order.service';
import type { WorkOrderParts } from './ports';

export interface WorkOrders { intakes: OrderIntakeService; orders: OrderService; queries: OrderQueryService; attachments: AttachmentService; field: FieldService; settings: OrderSettings }

/**
 * Builds the work-order room once a process and registers its consumers and timers. Call it before other rooms register theirs for `order.changed`:
 * those then read the index line that this room has just written. `settings` is the settings service; this declares five documents in it.
 */
export function createWorkOrders(parts: Omit<WorkOrderParts, 'settings'>, settings: SettingHost): WorkOrders {
  const d: WorkOrderParts = { ...parts, settings: defineOrderSettings(settings) };
  const writer = new OrderWriter(d), numbers = new OrderNumbers({ shards: d.shards, clock: d.clock, companyCode: (id) => d.orgs.get(id)?.code ?? `C${id}` });
  const intakes = new OrderIntakeService(d, writer, numbers), queries = new OrderQueryService(d), attachments = new AttachmentService(d);
  new OrderPublisher(d).listen(d.bus);
  new OrderLinker(d, writer, intakes).listen(d.bus);
  new OrderClock(d, writer).listen();
  return { intakes, orders: new OrderService(d, writer, intakes, numbers), queries, attachments, field: new FieldService(d, writer, queries, attachments), settings: d.settings };
}
export { defaultSettings } from './default-settings';
export { workOrderTables } from './work-order.tables';
export { MAX_ATTACHMENT_BYTES, type AttachmentService, type KeptFile, type UploadFacts } from './attachment.service';
export type { FieldService } from './field.service';
export type { OrderIntakeService } from './order-intake';
export type { OrderQueryService } from './order-query.service';
export type { OrderService } from './order.service';
export type { SettingHost } from './order-settings';
export type { OrderChanged, NoticeDraft } from './order-writer';
