import { z } from 'zod';
import { route } from './route';
import { Id, Uuid, text, PhoneNumber, type MaskedNumber } from './common';
import type { CallRow, CallView } from './call-center';
import type { CustomerView, HouseRow } from './basic-info';
import type { OrderRow } from './work-order';

export interface PaymentRow { id: number; at: number; kind: 'payment' | 'refund'; season: string; amountCents: number; channel: string }
export interface YearRecord { season: string; heating: 'on' | 'suspended' | 'off'; dueCents: number; paidCents: number; orders: number; meanRoomTemperature: number | null }
export interface RoomTemperature { at: number; celsius: number; source: 'field' | 'sensor' | 'resident' }
/** The screen pop (SC-01..SC-05): everything in one answer. `customers` holds more than one when a number is known to several. */
export interface PopView {
  call: CallView | null; number: MaskedNumber; attribution: string | null; known: boolean;
  candidates: { customerId: number; companyId: number; name: string; address: string | null }[];
  customer: CustomerView | null; house: HouseRow | null;
  orders: OrderRow[]; unitBusiness: { orderNo: string; orderId: number; companyId: number; address: string; type: string; state: string; createdAt: number; fault: string }[];
  years: YearRecord[]; calls: CallRow[]; payments: PaymentRow[]; blocklist: { id: number; reason: string; at: number; personName: string } | null; roomTemperatures: RoomTemperature[]; repeatCount: number;
}
export interface RevisitForm { version: number; title: string; questions: { key: string; label: string; kind: 'single' | 'score' | 'text'; options?: string[]; required: boolean }[] }

export const serviceCenterRoutes = {
  /** Pop of a live or past call. `customerId` chooses among several. */
  popByCall: route<PopView>()({ method: 'GET', path: '/pops/calls/:callId', permission: 'customer.read', params: z.strictObject({ callId: Uuid }), query: z.strictObject({ customerId: Id.optional(), companyId: Id.optional() }) }),
  popByCustomer: route<PopView>()({ method: 'GET', path: '/pops/customers/:companyId/:id', permission: 'customer.read', params: z.strictObject({ companyId: Id, id: Id }) }),
  numberBind: route<{ ok: true }>()({ method: 'POST', path: '/customers/:companyId/:id/numbers', permission: 'customer.write', params: z.strictObject({ companyId: Id, id: Id }), body: z.strictObject({ ref: text(200).optional(), number: PhoneNumber.optional() }) }),
  numberUnbind: route<{ ok: true }>()({ method: 'POST', path: '/customers/:companyId/:id/numbers/unbind', permission: 'customer.write', params: z.strictObject({ companyId: Id, id: Id }), body: z.strictObject({ ref: text(200) }) }),
  revisitForm: route<RevisitForm>()({ method: 'GET', path: '/revisits/form', permission: 'order.revisit' }),
  /** The draft of an order form follows the person and the call, survives reload and transfer (SC-15). */
  draftGet: route<{ draft: Record<string, unknown> | null; updatedAt: number | null }>()({ method: 'GET', path: '/drafts/:callId', permission: 'order.intake', params: z.strictObject({ callId: Uuid }) }),
  draftPut: route<{ ok: true }>()({ method: 'PUT', path: '/drafts/:callId', permission: 'order.intake', params: z.strictObject({ callId: Uuid }), body: z.strictObject({ draft: z.record(z.string().max(40), z.union([z.string().max(4000), z.number(), z.boolean(), z.null(), z.array(z.union([z.string().max(200), z.number()])).max(50)])) }) }),
};
