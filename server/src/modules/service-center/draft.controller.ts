import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import { admit, Endpoint } from '../../platform/http/endpoint';
import type { DraftService } from './draft.service';

@Provide()
@Controller('/')
export class DraftController {
  @Inject() ctx!: Context;
  @Inject() draftService!: DraftService;

  @Endpoint(routes.draftGet) async read() { const { scope, params } = admit(this.ctx, routes.draftGet); return this.draftService.get(scope, params.callId); }
  @Endpoint(routes.draftPut) async write() { const { scope, params, body } = admit(this.ctx, routes.draftPut); return this.draftService.put(scope, params.callId, body.draft); }
}
