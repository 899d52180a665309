import type { Bus, BusEvent } from '../../platform/bus/bus';
import { isUniqueViolation } from '../../platform/database/shards';
import { systemScope } from '../../platform/identity/scopes';
import type { OrderIntakeService } from './order-intake';
import { emptyRecord } from './order-intake';
import type { OrderRecord } from './order-record';
import { orderStore, type AttachmentRecord } from './order.store';
import type { OrderWriter } from './order-writer';
import type { WorkOrderParts } from './ports';
import { newOrder } from './work-order.rules';

interface HandOver { linkedId: number; linkedNo: string; toCompanyId: number; reason: string; by: string; byId: number; source: OrderRecord; attachments: AttachmentRecord[] }

/** The far half of a handover between companies (#33): makes the linked order in the other shard, once, however often the event comes. */
export class OrderLinker {
  constructor(private readonly d: WorkOrderParts, private readonly writer: OrderWriter, private readonly intakes: OrderIntakeService) {}
  listen(bus: Bus): void { bus.on('order.handOver', 'work-order.linker', (event) => this.link(event as BusEvent<never> as unknown as BusEvent<HandOver & Record<string, unknown>>)); }

  private async link({ payload: p }: BusEvent<HandOver & Record<string, unknown>>): Promise<void> {
    const db = this.d.shards.company(p.toCompanyId), { source } = p, now = this.d.clock.now();
    if (await orderStore.find(db, p.linkedId)) return;
    const due = await this.intakes.deadline({ type: source.orderType, urgency: source.urgency, source: source.orderSource });
    // house and customer belong to the other company's shard: the words go along, the keys do not
    const record: OrderRecord = {
      ...emptyRecord(p.linkedId, p.toCompanyId, p.linkedNo, now), orderType: source.orderType, urgency: source.urgency, orderSource: source.orderSource, faultCode: source.faultCode, fault: source.fault, description: source.description, customerName: source.customerName, numberSealed: source.numberSealed, numberBlind: source.numberBlind,
      numberLast4: source.numberLast4, communityName: source.communityName, address: source.address, agentId: source.agentId, agentAccountId: source.agentAccountId, agentName: source.agentName, callId: source.callId, dueAt: due.dueAt, ruleVersion: due.ruleVersion, dueExplained: due.explained.slice(0, 1000),
      linkedCompanyId: source.companyId, linkedOrderId: source.id, linkedOrderNo: source.orderNo, linkRelation: 'handedOverFrom', reportHours: source.reportHours,
    };
    const base = { actorId: 0, rights: ['system'] as const, approvals: await this.d.settings.approvalRules() };
    try {
      await this.writer.create({ ...systemScope('handOver'), personName: p.by }, record, newOrder(now, due.dueAt), {
        input: { ...base, event: 'intake' }, nearDueAt: due.nearDueAt, detail: { 移交自: source.orderNo, 移交原因: p.reason },
        then: [...(source.supervised ? [{ ...base, event: 'supervise' as const, reason: '随移交工单督办' }] : []), ...(source.overLevel ? [{ ...base, event: 'markOverLevel' as const, reason: '随移交工单标记' }] : [])],
        within: async (tx) => { for (const a of p.attachments) await orderStore.addAttachment(tx, { ...a, id: this.d.ids.next(), orderId: p.linkedId, deviceUuid: null, roundNo: 1 }); },
      });
    } catch (error) { if (!isUniqueViolation(error)) throw error; } // a repeated event was faster
  }
}
