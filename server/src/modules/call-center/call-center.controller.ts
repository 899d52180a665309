import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import { admit, Endpoint } from '../../platform/http/endpoint';
import type { AgentsService } from './agents.service';
import type { BlocklistService } from './blocklist.service';
import type { CallsService } from './calls.service';
import type { PhoneService } from './phone.service';
import type { RecordingsService } from './recordings.service';

@Provide()
@Controller('/')
export class PhoneController {
  @Inject() ctx!: Context;
  @Inject() phoneService!: PhoneService;
  @Inject() agentsService!: AgentsService;

  @Endpoint(routes.phoneState) async state() { const { scope } = admit(this.ctx, routes.phoneState); return this.phoneService.state(scope); }
  @Endpoint(routes.phoneCommand) async command() { const { scope, body, key } = admit(this.ctx, routes.phoneCommand); return this.phoneService.command(scope, body, key); }
  @Endpoint(routes.phoneTargets) async targets() { const { scope } = admit(this.ctx, routes.phoneTargets); return this.agentsService.targets(scope); }
}

@Provide()
@Controller('/')
export class AgentController {
  @Inject() ctx!: Context;
  @Inject() agentsService!: AgentsService;

  @Endpoint(routes.agents) async agents() { const { scope, query } = admit(this.ctx, routes.agents); return this.agentsService.agents(scope, query.orgId); }
  @Endpoint(routes.agentForce) async force() { const { scope, params, body, key } = admit(this.ctx, routes.agentForce); return this.agentsService.force(scope, params.id, body, key); }
  @Endpoint(routes.waitingCalls) async waiting() { const { scope } = admit(this.ctx, routes.waitingCalls); return this.agentsService.waiting(scope); }
  @Endpoint(routes.skillGroups) async skillGroups() { admit(this.ctx, routes.skillGroups); return this.agentsService.skillGroups(); }
}

@Provide()
@Controller('/')
export class CallController {
  @Inject() ctx!: Context;
  @Inject() callsService!: CallsService;
  @Inject() recordingsService!: RecordingsService;
  @Inject() blocklistService!: BlocklistService;

  @Endpoint(routes.calls) async calls() { const { scope, query } = admit(this.ctx, routes.calls); return this.callsService.list(scope, query); }
  @Endpoint(routes.call) async call() { const { scope, params } = admit(this.ctx, routes.call); return this.callsService.detail(scope, params.callId); }
  @Endpoint(routes.callDisposition) async disposition() { const { scope, params, body } = admit(this.ctx, routes.callDisposition); return this.callsService.setDisposition(scope, params.callId, body); }
  @Endpoint(routes.recording) async recording() {
    const { scope, params } = admit(this.ctx, routes.recording), part = await this.recordingsService.open(scope, params.id, this.ctx.get('range') || undefined);
    this.ctx.set(part.headers);
    this.ctx.status = part.status;
    if (part.status === 416) return '';
    const { body } = part;
    // a player that seeks or closes leaves the old answer half read
    this.ctx.res.once('close', () => body.destroy());
    return body;
  }
  @Endpoint(routes.blocklist) async blocklist() { const { scope, query } = admit(this.ctx, routes.blocklist); return this.blocklistService.list(scope, query); }
  @Endpoint(routes.blocklistAdd) async blocklistAdd() { const { scope, body } = admit(this.ctx, routes.blocklistAdd); return this.blocklistService.add(scope, body); }
  @Endpoint(routes.blocklistRemove) async blocklistRemove() { const { scope, params } = admit(this.ctx, routes.blocklistRemove); return this.blocklistService.remove(scope, params.id); }
}
