import type { NoticeRow } from '@ronghu/contract';
import { can } from '@ronghu/ui/core';
/** Where a notice leads; null when there is nothing to open. */
export function noticeLink(notice: NoticeRow): string | null {
  if (notice.orderId === null || notice.companyId === null) return null;
  // The station head deals with an order at the desk.
  if (can('order.station')) return `/repair-center/desk?company=${notice.companyId}&order=${notice.orderId}`;
  return `/service-center/orders/${notice.companyId}/${notice.orderId}`;
}
