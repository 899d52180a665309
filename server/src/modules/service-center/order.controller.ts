import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import type { OrderIntakeService, OrderQueryService, OrderService } from '../../domain/work-order';
import { admit, Endpoint } from '../../platform/http/endpoint';

@Provide()
@Controller('/')
export class OrderController {
  @Inject() ctx!: Context;
  @Inject() orderService!: OrderService;
  @Inject() orderIntakeService!: OrderIntakeService;
  @Inject() orderQueryService!: OrderQueryService;

  @Endpoint(routes.orders) async list() { const { scope, query } = admit(this.ctx, routes.orders); return this.orderQueryService.list(scope, query); }
  @Endpoint(routes.orderCounts) async counts() { const { scope, query } = admit(this.ctx, routes.orderCounts); return this.orderQueryService.counts(scope, query); }
  @Endpoint(routes.orderDue) async due() { const { scope, query } = admit(this.ctx, routes.orderDue); return this.orderIntakeService.propose(scope, query); }
  @Endpoint(routes.orderIntake) async intake() {
    const { scope, body, key } = admit(this.ctx, routes.orderIntake), order = await this.orderIntakeService.intake(scope, body, undefined, key);
    return this.orderQueryService.view(scope, order.companyId, order.id);
  }
  @Endpoint(routes.order) async order() { const { scope, params } = admit(this.ctx, routes.order); return this.orderQueryService.view(scope, params.companyId, params.id); }
  @Endpoint(routes.orderCommand) async command() {
    const { scope, params, body } = admit(this.ctx, routes.orderCommand);
    await this.orderService.command(scope, params.companyId, params.id, body);
    return this.orderQueryService.after(scope, params.companyId, params.id);
  }
  @Endpoint(routes.orderCandidates) async candidates() { const { scope, params } = admit(this.ctx, routes.orderCandidates); return this.orderQueryService.candidates(scope, params.companyId, params.id); }
  @Endpoint(routes.stationWorkers) async workers() { const { scope, params } = admit(this.ctx, routes.stationWorkers); return this.orderQueryService.stationWorkers(scope, params.id); }
  @Endpoint(routes.revisitForm) async revisitForm() { const { scope } = admit(this.ctx, routes.revisitForm); return this.orderQueryService.revisitForm(scope); }
}

@Provide()
@Controller('/')
export class ApprovalController {
  @Inject() ctx!: Context;
  @Inject() orderService!: OrderService;
  @Inject() orderQueryService!: OrderQueryService;

  @Endpoint(routes.approvals) async list() { const { scope, query } = admit(this.ctx, routes.approvals); return this.orderQueryService.approvals(scope, query); }
  @Endpoint(routes.approvalDecide) async decide() {
    const { scope, params, body } = admit(this.ctx, routes.approvalDecide);
    await this.orderService.decide(scope, params.companyId, params.id, body.decision, body.reason);
    return this.orderQueryService.approval(scope, params.companyId, params.id);
  }
}
