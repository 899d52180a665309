import { AppError } from '../errors/app-error';
import type { Clock } from '../clock';
import type { Db } from '../database/db';
import { isUniqueViolation } from '../database/shards';

/** A command still unanswered after this long belonged to a process that died; the repeat runs it again, and the command's own guards (versions, unique keys) keep it single. */
const ABANDONED_MS = 10_000, WAIT_MS = 8_000;
interface Entry { accountId: number; key: string; route: string; digest: string }

/** The same key answers the same result, whoever asks again and however often (lessons.md: a retried POST must not place a second call). */
export class Idempotency {
  constructor(private readonly db: Db, private readonly clock: Clock) {}

  /** @throws AppError IDEMPOTENCY_KEY_REUSED when the key came with other content; STATE_CONFLICT while the first is still running. Errors of `work` are not kept: a corrected try may follow. */
  async once<T>(entry: Entry, work: () => Promise<T>): Promise<T> {
    const until = Date.now() + WAIT_MS;
    for (;;) {
      const now = this.clock.now();
      try { await this.db.insertMany('idempotency', [{ account_id: entry.accountId, idem_key: entry.key, route: entry.route, body_digest: entry.digest, http_status: 0, answer: null, at: now }]); break; } catch (error) { if (!isUniqueViolation(error)) throw error; }
      const [seen] = await this.db.query<{ route: string; body_digest: string; http_status: number; answer: string | null; at: number }>('select route, body_digest, http_status, answer, at from idempotency where account_id = $1 and idem_key = $2', [entry.accountId, entry.key]);
      if (!seen) continue;
      if (seen.route !== entry.route || seen.body_digest !== entry.digest) throw new AppError('IDEMPOTENCY_KEY_REUSED');
      if (seen.http_status === 200) return JSON.parse(seen.answer as string) as T;
      if (seen.at < now - ABANDONED_MS && (await this.db.execute('update idempotency set at = $1 where account_id = $2 and idem_key = $3 and at = $4', [now, entry.accountId, entry.key, seen.at]))) break;
      if (Date.now() > until) throw new AppError('STATE_CONFLICT', '同一操作正在处理中，请稍候查看结果');
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    try {
      const result = await work();
      await this.db.execute('update idempotency set http_status = 200, answer = $1 where account_id = $2 and idem_key = $3', [JSON.stringify(result ?? null), entry.accountId, entry.key]);
      return result;
    } catch (error) {
      await this.db.execute('delete from idempotency where account_id = $1 and idem_key = $2', [entry.accountId, entry.key]).catch(() => undefined); // the first error is the one to tell
      throw error;
    }
  }
  /** Keys older than a day are of no use to any retry. */
  purge(now: number): Promise<number> { return this.db.execute('delete from idempotency where at < $1', [now - 86_400_000]); }
}
