import { routes } from '@ronghu/contract';
import { ApiError, FRONT_BASE, fillPath, queryString, serverNow, useApi, useSession } from '@ronghu/ui/core';
import { i18n } from '../locales/i18n';
import type { FieldDatabase } from '../store/database';
import { keepAnswers, readQueue } from '../store/snapshot';
import { sm3Hex } from './sm3';
import { SyncFault, type SyncPorts } from './sync.engine';
import type { Fault, FaultKind, SyncControl } from './sync.rules';

const LOST = i18n.global.t('photos.lost');
const UPLOAD_TIMEOUT_MS = 120_000;
const SEND_TIMEOUT_MS = 30_000;

/** What an error of the request client means for the queue. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof ApiError)) return { kind: 'server', code: 'DEVICE', message: error instanceof Error ? error.message : String(error) };
  return { kind: kindOf(error), code: error.code, message: error.message };
}

function kindOf({ code, status }: ApiError): FaultKind {
  if (status === 401 || code === 'PASSWORD_CHANGE_REQUIRED') return 'session';
  if (status === 403) return 'forbidden';
  if (status === 0) return 'network';
  if (status >= 500 || status === 429 || status === 408 || code === 'BAD_ANSWER') return 'server';
  return 'refused';
}

async function faulty<T>(work: () => Promise<T>): Promise<T> {
  try { return await work(); } catch (error) {
    const fault = faultOf(error);
    if (fault.kind === 'session') useSession().expire(fault.message);
    throw new SyncFault(fault);
  }
}

/** Raw bytes with their digest; the request client speaks JSON only. */
async function putFile(db: FieldDatabase, uuid: string): Promise<void> {
  const [file, blob] = await Promise.all([db.files.get(uuid), db.blobs.get(uuid)]);
  if (!file || !blob) throw new ApiError('DEVICE_FILE_LOST', LOST, 410);
  const address = FRONT_BASE.mobile + '/api' + fillPath(routes.fieldFile.path, { uuid }) + queryString({ companyId: file.companyId, orderId: file.orderId });
  let answer: Response;
  try {
    answer = await fetch(address, { method: 'PUT', headers: { 'x-ronghu': '1', 'x-sm3': file.sm3, 'content-type': file.mime, accept: 'application/json' }, body: blob.bytes, credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS) });
  } catch (error) { throw ApiError.client(error instanceof DOMException && error.name === 'TimeoutError' ? 'TIMEOUT' : 'OFFLINE'); }
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw brokenOnTheWay(ApiError.fromAnswer(answer.status, body), file.sm3, blob.bytes);
  if (typeof body !== 'object' || body === null || !('attachmentUuid' in body) || body.attachmentUuid !== uuid) throw ApiError.client('BAD_ANSWER');
}

/** "The digest differs" is worth another try while the phone's own bytes are still what they were; otherwise the photo itself is lost, and that is said. */
function brokenOnTheWay(error: ApiError, sm3: string, bytes: ArrayBuffer): ApiError {
  if (error.code !== 'BAD_INPUT') return error;
  return sm3Hex(new Uint8Array(bytes)) === sm3 ? new ApiError('BAD_ANSWER', error.message, 500) : new ApiError('DEVICE_FILE_LOST', LOST, 410);
}

/** The browser's side of the engine. `changed` hears the state of the queue for the banner. */
export function browserPorts(db: FieldDatabase, changed: (control: Readonly<SyncControl>) => void): SyncPorts {
  return {
    queue: () => readQueue(db),
    upload: (uuid) => faulty(() => putFile(db, uuid)),
    send: (stepIds) => faulty(async () => {
      const rows = await db.steps.bulkGet(stepIds);
      const steps = rows.flatMap((row) => (row ? [row.step] : []));
      return useApi().call('fieldSync', { body: { deviceId: await db.deviceId(), steps }, timeoutMs: SEND_TIMEOUT_MS });
    }),
    load: () => faulty(() => useApi().call('fieldSnapshot', { timeoutMs: SEND_TIMEOUT_MS })),
    keepUploaded: async (uuid) => { await db.files.update(uuid, { status: 'stored' }); },
    keepFileRefused: async (uuid, code, message) => { await db.files.update(uuid, { status: 'refused', code, message }); },
    keepAnswers: (updates, reupload, snapshot) => keepAnswers(db, updates, reupload, snapshot, serverNow()),
    now: () => Date.now(),
    later: (delayMs, run) => { const timer = setTimeout(run, delayMs); return () => clearTimeout(timer); },
    changed,
  };
}
