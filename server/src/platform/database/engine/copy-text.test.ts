import fc from 'fast-check';
import { CopyText } from './copy-text';

const ESCAPE: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
/** The documented form, written plainly. */
const plain = (value: unknown): string => (value === null || value === undefined ? '\\N' : typeof value === 'boolean' ? (value ? 't' : 'f') : Buffer.isBuffer(value) ? `\\\\x${value.toString('hex')}` : String(value).replace(/[\\\t\n\r]/g, (mark) => ESCAPE[mark] as string));
const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', 'a', '松', '😀', '\ud83d', '\u0000', 'é'), maxLength: 40 }), fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(null, undefined, 0, 9, 10, 99_999_999, 100_000_000, 100_000_001, Number.MAX_SAFE_INTEGER, -0), fc.boolean(), fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)));

it('writes every kind of value as the documentation of COPY has it, whatever stands before it', () => {
  const copy = new CopyText();
  fc.assert(fc.property(fc.array(fc.tuple(anything, anything, anything), { maxLength: 30 }), (list) => {
    const rows = list.map(([a, b, c]) => ({ a, b, c })) as never[];
    expect(copy.of(rows, ['a', 'b', 'c']).toString()).toBe(Buffer.from(list.map((row) => `${row.map(plain).join('\t')}\n`).join('')).toString());
  }), { numRuns: 400 });
});
it('takes part of the rows, and more than it has room for', () => {
  const rows = Array.from({ length: 3000 }, (_, i) => ({ id: i, text: '长'.repeat(200) })), copy = new CopyText();
  expect(copy.of(rows, ['id', 'text'], 1000, 3000).toString()).toBe(rows.slice(1000).map((r) => `${r.id}\t${r.text}\n`).join(''));
});
it('refuses what no column can hold', () => { expect(() => new CopyText().of([{ a: { b: 1 } }] as never[], ['a'])).toThrow(TypeError); });
