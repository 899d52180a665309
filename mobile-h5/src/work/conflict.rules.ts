import type { OrderState } from '@ronghu/contract';
import type { CardRow, StepRow } from '../store/rows';

/** One card a work order: what happened to it, and which of the engineer's steps were not applied. Shown until he says that he has seen it. */
export interface Conflict {
  orderId: number; orderNo: string; address: string | null; at: number;
  happened: { state: OrderState | null; message: string | null } | null;
  lost: { stepId: string; kind: StepRow['kind']; at: number; code: string | null; message: string | null; fileUuid: string | null }[];
}

/** Cards and refusals not yet acknowledged, one conflict an order, newest first. */
export function conflictsOf(cards: readonly CardRow[], steps: readonly StepRow[]): Conflict[] {
  const byOrder = new Map<number, Conflict>();
  for (const card of cards) {
    if (card.acknowledgedAt !== null) continue;
    const known = byOrder.get(card.orderId);
    if (known && known.at > card.at) continue;
    byOrder.set(card.orderId, { orderId: card.orderId, orderNo: card.orderNo, address: card.address, at: card.at, happened: { state: card.state, message: card.message }, lost: [] });
  }
  for (const step of [...steps].sort((a, b) => a.deviceSeq - b.deviceSeq)) {
    if (step.status !== 'rejected' || step.acknowledgedAt !== null) continue;
    const conflict = byOrder.get(step.orderId) ?? { orderId: step.orderId, orderNo: step.orderNo, address: null, at: 0, happened: null, lost: [] };
    conflict.lost.push({ stepId: step.stepId, kind: step.kind, at: step.at, code: step.code, message: step.message, fileUuid: step.fileUuid });
    conflict.at = Math.max(conflict.at, step.answeredAt ?? step.at);
    byOrder.set(step.orderId, conflict);
  }
  return [...byOrder.values()].sort((a, b) => b.at - a.at);
}
