import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { crc32, slowCrc32 } from './crc32';
import { XlsxStream, type SheetColumn } from '.';
import { columnLetters } from './xlsx-stream';

const columns: SheetColumn[] = [{ header: '工单号', kind: 'text', width: 22 }, { header: '次数', kind: 'int' }, { header: '金额', kind: 'money' }, { header: '率', kind: 'percent' }, { header: '时间', kind: 'time' }, { header: '日期', kind: 'date' }];
async function bytes(write: (book: XlsxStream) => Promise<void>, options?: { offsetMinutes: number; maxRowsPerSheet?: number }): Promise<Buffer> {
  const out = new PassThrough();
  const chunks: Buffer[] = [];
  out.on('data', (c: Buffer) => chunks.push(c));
  const book = new XlsxStream(out, options);
  await write(book);
  await book.finish();
  return Buffer.concat(chunks);
}
async function read(data: Buffer): Promise<ExcelJS.Workbook> { const book = new ExcelJS.Workbook(); await book.xlsx.load(data as unknown as ArrayBuffer); return book; }

it('what is written is read back by another library: text, numbers, money, rates, times in the zone, header frozen, widths', async () => {
  const at = Date.UTC(2026, 0, 31, 16, 30, 15);
  const data = await bytes(async (b) => { await b.sheet('工单', columns); await b.add(['哈<尔>&"滨"\n道里', 12, 123456, 0.975, at, at]); await b.add([null, undefined, '', null, null, null]); await b.add(['last', -1, 0, 0, null, null]); });
  const sheet = (await read(data)).getWorksheet('工单')!;
  expect(sheet.getRow(1).values).toEqual([undefined, '工单号', '次数', '金额', '率', '时间', '日期']);
  const row = sheet.getRow(2);
  expect(row.getCell(1).value).toBe('哈<尔>&"滨"\n道里');
  expect([row.getCell(2).value, row.getCell(3).value, row.getCell(4).value]).toEqual([12, 1234.56, 0.975]);
  expect((row.getCell(5).value as Date).toISOString()).toBe('2026-02-01T00:30:15.000Z');
  expect((row.getCell(6).value as Date).toISOString()).toBe('2026-02-01T00:00:00.000Z');
  expect(sheet.getRow(4).getCell(1).value).toBe('last');
  expect(sheet.getColumn(1).width).toBe(22);
  expect(sheet.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
  expect(sheet.getRow(1).getCell(1).font.bold).toBe(true);
});
it.each(['=1+1', '+86138', '-cmd', '@SUM(A1)', '=HYPERLINK("http://x","y")', '\t=1', '<script>alert(1)</script>', '_x0041_', '  two spaces  ', '👩‍🔧', 'a\u0000b\u000bc', 'x'.repeat(40_000)])('the text %.30j stays text', async (text) => {
  const sheet = (await read(await bytes(async (b) => { await b.sheet('s', [columns[0]!, columns[1]!]); await b.add([text, text]); }))).worksheets[0]!;
  const shown = sheet.getRow(2).getCell(1).value;
  // exceljs does not decode _x005F_; Excel does
  expect(typeof shown === 'string' ? shown.replace('_x005F_', '_') : shown).toBe(text.replace(/[\u0000\u000b]/g, '').slice(0, 32_767));
  expect(sheet.getRow(2).getCell(2).type).toBe(ExcelJS.ValueType.String);
});
it('any texts come back', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { minLength: 1, maxLength: 20 }), async (texts) => {
    const sheet = (await read(await bytes(async (b) => { await b.sheet('s', [columns[0]!]); for (const t of texts) await b.add([`a${t}`]); }))).worksheets[0]!;
    texts.forEach((t, i) => { const expected = `a${t}`.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''); expect(String(sheet.getRow(i + 2).getCell(1).value).replace(/_x005F_/g, '_')).toBe(expected); });
  }), { numRuns: 40 });
});
it('a full sheet goes on in a next one with its own header, and bad sheet names are mended', async () => {
  const book = await read(await bytes(async (b) => { await b.sheet('a/b:[工单]', [columns[1]!]); for (let i = 0; i < 25; i++) await b.add([i]); await b.sheet('A b 工单', [columns[1]!]); }, { offsetMinutes: 480, maxRowsPerSheet: 11 }));
  expect(book.worksheets.map((s) => [s.name, s.rowCount])).toEqual([['a b  工单', 11], ['a b  工单 (2)', 11], ['a b  工单 (3)', 6], ['A b 工单', 1]]);
  expect(book.worksheets[2]!.getRow(2).getCell(1).value).toBe(20);
});
it('an export of no rows is a valid file with its header', async () => expect((await read(await bytes((b) => b.sheet('空', columns)))).worksheets[0]!.rowCount).toBe(1));
it('a receiver that goes away ends the export with an error and does not hang', async () => {
  let got = 0;
  const out = new Writable({ highWaterMark: 1024, write(chunk: Buffer, _e, done) { got += chunk.length; if (got > 20_000) { out.destroy(); done(); } else done(); } });
  const book = new XlsxStream(out);
  await book.sheet('s', [columns[0]!]);
  await expect((async () => { for (let i = 0; i < 1_000_000; i++) await book.add([`${Math.sin(i)}`]); })()).rejects.toThrow(/closed/);
});
it('a slow receiver holds the writer back instead of filling memory', async () => {
  let taken = 0;
  const out = new Writable({ highWaterMark: 16_384, write(chunk: Buffer, _e, done) { taken += chunk.length; setTimeout(done, 5); } });
  const book = new XlsxStream(out);
  await book.sheet('s', [columns[0]!]);
  let added = 0;
  void (async () => { for (; added < 3_000_000; added++) await book.add([`${Math.sin(added)}`]); })().catch(() => undefined);
  await sleep(300);
  expect(taken).toBeGreaterThan(0);
  expect(added).toBeLessThan(200_000);
  out.destroy();
  await sleep(20);
});
it('100,000 rows of twelve columns go by with flat memory', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-xlsx-'));
  const path = join(dir, 'big.xlsx');
  const book = new XlsxStream(createWriteStream(path));
  await book.sheet('工单', [...columns, ...columns]);
  const before = process.memoryUsage().rss;
  let peak = 0;
  for (let i = 0; i < 100_000; i++) { await book.add([`RH2026110100${i}`, i, i * 3, 0.5, 1_700_000_000_000 + i, 1_700_000_000_000, `王${i}`, i, i, 1, 1_700_000_000_000, null]); if (i % 5000 === 0) peak = Math.max(peak, process.memoryUsage().rss); }
  await book.finish();
  expect(statSync(path).size).toBeGreaterThan(1_000_000);
  expect((peak - before) / 1e6).toBeLessThan(100);
  rmSync(dir, { recursive: true });
});
it('column letters and the checksum are the known ones', () => {
  expect([0, 25, 26, 701, 702, 16383].map(columnLetters)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA', 'XFD']);
  expect(slowCrc32(Buffer.from('123456789'), 0)).toBe(0xcbf43926);
  fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => crc32(b, crc32(a, 0)) === slowCrc32(Buffer.concat([a, b]), 0)));
});
