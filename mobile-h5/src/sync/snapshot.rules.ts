import type { FieldOrder, FieldSnapshot, FieldStepKind, OrderState } from '@ronghu/contract';

/** An order that was taken from the engineer: what happened, until he has seen it. `message` null = it left the list without a word from the server. */
export interface GoneCard { orderId: number; orderNo: string; state: OrderState | null; message: string | null; address: string; at: number; acknowledgedAt: number | null }
export interface KnownStep { stepId: string; orderId: number; kind: FieldStepKind; status: 'waiting' | 'applied' | 'rejected' }
export interface Before { orders: readonly FieldOrder[]; steps: readonly KnownStep[]; alerted: readonly number[] }
export interface Merge {
  orders: FieldOrder[];
  /** Waiting steps that the server has applied although its answer never arrived. */
  appliedSteps: string[];
  /** Orders to sound for, and all that must not sound again. */
  arrivals: number[];
  alerted: number[];
  cards: GoneCard[];
}

const LEAVING: ReadonlySet<FieldStepKind> = new Set(['submit', 'refuse']);
const FINISHED: ReadonlySet<OrderState> = new Set(['completed', 'closed']);

/**
 * Takes a snapshot in place of the former one. An order that the engineer himself finished or refused leaves quietly; any other that
 * disappears leaves a card behind, never silently.
 */
export function mergeSnapshot(before: Before, snapshot: FieldSnapshot, at: number): Merge {
  const steps = new Map<number, KnownStep[]>();
  for (const step of before.steps) steps.set(step.orderId, [...(steps.get(step.orderId) ?? []), step]);
  const present = new Set(snapshot.orders.map((order) => order.id));
  const appliedOnServer = new Set(snapshot.orders.flatMap((order) => order.appliedSteps));
  const appliedSteps = before.steps.filter((step) => step.status === 'waiting' && appliedOnServer.has(step.stepId)).map((step) => step.stepId);

  const alerted = new Set(before.alerted);
  const assigned = snapshot.orders.filter((order) => order.state === 'assigned');
  const arrivals = assigned.filter((order) => !alerted.has(order.id) && !(steps.get(order.id) ?? []).some((step) => step.status === 'waiting')).map((order) => order.id);

  const gone = new Map(snapshot.gone.map((entry) => [entry.orderId, entry]));
  const cards: GoneCard[] = [];
  for (const order of before.orders) {
    if (present.has(order.id)) continue;
    const entry = gone.get(order.id);
    const own = (steps.get(order.id) ?? []).filter((step) => step.status === 'applied' && LEAVING.has(step.kind));
    const left = own.some((step) => step.kind === 'refuse') || ((own.length > 0 || FINISHED.has(order.state)) && (!entry || FINISHED.has(entry.state)));
    if (left) continue;
    cards.push({ orderId: order.id, orderNo: order.orderNo, state: entry?.state ?? null, message: entry?.message ?? null, address: order.address, at, acknowledgedAt: null });
  }
  return { orders: snapshot.orders, appliedSteps, arrivals, alerted: assigned.map((order) => order.id), cards };
}
