import { Configuration, type IMidwayContainer } from '@midwayjs/core';
import { MetricStore } from '../../domain/metric/metric.store';
import { defineKpiTargets, type SettingHost } from '../../domain/metric/targets';
import type { DirectorClient } from '../../domain/telephony/director-client';
import type { Platform } from '../../platform/platform';
import { BoardService } from './board.service';
import { KpiService } from './kpi.service';
import { LiveFigures } from './live-figures';
import { MonitorLive } from './monitor.live';
import { OrderCube } from './order-cube';

const CORRECT_MS = 30_000;

/** Wires this module. Needs `platform` and, given by the composition root, `directorClient` and `settings`. */
@Configuration({ namespace: 'monitorCenter' })
export class MonitorCenterConfiguration {
  private notifier: MonitorLive | null = null;
  private correcting: NodeJS.Timeout | null = null;

  async onReady(container: IMidwayContainer): Promise<void> {
    const { shards, clock, orgs, crypto, hub, bus, log, roles } = await container.getAsync<Platform>('platform');
    const director = await container.getAsync<DirectorClient>('directorClient'), targets = defineKpiTargets(await container.getAsync<SettingHost>('settings'));
    const sql = shards.group(), store = new MetricStore(sql), live = new LiveFigures({ store, clock }), cube = new OrderCube({ sql, orgs, clock });
    const kpis = new KpiService({ store, live, orgs, clock, numbers: crypto, targets }), notifier = new MonitorLive({ director, hub: { publish: (room, event) => hub.here(room, event) }, orgs, live, cube, kpis, clock });
    this.notifier = notifier;
    container.registerObject('boardService', new BoardService({ telephone: director, cube, live, kpis, orgs, clock }));
    container.registerObject('kpiService', kpis);
    if (!roles.api) return; // boards are looked at where people are answered
    // events first, then the rows: nothing falls between
    notifier.start();
    bus.everywhere('order.changed', 'monitorCenter.figures', ({ aggregateId, numbers }) => notifier.order(Number(aggregateId), numbers.formerStationId ?? null));
    await live.fill();
    this.correcting = setInterval(() => void live.correct().catch((error: unknown) => log.warn('live figures not corrected', { error })), CORRECT_MS);
    this.correcting.unref();
  }
  async onStop(): Promise<void> {
    if (this.correcting) clearInterval(this.correcting);
    this.notifier?.stop();
  }
}
