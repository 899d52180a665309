import { Configuration, type IMidwayContainer } from '@midwayjs/core';
import { createWorkOrders, type SettingHost } from '../../domain/work-order';
import type { Platform } from '../../platform/platform';

/** Wires the order desk. Builds the work-order room from `platform` and `settings` and hands it on as `workOrders` (repair-center uses it too). */
@Configuration({ namespace: 'serviceCenter' })
export class ServiceCenterConfiguration {
  async onReady(container: IMidwayContainer): Promise<void> {
    const workOrders = createWorkOrders(await container.getAsync<Platform>('platform'), await container.getAsync<SettingHost>('settings'));
    container.registerObject('workOrders', workOrders);
    container.registerObject('orderService', workOrders.orders);
    container.registerObject('orderIntakeService', workOrders.intakes);
    container.registerObject('orderQueryService', workOrders.queries);
    container.registerObject('attachmentService', workOrders.attachments);
  }
}
