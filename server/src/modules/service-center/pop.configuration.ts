import { Configuration, type IMidwayContainer } from '@midwayjs/core';
import { NumberAttribution } from '../../domain/telephony/attribution/number-attribution';
import type { DirectorClient } from '../../domain/telephony/director-client';
import type { OrderChanged } from '../../domain/work-order';
import type { Platform } from '../../platform/platform';
import { DraftService } from './draft.service';
import { CallerFinder } from './pop.caller';
import { PopService } from './pop.service';

const PURGE_MS = 6 * 3_600_000;

/** Wires pop and drafts, a component of their own beside the order desk. Needs `platform` and `directorClient`. */
@Configuration({ namespace: 'servicePop' })
export class PopConfiguration {
  private finder: CallerFinder | null = null;
  private purging: NodeJS.Timeout | null = null;

  async onReady(container: IMidwayContainer): Promise<void> {
    const { shards, crypto, orgs, clock, log, bus, roles, signals } = await container.getAsync<Platform>('platform'), director = await container.getAsync<DirectorClient>('directorClient'), group = shards.group();
    const attribution = new NumberAttribution(group), drafts = new DraftService({ db: group, telephone: director, clock });
    container.registerObject('popService', new PopService({ shards, crypto, orgs, telephone: director, attribution, clock }));
    container.registerObject('draftService', drafts);
    bus.on('order.changed', 'servicePop.drafts', async ({ payload }) => { const { changes, order } = payload as unknown as OrderChanged; if (changes.includes('intake')) await drafts.settle(order as { call_id: string | null; created_at: number }); });
    signals.on('numberSegments', () => attribution.forget());
    signals.onGap(() => attribution.forget());
    if (!roles.worker) return;
    this.finder = new CallerFinder({ group, blind: (number) => crypto.blind(number), director, log });
    this.finder.start();
    this.purging = setInterval(() => void drafts.purge().catch((error: unknown) => log.warn('old drafts not removed', { error })), PURGE_MS);
    this.purging.unref();
  }
  async onStop(): Promise<void> {
    if (this.purging) clearInterval(this.purging);
    this.finder?.stop();
  }
}
