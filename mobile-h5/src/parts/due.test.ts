jest.mock('@ronghu/ui/core', () => jest.requireActual('../../../packages/ui/src/core/format'));
import { dueLook, dueWords } from './due';

describe('how long is left', () => {
  const order = { dueAt: 1_000_000, nearDue: false, overdue: false };
  test('past the deadline it is red by the clock alone, so that a phone without network knows too', () => {
    expect(dueLook(order, false, 1_001_000)).toMatchObject({ tone: 'overdue', word: 'overdue', seconds: -1 });
  });
  test('an extended order is no longer red although the flag has not come yet', () => {
    expect(dueLook({ ...order, overdue: true }, false, 0).tone).toBe('ready');
  });
  test('near due is the server\'s word', () => {
    expect(dueLook({ ...order, nearDue: true }, false, 0).tone).toBe('near');
    expect(dueLook({ ...order, dueAt: null }, false, 0).word).toBe('none');
    expect(dueLook(order, true, 2_000_000).word).toBe('done');
  });
  test('lengths are told in whole minutes', () => {
    expect(dueWords(59)).toMatch(/59.秒/);
    expect(dueWords(1530)).toMatch(/^25.分钟$/);
    expect(dueWords(-7500)).toMatch(/2.小时.05.分/);
  });
});
