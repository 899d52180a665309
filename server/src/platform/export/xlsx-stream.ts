import type { Writable } from 'node:stream';
import { MAX_PART_BYTES, ZipStream, type ZipPart } from './zip-stream';
import { CONTENT_TYPES, ROOT_RELS, STYLE_OF, STYLES, workbookRels, workbookXml, sheetHead, escapeText, cleanText, sheetName } from './xlsx-parts';

/** `time` and `date` take milliseconds UTC and show the organisation's zone; `money` takes cents; `percent` takes 0..1. */
export type CellKind = 'text' | 'int' | 'decimal' | 'money' | 'percent' | 'time' | 'date';
export interface SheetColumn { header: string; kind: CellKind; /** In characters; default by kind. */ width?: number }
export type CellValue = string | number | boolean | null | undefined;

/** Excel's own limit, header included. */
const MAX_ROWS = 1_048_576;
const FLUSH_CHARS = 64 * 1024;

/**
 * Writes an .xlsx row by row into a stream: memory stays flat however many rows come. A sheet that is full goes on in a next one of the same
 * name. Text is always text: a leading = + - @ is shown as typed and never computed.
 */
export class XlsxStream {
  private readonly zip: ZipStream;
  private readonly sheets: string[] = [];
  private columns: readonly SheetColumn[] = [];
  private letters: string[] = [];
  private title = '';
  private continued = 0;
  private part: ZipPart | undefined;
  private row = 0;
  private buffer = '';
  /** `offsetMinutes`: of the organisation's zone, 480 for China. */
  constructor(out: Writable, private readonly options: { offsetMinutes: number; maxRowsPerSheet?: number } = { offsetMinutes: 480 }) { this.zip = new ZipStream(out); }

  /** Begins a sheet with its header row, frozen. */
  async sheet(title: string, columns: readonly SheetColumn[]): Promise<void> {
    await this.closeSheet();
    this.title = title; this.columns = columns; this.continued = 0;
    this.letters = columns.map((_, i) => columnLetters(i));
    await this.openSheet();
  }

  /** Adds one row; values in the order of the columns. Await it: it waits for a slow receiver. */
  async add(values: readonly CellValue[]): Promise<void> {
    if (this.row >= (this.options.maxRowsPerSheet ?? MAX_ROWS) || (this.part?.bytes ?? 0) > MAX_PART_BYTES) { await this.closeSheet(); this.continued += 1; await this.openSheet(); }
    this.row += 1;
    const r = this.row;
    let xml = `<row r="${r}">`;
    for (let i = 0; i < this.columns.length; i++) {
      const value = values[i];
      if (value === null || value === undefined || value === '') continue;
      xml += cell(`${this.letters[i]}${r}`, (this.columns[i] as SheetColumn).kind, value, this.options.offsetMinutes);
    }
    this.buffer += `${xml}</row>`;
    if (this.buffer.length >= FLUSH_CHARS) await this.flush();
  }

  /** Ends the file and the stream. */
  async finish(): Promise<void> {
    await this.closeSheet();
    await this.write('xl/styles.xml', STYLES);
    await this.write('xl/workbook.xml', workbookXml(this.sheets));
    await this.write('xl/_rels/workbook.xml.rels', workbookRels(this.sheets.length));
    await this.write('_rels/.rels', ROOT_RELS);
    await this.write('[Content_Types].xml', CONTENT_TYPES(this.sheets.length));
    await this.zip.finish();
  }

  private async openSheet(): Promise<void> {
    this.sheets.push(sheetName(this.title, this.continued, this.sheets));
    this.part = await this.zip.part(`xl/worksheets/sheet${this.sheets.length}.xml`);
    this.row = 1;
    const headers = this.columns.map((c, i) => `<c r="${this.letters[i]}1" s="${STYLE_OF.header}" t="inlineStr"><is><t>${escapeText(cleanText(c.header))}</t></is></c>`).join('');
    this.buffer = `${sheetHead(this.columns)}<row r="1">${headers}</row>`;
  }
  private async closeSheet(): Promise<void> {
    if (!this.part) return;
    const last = this.letters[this.letters.length - 1];
    this.buffer += `</sheetData>${last ? `<autoFilter ref="A1:${last}${this.row}"/>` : ''}</worksheet>`;
    await this.flush();
    await this.part.end();
    this.part = undefined;
  }
  private async flush(): Promise<void> { const text = this.buffer; this.buffer = ''; await this.part?.write(text); }
  private async write(name: string, text: string): Promise<void> { const part = await this.zip.part(name); await part.write(text); await part.end(); }
}

function cell(ref: string, kind: CellKind, value: string | number | boolean, offsetMinutes: number): string {
  if (kind === 'text' || typeof value === 'string') return textCell(ref, String(value));
  const n = Number(value);
  if (!Number.isFinite(n)) return '';
  if (kind === 'time' || kind === 'date') return `<c r="${ref}" s="${STYLE_OF[kind]}"><v>${serial(n, offsetMinutes, kind === 'date')}</v></c>`;
  return `<c r="${ref}" s="${STYLE_OF[kind]}"><v>${kind === 'money' ? n / 100 : n}</v></c>`;
}
/** quotePrefix marks the cell as text for good, also when it is edited or saved as CSV and opened again by way of the sheet. */
function textCell(ref: string, value: string): string {
  const text = cleanText(value);
  const style = /^[=+\-@\t\r]/.test(text) ? STYLE_OF.quoted : STYLE_OF.text;
  return `<c r="${ref}" s="${style}" t="inlineStr"><is><t${/^\s|\s$|\n/.test(text) ? ' xml:space="preserve"' : ''}>${escapeText(text)}</t></is></c>`;
}
/** Days since 1899-12-30 in the organisation's zone, to the second. */
function serial(ms: number, offsetMinutes: number, day: boolean): number {
  const days = (ms + offsetMinutes * 60_000) / 86_400_000 + 25_569;
  return day ? Math.floor(days) : Math.round(days * 86_400) / 86_400;
}
export function columnLetters(index: number): string {
  let s = '';
  for (let n = index + 1; n > 0; n = Math.floor((n - 1) / 26)) s = String.fromCharCode(65 + ((n - 1) % 26)) + s;
  return s;
}
