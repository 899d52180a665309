import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import { admit, Endpoint } from '../../platform/http/endpoint';
import type { AccountsService } from './accounts.service';
import type { BindingsService } from './bindings.service';

@Provide()
@Controller('/')
export class AccountsController {
  @Inject() ctx!: Context;
  @Inject() accountsService!: AccountsService;
  @Inject() bindingsService!: BindingsService;

  @Endpoint(routes.accounts) async list() { const { scope, query } = admit(this.ctx, routes.accounts); return this.accountsService.list(scope, query); }
  @Endpoint(routes.accountCreate) async create() { const { scope, body } = admit(this.ctx, routes.accountCreate); return this.accountsService.create(scope, body); }
  @Endpoint(routes.accountUpdate) async update() { const { scope, params, body } = admit(this.ctx, routes.accountUpdate); return this.accountsService.update(scope, params.id, body); }
  @Endpoint(routes.accountUnlock) async unlock() { const { scope, params } = admit(this.ctx, routes.accountUnlock); await this.accountsService.unlock(scope, params.id); return { ok: true }; }
  @Endpoint(routes.accountResetPassword) async resetPassword() { const { scope, params } = admit(this.ctx, routes.accountResetPassword); return this.accountsService.resetPassword(scope, params.id); }
  @Endpoint(routes.roles) async roles() { const { scope } = admit(this.ctx, routes.roles); return this.accountsService.roles(scope); }
  @Endpoint(routes.roleUpdate) async roleUpdate() { const { scope, params, body } = admit(this.ctx, routes.roleUpdate); return this.accountsService.updateRole(scope, params.code, body.permissions, body.reason); }
  @Endpoint(routes.bindings) async bindings() { const { scope, query } = admit(this.ctx, routes.bindings); return this.bindingsService.list(scope, query); }
  @Endpoint(routes.bind) async bind() { const { scope, params, body } = admit(this.ctx, routes.bind); return this.bindingsService.bind(scope, params.id, body.extension); }
}
