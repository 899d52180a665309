import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from './journal';
import { Fenced, type JournalBatch } from './ports';

const event = (id: number) => ({ id, callId: 'a', at: id, event: 'x', agentId: null, text: '' });
let dir: string, down: boolean, written: JournalBatch[], fenced: number, failure: Error, ours: boolean;
const make = () => new Journal({ sink: { write: async (batch) => { if (down) throw failure; written.push(structuredClone(batch)); } }, spoolDir: dir, epoch: () => 4, flushMs: 100_000, onFenced: async () => { fenced += 1; return ours; }, onHealth: () => undefined, log: () => undefined });
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'journal-')); down = false; written = []; fenced = 0; ours = false; failure = new Error('database down'); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const ids = () => written.flatMap((b) => b.events.map((e) => e.id));

test('rows go out in batches, with the epoch', async () => {
  const journal = make();
  await journal.start();
  journal.event(event(1)); journal.event(event(2));
  await journal.flush();
  expect(written).toHaveLength(1);
  expect(written[0]).toMatchObject({ epoch: 4, events: [{ id: 1 }, { id: 2 }] });
  expect(journal.waiting).toBe(0);
  await journal.stop();
});
test('while the database is away rows are spooled, and replayed in order before newer ones', async () => {
  const journal = make();
  await journal.start();
  down = true;
  journal.event(event(1)); await journal.flush();
  journal.event(event(2)); await journal.flush();
  expect(journal.waiting).toBe(2);
  down = false;
  journal.event(event(3)); await journal.flush();
  expect(ids()).toEqual([1, 2, 3]);
  expect(journal.waiting).toBe(0);
  await journal.stop();
});
test('a crash while spooling: the next run replays it, a cut-off last line harms nothing', async () => {
  const first = make();
  await first.start();
  down = true;
  first.event(event(1)); await first.flush();
  await first.stop();
  appendFileSync(join(dir, 'journal.ndjson'), '{"epoch":4,"events":[{"id":9');
  down = false;
  const second = make();
  await second.start();
  expect(ids()).toEqual([1]);
  expect(existsSync(join(dir, 'journal.ndjson.replay'))).toBe(false);
  await second.stop();
});
test('a crash in the middle of a replay: what was replayed comes again, nothing is left out', async () => {
  const first = make();
  await first.start();
  down = true;
  first.event(event(1)); await first.flush();
  first.event(event(2)); await first.flush();
  await first.stop();
  const second = make();
  await second.start();
  await second.stop();
  down = false;
  const third = make();
  await third.start();
  expect(ids()).toEqual([1, 2]);
  await third.stop();
});
test('a newer epoch in the database stops the journal for good', async () => {
  const journal = make();
  await journal.start();
  down = true; failure = new Fenced('newer');
  journal.event(event(1)); await journal.flush();
  expect(fenced).toBe(1);
  down = false;
  journal.event(event(2)); await journal.flush();
  expect(written).toEqual([]);
});
test('a newer epoch that is our own, taken anew after a lapse, loses nothing', async () => {
  const journal = make();
  await journal.start();
  down = true; failure = new Fenced('newer'); ours = true;
  journal.event(event(1)); await journal.flush();
  down = false;
  journal.event(event(2)); await journal.flush();
  expect(ids()).toEqual([1, 2]);
  await journal.stop();
});
