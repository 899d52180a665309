import { z } from 'zod';
import { route } from './route';
import { Id, Millis, Uuid, requiredText, text, type MaskedNumber } from './common';
import type { OrderRow, OrderState, AttachmentView, EvidenceView, ResultView } from './work-order';

const Place = z.strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180), accuracyM: z.number().min(0).max(100000) }).nullable();
/** What every step made on the device carries: its own UUID (the idempotency key), its place in the device's order, when and where it was done. */
const base = { stepId: Uuid, deviceSeq: z.number().int().min(1), companyId: Id, orderId: Id, at: Millis, place: Place };
/** Steps of the field work (RC-15..RC-28). Sent in `deviceSeq` order; each applied exactly once. */
export const FieldStep = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('accept'), ...base }),
  z.strictObject({ kind: z.literal('refuse'), reason: requiredText(500), ...base }),
  z.strictObject({ kind: z.literal('onSiteCheckIn'), ...base }),
  z.strictObject({ kind: z.literal('photo'), attachmentUuid: Uuid, sm3: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number().int().min(1).max(20_000_000), mime: z.enum(['image/jpeg', 'image/png', 'image/webp']), ...base }),
  z.strictObject({ kind: z.literal('temperature'), celsius: z.number().min(-50).max(60), room: requiredText(20), ...base }),
  z.strictObject({ kind: z.literal('backfill'), templateVersion: z.number().int(), values: z.record(z.string().max(40), z.union([z.string().max(1000), z.number(), z.boolean()])), parts: z.array(z.strictObject({ name: requiredText(40), quantity: z.number().int().min(1).max(999) })).max(30), durationMinutes: z.number().int().min(1).max(6000), outcome: z.enum(['fixed', 'unfixed']), ...base }),
  z.strictObject({ kind: z.literal('sign'), rating: z.number().int().min(1).max(5), comment: text(500).nullable(), signedBy: requiredText(40), signatureUuid: Uuid, sm3: z.string().regex(/^[0-9a-f]{64}$/), ...base }),
  z.strictObject({ kind: z.literal('submit'), ...base }),
  z.strictObject({ kind: z.literal('requestExtension'), reason: requiredText(500), newDueAt: Millis, ...base }),
  z.strictObject({ kind: z.literal('requestCancel'), reason: requiredText(500), ...base }),
]);
export type FieldStep = z.infer<typeof FieldStep>;
export type FieldStepKind = FieldStep['kind'];
/** applied: done now or earlier (the same answer); rejected: a conflict the person must see; waiting: a file or an earlier step is missing. */
export interface StepAnswer { stepId: string; status: 'applied' | 'rejected' | 'waiting'; code?: string; message?: string }
export interface FieldOrder extends OrderRow {
  description: string; number: MaskedNumber | null; houseId: number | null; history: { orderNo: string; at: number; fault: string; outcome: string }[]; attachments: AttachmentView[]; result: ResultView | null; evidence: EvidenceView | null; temperatures: { at: number; celsius: number; room: string }[]; appliedSteps: string[]; lat: number | null; lng: number | null;
}
export interface ResultTemplate { version: number; orderType: string; fields: { key: string; label: string; kind: 'text' | 'number' | 'single' | 'boolean'; options?: string[]; required: boolean; unit?: string }[]; parts: string[] }
export interface FieldSnapshot { orders: FieldOrder[]; templates: ResultTemplate[]; gone: { orderId: number; orderNo: string; state: OrderState; message: string }[]; serverTime: number; personName: string; stationName: string }

export const fieldRoutes = {
  fieldSnapshot: route<FieldSnapshot>()({ method: 'GET', path: '/field/snapshot', permission: 'order.field' }),
  /** Up to 50 steps in device order; answers one per step. Repeating is harmless. */
  fieldSync: route<{ answers: StepAnswer[]; snapshot: FieldSnapshot }>()({ method: 'POST', path: '/field/steps', permission: 'order.field', body: z.strictObject({ deviceId: Uuid, steps: z.array(FieldStep).min(1).max(50) }) }),
  /** Raw bytes of a photo or signature named by its UUID; checked against `x-sm3`; repeating is harmless. */
  fieldFile: route<{ attachmentUuid: string; bytes: number }>()({ method: 'PUT', path: '/field/files/:uuid', permission: 'order.field', params: z.strictObject({ uuid: Uuid }), query: z.strictObject({ companyId: Id, orderId: Id }) }),
  fieldCheckIn: route<{ at: number }>()({ method: 'POST', path: '/field/check-in', permission: 'order.field', body: z.strictObject({ place: Place, stepId: Uuid }) }),
  fieldHistory: route<OrderRow[]>()({ method: 'GET', path: '/field/history', permission: 'order.field' }),
};
