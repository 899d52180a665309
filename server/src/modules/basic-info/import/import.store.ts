import type { HouseImport, HouseImportState } from '@ronghu/contract';
import type { Row, Sql, SqlValue } from '../../../platform/database/db';

export interface ImportJob extends Row {
  id: number; company_id: number; file_name: string; file_bytes: number; file_sm3: string; rows_sm3: string | null; header_text: string | null; job_state: HouseImportState; cancel_asked: boolean;
  account_id: number; person_name: string; login: string | null; address: string | null; org_root_id: number | null; created_at: number; started_at: number | null; finished_at: number | null;
  holder: string | null; lease_until: number; attempts: number; id_second: number | null; id_seconds: number | null; indexes_off: boolean;
  rows_total: number | null; rows_read: number; n_created: number; n_changed: number; n_same: number; n_bad: number; n_nodes: number; progress_permille: number; last_error: string | null;
}
/** States in which there is still something to do. */
export const OPEN_STATES = "('waiting', 'checking', 'running')";
/** Bad rows are kept this long. */
export const ERRORS_KEPT_MS = 30 * 86_400_000;
/** Whoever runs a job says so at least every few seconds; silent for so long, another takes it over. */
export const LEASE_MS = 12_000;

/** The import's own rows in the group's shard. */
export const importStore = {
  async get(sql: Sql, id: number): Promise<ImportJob | null> { return (await sql.query<ImportJob>('select * from import_job where id = $1', [id]))[0] ?? null; },
  async open(sql: Sql, companyId: number): Promise<{ id: number } | null> { return (await sql.query<{ id: number }>(`select id from import_job where company_id = $1 and job_state in ${OPEN_STATES}`, [companyId]))[0] ?? null; },
  async page(sql: Sql, companyIds: readonly number[], page: number, size: number): Promise<{ rows: ImportJob[]; total: number }> {
    if (companyIds.length === 0) return { rows: [], total: 0 };
    const where = `company_id in (${companyIds.map((_, i) => `$${i + 1}`).join(',')})`, [count] = await sql.query<{ n: number }>(`select count(*) as n from import_job where ${where}`, companyIds);
    return { rows: await sql.query<ImportJob>(`select * from import_job where ${where} order by created_at desc, id desc limit $${companyIds.length + 1} offset $${companyIds.length + 2}`, [...companyIds, size, (page - 1) * size]), total: count?.n ?? 0 };
  },
  /** Takes a job that nobody works on. False: somebody does, or it is over. */
  async claim(sql: Sql, id: number, holder: string, now: number): Promise<boolean> {
    return (await sql.execute(`update import_job set holder = $1, lease_until = $2, attempts = attempts + 1 where id = $3 and lease_until < $4 and job_state in ${OPEN_STATES}`, [holder, now + LEASE_MS, id, now])) === 1;
  },
  /** Writes what the holder knows. False when the job is not the holder's any more. Names of columns come from code. */
  async save(sql: Sql, id: number, holder: string, values: Record<string, SqlValue>): Promise<boolean> {
    const names = Object.keys(values);
    return (await sql.execute(`update import_job set ${names.map((name, i) => `${name} = $${i + 3}`).join(', ')} where id = $1 and holder = $2 and job_state in ${OPEN_STATES}`, [id, holder, ...names.map((name) => values[name] as SqlValue)])) === 1;
  },
  view(job: ImportJob, companyName: string): HouseImport {
    const over = job.job_state === 'done' || job.job_state === 'cancelled' || job.job_state === 'failed';
    return {
      id: job.id, companyId: job.company_id, companyName, fileName: job.file_name, fileBytes: job.file_bytes, state: job.job_state, cancelAsked: job.cancel_asked, startedBy: job.person_name, createdAt: job.created_at, startedAt: job.started_at, finishedAt: job.finished_at,
      rowsTotal: job.rows_total, rowsRead: job.rows_read, created: job.n_created, changed: job.n_changed, unchanged: job.n_same, bad: job.n_bad, nodes: job.n_nodes, progress: job.job_state === 'done' ? 1 : job.progress_permille / 1000, error: over && job.job_state !== 'done' ? job.last_error : null,
      errorsUntil: job.n_bad > 0 ? (job.finished_at ?? job.created_at) + ERRORS_KEPT_MS : null,
    };
  },
};
