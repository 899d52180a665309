import type { LiveEvent } from '@ronghu/contract';
import type { DirectorEvents, LiveCall } from '../../domain/telephony/director-protocol';
import { Pace } from '../../domain/metric/pace';
import type { Clock } from '../../platform/clock';
import type { KpiService } from './kpi.service';
import type { Change, LiveFigures } from './live-figures';
import type { OrderCube } from './order-cube';
import { nodesAbove, type OrgTree } from './place';

export interface HubPort { publish(room: string, event: LiveEvent): void }
export interface DirectorEventsPort { on<K extends keyof DirectorEvents>(kind: K, listener: (data: DirectorEvents[K]) => void): () => void; onLink(listener: (connected: boolean) => void): () => void }
/** Five times a second a room: a storm of calls makes one look of the board, the last change is never lost. */
const BOARD_PAUSE_MS = 200;

/** The one notifier of boards: whatever changes a figure is counted first and then told to `board:<node>` of the place and everything above it. */
export class MonitorLive {
  private readonly pace = new Pace(BOARD_PAUSE_MS);
  private readonly off: (() => void)[] = [];
  constructor(private readonly d: { director: DirectorEventsPort; hub: HubPort; orgs: OrgTree; live: LiveFigures; cube: OrderCube; kpis: KpiService; clock: Clock }) {}

  start(): void {
    const { director, live, orgs } = this.d, group = () => this.mark([orgs.root()?.id ?? 0]);
    const calls = (call: LiveCall) => this.changed(live.call(call));
    this.off.push(
      director.on('agent', (agent) => this.mark(nodesAbove(orgs, { companyId: null, stationId: agent.stationId }))),
      director.on('call', calls), director.on('offer', ({ call }) => calls(call)), director.on('callEnded', (record) => this.changed(live.call(record))),
      director.on('queue', group), director.on('snapshot', ({ calls: running }) => { for (const call of running) live.call(call); group(); }), director.onLink(group),
    );
  }
  stop(): void { for (const off of this.off.splice(0)) off(); this.pace.stop(); }

  /**
   * An order changed: its row is read once, whoever it concerns. Told also when the figures had the row already (the correction read it first) or do not count
   * such a change, because the boards' orders come from the cube; `formerStationId` is the station that lost it.
   */
  async order(id: number, formerStationId: number | null = null): Promise<void> {
    this.d.cube.invalidate();
    const change = await this.d.live.order(id);
    if (!change) return;
    this.changed(change);
    if (formerStationId !== null) this.mark(nodesAbove(this.d.orgs, { companyId: null, stationId: formerStationId }));
  }
  private changed({ places, earlierDay }: Change): void {
    if (earlierDay) this.d.kpis.invalidate();
    for (const place of places) this.mark(nodesAbove(this.d.orgs, place));
  }
  private mark(nodes: readonly number[]): void {
    for (const orgId of nodes) this.pace.mark(`board:${orgId}`, () => this.d.hub.publish(`board:${orgId}`, { kind: 'board', orgId, at: this.d.clock.now() }));
  }
}
