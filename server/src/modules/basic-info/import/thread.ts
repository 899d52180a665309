import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { CryptoBox, type Keys } from '../../../platform/crypto';
import { createShards, type ShardOptions } from '../../../platform/database/shards';
import { AppError } from '../../../platform/errors/app-error';
import { BlobStore } from '../../../platform/storage';
import { NumberAttribution } from '../../../domain/telephony/attribution/number-attribution';
import { telephonyTables } from '../../../domain/telephony/telephony.tables';
import { basicInfoTables } from '../basic-info.tables';
import { ImportEngine, type Outcome } from './engine';
import { importTables } from './import.tables';
import { SealAhead } from './seal-ahead';

/** What the thread of one import is given. It has connections of its own, so that neither the process's event loop nor its pool waits for it. */
export interface ThreadData { database: Pick<ShardOptions, 'url' | 'shards'>; dataDir: string; keys: Pick<Keys, 'data' | 'blind'>; companyId: number; jobId: number; holder: string; stations: { id: number; name: string }[]; chunkRows?: number; bulkFrom?: number }
/** `error` with `final`: the file cannot be imported, in Chinese; otherwise it may be tried again. */
export type ThreadAnswer = { outcome: Outcome } | { error: string; final: boolean };
/** Beside the attachments, in the folder that several hosts share. */
export const importsDir = (dataDir: string): string => join(dataDir, 'blobs', 'imports');
/** Two transactions, their marks, the lease and one to spare. */
const CONNECTIONS = 6;
const FINAL = new Set(['BAD_INPUT', 'NOT_FOUND', 'TOO_LARGE', 'UNSUPPORTED_FILE']);

async function main(data: ThreadData): Promise<ThreadAnswer> {
  if (basicInfoTables.length + importTables.length + telephonyTables.length === 0) throw new Error('the tables are not known'); // their definitions tell the columns' kinds
  const shards = await createShards({ ...data.database, maxConnections: CONNECTIONS, companyIds: [data.companyId] }), root = importsDir(data.dataDir), crypto = new CryptoBox(data.keys), ahead = new SealAhead({ ...data.keys });
  parentPort?.on('message', (keys: Pick<Keys, 'data'>) => { crypto.adopt(keys); ahead.adopt(keys); });
  parentPort?.unref();
  try {
    const attribution = new NumberAttribution(shards.group());
    return { outcome: await new ImportEngine({ shards, crypto, ahead, files: { root, blobs: new BlobStore(root) }, now: Date.now, holder: data.holder, attribution: () => attribution.table(), stations: data.stations, chunkRows: data.chunkRows, bulkFrom: data.bulkFrom }).run(data.jobId) };
  } catch (error) {
    const known = error instanceof AppError;
    return { error: known ? error.message : String((error as Error)?.stack ?? error), final: known && FINAL.has(error.code) };
  } finally { await ahead.close(); await shards.close(); }
}
if (parentPort) void main(workerData.data as ThreadData).then((answer) => parentPort?.postMessage(answer));
