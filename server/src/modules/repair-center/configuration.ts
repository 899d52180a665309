import { Configuration, type IMidwayContainer } from '@midwayjs/core';
import type { createWorkOrders } from '../../domain/work-order';

/** Wires the field side. Needs `workOrders`, which service-center registers before. */
@Configuration({ namespace: 'repairCenter' })
export class RepairCenterConfiguration {
  async onReady(container: IMidwayContainer): Promise<void> {
    const { field } = await container.getAsync<ReturnType<typeof createWorkOrders>>('workOrders');
    container.registerObject('fieldService', field);
  }
}
