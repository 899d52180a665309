import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { DatabaseWatch, PoolFigures } from '../database/shards';
import type { Log } from '../log';
import type { SlowQueries } from './slow-queries';

const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], SQL_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5];
export interface Sample { value: number; labels?: Record<string, string> }

/** The figures of one process in the text form of Prometheus. Names begin with `ronghu_`, those of Node and the system keep theirs; times in seconds. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly http: Histogram<'method' | 'route' | 'code'>;
  private readonly sql: Histogram<'shard_kind'>;
  private readonly wait: Histogram<'shard_kind'>;
  private readonly slow: Counter<'shard'>;
  constructor(role: string, private readonly log: Log) {
    this.registry.setDefaultLabels({ role });
    collectDefaultMetrics({ register: this.registry });
    const registers = [this.registry];
    this.http = new Histogram({ name: 'ronghu_http_request_duration_seconds', help: '按路由模板的请求耗时', labelNames: ['method', 'route', 'code'], buckets: HTTP_SECONDS, registers });
    this.sql = new Histogram({ name: 'ronghu_database_statement_seconds', help: '数据库语句耗时（不含等待连接）', labelNames: ['shard_kind'], buckets: SQL_SECONDS, registers });
    this.wait = new Histogram({ name: 'ronghu_database_pool_wait_seconds', help: '等待数据库连接的时间', labelNames: ['shard_kind'], buckets: SQL_SECONDS, registers });
    this.slow = new Counter({ name: 'ronghu_database_slow_statements_total', help: '超过慢查询门限的语句数', labelNames: ['shard'], registers });
  }
  get contentType(): string { return this.registry.contentType; }
  text(): Promise<string> { return this.registry.metrics(); }

  /** One answered request. `route`: the template, never the address itself. */
  request(method: string, route: string, status: number, ms: number): void { this.http.observe({ method, route, code: String(status) }, ms / 1000); }
  /** For `createShards`: durations here, long ones to the slow-query log too. */
  databaseWatch(slow: SlowQueries, limitMs: number): DatabaseWatch {
    return {
      statement: (shard, sql, ms) => {
        this.sql.observe({ shard_kind: shard === 'group' ? 'group' : 'company' }, ms / 1000);
        if (ms >= limitMs) { this.slow.inc({ shard }); slow.note(shard, sql, ms); }
      },
      waited: (kind, ms) => this.wait.observe({ shard_kind: kind }, ms / 1000),
    };
  }
  /** A gauge that is read when it is asked for. A source that fails gives no value, so a graph has a gap instead of a lie; it is logged. */
  gauge(name: string, help: string, labels: readonly string[], read: () => Sample[] | Promise<Sample[]>): void {
    const log = this.log;
    new Gauge({
      name, help, labelNames: [...labels], registers: [this.registry],
      async collect() {
        this.reset();
        try { for (const { value, labels: of } of await read()) if (of) this.set(of, value); else this.set(value); } catch (error) { log.warn('a metric could not be read', { metric: name, error }); }
      },
    });
  }
  /** A count kept elsewhere that only grows while the process lives. */
  counter(name: string, help: string, read: () => number): void {
    let told = 0;
    new Counter({ name, help, registers: [this.registry], collect() { const now = read(); if (now > told) this.inc(now - told); told = now; } });
  }
  pool(read: () => PoolFigures): void {
    this.gauge('ronghu_database_pool_connections', '数据库连接：按用途', ['use'], () => { const p = read(); return [{ labels: { use: 'idle' }, value: p.idle }, { labels: { use: 'group' }, value: p.group }, { labels: { use: 'company' }, value: p.company }]; });
    this.gauge('ronghu_database_pool_connections_max', '数据库连接上限', [], () => [{ value: read().max }]);
    this.gauge('ronghu_database_pool_waiting', '正在等待数据库连接的调用', [], () => [{ value: read().waiting }]);
  }
}
