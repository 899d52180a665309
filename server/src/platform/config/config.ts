import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ShardLayout } from '../database/places';

/** All that a process needs to know from outside. Read once at the start; see docs/配置.md. Secrets come from the file made at installation, never from the repository. */
export interface Config {
  dataDir: string; production: boolean; demo: boolean;
  http: { host: string; port: number; tls: { certFile: string; keyFile: string } | null };
  database: { url: string; maxConnections: number; shards?: ShardLayout };
  link: { host: string; port: number; token: string };
  switch: { nodes: { name: string; host: string; port: number; password: string }[]; recordingsDir: string; spoolDir: string; configDir: string };
  fronts: Record<'admin' | 'agent' | 'mobile', string>;
  timeZone: string;
}
type FileConfig = Partial<{ [K in keyof Config]: Config[K] extends object ? Partial<Config[K]> : Config[K] }>;

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
  const password = need(env.RONGHU_SWITCH_PASSWORD ?? f.switch?.nodes?.[0]?.password, 'switch.nodes[0].password');
  if (password === 'ClueCon' && production) throw new Error('the switch still has its shipped event-socket password: change it before a production run');
  return {
    dataDir, production, demo: env.RONGHU_DEMO ? env.RONGHU_DEMO === '1' : (f.demo ?? false),
    http: { host: env.RONGHU_HTTP_HOST ?? f.http?.host ?? '127.0.0.1', port: Number(env.RONGHU_HTTP_PORT ?? f.http?.port ?? 8080), tls: env.RONGHU_TLS_CERT && env.RONGHU_TLS_KEY ? { certFile: env.RONGHU_TLS_CERT, keyFile: env.RONGHU_TLS_KEY } : (f.http?.tls ?? null) },
    database: { url: need(env.RONGHU_DATABASE_URL ?? f.database?.url, 'database.url'), maxConnections: Number(env.RONGHU_DATABASE_MAX ?? f.database?.maxConnections ?? 24), shards: f.database?.shards },
    link: { host: '127.0.0.1', port: Number(env.RONGHU_LINK_PORT ?? f.link?.port ?? 8091), token: need(env.RONGHU_LINK_TOKEN ?? f.link?.token, 'link.token') },
    switch: {
      nodes: env.RONGHU_SWITCH_PORT ? [{ name: env.RONGHU_SWITCH_NAME ?? 'node1', host: env.RONGHU_SWITCH_HOST ?? '127.0.0.1', port: Number(env.RONGHU_SWITCH_PORT), password }] : (f.switch?.nodes ?? []),
      recordingsDir: env.RONGHU_RECORDINGS ?? f.switch?.recordingsDir ?? join(dataDir, 'recordings'), spoolDir: env.RONGHU_SPOOL ?? f.switch?.spoolDir ?? join(dataDir, 'spool'), configDir: env.RONGHU_SWITCH_CONFIG ?? f.switch?.configDir ?? join(dataDir, 'switch'),
    },
    fronts: { admin: front('admin'), agent: front('agent'), mobile: front('mobile') },
    timeZone: env.RONGHU_TIME_ZONE ?? f.timeZone ?? 'Asia/Shanghai',
  };
}
