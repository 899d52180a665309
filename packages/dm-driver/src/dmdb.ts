/** What we use of `dmdb`, DM's own driver: an optional package under a licence of its own, never shipped with this one. */
export interface DmColumn { name: string; dbTypeName?: string; scale?: number }
export interface DmResult { rows?: unknown[][]; metaData?: DmColumn[]; rowsAffected?: number }
export interface DmWire {
  execute(sql: string, binds: unknown[], options: { outFormat: number; autoCommit: boolean }): Promise<DmResult>;
  executeMany(sql: string, binds: unknown[][], options: { autoCommit: boolean }): Promise<{ rowsAffected?: number }>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  close(): Promise<void>;
}
export interface Dmdb { OUT_FORMAT_ARRAY: number; OUT_FORMAT_OBJECT: number; CLOB: number; BLOB: number; BUFFER: number; fetchAsString: number[]; fetchAsBuffer: number[]; getConnection(url: string): Promise<DmWire>; createPool(attributes: object, done?: (error: Error | null, pool: unknown) => void): unknown }

/** @throws Error in Chinese when the package is not installed. */
export function loadDmdb(): Dmdb {
  let dmdb: Dmdb;
  try { dmdb = require('dmdb') as Dmdb; } catch (error) { throw new Error('未安装达梦数据库驱动 dmdb（许可另计，不随产品提供）：请在安装目录执行 npm install dmdb@1.0.48286，或从达梦介质 drivers/nodejs 安装', { cause: error }); } // eslint-disable-line @typescript-eslint/no-require-imports
  dmdb.fetchAsString = [dmdb.CLOB]; // large texts arrive whole instead of as streams
  dmdb.fetchAsBuffer = [dmdb.BLOB];
  return dmdb;
}
/**
 * The address with what dmdb needs: the schema, and a login whose encryption Node 20 can do (its own default may pick DES or RC4, which Node refuses).
 * @param url dm://user:password@host:5236
 */
export function connectString(url: string, schema?: string): string {
  const out = new URL(url);
  if (!out.port) out.port = '5236';
  if (!out.searchParams.has('loginEncrypt')) out.searchParams.set('loginEncrypt', 'false');
  if (schema) out.searchParams.set('schema', schema.toUpperCase());
  return out.toString();
}
