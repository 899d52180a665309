import type { Db } from './db';
import type { Clock } from '../clock';
import type { Log } from '../log';
import { releaseLease, takeLease } from '../bus/lease';

const TTL_MS = 60_000, RENEW_MS = 15_000;
/**
 * Leases this process's share (1..255) of the id space. A killed process's share stays taken for a minute, so a quick restart never makes an id twice.
 * @throws Error when all 255 are held.
 */
export async function leaseNode(db: Db, holder: string, clock: Clock, log: Log): Promise<{ node: number; release(): Promise<void> }> {
  const start = Math.floor(clock.now() / 1000) % 255;
  for (let i = 0; i < 255; i++) {
    const node = 1 + ((start + i) % 255), name = `node:${node}`;
    if ((await takeLease(db, name, holder, clock.now(), TTL_MS)) === null) continue;
    const renew = setInterval(() => { takeLease(db, name, holder, clock.now(), TTL_MS).then((epoch) => { if (epoch === null) log.error('the id share was lost to another process', { node }); }, (error: unknown) => log.warn('the id share could not be renewed', { node, error })); }, RENEW_MS);
    renew.unref();
    return { node, async release() { clearInterval(renew); await releaseLease(db, name, holder); } };
  }
  throw new Error('all 255 shares of the id space are taken');
}
