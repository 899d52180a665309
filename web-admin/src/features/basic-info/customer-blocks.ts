import { h, type VNode } from 'vue';
import { RouterLink } from 'vue-router';
import { END_REASON_NAMES, ORDER_STATE_NAMES, ORDER_TYPE_NAMES, type OrderState, type OrderType, type PopView } from '@ronghu/contract';
import { DueTag, formatDay, formatDuration, formatMoney, formatTime, OrderStateTag } from '@ronghu/ui';
import HeatingMark from './HeatingMark.vue';

type Text = (key: string) => string;
interface Column<T> { label: string; minWidth: number; right?: boolean; cell: (row: T) => VNode | string }
/** One tab of the customer's business: rows of whatever kind, and how each column shows them. */
export interface CustomerBlock { name: string; label: string; rows: readonly object[]; rowKey: string; columns: Column<object>[] }

/** Forgets the kind of the rows, which their own columns know. */
function block<T extends object>(name: string, label: string, rows: readonly T[], rowKey: keyof T & string, columns: Column<T>[]): CustomerBlock {
  return { name, label: `${label} ${rows.length}`, rows, rowKey, columns: columns.map((column) => ({ ...column, cell: (row) => column.cell(row as T) })) };
}
const orderLink = (companyId: number, id: number, orderNo: string): VNode => h(RouterLink, { to: `/service-center/orders/${companyId}/${id}` }, () => orderNo);
const typeName = (type: string): string => ORDER_TYPE_NAMES[type as OrderType] ?? type;
const stateName = (state: string): string => ORDER_STATE_NAMES[state as OrderState] ?? state;

/** Everything that a customer has done with us: orders, calls, payments, years, temperatures, the same unit. */
export function customerBlocks(pop: PopView, t: Text): CustomerBlock[] {
  const house = (key: string): string => t(`basicInfo.house.${key}`);
  return [
    block('orders', house('orders'), pop.orders, 'id', [
      { label: t('ui.order.no'), minWidth: 170, cell: (row) => orderLink(row.companyId, row.id, row.orderNo) }, { label: t('ui.order.type'), minWidth: 90, cell: (row) => typeName(row.type) },
      { label: house('fault'), minWidth: 110, cell: (row) => row.fault }, { label: house('state'), minWidth: 110, cell: (row) => h(OrderStateTag, { state: row.state }) },
      { label: t('ui.order.dueAt'), minWidth: 130, cell: (row) => h(DueTag, { order: row }) }, { label: t('ui.order.createdAt'), minWidth: 110, cell: (row) => formatTime(row.createdAt) },
    ]),
    block('calls', house('calls'), pop.calls, 'callId', [
      { label: house('at'), minWidth: 120, cell: (row) => h(RouterLink, { to: `/call-center/calls/${row.callId}` }, () => formatTime(row.startedAt)) }, { label: house('agent'), minWidth: 90, cell: (row) => row.agentName ?? '' },
      { label: house('talk'), minWidth: 100, cell: (row) => formatDuration(row.talkSeconds) }, { label: house('callState'), minWidth: 110, cell: (row) => (row.endReason === null ? '' : END_REASON_NAMES[row.endReason]) },
    ]),
    block('payments', house('payments'), pop.payments, 'id', [
      { label: house('at'), minWidth: 110, cell: (row) => formatDay(row.at) }, { label: t('ui.order.type'), minWidth: 80, cell: (row) => house(`kinds.${row.kind}`) }, { label: house('season'), minWidth: 110, cell: (row) => row.season ?? '' },
      { label: house('amount'), minWidth: 110, right: true, cell: (row) => formatMoney(row.kind === 'refund' ? -Math.abs(row.amountCents) : row.amountCents) }, { label: house('channel'), minWidth: 100, cell: (row) => row.channel ?? '' },
    ]),
    block('years', house('years'), pop.years, 'season', [
      { label: house('season'), minWidth: 110, cell: (row) => row.season }, { label: t('basicInfo.houses.heating'), minWidth: 90, cell: (row) => h(HeatingMark, { heating: row.heating }) },
      { label: house('due'), minWidth: 100, right: true, cell: (row) => formatMoney(row.dueCents) }, { label: house('paid'), minWidth: 100, right: true, cell: (row) => formatMoney(row.paidCents) },
      { label: house('orderCount'), minWidth: 70, right: true, cell: (row) => String(row.orders) }, { label: house('mean'), minWidth: 90, right: true, cell: (row) => (row.meanRoomTemperature === null ? '—' : `${row.meanRoomTemperature.toFixed(1)} ℃`) },
    ]),
    block('temperatures', house('temperatures'), pop.roomTemperatures, 'at', [
      { label: house('at'), minWidth: 120, cell: (row) => formatTime(row.at) }, { label: house('celsius'), minWidth: 90, right: true, cell: (row) => `${row.celsius.toFixed(1)} ℃` }, { label: house('source'), minWidth: 90, cell: (row) => house(`sources.${row.source}`) },
    ]),
    block('unit', house('unit'), pop.unitBusiness, 'orderId', [
      { label: t('ui.order.no'), minWidth: 170, cell: (row) => orderLink(row.companyId, row.orderId, row.orderNo) }, { label: t('ui.order.address'), minWidth: 180, cell: (row) => row.address }, { label: house('fault'), minWidth: 110, cell: (row) => row.fault },
      { label: t('ui.order.type'), minWidth: 80, cell: (row) => typeName(row.type) }, { label: house('state'), minWidth: 90, cell: (row) => stateName(row.state) }, { label: t('ui.order.createdAt'), minWidth: 110, cell: (row) => formatTime(row.createdAt) },
    ]),
  ];
}
