/** Rows of a text file (RFC 4180, with what spreadsheets make of it): pure, fed piece by piece. */

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le';
/** By the mark at the front, otherwise UTF-8 when it is well-formed, otherwise GB18030, which Chinese spreadsheets write. @param sample the first bytes; a character cut at its end does no harm. */
export function encodingOf(sample: Buffer): Encoding {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return 'utf-8';
  try { new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true }); return 'utf-8'; } catch { return 'gb18030'; } // not well-formed: that is the answer
}
/** What stands between the cells of the first line: comma, tab or semicolon, whichever there are most of outside quotes. */
export function separatorOf(sample: string): string {
  const line = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(sample.replace(/^[\ufeff\s]+/, ''))?.[0].replace(/"(?:[^"]|"")*"/g, '') ?? '';
  const count = (mark: string): number => line.split(mark).length;
  return [',', '\t', ';', '，'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

const QUOTE = 34, LF = 10, CR = 13;
/**
 * Splits text into rows of cells. Quotes may hold separators, line breaks and doubled quotes; a quote inside an unquoted cell is itself. A line without
 * anything is a row without cells, so that row numbers stay those of the spreadsheet.
 */
export class CsvRows {
  private rest = '';
  private readonly mark: number;
  constructor(private readonly separator: string, private readonly maxCell = 10_000) { this.mark = separator.charCodeAt(0); }

  /** Rows that are whole with this piece; `last` closes what is open. @throws RangeError for a cell beyond the limit: a quote that is never closed would take in the whole file. */
  push(piece: string, last = false): string[][] {
    const text = this.rest === '' ? piece : this.rest + piece, rows: string[][] = [], end = text.length;
    let row: string[] = [], at = 0, begin = 0;
    while (at < end) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        let close = at + 1, doubled = false;
        for (;;) {
          close = text.indexOf('"', close);
          if (close < 0 || (close + 1 >= end && !last)) break;
          if (text.charCodeAt(close + 1) !== QUOTE) break;
          doubled = true;
          close += 2;
        }
        if (close < 0 || (close + 1 >= end && !last)) { if (end - at > this.maxCell) throw new RangeError('a quoted cell is too long'); if (!last) break; }
        const inner = text.slice(at + 1, close < 0 ? end : close);
        at = close < 0 ? end : close + 1;
        let tail = at;
        while (tail < end && text.charCodeAt(tail) !== this.mark && text.charCodeAt(tail) !== LF && text.charCodeAt(tail) !== CR) tail += 1;
        if (tail >= end && !last) break;
        row.push((doubled ? inner.replace(/""/g, '"') : inner) + text.slice(at, tail));
        at = tail;
      } else {
        let tail = at;
        for (; tail < end; tail++) { const ch = text.charCodeAt(tail); if (ch === this.mark || ch === LF || ch === CR) break; }
        if (tail >= end && !last) { if (tail - at > this.maxCell) throw new RangeError('a cell is too long'); break; }
        row.push(text.slice(at, tail));
        at = tail;
      }
      if (at >= end) { rows.push(row); begin = at; break; }
      const stop = text.charCodeAt(at);
      if (stop === this.mark) { at += 1; if (at >= end && last) { row.push(''); rows.push(row); row = []; begin = at; } continue; }
      if (stop === CR) { if (at + 1 >= end && !last) break; at += text.charCodeAt(at + 1) === LF ? 2 : 1; } else at += 1;
      rows.push(row.length === 1 && row[0] === '' ? [] : row);
      row = [];
      begin = at;
    }
    this.rest = text.slice(begin);
    return rows;
  }
}
/** One row as text: quoted where it has to be. */
export const csvLine = (cells: readonly string[]): string => `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell)).join(',')}\n`;
