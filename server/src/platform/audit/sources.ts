import type { Sql, SqlValue } from '../database/db';
import { rowDigest, type ChainName, type Member } from './chain';

/** What a chain runs over. `recording` belongs to the telephone; this file reads it by its table only. */
export interface ChainSource {
  readonly chain: ChainName; readonly table: string; readonly idColumn: string;
  /** Oldest members that no segment holds. */
  unsealed(sql: Sql, limit: number): Promise<Member[]>;
  /** Members that the table now holds for a segment. */
  ofSegment(sql: Sql, segmentId: number): Promise<(Member & { file?: RecordedFile })[]>;
  unsealedCount(sql: Sql): Promise<{ count: number; from: number | null }>;
}
export interface RecordedFile { path: string; sm3: string }

interface AuditRecord { id: number; at: number; account_id: number; person_name: string; login: string; org_root_id: number | null; action: string; target: string; detail: string | null; address: string }
const AUDIT = 'select id, at, account_id, person_name, login, org_root_id, action, target, detail, address from audit_row';
const auditMember = (r: AuditRecord): Member => ({ id: r.id, at: r.at, digest: rowDigest([r.id, r.at, r.account_id, r.person_name, r.login, r.org_root_id, r.action, r.target, r.detail, r.address]) });
export const auditSource: ChainSource = {
  chain: 'audit', table: 'audit_row', idColumn: 'id',
  unsealed: async (sql, limit) => (await sql.query<AuditRecord>(`${AUDIT} where segment_id is null order by id limit $1`, [limit])).map(auditMember),
  ofSegment: async (sql, id) => (await sql.query<AuditRecord>(`${AUDIT} where segment_id = $1 order by id`, [id])).map(auditMember),
  unsealedCount: (sql) => countOf(sql, 'select count(*) as n, min(at) as since from audit_row where segment_id is null'),
};

interface RecordingRecord { recording_id: number; call_id: string; file_path: string; byte_count: number; made_at: number; sm3: string }
const RECORDING = 'select recording_id, call_id, file_path, byte_count, made_at, sm3 from recording';
const recordingMember = (r: RecordingRecord): Member & { file: RecordedFile } => ({ id: r.recording_id, at: r.made_at, digest: rowDigest([r.recording_id, r.call_id, r.file_path, r.byte_count, r.made_at, r.sm3]), file: { path: r.file_path, sm3: r.sm3 } });
/** A recording is sealed once its file is complete, which its SM3 says. */
export const recordingSource: ChainSource = {
  chain: 'recording', table: 'recording', idColumn: 'recording_id',
  unsealed: async (sql, limit) => (await sql.query<RecordingRecord>(`${RECORDING} where segment_id is null and sm3 is not null order by recording_id limit $1`, [limit])).map(recordingMember),
  ofSegment: async (sql, id) => (await sql.query<RecordingRecord>(`${RECORDING} where segment_id = $1 order by recording_id`, [id])).map(recordingMember),
  unsealedCount: (sql) => countOf(sql, 'select count(*) as n, min(made_at) as since from recording where segment_id is null'),
};

async function countOf(sql: Sql, text: string, params: readonly SqlValue[] = []): Promise<{ count: number; from: number | null }> {
  const [row] = await sql.query<{ n: number; since: number | null }>(text, params);
  return { count: row?.n ?? 0, from: row?.since ?? null };
}
