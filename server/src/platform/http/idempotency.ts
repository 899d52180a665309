import { AppError } from '../errors/app-error';
import type { Clock } from '../clock';
import type { Db } from '../database/db';
import { isUniqueViolation } from '../database/shards';

/**
 * A command still unanswered is run again by its repeat: soon when the process that took it is gone (longer than it takes to know a new process, `Processes`),
 * much later when it lives, for then it works on a slow upload or hangs. The command's own guards (versions, unique keys) keep it single all the same.
 */
const GONE_MS = 5_000, HUNG_MS = 600_000, WAIT_MS = 8_000, POLL_MS = 40, OWED_MS = 400;
interface Entry { accountId: number; key: string; route: string; digest: string }
interface Seen { route: string; body_digest: string; http_status: number; answer: string | null; at: number; holder: string | null }

/** The same key answers the same result, whoever asks again and however often (lessons.md: a retried POST must not place a second call). */
export class Idempotency {
  /** Keys that a request of this process works on. */
  private readonly running = new Set<string>();
  /** Keys of failed requests that could not be given back, because the database was away. */
  private readonly owed = new Map<string, Entry>();
  private timer: NodeJS.Timeout | null = null;
  /** @param d.gone whether the process of this name is known to run no more. */
  constructor(private readonly d: { db: Db; clock: Clock; holder: string; gone: (holder: string) => boolean }) {}

  /** @throws AppError IDEMPOTENCY_KEY_REUSED when the key came with other content; STATE_CONFLICT while the first is still running. Errors of `work` are not kept: a corrected try may follow. */
  async once<T>(entry: Entry, work: () => Promise<T>): Promise<T> {
    const name = nameOf(entry), until = Date.now() + WAIT_MS;
    for (;;) {
      const ours = !this.running.has(name);
      if (ours) this.running.add(name);
      try {
        const taken = await this.take(entry, ours);
        if (taken === 'mine') return await this.work(entry, work);
        if (taken) return JSON.parse(taken.answer as string) as T;
      } finally { if (ours) this.running.delete(name); }
      if (Date.now() > until) throw new AppError('STATE_CONFLICT', '同一操作正在处理中，请稍候查看结果');
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  /** @param ours no other request of this process works on it. @returns 'mine' to work on; what was answered; null while somebody else is at it. */
  private async take({ accountId, key, route, digest }: Entry, ours: boolean): Promise<'mine' | Seen | null> {
    const { db, clock, holder } = this.d, now = clock.now();
    if (ours) {
      try { await db.insertMany('idempotency', [{ account_id: accountId, idem_key: key, route, body_digest: digest, http_status: 0, answer: null, at: now, holder }]); return 'mine'; } catch (error) {
        if (!isUniqueViolation(error)) { this.owe({ accountId, key, route, digest }); throw error; } // it may be stored although nothing said so
      }
    }
    const [seen] = await db.query<Seen>('select route, body_digest, http_status, answer, at, holder from idempotency where account_id = $1 and idem_key = $2', [accountId, key]);
    if (!seen) return null;
    if (seen.route !== route || seen.body_digest !== digest) throw new AppError('IDEMPOTENCY_KEY_REUSED');
    if (seen.http_status === 200) return seen;
    const left = ours && seen.holder === holder, patience = seen.holder !== null && this.d.gone(seen.holder) ? GONE_MS : HUNG_MS;
    if ((left || seen.at < now - patience) && (await db.execute('update idempotency set at = $1, holder = $2 where account_id = $3 and idem_key = $4 and at = $5 and http_status = 0', [now, holder, accountId, key, seen.at]))) return 'mine';
    return null;
  }
  private async work<T>(entry: Entry, work: () => Promise<T>): Promise<T> {
    this.owed.delete(nameOf(entry));
    try {
      const result = await work();
      await this.d.db.execute('update idempotency set http_status = 200, answer = $1 where account_id = $2 and idem_key = $3', [JSON.stringify(result ?? null), entry.accountId, entry.key]);
      return result;
    } catch (error) {
      await this.giveBack(entry).catch(() => this.owe(entry)); // the first error is the one to tell
      throw error;
    }
  }
  /** Not when another has taken it over meanwhile: the key is that one's now. */
  private giveBack({ accountId, key }: Entry): Promise<number> { return this.d.db.execute('delete from idempotency where account_id = $1 and idem_key = $2 and holder = $3 and http_status = 0', [accountId, key, this.d.holder]); }
  /** Given back when the database is there again: the repeat may come to another process, which would wait for this one. */
  private owe(entry: Entry): void {
    this.owed.set(nameOf(entry), entry);
    this.settleSoon();
  }
  private settleSoon(): void { this.timer ??= setTimeout(() => { this.timer = null; void this.settle(); }, OWED_MS).unref(); }
  private async settle(): Promise<void> {
    for (const [name, entry] of [...this.owed]) {
      if (this.running.has(name)) continue; // its repeat is here already
      this.running.add(name);
      try { await this.giveBack(entry); this.owed.delete(name); } catch { break; } finally { this.running.delete(name); } // still away: the next turn tries again
    }
    if (this.owed.size) this.settleSoon();
  }
  /** Keys older than a day are of no use to any retry. */
  purge(now: number): Promise<number> { return this.d.db.execute('delete from idempotency where at < $1', [now - 86_400_000]); }
}
const nameOf = ({ accountId, key }: Entry): string => `${accountId}/${key}`;
