import { Configuration, type IMidwayContainer } from '@midwayjs/core';
import type { SettingService } from '../../domain/setting';
import type { OrderChanged } from '../../domain/work-order';
import type { DirectorClient } from '../../domain/telephony/director-client';
import { telephonySettings } from '../../domain/telephony/telephony.settings';
import type { Platform } from '../../platform/platform';
import { AgentOrders } from './agent-orders';
import { AgentsService } from './agents.service';
import { BlocklistService } from './blocklist.service';
import { CallCenterLive } from './call-center.live';
import { CallLinks, type OrderKey } from './call-links';
import { CallNumbers } from './call-numbers';
import { CallsService } from './calls.service';
import { PhoneService } from './phone.service';
import { RecordingsService } from './recordings.service';

const TIDY_MS = 60_000;

/** Wires this module. Needs `platform` and, given by the composition root, `settings` and `directorClient` (started there). */
@Configuration({ namespace: 'callCenter' })
export class CallCenterConfiguration {
  private live: CallCenterLive | null = null;
  private tidying: NodeJS.Timeout | null = null;
  private off: (() => void) | null = null;

  async onReady(container: IMidwayContainer): Promise<void> {
    const platform = await container.getAsync<Platform>('platform'), director = await container.getAsync<DirectorClient>('directorClient');
    const { crypto, clock, orgs, audit, hub, ids, log, config, bus, cache, roles } = platform, sql = platform.shards.group();
    const numbers = new CallNumbers(crypto), mask = (clear: string) => numbers.masked(clear), agentOrders = new AgentOrders({ sql, clock });
    // the director reads these documents; here they are shown and saved
    const settings = await container.getAsync<SettingService>('settings'), missing = new Set(settings.missing());
    if (missing.has('ivr')) settings.define(telephonySettings.ivr);
    if (missing.has('restReasons')) settings.define(telephonySettings.restReasons);
    if (missing.has('skillGroups')) settings.define(telephonySettings.skillGroups);
    const live = new CallCenterLive({ director, hub: { publish: (room, event) => hub.here(room, event) }, orgs, mask, clock, agentOrders, sql, log });
    this.live = live;
    container.registerObject('phoneService', new PhoneService({ director, mask, openRef: (ref) => crypto.openRef(ref), clock, agentOrders }));
    container.registerObject('agentsService', new AgentsService({ director, mask, orgs, sql, audit, agentOrders, clock }));
    container.registerObject('callsService', new CallsService({ sql, orgs, numbers, crypto, director, audit }));
    container.registerObject('recordingsService', new RecordingsService({ sql, orgs, audit, clock, cache, recordingsDir: config.switch.recordingsDir }));
    container.registerObject('blocklistService', new BlocklistService({ db: sql, ids, clock, crypto, numbers, director, audit, log }));
    const links = new CallLinks({ db: sql, clock, log });
    bus.on('order.changed', 'callCenter.orders', ({ payload }) => links.order((payload as unknown as OrderChanged).order as unknown as OrderKey));
    // every process that answers people counts for itself and tells its own connections, as it does with what the director says
    if (roles.api) bus.everywhere('order.changed', 'callCenter.agentOrders', async (event) => {
      const agentId = await agentOrders.recount(Number(event.aggregateId)), agent = agentId === null ? undefined : director.agents.get(agentId);
      if (agent) live.agent(agent);
    });
    const warn = (what: string) => (error: unknown) => log.warn(what, { error });
    if (roles.worker) this.off = director.on('callEnded', ({ callId }) => void links.ended(callId).catch(warn('call record not linked yet')));
    const tidy = () => Promise.all([roles.api ? agentOrders.reload().catch(warn('orders of the agents not counted')) : null, roles.worker ? links.sweep().catch(warn('call records not linked')) : null]);
    await agentOrders.reload();
    this.tidying = setInterval(() => void tidy(), TIDY_MS);
    this.tidying.unref();
    if (roles.api) live.start();
  }
  async onStop(): Promise<void> {
    if (this.tidying) clearInterval(this.tidying);
    this.off?.();
    this.live?.stop();
  }
}
