import { z } from 'zod';
import { route } from './route';
import { Id, IdParams, PageQuery, requiredText, Millis, type Page } from './common';

/** A notice to one person: an order arrived, an approval waits, an order was completed (SC-45, RC-01, RC-27). */
export interface NoticeRow { id: number; at: number; kind: string; title: string; text: string; orderId: number | null; companyId: number | null; readAt: number | null; urgent: boolean }
export const noticeRoutes = {
  notices: route<Page<NoticeRow> & { unread: number }>()({ method: 'GET', path: '/notices', permission: 'session', query: PageQuery.extend({ unread: z.coerce.boolean().optional() }).strict() }),
  noticeRead: route<{ unread: number }>()({ method: 'POST', path: '/notices/:id/read', permission: 'session', params: IdParams }),
  noticeReadAll: route<{ unread: number }>()({ method: 'POST', path: '/notices/read-all', permission: 'session' }),
  announcements: route<{ id: number; text: string; until: number; personName: string }[]>()({ method: 'GET', path: '/announcements', permission: 'session' }),
  announcementCreate: route<{ id: number }>()({ method: 'POST', path: '/announcements', permission: 'notice.write', body: z.strictObject({ text: requiredText(200), until: Millis, orgId: Id }), keyed: true }),
};
