import type { Row } from '../db';

const TAB = 9, FEED = 10, RETURN = 13, ZERO = 48, BACKSLASH = 92, N = 78, LETTER: Record<number, number> = { [TAB]: 116, [FEED]: 110, [RETURN]: 114, [BACKSLASH]: BACKSLASH };
const SPECIAL = /[\\\t\n\r]/, LONG = 20, DIGITS = 32, HALF = 100_000_000;

/**
 * Rows in the text form of COPY (PostgreSQL documentation, COPY, File Formats), half of the server's work that arrays take. Bytes are written one by one into a
 * buffer that stays: half a million houses are 30 million fields, and a text of so many pieces costs more than its letters.
 */
export class CopyText {
  private out = Buffer.allocUnsafe(1 << 18);
  private at = 0;

  /** UTF-8; good until the next call. @throws TypeError for a value that is neither text, number, boolean, bytes nor nothing. */
  of(rows: readonly Row[], columns: readonly string[], from = 0, to = rows.length): Buffer {
    this.at = 0;
    for (let r = from; r < to; r++) {
      const row = rows[r] as Row;
      for (let i = 0; i < columns.length; i++) {
        this.room(DIGITS);
        if (i) this.out[this.at++] = TAB;
        const value: unknown = row[columns[i] as string];
        if (typeof value === 'string') this.text(value);
        else if (value === null || value === undefined) { this.out[this.at++] = BACKSLASH; this.out[this.at++] = N; } else if (typeof value === 'number') { if (value >= 0 && Number.isSafeInteger(value)) this.whole(value); else this.text(String(value)); } else if (typeof value === 'boolean') this.text(value ? 't' : 'f');
        else if (Buffer.isBuffer(value)) this.text(`\\x${value.toString('hex')}`);
        else throw new TypeError(`a column cannot hold ${typeof value}`);
      }
      this.room(1);
      this.out[this.at++] = FEED;
    }
    return this.out.subarray(0, this.at);
  }
  private room(bytes: number): void {
    if (this.at + bytes <= this.out.length) return;
    const next = Buffer.allocUnsafe(Math.max(this.out.length * 2, this.at + bytes));
    this.out.copy(next, 0, 0, this.at);
    this.out = next;
  }
  private text(value: string): void {
    this.room(value.length * 3 + DIGITS);
    if (value.length > LONG && !SPECIAL.test(value)) { this.at += this.out.write(value, this.at, 'utf8'); return; }
    const out = this.out;
    let at = this.at;
    for (let k = 0; k < value.length; k++) {
      const code = value.charCodeAt(k);
      if (code < 0x80) {
        const letter = code === BACKSLASH || code <= RETURN ? LETTER[code] : undefined;
        if (letter !== undefined) out[at++] = BACKSLASH;
        out[at++] = letter ?? code;
      } else if (code < 0x800) { out[at++] = 0xc0 | (code >> 6); out[at++] = 0x80 | (code & 63); } else if (code < 0xd800 || code > 0xdfff) { out[at++] = 0xe0 | (code >> 12); out[at++] = 0x80 | ((code >> 6) & 63); out[at++] = 0x80 | (code & 63); } else {
        // a pair, or half of one, which UTF-8 has only a mark for
        const pair = (value.codePointAt(k) as number) > 0xffff;
        at += out.write(value.slice(k, k + (pair ? 2 : 1)), at, 'utf8');
        if (pair) k += 1;
      }
    }
    this.at = at;
  }
  private whole(value: number): void {
    if (value < HALF) { this.digits(value, length(value)); return; }
    const high = Math.floor(value / HALF), low = value - high * HALF;
    this.whole(high);
    this.digits(low, 8);
  }
  private digits(value: number, count: number): void {
    const out = this.out;
    let rest = value | 0;
    for (let k = this.at + count - 1; k >= this.at; k--) { const ten = (rest / 10) | 0; out[k] = ZERO + rest - ten * 10; rest = ten; }
    this.at += count;
  }
}
const length = (value: number): number => (value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : value < 100_000 ? 5 : value < 1_000_000 ? 6 : value < 10_000_000 ? 7 : 8);
