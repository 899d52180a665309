import type { ResultTemplate } from '@ronghu/contract';
import { checkResult, minutesSince, templateFor } from './result.rules';

const template: ResultTemplate = { version: 3, orderType: 'repair', parts: ['排气阀'], fields: [
  { key: 'cause', label: '故障原因', kind: 'single', options: ['气堵', '阀门坏'], required: true }, { key: 'pressure', label: '压力', kind: 'number', required: false, unit: 'MPa' }, { key: 'flushed', label: '已冲洗', kind: 'boolean', required: false }, { key: 'note', label: '说明', kind: 'text', required: true }] };
const good = { values: { cause: '气堵', note: ' 已排气 ', pressure: '0,35' }, parts: [{ name: '排气阀', quantity: 1 }], durationMinutes: 40, outcome: 'fixed' as const };

describe('the result by the group\'s template', () => {
  test('a complete draft gives what is sent: numbers as numbers, text trimmed', () => {
    expect(checkResult(template, good)).toEqual({ ok: true, result: { values: { cause: '气堵', note: '已排气', pressure: 0.35 }, parts: [{ name: '排气阀', quantity: 1 }], durationMinutes: 40, outcome: 'fixed' } });
  });
  test('a missing field of the template blocks the submission and is named (RC-23)', () => {
    expect(checkResult(template, { ...good, values: { cause: '气堵', note: '  ' } })).toEqual({ ok: false, faults: [{ field: 'note', fault: 'missing', label: '说明' }] });
  });
  test('everything wrong is said at once', () => {
    const checked = checkResult(template, { values: { pressure: '高' }, parts: [], durationMinutes: 0, outcome: null });
    expect(checked.ok ? [] : checked.faults.map((fault) => fault.field)).toEqual(['outcome', 'cause', 'pressure', 'note', 'duration']);
  });
  test('a choice that the template no longer offers counts as missing', () => {
    expect(checkResult(template, { ...good, values: { ...good.values, cause: '旧选项' } }).ok).toBe(false);
  });
  test('fields unknown to the template and nameless parts are not sent', () => {
    const checked = checkResult(template, { ...good, values: { ...good.values, old: 'x' }, parts: [{ name: ' ', quantity: 2 }] });
    expect(checked).toMatchObject({ ok: true, result: { parts: [] } });
    expect(checked.ok && 'old' in checked.result.values).toBe(false);
  });
  test('the newest template of the type is taken, then one for all types', () => {
    expect(templateFor([{ ...template, version: 2 }, template], 'repair')?.version).toBe(3);
    expect(templateFor([{ ...template, orderType: '*' }], 'complaint')?.orderType).toBe('*');
    expect(templateFor([template], 'complaint')).toBeNull();
  });
  test('the time used is counted from the sign-in and stays within the contract', () => {
    expect(minutesSince(0, 40 * 60_000)).toBe(40);
    expect(minutesSince(0, 1)).toBe(1);
    expect(minutesSince(0, 1e12)).toBe(6000);
    expect(minutesSince(null, 5)).toBe(1);
  });
});
