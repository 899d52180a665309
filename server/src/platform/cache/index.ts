import type { Log } from '../log';
import type { Cache } from './cache';
import { DatabaseCache, type DatabaseCacheParts } from './database-cache';
import { RedisCache } from './redis-cache';
import { ResilientCache } from './resilient-cache';

export type { Cache, Lock, Member } from './cache';
export { cacheTables } from './cache.tables';
export { DatabaseCache } from './database-cache';
export { RedisCache } from './redis-cache';
export { ResilientCache } from './resilient-cache';
export { Processes, type ProcessInfo } from './processes';
export { Signals, type SignalKinds } from './signals';
export { wakeUpFor, PostgresWakeUp, type WakeUp } from './wake-up';

/** The cache of an installation: the database's own, with a Redis server over it when `cache.url` names one. Not started. */
export function createCache(settings: { url: string | null; prefix: string }, parts: DatabaseCacheParts & { log: Log }): Cache {
  const database = new DatabaseCache(parts);
  return settings.url === null ? database : new ResilientCache(new RedisCache({ url: settings.url, prefix: settings.prefix, log: parts.log }), database, parts);
}
