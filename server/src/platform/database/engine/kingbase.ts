import { connectKingbase } from '@ronghu/kingbase-driver';
import { AppError } from '../../errors/app-error';
import type { Engine } from './engine';
import { classify } from './errors';
import { pgConfig, pgEngine } from './postgres';

/** KingbaseES V8R6 and later in its PostgreSQL mode: PostgreSQL's SQL and catalog on the driver's own client (SCRAM-SM3, version and mode checked). */
export const kingbase: Engine = pgEngine('kingbase', async (place) => {
  try { return await connectKingbase(pgConfig(place)); } catch (error) {
    if ((error as { code?: unknown }).code !== undefined || classify(error) !== 'other') throw error;
    throw new AppError('DATABASE_UNAVAILABLE', (error as Error).message, undefined, error); // the driver says in Chinese what is wrong with the server
  }
}, 'kingbase');
