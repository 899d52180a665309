import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import { admit, Endpoint } from '../../platform/http/endpoint';
import type { PopService } from './pop.service';

@Provide()
@Controller('/')
export class PopController {
  @Inject() ctx!: Context;
  @Inject() popService!: PopService;

  @Endpoint(routes.popByCall) async byCall() { const { scope, params, query } = admit(this.ctx, routes.popByCall); return this.popService.byCall(scope, params.callId, query); }
  @Endpoint(routes.popByCustomer) async byCustomer() { const { scope, params } = admit(this.ctx, routes.popByCustomer); return this.popService.byCustomer(scope, params.companyId, params.id); }
}
