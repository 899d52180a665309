import { Configuration, type IMidwayContainer } from '@midwayjs/core';
import type { Platform } from '../../platform/platform';
import { makeBasicInfo } from './basic-info';

/** Wires this module. Needs `platform`. */
@Configuration({ namespace: 'basicInfo' })
export class BasicInfoConfiguration {
  async onReady(container: IMidwayContainer): Promise<void> {
    const services = makeBasicInfo(await container.getAsync<Platform>('platform'));
    await services.numberAttribution.install();
    for (const [name, service] of Object.entries(services)) container.registerObject(name, service);
  }
}
