import { join } from 'node:path';
import type { Cache } from '../cache';
import type { Clock } from '../clock';
import type { Config } from '../config/config';
import type { DatabaseWatch, Shards } from '../database/shards';
import type { TableDefinition } from '../database/table';
import type { Log } from '../log';
import { DatabaseFigures } from './database-figures';
import { FigureBoard } from './figure-board';
import { Metrics } from './metrics';
import { Probes } from './probes';
import { ProcessMeter } from './process-figures';
import { readiness } from './readiness';
import { SlowQueries } from './slow-queries';

const QUIET: Config['monitoring'] = { metricsToken: null, metricsPort: null, slowQueryMs: 200 };
export interface ObservabilityParts { config: Pick<Config, 'dataDir'> & { monitoring?: Config['monitoring'] }; clock: Clock; log: Log; role: string; version: string }

/** What every process of the product has of this: its own figures, its slow statements, its metrics. Made before the databases are opened, which report to it. */
export class Observability {
  readonly meter: ProcessMeter;
  readonly slow: SlowQueries;
  readonly metrics: Metrics;
  readonly watch: DatabaseWatch;
  readonly monitoring: Config['monitoring'];
  private readonly startedAt: number;
  constructor(private readonly p: ObservabilityParts) {
    this.monitoring = p.config.monitoring ?? QUIET;
    this.startedAt = p.clock.now();
    this.meter = new ProcessMeter({ role: p.role, version: p.version, startedAt: this.startedAt }, p.clock.now);
    this.slow = new SlowQueries({ limitMs: this.monitoring.slowQueryMs, file: join(p.config.dataDir, 'logs', 'slow-query.log'), role: p.role, clock: p.clock, log: p.log });
    this.metrics = new Metrics(p.role, p.log);
    this.watch = this.metrics.databaseWatch(this.slow, this.monitoring.slowQueryMs);
  }
  /** The addresses of a process that is ready when `reasons` finds nothing. */
  probes(reasons: () => Promise<string[]>): Probes {
    const { role, version, log } = this.p;
    return new Probes({ role, version, startedAt: Date.now(), metrics: this.metrics, log, metricsToken: this.monitoring.metricsToken, reasons });
  }
  async close(): Promise<void> { this.meter.close(); await this.slow.flushed(); }
}

/** What a server process has besides: the databases' figures, the board of all processes, readiness. */
export class ServerObservability extends Observability {
  databases!: DatabaseFigures;
  board!: FigureBoard;
  probe!: Probes;
  /** Set by the composition root. */
  liveConnections: () => number = () => 0;

  /** Called once the databases are open. @param published events the relay settled. */
  attach(d: { shards: Shards; cache: Cache; clock: Clock; log: Log; holder: string; tables: readonly TableDefinition[]; published: () => number }): void {
    const { metrics } = this, databases = new DatabaseFigures(d.shards, d.clock.now);
    this.databases = databases;
    this.board = new FigureBoard({ cache: d.cache, holder: d.holder, log: d.log, own: () => ({ process: this.meter.read(), liveConnections: this.liveConnections(), pool: d.shards.pool(), slow: this.slow.slowest(10) }) });
    this.probe = this.probes(readiness({ shards: d.shards, tables: d.tables }));
    metrics.pool(() => d.shards.pool());
    metrics.counter('ronghu_relay_published_total', '本进程中继已处理完的事件', d.published);
    metrics.gauge('ronghu_live_connections', '本进程的实时连接', [], () => [{ value: this.liveConnections() }]);
    const byShard = (name: string, help: string, of: 'waiting' | 'dead' | 'timersDue' | 'latencyMs', scale = 1): void => metrics.gauge(name, help, ['shard'], async () => (await databases.all()).flatMap((s) => (s[of] === null ? [] : [{ labels: { shard: s.shard }, value: (s[of] as number) * scale }])));
    byShard('ronghu_outbox_waiting', '各库待发事件', 'waiting');
    byShard('ronghu_outbox_dead', '各库失败搁置的事件', 'dead');
    byShard('ronghu_timers_due', '各库到期未执行的定时', 'timersDue');
    byShard('ronghu_database_latency_seconds', '各库空查询往返', 'latencyMs', 0.001);
    metrics.gauge('ronghu_database_up', '各库是否应答', ['shard'], async () => (await databases.all()).map((s) => ({ labels: { shard: s.shard }, value: s.latencyMs === null ? 0 : 1 })));
  }
}
