import { Refresh } from './refresh';

const settled = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms));

it('told three times while reading, it reads once more', async () => {
  let reads = 0, go = (): void => undefined;
  const refresh = new Refresh(() => { reads += 1; return new Promise((resolve) => { go = resolve; }); }, () => undefined);
  for (let i = 0; i < 4; i++) refresh.ask();
  expect(reads).toBe(1);
  go();
  await settled();
  expect(reads).toBe(2);
  go();
  await settled();
  expect(reads).toBe(2);
  refresh.ask();
  expect(reads).toBe(3);
  go();
  await refresh.close();
});
it('what could not be read is read again, without being told again, and each failure is reported', async () => {
  let reads = 0;
  const failures: unknown[] = [], refresh = new Refresh(async () => { reads += 1; if (reads < 3) throw new Error(`away ${reads}`); }, (error) => failures.push(error), 5);
  refresh.ask();
  await settled(100);
  expect([reads, failures.map(String)]).toEqual([3, ['Error: away 1', 'Error: away 2']]);
  await refresh.close();
});
it('closed while it waits to try again, it ends at once and tries no more', async () => {
  let reads = 0;
  const refresh = new Refresh(async () => { reads += 1; throw new Error('away'); }, () => undefined, 60_000);
  refresh.ask();
  await settled();
  await refresh.close();
  refresh.ask();
  await settled();
  expect(reads).toBe(1);
});
