import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import { admit, Endpoint } from '../../platform/http/endpoint';
import type { BoardService } from './board.service';
import type { KpiService } from './kpi.service';

@Provide()
@Controller('/')
export class MonitorController {
  @Inject() ctx!: Context;
  @Inject() boardService!: BoardService;
  @Inject() kpiService!: KpiService;

  @Endpoint(routes.board) async board() { const { scope, query } = admit(this.ctx, routes.board); return this.boardService.board(scope, query.orgId); }
  @Endpoint(routes.kpis) async kpis() { const { scope, query } = admit(this.ctx, routes.kpis); return this.kpiService.kpis(scope, query); }
  @Endpoint(routes.kpiRows) async rows() { const { scope, params, query } = admit(this.ctx, routes.kpiRows); return this.kpiService.rows(scope, params.code, query); }
}
