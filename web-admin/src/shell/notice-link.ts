import type { NoticeRow } from '@ronghu/contract';
/** Where a notice leads; null when there is nothing to open. */
export function noticeLink(notice: NoticeRow): string | null {
  if (notice.orderId !== null && notice.companyId !== null) return `/service-center/orders/${notice.companyId}/${notice.orderId}`;
  return null;
}
