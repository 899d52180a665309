import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import { admit, Endpoint } from '../../platform/http/endpoint';
import type { ExportFile, ExportService } from './export.service';

@Provide()
@Controller('/')
export class ReportController {
  @Inject() ctx!: Context;
  @Inject() exportService!: ExportService;

  @Endpoint(routes.exportOrders) async orders() { const { scope, query } = admit(this.ctx, routes.exportOrders); return this.send(this.exportService.orders(scope, query)); }
  @Endpoint(routes.exportCalls) async calls() { const { scope, query } = admit(this.ctx, routes.exportCalls); return this.send(this.exportService.calls(scope, query)); }

  private send(file: ExportFile) {
    this.ctx.set({ 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'content-disposition': `attachment; filename="export.xlsx"; filename*=UTF-8''${encodeURIComponent(file.name)}` });
    this.ctx.res.once('close', () => file.body.destroy());
    return file.body;
  }
}
