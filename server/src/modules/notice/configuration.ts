import { Configuration, type IMidwayContainer } from '@midwayjs/core';
import { createMessaging } from '../../domain/messaging';
import type { Platform } from '../../platform/platform';

/** Wires notices and announcements. Needs `platform`. */
@Configuration({ namespace: 'notice' })
export class NoticeConfiguration {
  async onReady(container: IMidwayContainer): Promise<void> {
    const { notices, announcements } = createMessaging(await container.getAsync<Platform>('platform'));
    container.registerObject('noticeService', notices);
    container.registerObject('announcementService', announcements);
  }
}
