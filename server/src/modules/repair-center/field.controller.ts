import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import type { FieldService } from '../../domain/work-order';
import { AppError } from '../../platform/errors/app-error';
import { admit, Endpoint } from '../../platform/http/endpoint';

@Provide()
@Controller('/')
export class FieldController {
  @Inject() ctx!: Context;
  @Inject() fieldService!: FieldService;

  @Endpoint(routes.fieldSnapshot) async snapshot() { const { scope } = admit(this.ctx, routes.fieldSnapshot); return this.fieldService.snapshot(scope); }
  @Endpoint(routes.fieldSync) async sync() { const { scope, body } = admit(this.ctx, routes.fieldSync); return this.fieldService.sync(scope, body.deviceId, body.steps); }
  @Endpoint(routes.fieldFile) async file() {
    const { scope, params, query } = admit(this.ctx, routes.fieldFile), sm3 = this.ctx.get('x-sm3');
    if (!/^[0-9a-f]{64}$/.test(sm3)) throw new AppError('BAD_INPUT', '缺少文件摘要，请重新上传', [{ path: 'x-sm3', message: '应为 64 位十六进制' }]);
    try { return await this.fieldService.putFile(scope, { ...query, uuid: params.uuid, sm3 }, this.ctx.req); } catch (error) { this.ctx.req.resume(); throw error; }
  }
  @Endpoint(routes.fieldCheckIn) async checkIn() { const { scope, body } = admit(this.ctx, routes.fieldCheckIn); return this.fieldService.checkIn(scope, body.stepId, body.place); }
  @Endpoint(routes.fieldHistory) async history() { const { scope } = admit(this.ctx, routes.fieldHistory); return this.fieldService.history(scope); }
}
