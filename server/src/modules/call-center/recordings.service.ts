import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { callReach, type OrgPort } from '../../domain/metric/call-rows';
import { Params } from '../../domain/metric/compile';
import type { Cache } from '../../platform/cache';
import type { Clock } from '../../platform/clock';
import type { Sql } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { requirePermission, type Scope } from '../../platform/identity/scope';
import type { AuditPort } from './agents.service';
import { byteRange } from './byte-range';
import { recordingPath } from './recording-path';

export interface RecordingPart { status: 200 | 206; headers: Record<string, string>; body: Readable }
/** A player asks for one recording in many ranges: that is one hearing. */
const ONE_HEARING_MS = 5 * 60_000;

/** Recordings for hearing: scope (CC-117), an audit row for each hearing (CC-122), ranges for the player (CC-110). */
export class RecordingsService {
  constructor(private readonly d: { sql: Sql; orgs: OrgPort; audit: AuditPort; clock: Clock; cache: Pick<Cache, 'get' | 'set'>; recordingsDir: string }) {}

  /**
   * Opens a recording, whole or the part that `range` asks for. A plain agent hears own calls only; everyone else what the organisation nodes reach.
   * @throws AppError NOT_FOUND outside the scope or when the file is gone; the audit row is written before the first byte leaves.
   */
  async open(scope: Scope, recordingId: number, range: string | undefined): Promise<RecordingPart | { status: 416; headers: Record<string, string> }> {
    requirePermission(scope, 'recording.read');
    const params = new Params(), id = params.bind(recordingId);
    const reach = isPlainAgent(scope) ? `r.agent_id = ${params.bind(scope.agentId)}` : (await callReach(this.d.sql, scope, this.d.orgs))(params);
    const [row] = await this.d.sql.query<{ file_path: string; call_id: string }>(`select f.file_path, f.call_id from recording f join call_record r on r.call_id = f.call_id where f.recording_id = ${id} and ${reach}`, params.values);
    if (!row) throw new AppError('NOT_FOUND');
    const path = await recordingPath(this.d.recordingsDir, row.file_path);
    const size = path === null ? null : await stat(path).then((info) => (info.isFile() ? info.size : null), () => null);
    if (path === null || size === null) throw new AppError('NOT_FOUND', '录音文件不在存储中，已记录，请联系管理员核对');
    const part = byteRange(range, size);
    const headers = { 'content-type': 'audio/wav', 'accept-ranges': 'bytes', 'cache-control': 'private, no-store' };
    if (part === 'unsatisfiable') return { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } };
    await this.recordHearing(scope, recordingId, row.call_id);
    if (!part) return { status: 200, headers: { ...headers, 'content-length': String(size) }, body: createReadStream(path) };
    return { status: 206, headers: { ...headers, 'content-length': String(part.end - part.start + 1), 'content-range': `bytes ${part.start}-${part.end}/${size}` }, body: createReadStream(path, part) };
  }
  private async recordHearing(scope: Scope, recordingId: number, callId: string): Promise<void> {
    const key = `heard:${scope.sessionId}:${recordingId}`;
    if ((await this.d.cache.get(key)) !== null) return;
    await this.d.audit.record(this.d.sql, scope, { action: 'recordingRead', target: `recording:${recordingId}`, detail: `通话 ${callId}` });
    await this.d.cache.set(key, '1', ONE_HEARING_MS); // after the row: two ranges at the same moment may leave two rows, never none
  }
}
/** An agent without the right to watch others (CC-117). */
export const isPlainAgent = (scope: Scope): boolean => !scope.system && scope.agentId !== null && !scope.permissions.has('agent.watch');
