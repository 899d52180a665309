import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import { admit, Endpoint } from '../../platform/http/endpoint';
import type { AreaService } from './area.service';
import type { CustomerService } from './customer.service';
import type { GlobalSearch } from './global-search';
import type { HouseService } from './house.service';
import type { OrgService } from './org.service';

@Provide()
@Controller('/')
export class BasicInfoController {
  @Inject() ctx!: Context;
  @Inject() orgService!: OrgService;
  @Inject() areaService!: AreaService;
  @Inject() houseService!: HouseService;
  @Inject() customerService!: CustomerService;
  @Inject() globalSearch!: GlobalSearch;

  @Endpoint(routes.orgTree) async orgTree() { const { scope } = admit(this.ctx, routes.orgTree); return this.orgService.tree(scope); }
  @Endpoint(routes.orgCreate) async orgCreate() { const { scope, body } = admit(this.ctx, routes.orgCreate); return this.orgService.create(scope, body); }
  @Endpoint(routes.orgRename) async orgRename() { const { scope, params, body } = admit(this.ctx, routes.orgRename); return this.orgService.rename(scope, params.id, body.name); }

  @Endpoint(routes.areaChildren) async areaChildren() { const { scope, query } = admit(this.ctx, routes.areaChildren); return this.areaService.children(scope, query); }
  @Endpoint(routes.areaCreate) async areaCreate() { const { scope, body } = admit(this.ctx, routes.areaCreate); return this.areaService.create(scope, body); }
  @Endpoint(routes.areaUpdate) async areaUpdate() { const { scope, params, body } = admit(this.ctx, routes.areaUpdate); return this.areaService.update(scope, params.companyId, params.id, body); }
  @Endpoint(routes.areaDelete) async areaDelete() { const { scope, params } = admit(this.ctx, routes.areaDelete); await this.areaService.remove(scope, params.companyId, params.id); return { ok: true }; }
  @Endpoint(routes.areaLog) async areaLog() { const { scope, params } = admit(this.ctx, routes.areaLog); return this.areaService.logOf(scope, params.companyId, params.id); }
  @Endpoint(routes.areaFigures) async areaFigures() { const { scope, params } = admit(this.ctx, routes.areaFigures); return this.areaService.figures(scope, params.companyId, params.id); }

  @Endpoint(routes.houses) async houses() { const { scope, query } = admit(this.ctx, routes.houses); return this.houseService.list(scope, query); }
  @Endpoint(routes.house) async house() { const { scope, params } = admit(this.ctx, routes.house); return this.houseService.get(scope, params.companyId, params.id); }
  @Endpoint(routes.houseUpdate) async houseUpdate() { const { scope, params, body } = admit(this.ctx, routes.houseUpdate); return this.houseService.update(scope, params.companyId, params.id, body); }

  @Endpoint(routes.customer) async customer() { const { scope, params } = admit(this.ctx, routes.customer); return this.customerService.get(scope, params.companyId, params.id); }
  @Endpoint(routes.customerCreate) async customerCreate() { const { scope, body } = admit(this.ctx, routes.customerCreate); return this.customerService.create(scope, body); }
  @Endpoint(routes.customerUpdate) async customerUpdate() { const { scope, params, body } = admit(this.ctx, routes.customerUpdate); return this.customerService.update(scope, params.companyId, params.id, body); }
  @Endpoint(routes.numberReveal) async numberReveal() { const { scope, body } = admit(this.ctx, routes.numberReveal); return this.customerService.reveal(scope, body.ref, body.reason); }

  // Binding belongs to the customer, whichever desk it is done from.
  @Endpoint(routes.numberBind) async numberBind() { const { scope, params, body } = admit(this.ctx, routes.numberBind); await this.customerService.bindNumber(scope, params.companyId, params.id, body); return { ok: true }; }
  @Endpoint(routes.numberUnbind) async numberUnbind() { const { scope, params, body } = admit(this.ctx, routes.numberUnbind); await this.customerService.unbindNumber(scope, params.companyId, params.id, body.ref); return { ok: true }; }

  @Endpoint(routes.search) async search() { const { scope, query } = admit(this.ctx, routes.search); return this.globalSearch.search(scope, query.q); }
}
