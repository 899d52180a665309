import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CryptoBox, loadOrCreateKeys, type Keys } from '../../../platform/crypto';
import { AheadBox, SealAhead } from './seal-ahead';

let dir: string, keys: Keys, box: CryptoBox, ahead: SealAhead;
beforeAll(() => { dir = mkdtempSync(join(tmpdir(), 'ronghu-ahead-')); keys = loadOrCreateKeys(dir); box = new CryptoBox(keys); ahead = new SealAhead({ ...keys }); });
afterAll(async () => { await ahead.close(); rmSync(dir, { recursive: true, force: true }); });
const numbers = ['13812345678', '045187654321', '+4930123456', '13812345679'];

it('makes in the other thread what the box makes here, each sealed text opened by the same keys', async () => {
  const lines = await ahead.ask(numbers, true), made = new AheadBox(box);
  made.take(numbers, lines);
  for (const number of numbers) {
    expect([made.blind(number), made.blindLast4(number)]).toEqual([box.blind(number), box.blindLast4(number)]);
    const [first, second] = [made.seal(number), made.seal(number)];
    expect([box.open(first), box.open(second)]).toEqual([number, number]);
    expect(first).not.toBe(second);
    expect(lines.some((line) => line.endsWith(first))).toBe(true);
    expect(lines.some((line) => line.endsWith(second))).toBe(false);
  }
  expect(box.open(made.seal('230102199001011234'))).toBe('230102199001011234');
});
it('does not seal what is stored already, and answers several questions in their own order', async () => {
  const [none, one, two] = await Promise.all([ahead.ask([], true), ahead.ask(numbers.slice(0, 1), false), ahead.ask(numbers.slice(1), false)]), made = new AheadBox(box);
  expect([none.length, one.length, two.length]).toEqual([0, 1, 3]);
  made.take(numbers, [...one, ...two]);
  expect(numbers.map((n) => made.blind(n))).toEqual(numbers.map((n) => box.blind(n)));
  expect(box.open(made.seal(numbers[2] as string))).toBe(numbers[2]);
});
it('seals by a key that was added while it runs', async () => {
  const more = { data: [...keys.data, { ...(keys.data[0] as Keys['data'][number]), id: 'k9', activeFrom: 1 }] };
  ahead.adopt(more);
  const [line] = await ahead.ask(['13800000000'], true);
  expect(line?.split('\t')[2]?.startsWith('k9.')).toBe(true);
});
it('tells whoever waits, and whoever asks later, that its thread is gone', async () => {
  const other = new SealAhead({ ...keys }), waiting = other.ask(numbers, true);
  await Promise.all([other.close(), expect(waiting).rejects.toThrow('ended')]);
  await expect(other.ask(numbers, true)).rejects.toThrow('ended');
});
