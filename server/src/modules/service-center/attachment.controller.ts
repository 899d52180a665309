import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import type { AttachmentService } from '../../domain/work-order';
import { admit, Endpoint } from '../../platform/http/endpoint';
import { readUpload } from './upload';

@Provide()
@Controller('/')
export class AttachmentController {
  @Inject() ctx!: Context;
  @Inject() attachmentService!: AttachmentService;

  @Endpoint(routes.attachmentUpload) async upload() {
    const { scope } = admit(this.ctx, routes.attachmentUpload), { facts, kept } = await readUpload(this.ctx.req, (stream) => this.attachmentService.keep(stream));
    return this.attachmentService.enter(scope, facts, kept);
  }
  /** Pictures, sound and film are shown; anything else is only saved. No content can run: the type is what the bytes are, and the page of it is sandboxed. */
  @Endpoint(routes.attachment) async open() {
    const { scope, params } = admit(this.ctx, routes.attachment), file = await this.attachmentService.open(scope, params.companyId, params.id);
    this.ctx.set({ 'content-type': file.mime, 'content-length': String(file.size), 'content-disposition': `${file.inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.name)}`, 'content-security-policy': "default-src 'none'; sandbox", 'cache-control': 'private, max-age=86400, immutable' });
    this.ctx.res.once('close', () => file.stream.destroy());
    return file.stream;
  }
}
