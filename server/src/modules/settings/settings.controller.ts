import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes } from '@ronghu/contract';
import { admit, Endpoint } from '../../platform/http/endpoint';
import type { SettingService } from '../../domain/setting';
import type { DeadLetterService } from './dead-letters.service';
import type { KeysService } from './keys.service';
import type { SystemStateService } from './system-state.service';

@Provide()
@Controller('/')
export class SettingsController {
  @Inject() ctx!: Context;
  @Inject() settings!: SettingService;
  @Inject() keysService!: KeysService;
  @Inject() systemStateService!: SystemStateService;
  @Inject() deadLetterService!: DeadLetterService;

  @Endpoint(routes.setting) async view() { const { scope, params } = admit(this.ctx, routes.setting); return this.settings.view(scope, params.code); }
  @Endpoint(routes.settingSave) async save() { const { scope, params, body } = admit(this.ctx, routes.settingSave); return this.settings.save(scope, params.code, body.value, body.baseVersion, body.reason); }
  @Endpoint(routes.settingRestore) async restore() { const { scope, params, body } = admit(this.ctx, routes.settingRestore); return this.settings.restore(scope, params.code, body.version, body.reason); }
  @Endpoint(routes.deadLetters) async deadLetters() { const { scope, query } = admit(this.ctx, routes.deadLetters); return this.deadLetterService.list(scope, query); }
  @Endpoint(routes.deadLetterReplay) async replay() { const { scope, body } = admit(this.ctx, routes.deadLetterReplay); return this.deadLetterService.replay(scope, body.letters, body.reason); }
  @Endpoint(routes.systemState) async state() { const { scope } = admit(this.ctx, routes.systemState); return this.systemStateService.state(scope); }
  @Endpoint(routes.keys) async keys() { const { scope } = admit(this.ctx, routes.keys); return this.keysService.state(scope); }
  @Endpoint(routes.keyRequest) async keyRequest() { const { scope, body } = admit(this.ctx, routes.keyRequest); return this.keysService.ask(scope, body); }
  @Endpoint(routes.keyRequestAnswer) async keyAnswer() { const { scope, params, body } = admit(this.ctx, routes.keyRequestAnswer); return this.keysService.answer(scope, params.id, body.answer === 'confirm'); }
}
