import { Configuration as Component, type IMidwayContainer } from '@midwayjs/core';
import type { Platform } from '../../platform/platform';
import { AccountsService } from './accounts.service';
import { BindingsService } from './bindings.service';
import { DeadLetterService } from './dead-letters.service';
import { KeysService } from './keys.service';
import { SystemStateService, type LiveFigures } from './system-state.service';

@Component({ namespace: 'settings' })
export class Configuration {
  async onReady(container: IMidwayContainer): Promise<void> {
    const platform = await container.getAsync<Platform>('platform');
    container.registerObject('accountsService', new AccountsService(platform));
    container.registerObject('bindingsService', new BindingsService(platform));
    container.registerObject('deadLetterService', new DeadLetterService(platform));
    container.registerObject('keysService', new KeysService(platform));
    container.registerObject('systemStateService', new SystemStateService(platform, await container.getAsync<LiveFigures>('liveFigures'), await container.getAsync<string>('productVersion')));
  }
}
