import type { DmColumn } from './dmdb';

/** What a bind may be. A long text goes as CLOB by itself; the driver binds whole numbers as BIGINT and Buffers as VARBINARY or BLOB. */
export type DmBind = string | number | null | Buffer;
/** Booleans are 0 and 1. @throws TypeError for what the database has no type for. */
export function toBind(value: unknown): DmBind {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') { if (!Number.isFinite(value)) throw new TypeError(`no number for a database: ${value}`); return value; }
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (typeof value === 'bigint') return String(value);
  throw new TypeError('a parameter is a number, text, boolean, null or Buffer on this database');
}
const NUMBERS = new Set(['BIGINT', 'INTEGER', 'INT', 'SMALLINT', 'TINYINT', 'DEC', 'DECIMAL', 'NUMBER', 'NUMERIC', 'DOUBLE', 'FLOAT']);
/** One row with lower-case names, booleans of BIT columns and numbers of numeric ones (decimals arrive as text from some servers). */
export function toRow(values: readonly unknown[], columns: readonly DmColumn[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  columns.forEach((column, i) => {
    const value = values[i], type = column.dbTypeName?.toUpperCase() ?? '';
    row[column.name.toLowerCase()] = value === null || value === undefined ? null : type === 'BIT' ? Boolean(Number(value)) : (typeof value === 'string' || typeof value === 'bigint') && NUMBERS.has(type) ? Number(value) : value;
  });
  return row;
}
