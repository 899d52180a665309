import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ShardLayout } from '../database/places';

/** All that a process needs to know from outside. Read once at the start; see docs/配置.md. Secrets come from the file made at installation, never from the repository. */
export interface Config {
  dataDir: string; production: boolean; demo: boolean;
  /** `trustProxy`: the address of the caller is taken from the last X-Forwarded-For entry, which the front before us writes. */
  http: { host: string; port: number; trustProxy: boolean; tls: { certFile: string; keyFile: string } | null; /** How long a server that is told to stop goes on answering while /readyz already says 503. */ drainMs?: number };
  database: { url: string; maxConnections: number; shards?: ShardLayout };
  /** Shared short-term store; null: the database alone. `prefix` keeps installations on one Redis server apart. */
  cache: { url: string | null; prefix: string };
  /** Who carries events to their consumers: the database itself, or RocketMQ 5 by its proxy (`endpoints`: host:port, several by semicolon). */
  bus: { kind: 'database' | 'rocketmq'; endpoints: string; topic: string; group: string; accessKey: string; accessSecret: string };
  /** `urls`: where the directors of this group listen; one is active. */
  link: { host: string; port: number; token: string; /** Files in PEM, `caFile` the authority of all hosts' certificates; null: in clear, which is for one host. */ tls: { certFile: string; keyFile: string; caFile: string } | null; urls: string[] };
  switch: { nodes: { name: string; host: string; port: number; password: string }[]; recordingsDir: string; spoolDir: string; configDir: string };
  /** `metricsToken`: who may read /metrics besides the machine itself; `metricsPort`: an own loopback port for it, for processes that answer no people; `slowQueryMs`: longer statements are noted. */
  monitoring: { metricsToken: string | null; metricsPort: number | null; slowQueryMs: number };
  /** More rows than this leave in one export only with a second person's consent. */
  exports?: { secondPersonRows?: number };
  fronts: Record<'admin' | 'agent' | 'mobile', string>;
  timeZone: string;
}
type FileConfig = Partial<{ [K in keyof Config]: Config[K] extends object ? Partial<Config[K]> : Config[K] }>;

const oneOf = <T extends string>(value: string, allowed: readonly T[], name: string): T => { if (!(allowed as readonly string[]).includes(value)) throw new Error(`setting ${name}: ${value} is none of ${allowed.join(', ')}`); return value as T; };
const atLeast = (value: unknown, least: number, name: string): number => { const n = Number(value); if (!Number.isFinite(n) || n < least) throw new Error(`setting ${name}: ${String(value)} is not a number of at least ${least}`); return n; };

/**
 * Reads `ronghu.config.json` of the data folder and the environment (environment wins).
 * @throws Error naming the setting when one is missing or the switch's shipped password is used outside a development run.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const dataDir = resolve(env.RONGHU_DATA ?? '.data');
  const file = join(dataDir, 'ronghu.config.json');
  const f: FileConfig = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as FileConfig) : {};
  const need = (value: string | undefined, name: string): string => { if (!value) throw new Error(`setting ${name} is missing (see docs/配置.md)`); return value; };
  const root = resolve(__dirname, '../../../..');
  const front = (name: string) => env[`RONGHU_FRONT_${name.toUpperCase()}`] ?? join(root, name === 'mobile' ? 'mobile-h5' : `web-${name}`, 'dist');
  const production = env.RONGHU_ENV === 'production' || (f.production ?? false);
  const linkTls = env.RONGHU_LINK_CERT && env.RONGHU_LINK_KEY && env.RONGHU_LINK_CA ? { certFile: env.RONGHU_LINK_CERT, keyFile: env.RONGHU_LINK_KEY, caFile: env.RONGHU_LINK_CA } : (f.link?.tls ?? null);
  const linkHost = env.RONGHU_LINK_HOST ?? f.link?.host ?? '127.0.0.1', linkPort = Number(env.RONGHU_LINK_PORT ?? f.link?.port ?? 8091);
  const password = need(env.RONGHU_SWITCH_PASSWORD ?? f.switch?.nodes?.[0]?.password, 'switch.nodes[0].password');
  if (password === 'ClueCon' && production) throw new Error('the switch still has its shipped event-socket password: change it before a production run');
  return {
    dataDir, production, demo: env.RONGHU_DEMO ? env.RONGHU_DEMO === '1' : (f.demo ?? false),
    http: { host: env.RONGHU_HTTP_HOST ?? f.http?.host ?? '127.0.0.1', port: Number(env.RONGHU_HTTP_PORT ?? f.http?.port ?? 8080), trustProxy: env.RONGHU_TRUST_PROXY ? env.RONGHU_TRUST_PROXY === '1' : (f.http?.trustProxy ?? false), tls: env.RONGHU_TLS_CERT && env.RONGHU_TLS_KEY ? { certFile: env.RONGHU_TLS_CERT, keyFile: env.RONGHU_TLS_KEY } : (f.http?.tls ?? null), drainMs: atLeast(env.RONGHU_DRAIN_MS ?? f.http?.drainMs ?? 0, 0, 'http.drainMs') },
    database: { url: need(env.RONGHU_DATABASE_URL ?? f.database?.url, 'database.url'), maxConnections: Number(env.RONGHU_DATABASE_MAX ?? f.database?.maxConnections ?? 24), shards: f.database?.shards },
    cache: { url: env.RONGHU_CACHE_URL || (f.cache?.url ?? null), prefix: env.RONGHU_CACHE_PREFIX ?? f.cache?.prefix ?? 'ronghu:' },
    bus: {
      kind: oneOf(env.RONGHU_BUS ?? f.bus?.kind ?? 'database', ['database', 'rocketmq'], 'bus.kind'), endpoints: env.RONGHU_BUS_ENDPOINTS ?? f.bus?.endpoints ?? '127.0.0.1:8081', topic: env.RONGHU_BUS_TOPIC ?? f.bus?.topic ?? 'ronghu-events', group: env.RONGHU_BUS_GROUP ?? f.bus?.group ?? 'ronghu-workers',
      accessKey: env.RONGHU_BUS_ACCESS_KEY ?? f.bus?.accessKey ?? '', accessSecret: env.RONGHU_BUS_ACCESS_SECRET ?? f.bus?.accessSecret ?? '',
    },
    link: { host: linkHost, port: linkPort, token: need(env.RONGHU_LINK_TOKEN ?? f.link?.token, 'link.token'), tls: linkTls, urls: (env.RONGHU_LINK_URLS?.split(',') ?? f.link?.urls ?? [`ws${linkTls ? 's' : ''}://${linkHost}:${linkPort}`]).map((url) => url.trim()).filter(Boolean) },
    switch: {
      nodes: env.RONGHU_SWITCH_PORT ? [{ name: env.RONGHU_SWITCH_NAME ?? 'node1', host: env.RONGHU_SWITCH_HOST ?? '127.0.0.1', port: Number(env.RONGHU_SWITCH_PORT), password }] : (f.switch?.nodes ?? []),
      recordingsDir: env.RONGHU_RECORDINGS ?? f.switch?.recordingsDir ?? join(dataDir, 'recordings'), spoolDir: env.RONGHU_SPOOL ?? f.switch?.spoolDir ?? join(dataDir, 'spool'), configDir: env.RONGHU_SWITCH_CONFIG ?? f.switch?.configDir ?? join(dataDir, 'switch'),
    },
    monitoring: { metricsToken: env.RONGHU_METRICS_TOKEN || (f.monitoring?.metricsToken ?? null), metricsPort: env.RONGHU_METRICS_PORT ? Number(env.RONGHU_METRICS_PORT) : (f.monitoring?.metricsPort ?? null), slowQueryMs: atLeast(env.RONGHU_SLOW_QUERY_MS ?? f.monitoring?.slowQueryMs ?? 200, 1, 'monitoring.slowQueryMs') },
    exports: { secondPersonRows: atLeast(env.RONGHU_EXPORT_SECOND_PERSON_ROWS ?? f.exports?.secondPersonRows ?? 100_000, 0, 'exports.secondPersonRows') },
    fronts: { admin: front('admin'), agent: front('agent'), mobile: front('mobile') },
    timeZone: env.RONGHU_TIME_ZONE ?? f.timeZone ?? 'Asia/Shanghai',
  };
}
