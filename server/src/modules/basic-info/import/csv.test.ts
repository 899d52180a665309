import fc from 'fast-check';
import { csvLine, CsvRows, encodingOf, separatorOf } from './csv';

const all = (text: string, size = text.length || 1, separator = ','): string[][] => {
  const rows = new CsvRows(separator), out: string[][] = [];
  for (let at = 0; at < text.length; at += size) out.push(...rows.push(text.slice(at, at + size)));
  return [...out, ...rows.push('', true)];
};
it.each<[string, string, string[][]]>([
  ['plain rows', 'a,b\nc,d\n', [['a', 'b'], ['c', 'd']]], ['no line break at the end', 'a,b\r\nc,d', [['a', 'b'], ['c', 'd']]], ['empty cells', 'a,,\n,b,', [['a', '', ''], ['', 'b', '']]], ['an empty line counts as a row', 'a\n\nb\n', [['a'], [], ['b']]],
  ['quotes', '"a,1","b ""x""","c\nd"\ne,f,g\n', [['a,1', 'b "x"', 'c\nd'], ['e', 'f', 'g']]], ['a quote inside a cell', '3"管,b\n', [['3"管', 'b']]], ['a quote that is never closed', 'a,"b\nc', [['a', 'b\nc']]], ['nothing', '', []], ['old line ends', 'a\rb\r', [['a'], ['b']]],
])('%s, in one piece and letter by letter', (_, text, rows) => { for (const size of [1, 2, 3, 100]) expect(all(text, size)).toEqual(rows); });
it('what is written comes back, however it is cut', () => fc.assert(fc.property(fc.array(fc.array(fc.string({ unit: fc.constantFrom('a', '阳', '"', ',', '\n', '\r', ' ', '😀') }), { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 9 }), (rows, size) => { expect(all(rows.map(csvLine).join(''), size)).toEqual(rows); }), { numRuns: 500 }));
it('a quote that would take in the whole file is refused', () => expect(() => { const rows = new CsvRows(',', 1000); for (let i = 0; i < 10; i++) rows.push(i ? 'x'.repeat(500) : '"'); }).toThrow(RangeError));
it('the encoding is that of the mark, or of the bytes', () => {
  expect(encodingOf(Buffer.from('热源,热站'))).toBe('utf-8');
  expect(encodingOf(Buffer.from('热源,热站').subarray(0, 4))).toBe('utf-8');
  expect(encodingOf(Buffer.from([0xff, 0xfe, 0xed, 0x70]))).toBe('utf-16le');
  expect(encodingOf(Buffer.from([0xc8, 0xc8, 0xd4, 0xb4, 0x2c, 0xc8, 0xc8]))).toBe('gb18030');
});
it.each([['热源,热站,小区', ','], ['热源\t热站', '\t'], ['热源;"热,站;"', ';'], ['热源', ','], ['', ','], ['热源，热站', '，']])('the separator of %j is %j', (line, mark) => expect(separatorOf(`${line}\n1,2,3,4\n`)).toBe(mark));
