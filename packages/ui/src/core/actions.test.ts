import { ActionKey } from './action-key';
import { ApiError } from './api-error';
import { conflicts, effectiveKeys, keysOf, worksWhileTyping, type KeyLike } from './hotkeys';
import { debounce, secondsLeft } from './countdown';
import { learnServerTime, serverNow } from './server-clock';
import { uuid } from './uuid';

const press = (over: Partial<KeyLike>): KeyLike => ({ key: 'a', code: 'KeyA', ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...over });
function counting(): ActionKey { let n = 0; return new ActionKey(() => `k${++n}`); }

test('a repeated press after a lost answer uses the same key', async () => {
  const action = counting();
  const keys: string[] = [];
  await expect(action.run({ a: 1 }, async (key) => { keys.push(key); throw ApiError.client('TIMEOUT'); })).rejects.toThrow();
  await action.run({ a: 1 }, async (key) => { keys.push(key); });
  await action.run({ a: 1 }, async (key) => { keys.push(key); });
  expect(keys).toEqual(['k1', 'k1', 'k2']);
});

test('changed content or a certain refusal makes a new key', () => {
  const action = counting();
  expect(action.for({ a: 1 })).toBe('k1');
  expect(action.for({ a: 2 })).toBe('k2');
  action.settle(new ApiError('STATE_CONFLICT', '当前状态下不能执行此操作', 409));
  expect(action.for({ a: 2 })).toBe('k3');
});

test('keys are named by their place, so an input method or Alt does not change them', () => {
  expect(keysOf(press({ altKey: true, key: 'å' }))).toBe('Alt+A');
  expect(keysOf(press({ key: '?', code: 'Slash', shiftKey: true }))).toBe('?');
  expect(keysOf(press({ key: 'F2', code: 'F2' }))).toBe('F2');
  expect(keysOf(press({ key: 'Enter', code: 'Enter', ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+Enter');
  expect(keysOf(press({ key: 'Alt', code: 'AltLeft', altKey: true }))).toBe('');
});

test('only keys that type nothing work while typing', () => {
  expect(worksWhileTyping('Alt+A')).toBe(true);
  expect(worksWhileTyping('F9')).toBe(true);
  expect(worksWhileTyping('?')).toBe(false);
  expect(worksWhileTyping('Shift+A')).toBe(false);
});

test('a person\'s own keys go over the defaults and a clash is named', () => {
  const keys = effectiveKeys([{ id: 'answer', keys: 'Alt+A' }, { id: 'hold', keys: 'Alt+H' }], { hold: 'F4', gone: 'F5' });
  expect(keys).toEqual({ answer: 'Alt+A', hold: 'F4' });
  expect(conflicts(keys, 'answer', 'F4')).toEqual(['hold']);
  expect(conflicts(keys, 'answer', '')).toEqual([]);
});

test('the server\'s clock is followed, whatever the seat\'s clock says', () => {
  learnServerTime(1_000_000, 400_000);
  expect(serverNow(500_000)).toBe(1_100_000);
  learnServerTime(Number.NaN);
  expect(serverNow(500_000)).toBe(1_100_000);
  expect(secondsLeft(1_100_500, 1_100_000)).toBe(1);
  expect(secondsLeft(null, 5)).toBe(0);
});

test('a debounced call runs once with the last value, or at once by flush, or not at all after cancel', () => {
  jest.useFakeTimers();
  const got: number[] = [];
  const save = debounce(100, (n: number) => { got.push(n); });
  save(1); save(2);
  jest.advanceTimersByTime(100);
  save(3); save.flush(); save.flush();
  save(4); save.cancel();
  jest.advanceTimersByTime(500);
  jest.useRealTimers();
  expect(got).toEqual([2, 3]);
});

test('UUIDs are well formed without a secure origin too', () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(uuid()).toMatch(form);
  const plain = { getRandomValues: (b: Uint8Array) => b.fill(7) };
  const original = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  Object.defineProperty(globalThis, 'crypto', { value: plain, configurable: true });
  expect(uuid()).toMatch(form);
  if (original !== undefined) Object.defineProperty(globalThis, 'crypto', original);
});
