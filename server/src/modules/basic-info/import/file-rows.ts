import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError } from '../../../platform/errors/app-error';
import { blobPath, type BlobStore } from '../../../platform/storage';
import { csvLine, CsvRows, encodingOf, separatorOf } from './csv';
import { cellText, readHeader, type Header } from './import.columns';

const SAMPLE = 1_000_000, MOST_CELLS = 100, MOST_ROWS = 2_000_000, READ = 256 * 1024;
/** Where the files of imports are, each under its SM3. */
export interface ImportFiles { root: string; blobs: Pick<BlobStore, 'put' | 'remove'> }
const bad = (message: string, cause?: unknown): AppError => new AppError('BAD_INPUT', message, undefined, cause);
export interface Rows { header: string[]; at: Header; /** Rows after the header, about: a cell may hold line breaks. */ total: number; /** No row has a greater number. */ most: number }

/** True for a ZIP, which an .xlsx is. */
const isZip = (bytes: Buffer): boolean => bytes.length > 3 && bytes.readUInt32LE(0) === 0x04034b50;
async function head(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => { throw error.code === 'ENOENT' ? new AppError('NOT_FOUND', '上传的文件已不在服务器上，请重新上传', undefined, error) : error; });
  try { const buffer = Buffer.alloc(bytes), { bytesRead } = await file.read(buffer, 0, bytes, 0); return buffer.subarray(0, bytesRead); } finally { await file.close(); }
}

/**
 * Brings a file into the one form that is read: a text of rows. An .xlsx is written out as one (its first sheet), so that it is read once only, however
 * often the job begins anew. @returns the SM3 of that text, the uploaded one's own for a text. @throws AppError BAD_INPUT for what is neither.
 */
export async function asText(files: ImportFiles, sm3: string, maxBytes: number): Promise<string> {
  const path = blobPath(files.root, sm3), first = await head(path, 8);
  if (!isZip(first)) {
    if (first.length >= 4 && first.readUInt32BE(0) === 0xd0cf11e0) throw bad('这是旧版 .xls 文件，请在表格软件中另存为 .xlsx 或 CSV');
    return sm3;
  }
  return (await files.blobs.put(Readable.from(sheetLines(path)), { maxBytes: maxBytes * 4 })).sm3;
}
async function* sheetLines(path: string): AsyncGenerator<Buffer> {
  const ExcelJS = await import('exceljs'), { stream } = (ExcelJS as unknown as { default?: typeof ExcelJS }).default ?? ExcelJS;
  let row = 0, text = '', found = false;
  try {
    for await (const sheet of new stream.xlsx.WorkbookReader(path, { sharedStrings: 'cache', styles: 'cache', worksheets: 'emit', hyperlinks: 'ignore', entries: 'ignore' })) {
      found = true;
      for await (const line of sheet) {
        // rows that the file leaves out are empty ones: numbers stay those that the person sees
        for (; row < line.number - 1; row++) text += '\n';
        const values = Array.isArray(line.values) ? line.values.slice(1, 1 + MOST_CELLS) : [];
        text += csvLine(Array.from(values, cellText));
        row += 1;
        if (text.length > READ) { yield Buffer.from(text); text = ''; }
      }
      break; // the first sheet; the template's second one explains
    }
  } catch (error) { throw bad('表格文件已损坏或加了密码，请重新保存后再上传', error); }
  if (!found) throw bad('表格文件里没有工作表');
  yield Buffer.from(text);
}

/** Reads the header and counts the lines. @throws AppError BAD_INPUT, in Chinese, for a file that cannot be read at all. */
export async function survey(files: ImportFiles, sm3: string): Promise<Rows> {
  let header: string[] | null = null, feeds = 0, returns = 0;
  const path = blobPath(files.root, sm3);
  for await (const { rows } of readCsv(path)) { header = rows.find((cells) => cells.some((cell) => cell.trim() !== '')) ?? null; if (header) break; }
  if (!header) throw bad('文件是空的');
  const { at, problem } = readHeader(header);
  if (problem) throw bad(problem);
  for await (const piece of createReadStream(path, { highWaterMark: READ })) {
    const bytes = piece as Buffer, count = (mark: number): number => { let n = 0; for (let i = bytes.indexOf(mark); i >= 0; i = bytes.indexOf(mark, i + 1)) n += 1; return n; };
    feeds += count(10);
    returns += count(13);
  }
  const lines = Math.max(feeds, returns);
  if (lines > MOST_ROWS) throw bad(`文件有 ${lines} 行，一次最多 ${MOST_ROWS} 行，请拆成几个文件`);
  return { header: header.slice(0, MOST_CELLS), at, total: lines, most: feeds + returns + 2 };
}

/** Rows after the header with their numbers as the spreadsheet shows them; empty ones are left out later, by the rules. */
export async function* fileRows(files: ImportFiles, sm3: string): AsyncGenerator<{ first: number; rows: string[][] }> {
  let begun = false, next = 1;
  for await (const { rows } of readCsv(blobPath(files.root, sm3))) {
    let from = 0;
    if (!begun) {
      from = rows.findIndex((cells) => cells.some((cell) => cell.trim() !== '')) + 1;
      if (from === 0) { next += rows.length; continue; }
      begun = true;
    }
    yield { first: next + from, rows: from ? rows.slice(from) : rows };
    next += rows.length;
  }
}
async function* readCsv(path: string): AsyncGenerator<{ rows: string[][] }> {
  const sample = await head(path, SAMPLE), encoding = encodingOf(sample), decoder = new TextDecoder(encoding), rows = new CsvRows(separatorOf(new TextDecoder(encoding).decode(sample)));
  const push = (text: string, last: boolean): string[][] => { try { return rows.push(text, last); } catch (error) { throw error instanceof RangeError ? bad('文件中有一个引号没有配对，或不是表格文件', error) : error; } };
  for await (const piece of createReadStream(path, { highWaterMark: READ })) { const whole = push(decoder.decode(piece as Buffer, { stream: true }), false); if (whole.length) yield { rows: whole }; }
  yield { rows: push(decoder.decode(), true) };
}
