import { AppError } from '../../errors/app-error';
import type { Engine } from './engine';
import { dm } from './dm';
import { kingbase } from './kingbase';
import { oceanbase } from './oceanbase';
import { postgres } from './postgres';

const BY_SCHEME: Record<string, Engine> = { 'postgres:': postgres, 'postgresql:': postgres, 'kingbase:': kingbase, 'dm:': dm, 'oceanbase:': oceanbase, 'mysql:': oceanbase };

/** The engine that an address names by its scheme. @throws AppError in Chinese for any other scheme. */
export function engineOf(url: string): Engine {
  const scheme = /^[a-z]+:/.exec(url)?.[0] ?? '', engine = BY_SCHEME[scheme];
  if (!engine) throw new AppError('BAD_INPUT', `数据库地址 database.url 以 ${scheme || '（空）'} 开头，本产品不认识；可用 postgres://、kingbase://、oceanbase://、dm://（见 docs/数据库.md）`);
  return engine;
}
export type { Catalog, Connection, Ddl, Engine, EngineName, Place, RunResult } from './engine';
export { classify, isUniqueViolation, translate } from './errors';
export { hasPeers, openWriter, takesWrites } from './peers';
export { ConnectionPool } from './pool';
export { cutPg, pgWriter } from './postgres';
export { watchSilence } from './silence';
