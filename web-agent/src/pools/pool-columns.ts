import { ORDER_SOURCE_NAMES, ORDER_STATE_NAMES, ORDER_TYPE_NAMES, URGENCY_NAMES, type OrderRow } from '@ronghu/contract';
import type { ListColumn } from '@ronghu/ui';
import { formatFullTime, formatTime } from '@ronghu/ui/core';
import { t } from '../locales';

/** Columns of the order lists; the number is the link to the record and cannot be hidden. */
export function orderColumns(): ListColumn<OrderRow>[] {
  const c = (key: string): string => t(`works.columns.${key}`);
  return [
    { key: 'orderNo', label: c('orderNo'), text: (o) => o.orderNo, width: 156, locked: true }, { key: 'state', label: c('state'), text: (o) => ORDER_STATE_NAMES[o.state], width: 112 }, { key: 'due', label: c('due'), text: (o) => formatFullTime(o.dueAt), width: 156 },
    { key: 'flags', label: c('flags'), text: (o) => [o.supervised ? t('ui.flags.supervised') : '', o.overLevel ? t('ui.flags.overLevel') : '', o.urgency === 'normal' ? '' : URGENCY_NAMES[o.urgency]].filter(Boolean).join(' '), minWidth: 120 },
    { key: 'type', label: c('type'), text: (o) => ORDER_TYPE_NAMES[o.type], width: 92 }, { key: 'fault', label: c('fault'), text: (o) => o.fault, width: 100 }, { key: 'customer', label: c('customer'), text: (o) => o.customerName ?? '', width: 96 }, { key: 'address', label: c('address'), text: (o) => o.address, minWidth: 220 },
    { key: 'station', label: c('station'), text: (o) => o.stationName ?? '', width: 128 }, { key: 'worker', label: c('worker'), text: (o) => o.workerName ?? '', width: 92, optional: true }, { key: 'number', label: c('number'), text: (o) => o.number?.masked ?? '', width: 128, optional: true },
    { key: 'createdAt', label: c('createdAt'), text: (o) => formatTime(o.createdAt), width: 116 }, { key: 'agent', label: c('agent'), text: (o) => o.agentName ?? '', width: 92, optional: true }, { key: 'source', label: c('source'), text: (o) => ORDER_SOURCE_NAMES[o.source], width: 100, optional: true },
  ];
}
export const rowClass = (o: OrderRow): string => (o.overdue ? 'row-overdue' : o.nearDue ? 'row-near' : '');
