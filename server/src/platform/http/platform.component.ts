import { Configuration, type IMidwayContainer } from '@midwayjs/core';
import type { Platform } from '../platform';

let provided: { platform: Platform; extra: Record<string, unknown> } | null = null;
/** Called by the composition root before the framework starts: what the container hands out to every module. */
export function provide(platform: Platform, extra: Record<string, unknown> = {}): void { provided = { platform, extra }; }

/** First component to be made ready, so that every module finds the platform and the shared domain services. */
@Configuration({ namespace: 'platform' })
export class PlatformConfiguration {
  async onReady(container: IMidwayContainer): Promise<void> {
    if (!provided) throw new Error('the platform was not provided before the framework started');
    container.registerObject('platform', provided.platform);
    for (const [name, value] of Object.entries({ ...provided.platform, ...provided.extra })) container.registerObject(name, value);
  }
}
