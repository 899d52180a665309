import type { Bus } from '../../platform/bus/bus';
import type { Tx } from '../../platform/database/db';
import { orderIndexStore } from './order-index.store';
import { fromRow, type OrderIndexRecord } from './order-record';
import { orderRow } from './order-row';
import type { OrderChanged } from './order-writer';
import type { WorkOrderParts } from './ports';

/**
 * Hears every change of an order: brings the group's index up to date, then tells the order rooms of the station and all above it and the persons concerned
 * (boards are told by the one notifier that counts first: modules/monitor-center).
 * Many at a time: a storm of the first cold day costs a few statements. Idempotent: an older or repeated event neither changes the index nor is told again. Registered
 * before all other consumers of many events, so that those read the new line.
 */
export class OrderPublisher {
  constructor(private readonly d: WorkOrderParts) {}
  listen(bus: Bus): void { bus.many('order.changed', 'work-order.index', (events, tx) => this.publish(events.map((event) => event.payload as unknown as OrderChanged), tx), { idempotent: true }); }

  private async publish(changes: readonly OrderChanged[], tx: Tx): Promise<void> {
    await orderIndexStore.putApprovals(tx, changes.flatMap((change) => change.approvals));
    const newer = await orderIndexStore.putMany(tx, changes.map((change) => change.order));
    tx.afterCommit(() => { for (const [i, change] of changes.entries()) if (newer[i]) this.tell(change); });
  }
  private tell(p: OrderChanged): void {
    const record = fromRow<OrderIndexRecord>(p.order), order = orderRow(record, this.d), { orgs, hub } = this.d;
    const nodes = new Set([record.stationId ?? record.companyId, ...(p.formerStationId ? [p.formerStationId] : [])].flatMap((id) => orgs.ancestors(id).map((n) => n.id)));
    for (const id of nodes) hub.publish(`orders:${id}`, { kind: 'order', order, change: p.change, by: p.by });
    for (const id of new Set([record.workerId, record.agentAccountId, p.formerWorkerId])) if (id) hub.publish(`person:${id}`, { kind: 'order', order, change: p.change, by: p.by });
  }
}
