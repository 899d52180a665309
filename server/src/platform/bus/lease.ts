import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Sql } from '../database/db';
import { isUniqueViolation } from '../database/shards';

/** A name for this process among all holders: host, pid and a part of its own (a pid used again after a restart must not be taken for its predecessor). At most 53 characters. */
export const holderName = (): string => `${hostname().slice(0, 36)}:${process.pid}:${randomUUID().slice(0, 8)}`;

/**
 * Takes or renews a named lease. Returns the epoch held, or null while another holder's has not run out. The epoch grows with every change of
 * holder, so what an old holder writes can be refused.
 * @param now, ttlMs milliseconds.
 */
export async function takeLease(sql: Sql, name: string, holder: string, now: number, ttlMs: number): Promise<number | null> {
  const renewed = await sql.execute('update lease set until_at = $1 where name = $2 and holder = $3 and until_at >= $4', [now + ttlMs, name, holder, now]);
  if (!renewed) {
    const taken = await sql.execute('update lease set holder = $1, epoch = epoch + 1, until_at = $2 where name = $3 and until_at < $4', [holder, now + ttlMs, name, now]);
    if (!taken) {
      const [row] = await sql.query<{ holder: string }>('select holder from lease where name = $1', [name]);
      if (row) return null;
      try { await sql.insertMany('lease', [{ name, holder, epoch: 1, until_at: now + ttlMs }]); } catch (error) { if (isUniqueViolation(error)) return null; throw error; }
    }
  }
  const [mine] = await sql.query<{ epoch: number }>('select epoch from lease where name = $1 and holder = $2', [name, holder]);
  return mine ? mine.epoch : null;
}
/** Gives a lease back at a clean stop so that the next holder need not wait for it to lapse. */
export const releaseLease = (sql: Sql, name: string, holder: string): Promise<number> => sql.execute('update lease set until_at = 0 where name = $1 and holder = $2', [name, holder]);
