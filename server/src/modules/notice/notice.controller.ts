import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import type { Messaging } from '../../domain/messaging';
import { admit, Endpoint } from '../../platform/http/endpoint';

@Provide()
@Controller('/')
export class NoticeController {
  @Inject() ctx!: Context;
  @Inject() noticeService!: Messaging['notices'];
  @Inject() announcementService!: Messaging['announcements'];

  @Endpoint(routes.notices) async list() { const { scope, query } = admit(this.ctx, routes.notices); return this.noticeService.list(scope, query); }
  @Endpoint(routes.noticeRead) async read() { const { scope, params } = admit(this.ctx, routes.noticeRead); return this.noticeService.read(scope, params.id); }
  @Endpoint(routes.noticeReadAll) async readAll() { const { scope } = admit(this.ctx, routes.noticeReadAll); return this.noticeService.readAll(scope); }
  @Endpoint(routes.announcements) async announcements() { const { scope } = admit(this.ctx, routes.announcements); return this.announcementService.current(scope); }
  @Endpoint(routes.announcementCreate) async announce() { const { scope, body } = admit(this.ctx, routes.announcementCreate); return this.announcementService.create(scope, body); }
}
