import type { Bus, BusEvent } from '../../platform/bus/bus';
import { orderIndexStore } from './order-index.store';
import { fromRow, type OrderIndexRecord } from './order-record';
import { orderRow } from './order-row';
import type { OrderChanged } from './order-writer';
import type { WorkOrderParts } from './ports';

/**
 * Hears every change of an order: brings the group's index up to date, then tells the order rooms of the station and all above it and the persons concerned
 * (boards are told by the one notifier that counts first: modules/monitor-center).
 * Idempotent: an older or repeated event neither changes the index nor is told again. Registered before all other consumers, so that those read the new line.
 */
export class OrderPublisher {
  constructor(private readonly d: WorkOrderParts) {}
  listen(bus: Bus): void { bus.on('order.changed', 'work-order.index', (event) => this.publish(event as unknown as BusEvent<OrderChanged & Record<string, unknown>>)); }

  private async publish({ payload: p }: BusEvent<OrderChanged & Record<string, unknown>>): Promise<void> {
    const group = this.d.shards.group();
    for (const approval of p.approvals) await orderIndexStore.putApproval(group, approval);
    if (!(await orderIndexStore.put(group, p.order, p.changes.includes('intake')))) return;
    const record = fromRow<OrderIndexRecord>(p.order), order = orderRow(record, this.d), { orgs, hub } = this.d;
    const nodes = new Set([record.stationId ?? record.companyId, ...(p.formerStationId ? [p.formerStationId] : [])].flatMap((id) => orgs.ancestors(id).map((n) => n.id)));
    for (const id of nodes) hub.publish(`orders:${id}`, { kind: 'order', order, change: p.change, by: p.by });
    for (const id of new Set([record.workerId, record.agentAccountId, p.formerWorkerId])) if (id) hub.publish(`person:${id}`, { kind: 'order', order, change: p.change, by: p.by });
  }
}
