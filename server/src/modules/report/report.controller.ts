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

  @Endpoint(routes.exportOrders) async orders() { const { scope, query } = admit(this.ctx, routes.exportOrders); await this.exportService.consent(scope, 'orders', query); return this.send(this.exportService.orders(scope, query)); }
  @Endpoint(routes.exportCalls) async calls() { const { scope, query } = admit(this.ctx, routes.exportCalls); await this.exportService.consent(scope, 'calls', query); return this.send(this.exportService.calls(scope, query)); }
  @Endpoint(routes.exportRequests) async requests() { const { scope } = admit(this.ctx, routes.exportRequests); return this.exportService.requests(scope); }
  @Endpoint(routes.exportRequest) async request() { const { scope, body } = admit(this.ctx, routes.exportRequest); return this.exportService.ask(scope, body); }
  @Endpoint(routes.exportRequestAnswer) async answer() { const { scope, params, body } = admit(this.ctx, routes.exportRequestAnswer); return this.exportService.answerRequest(scope, params.id, body.answer === 'confirm'); }

  private send(file: ExportFile) {
    this.ctx.set({ 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'content-disposition': `attachment; filename="export.xlsx"; filename*=UTF-8''${encodeURIComponent(file.name)}` });
    this.ctx.res.once('close', () => file.body.destroy());
    return file.body;
  }
}
