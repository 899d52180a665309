import type { Bus } from '../../platform/bus/bus';
import { AnnouncementService } from './announcement.service';
import { NoticeService, type MessagingParts } from './notice.service';

export interface Messaging { notices: NoticeService; announcements: AnnouncementService }
/** Builds the messaging room once a process and registers its consumers; after the work-order room, so that a pop-up finds the order's line. */
export function createMessaging(parts: MessagingParts & { bus: Bus }): Messaging {
  const notices = new NoticeService(parts);
  notices.listen(parts.bus);
  return { notices, announcements: new AnnouncementService(parts) };
}
export { messagingTables } from './messaging.tables';
