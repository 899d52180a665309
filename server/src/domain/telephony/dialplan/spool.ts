import { mkdir, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ForeignRecord, readCallRecord, type NodeCallRecord } from './call-record';

/** The switch writes a file in one go of a few milliseconds; a file that is no JSON after this long never will be. */
const HALF_WRITTEN_MS = 10_000;
const BATCH = 200;

export interface SpoolResult { taken: number; skipped: number; foreign: number; failed: number }

/**
 * Empties a node's spool of call records, oldest name first: each record is given to `take` and its file deleted afterwards, so a record is
 * given at least once and `take` must be idempotent by `callId`. A file that is no record goes to the folder `foreign` beside it.
 * @param now ms, of the clock that file times are in
 */
export async function emptySpool(directory: string, take: (record: NodeCallRecord) => Promise<void>, now: number): Promise<SpoolResult> {
  const result: SpoolResult = { taken: 0, skipped: 0, foreign: 0, failed: 0 };
  let names: string[];
  try { names = (await readdir(directory)).filter((name) => name.endsWith('.cdr.json')).sort().slice(0, BATCH); } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return result;
    throw error;
  }
  for (const name of names) {
    const path = join(directory, name);
    try {
      const record = readCallRecord(await readFile(path, 'utf8'));
      if (record) { await take(record); result.taken++; } else result.skipped++;
      await unlink(path);
    } catch (error) {
      if (!(error instanceof ForeignRecord)) { result.failed++; continue; }
      if (now - (await stat(path)).mtimeMs < HALF_WRITTEN_MS) continue;
      await mkdir(join(directory, 'foreign'), { recursive: true });
      await rename(path, join(directory, 'foreign', name));
      result.foreign++;
    }
  }
  return result;
}
