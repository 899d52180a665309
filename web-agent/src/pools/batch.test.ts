import { runBatch } from './batch';

test('a refusal of one does not stop the others, and each is told', async () => {
  const order: number[] = [];
  const result = await runBatch([1, 2, 3], async (n) => { order.push(n); if (n === 2) throw new Error('版本冲突'); });
  expect(order).toEqual([1, 2, 3]);
  expect(result.done).toBe(2);
  expect(result.failed).toEqual([{ item: 2, error: new Error('版本冲突') }]);
});

test('an empty batch does nothing', async () => {
  expect(await runBatch([], async () => undefined)).toEqual({ done: 0, failed: [] });
});
