import type { ResealJob } from '@ronghu/contract';
import type { Clock } from '../clock';
import type { CryptoBox } from '../crypto';
import type { Db, Row, SqlValue, Tx } from '../database/db';
import type { Shards } from '../database/shards';
import type { TableDefinition } from '../database/table';
import type { Ids } from '../database/ids';
import { AppError } from '../errors/app-error';
import type { Log } from '../log';
import type { Timers } from '../timer/timers';

export interface SealedColumn { table: string; column: string; key: string[]; shard: 'group' | 'company' | 'both' }
/** Every column whose comment says that it holds cipher text (密文). */
export const sealedColumns = (tables: readonly TableDefinition[]): SealedColumn[] => tables.flatMap((t) => Object.entries(t.columns).filter(([, column]) => column.comment.includes('密文')).map(([column]) => ({ table: t.name, column, key: t.primaryKey, shard: t.shard })));
const TIMER = 'crypto.reseal', BATCH = 200, SLICE_MS = 200, PAUSE_MS = 100, MOST_ROUNDS = 5;
interface Part extends Row { shard_name: string; table_name: string; column_name: string; last_key: string | null; total_rows: number | null; done_rows: number; resealed_rows: number; finished: boolean }
interface Job { id: number; target_key: string; job_state: ResealJob['state']; rounds: number; started_at: number; finished_at: number | null; last_error: string | null }

/** Re-encrypts sealed columns while the system runs (PF-32, PF-33). One job at a time in the installation. */
export class Reseal {
  private readonly columns: SealedColumn[];
  constructor(private readonly d: { shards: Shards; ids: Ids; clock: Clock; log: Log; crypto: Pick<CryptoBox, 'open' | 'seal' | 'sealingId'>; timers: Pick<Timers, 'on' | 'set'>; tables: readonly TableDefinition[]; sliceMs?: number; batch?: number }) {
    this.columns = sealedColumns(d.tables);
    d.timers.on(TIMER, async (timer) => { if (await this.slice(timer.payload.jobId as number)) await d.timers.set(d.shards.group(), { kind: TIMER, key: timer.key, dueAt: d.clock.now() + PAUSE_MS, companyId: null, payload: timer.payload }); });
  }
  /** In the caller's transaction of the group's shard. @throws AppError STATE_CONFLICT while a job runs. */
  async start(tx: Tx, targetKey: string): Promise<number> {
    if ((await tx.query("select id from reseal_job where job_state = 'running'")).length) throw new AppError('STATE_CONFLICT', '重新加密正在进行');
    const id = this.d.ids.next();
    await tx.insertMany('reseal_job', [{ id, target_key: targetKey, job_state: 'running', rounds: 0, started_at: this.d.clock.now(), finished_at: null, last_error: null }]);
    await this.addParts(tx, id);
    await this.d.timers.set(tx, { kind: TIMER, key: String(id), dueAt: this.d.clock.now(), companyId: null, payload: { jobId: id } });
    return id;
  }
  /** The latest job with its progress, or null when there was none. */
  async latest(): Promise<ResealJob | null> {
    const group = this.d.shards.group(), [job] = await group.query<Job>('select id, target_key, job_state, rounds, started_at, finished_at, last_error from reseal_job order by started_at desc, id desc limit 1');
    if (!job) return null;
    const parts = await this.parts(job.id), sum = (of: (p: Part) => number): number => parts.reduce((n, p) => n + of(p), 0), current = parts.find((p) => !p.finished);
    return { id: job.id, targetKey: job.target_key, state: job.job_state, startedAt: job.started_at, finishedAt: job.finished_at, total: sum((p) => p.total_rows ?? 0), done: sum((p) => p.done_rows), resealed: sum((p) => p.resealed_rows), columns: parts.length, columnsDone: parts.filter((p) => p.finished).length, current: job.job_state === 'running' && current ? `${current.table_name}.${current.column_name}` : null, lastError: job.last_error };
  }
  /** Works for a fifth of a second. True when there is more to do. */
  async slice(jobId: number): Promise<boolean> {
    const group = this.d.shards.group(), [job] = await group.query<Job>('select id, target_key, job_state, rounds, started_at, finished_at, last_error from reseal_job where id = $1', [jobId]);
    if (!job || job.job_state !== 'running') return false;
    // the new key seals ten seconds after it was made; a process that does not know it yet must not take the job
    if (this.d.crypto.sealingId !== job.target_key) return true;
    const until = performance.now() + (this.d.sliceMs ?? SLICE_MS);
    try {
      const parts = await this.parts(jobId);
      // all are counted first, so that the page knows how much there is from the beginning
      for (const part of parts) if (part.total_rows === null) { part.total_rows = await this.count(part); await this.save(group, jobId, part); if (performance.now() > until) return true; }
      for (const part of parts) {
        while (!part.finished) { await this.batch(job, part); if (performance.now() > until) return true; }
      }
      return !(await this.finish(job));
    } catch (error) {
      await group.execute('update reseal_job set last_error = $1 where id = $2', [String(error instanceof Error ? error.message : error).slice(0, 500), jobId]);
      throw error; // the timer runs it again, with growing pauses
    }
  }
  /** What was sealed by an older key while the job ran (a process that learned of the key late) takes another round. */
  private async finish(job: Job): Promise<boolean> {
    const group = this.d.shards.group(), left: Part[] = [];
    await group.transaction((tx) => this.addParts(tx, job.id)); // a company may have been added meanwhile
    for (const part of await this.parts(job.id)) {
      const [stale] = await this.db(part.shard_name).query<{ n: number }>(`select count(*) as n from ${part.table_name} where ${part.column_name} is not null and ${part.column_name} not like $1`, [`${job.target_key}.%`]);
      if (stale?.n) left.push(part);
    }
    if (left.length && job.rounds + 1 < MOST_ROUNDS) {
      for (const part of left) await group.execute('update reseal_column set finished = $1, last_key = $2, done_rows = 0 where job_id = $3 and shard_name = $4 and table_name = $5 and column_name = $6', [false, null, job.id, part.shard_name, part.table_name, part.column_name]);
      await group.execute('update reseal_job set rounds = rounds + 1 where id = $1', [job.id]);
      return false;
    }
    const error = left.length ? `仍有旧密钥的数据：${left.map((p) => `${p.shard_name} ${p.table_name}.${p.column_name}`).join('、')}` : null;
    await group.execute("update reseal_job set job_state = $1, finished_at = $2, last_error = $3 where id = $4 and job_state = 'running'", [left.length ? 'failed' : 'done', this.d.clock.now(), error?.slice(0, 500) ?? null, job.id]);
    this.d.log.info('re-encryption ended', { jobId: job.id, targetKey: job.target_key, left: left.length });
    return true;
  }
  /** Reads by primary key, so a page is never read twice and memory stays flat; writes only what is still the text that was read. */
  private async batch(job: Job, part: Part): Promise<void> {
    const group = this.d.shards.group(), db = this.db(part.shard_name), { table_name: table, column_name: column } = part, of = this.columns.find((c) => c.table === table && c.column === column);
    if (!of) { part.finished = true; await this.save(group, job.id, part); return; }
    const params: SqlValue[] = [], after = part.last_key === null ? '' : `and (${afterKey(of.key, JSON.parse(part.last_key) as SqlValue[], params)})`, size = this.d.batch ?? BATCH;
    const rows = await db.query(`select ${of.key.join(', ')}, ${column} as sealed_text from ${table} where ${column} is not null ${after} order by ${of.key.join(', ')} limit ${size}`, params);
    const stale = rows.filter((row) => !String(row.sealed_text).startsWith(`${job.target_key}.`));
    if (stale.length) {
      part.resealed_rows += await db.transaction(async (tx) => {
        let changed = 0;
        for (const row of stale) changed += await tx.execute(`update ${table} set ${column} = $1 where ${of.key.map((k, i) => `${k} = $${i + 3}`).join(' and ')} and ${column} = $2`, [this.d.crypto.seal(this.d.crypto.open(String(row.sealed_text))), String(row.sealed_text), ...of.key.map((k) => row[k] as SqlValue)]);
        return changed;
      });
    }
    const last = rows[rows.length - 1];
    part.done_rows += rows.length;
    if (last) part.last_key = JSON.stringify(of.key.map((k) => last[k]));
    part.finished = rows.length < size;
    await this.save(group, job.id, part);
  }
  private async count(p: Part): Promise<number> { return (await this.db(p.shard_name).query<{ n: number }>(`select count(*) as n from ${p.table_name} where ${p.column_name} is not null`))[0]?.n ?? 0; }
  private async save(group: Db, jobId: number, p: Part): Promise<void> { await group.execute('update reseal_column set last_key = $1, total_rows = $2, done_rows = $3, resealed_rows = $4, finished = $5 where job_id = $6 and shard_name = $7 and table_name = $8 and column_name = $9', [p.last_key, p.total_rows, p.done_rows, p.resealed_rows, p.finished, jobId, p.shard_name, p.table_name, p.column_name]); }
  private parts(jobId: number): Promise<Part[]> { return this.d.shards.group().query<Part>('select shard_name, table_name, column_name, last_key, total_rows, done_rows, resealed_rows, finished from reseal_column where job_id = $1 order by shard_name, table_name, column_name', [jobId]); }
  private async addParts(tx: Tx, jobId: number): Promise<void> {
    const known = new Set((await tx.query<Part>('select shard_name, table_name, column_name from reseal_column where job_id = $1', [jobId])).map((p) => `${p.shard_name} ${p.table_name}.${p.column_name}`));
    const rows = ['group', ...this.d.shards.companyIds().map((id) => `company:${id}`)].flatMap((shard) => this.columns.filter((c) => c.shard === 'both' || c.shard === (shard === 'group' ? 'group' : 'company')).map((c) => ({ job_id: jobId, shard_name: shard, table_name: c.table, column_name: c.column, last_key: null, total_rows: null, done_rows: 0, resealed_rows: 0, finished: false })));
    const fresh = rows.filter((r) => !known.has(`${r.shard_name} ${r.table_name}.${r.column_name}`));
    if (fresh.length) await tx.insertMany('reseal_column', fresh);
  }
  private db(shard: string): Db { return shard === 'group' ? this.d.shards.group() : this.d.shards.company(Number(shard.slice('company:'.length))); }
}
/** Rows behind this key in the order of the key, without row values, which not every database compares. */
function afterKey(key: readonly string[], last: readonly SqlValue[], params: SqlValue[]): string {
  return key.map((column, i) => [...key.slice(0, i).map((k, j) => `${k} = $${params.push(last[j] as SqlValue)}`), `${column} > $${params.push(last[i] as SqlValue)}`].join(' and ')).map((part) => `(${part})`).join(' or ');
}
