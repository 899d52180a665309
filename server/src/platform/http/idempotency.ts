import { AppError } from '../errors/app-error';
import type { Clock } from '../clock';
import type { Db } from '../database/db';
import { isUniqueViolation } from '../database/shards';

/**
 * A command still unanswered is run again by its repeat: soon when the process that took it is gone (longer than it takes to know a new process, `Processes`),
 * much later when it lives, for then it works on a slow upload or hangs. The command's own guards (versions, unique keys) keep it single all the same.
 */
const GONE_MS = 5_000, HUNG_MS = 600_000, WAIT_MS = 8_000;
interface Entry { accountId: number; key: string; route: string; digest: string }

/** The same key answers the same result, whoever asks again and however often (lessons.md: a retried POST must not place a second call). */
export class Idempotency {
  /** @param d.gone whether the process of this name is known to run no more. */
  constructor(private readonly d: { db: Db; clock: Clock; holder: string; gone: (holder: string) => boolean }) {}

  /** @throws AppError IDEMPOTENCY_KEY_REUSED when the key came with other content; STATE_CONFLICT while the first is still running. Errors of `work` are not kept: a corrected try may follow. */
  async once<T>(entry: Entry, work: () => Promise<T>): Promise<T> {
    const { db, clock, holder } = this.d, until = Date.now() + WAIT_MS;
    for (;;) {
      const now = clock.now();
      try { await db.insertMany('idempotency', [{ account_id: entry.accountId, idem_key: entry.key, route: entry.route, body_digest: entry.digest, http_status: 0, answer: null, at: now, holder }]); break; } catch (error) { if (!isUniqueViolation(error)) throw error; }
      const [seen] = await db.query<{ route: string; body_digest: string; http_status: number; answer: string | null; at: number; holder: string | null }>('select route, body_digest, http_status, answer, at, holder from idempotency where account_id = $1 and idem_key = $2', [entry.accountId, entry.key]);
      if (!seen) continue;
      if (seen.route !== entry.route || seen.body_digest !== entry.digest) throw new AppError('IDEMPOTENCY_KEY_REUSED');
      if (seen.http_status === 200) return JSON.parse(seen.answer as string) as T;
      const patience = seen.holder !== null && this.d.gone(seen.holder) ? GONE_MS : HUNG_MS;
      if (seen.at < now - patience && (await db.execute('update idempotency set at = $1, holder = $2 where account_id = $3 and idem_key = $4 and at = $5 and http_status = 0', [now, holder, entry.accountId, entry.key, seen.at]))) break;
      if (Date.now() > until) throw new AppError('STATE_CONFLICT', '同一操作正在处理中，请稍候查看结果');
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    try {
      const result = await work();
      await db.execute('update idempotency set http_status = 200, answer = $1 where account_id = $2 and idem_key = $3', [JSON.stringify(result ?? null), entry.accountId, entry.key]);
      return result;
    } catch (error) {
      // not when another has taken it over meanwhile: the key is that one's now
      await db.execute('delete from idempotency where account_id = $1 and idem_key = $2 and holder = $3', [entry.accountId, entry.key, holder]).catch(() => undefined); // the first error is the one to tell
      throw error;
    }
  }
  /** Keys older than a day are of no use to any retry. */
  purge(now: number): Promise<number> { return this.d.db.execute('delete from idempotency where at < $1', [now - 86_400_000]); }
}
