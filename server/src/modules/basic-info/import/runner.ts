import type { Worker } from 'node:worker_threads';
import { holderName } from '../../../platform/bus/lease';
import type { Platform } from '../../../platform/platform';
import type { Tx } from '../../../platform/database/db';
import { systemScope } from '../../../platform/identity/scopes';
import { BlobStore } from '../../../platform/storage';
import { startThread } from '../../../platform/thread';
import { ERRORS_KEPT_MS, importStore, OPEN_STATES, type ImportJob } from './import.store';
import { importsDir, type ThreadAnswer, type ThreadData } from './thread';

export type RunnerParts = Pick<Platform, 'shards' | 'clock' | 'log' | 'orgs' | 'timers' | 'audit' | 'keyStore' | 'config' | 'ids'>;
export const RUN_TIMER = 'houses.import', PURGE_TIMER = 'houses.importPurge';
const LOOK_MS = 2_000, MOST_ATTEMPTS = 10, YOUNG_MB = 144, OLD_MB = 1_500;
/** Starts, watches and ends imports in the worker processes: each in a thread of its own. A durable timer looks after every job until it is over, so it goes on when its process is gone. */
export class ImportRunner {
  private readonly running = new Map<number, Worker>();
  private closed = false;
  /** Two hosts may have the same process number. */
  private readonly name = holderName();
  private serial = 0;
  constructor(private readonly d: RunnerParts, private readonly options: Pick<ThreadData, 'chunkRows' | 'bulkFrom'> = {}) {
    d.timers.on(RUN_TIMER, async (timer) => { if (await this.look(timer.payload.jobId as number)) await d.timers.set(d.shards.group(), { kind: RUN_TIMER, key: timer.key, dueAt: d.clock.now() + LOOK_MS, companyId: null, payload: timer.payload }); });
    d.timers.on(PURGE_TIMER, async (timer) => { if (timer.companyId !== null && d.shards.companyIds().includes(timer.companyId)) await d.shards.company(timer.companyId).execute('delete from import_bad_row where job_id = $1', [timer.payload.jobId as number]); });
    d.keyStore.onChange((keys) => { for (const worker of this.running.values()) worker.postMessage({ data: keys.data }); });
  }
  /** In the transaction that writes the job. */
  async begin(tx: Tx, jobId: number): Promise<void> { await this.d.timers.set(tx, { kind: RUN_TIMER, key: String(jobId), dueAt: this.d.clock.now(), companyId: null, payload: { jobId } }); }

  /** Takes the job when nobody works on it. True while it is not over. */
  async look(jobId: number): Promise<boolean> {
    const { d } = this, group = d.shards.group(), job = await importStore.get(group, jobId), holder = `${this.name}:${this.serial += 1}`;
    if (!job || job.finished_at !== null) return false;
    if (this.running.has(jobId) || this.closed || !(await importStore.claim(group, jobId, holder, Date.now()))) return true;
    if (!d.shards.companyIds().includes(job.company_id)) { await this.end({ ...job, holder }, 'failed', '公司的数据库没有打开'); return false; }
    void this.run({ ...job, holder, attempts: job.attempts + 1 }).catch((error: unknown) => d.log.error('an import could not be ended and is looked at again', { jobId, error }));
    return true;
  }
  /** Ends the thread of a job as if the process were gone; the job goes on elsewhere or again. False when it does not run here. */
  async kill(jobId: number): Promise<boolean> { const worker = this.running.get(jobId); await worker?.terminate(); return worker !== undefined; }
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.running.values()].map((worker) => worker.terminate()));
  }
  private async run(job: ImportJob & { holder: string }): Promise<void> {
    const { d } = this, answer = await this.inThread(job);
    if (this.closed) return;
    if ('outcome' in answer) { if (answer.outcome !== 'lost') await this.end(job, answer.outcome, null); return; }
    if (answer.final || job.attempts >= MOST_ATTEMPTS) { await this.end(job, 'failed', answer.final ? answer.error : '多次尝试后仍没有完成，请联系管理员查看日志'); if (answer.final) return; }
    d.log.error('an import broke off and will go on', { jobId: job.id, attempts: job.attempts, error: answer.error });
    await d.shards.group().execute(`update import_job set lease_until = $1, last_error = $2 where id = $3 and holder = $4 and job_state in ${OPEN_STATES}`, [Date.now() + 1000 * 2 ** Math.min(job.attempts, 6), answer.error.slice(0, 500), job.id, job.holder]);
  }
  private async inThread(job: ImportJob & { holder: string }): Promise<ThreadAnswer> {
    const { d } = this, { keys } = d.keyStore;
    const stations = d.orgs.all().filter((n) => n.kind === 'station' && n.companyId === job.company_id).map((n) => ({ id: n.id, name: n.name }));
    const data: ThreadData = { database: { url: d.config.database.url, shards: d.config.database.shards }, dataDir: d.config.dataDir, keys: { data: keys.data, blind: keys.blind }, companyId: job.company_id, jobId: job.id, holder: job.holder, stations, ...this.options };
    const worker = startThread(require.resolve('./thread'), data, { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: OLD_MB });
    this.running.set(job.id, worker);
    try {
      return await new Promise<ThreadAnswer>((resolve) => {
        worker.once('message', resolve);
        worker.once('error', (error) => resolve({ error: String(error.stack ?? error), final: false }));
        worker.once('exit', (code) => resolve({ error: `the thread ended with ${code}`, final: false }));
      });
    } finally { this.running.delete(job.id); void worker.terminate(); }
  }
  /** The job's last words: state, audit row, no file left behind. */
  private async end(job: ImportJob & { holder: string }, state: 'done' | 'cancelled' | 'failed', error: string | null): Promise<void> {
    const { d } = this, group = d.shards.group(), now = d.clock.now();
    const ended = await group.transaction(async (tx) => {
      const [last] = await tx.query<ImportJob>('select * from import_job where id = $1 for update', [job.id]);
      if (!last || last.holder !== job.holder || last.finished_at !== null) return null;
      await tx.execute('update import_job set job_state = $1, finished_at = $2, last_error = $3, lease_until = 0 where id = $4', [state, now, error?.slice(0, 500) ?? null, job.id]);
      const by = { ...systemScope('import'), accountId: last.account_id, personName: last.person_name, login: last.login ?? '', address: last.address ?? '', orgRootIds: last.org_root_id === null ? [] : [last.org_root_id] };
      await d.audit.record(tx, by, { action: 'houseImport', target: `import:${last.company_id}/${job.id}`, detail: `${last.file_name}，${{ done: '完成', cancelled: '已取消', failed: '失败' }[state]}：处理 ${last.rows_read} 行，新增 ${last.n_created}，更新 ${last.n_changed}，未变 ${last.n_same}，错误 ${last.n_bad}，新建节点 ${last.n_nodes}，文件 SM3 ${last.file_sm3}${error ? `；${error}` : ''}` });
      if (last.n_bad > 0) await d.timers.set(tx, { kind: PURGE_TIMER, key: String(job.id), dueAt: now + ERRORS_KEPT_MS, companyId: last.company_id, payload: { jobId: job.id } });
      return last;
    });
    if (ended) for (const sm3 of new Set([ended.file_sm3, ended.rows_sm3].flatMap((s) => s ?? []))) await this.discard(sm3);
  }
  /** Removes an uploaded file that no other import waits for: it holds numbers in clear. */
  async discard(sm3: string): Promise<void> {
    const used = await this.d.shards.group().query(`select id from import_job where (file_sm3 = $1 or rows_sm3 = $1) and job_state in ${OPEN_STATES}`, [sm3]);
    if (used.length === 0) await new BlobStore(importsDir(this.d.config.dataDir)).remove(sm3);
  }
}
