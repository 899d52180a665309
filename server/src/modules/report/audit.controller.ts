import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import { admit, Endpoint } from '../../platform/http/endpoint';
import type { AuditService } from './audit.service';

@Provide()
@Controller('/')
export class AuditController {
  @Inject() ctx!: Context;
  @Inject() auditService!: AuditService;

  @Endpoint(routes.audit) async list() { const { scope, query } = admit(this.ctx, routes.audit); return this.auditService.list(scope, query); }
  @Endpoint(routes.verify) async verify() { const { scope } = admit(this.ctx, routes.verify); return this.auditService.verify(scope); }
}
