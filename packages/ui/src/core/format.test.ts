import { formatBytes, formatClock, formatDay, formatDuration, formatFullTime, formatMoney, formatNumber, formatRate, formatRelative, formatTime, startOfDay } from './format';

const noon = Date.UTC(2026, 10, 21, 6, 32, 8); // 14:32:08 in Beijing
const plain = (text: string): string => text.replace(/\u2009/g, '');

test('times are shown in the organisation\'s zone, with the year only when it differs', () => {
  expect(formatTime(noon, noon)).toBe('11-21 14:32');
  expect(formatTime(Date.UTC(2025, 11, 31, 17, 0), noon)).toBe('01-01 01:00');
  expect(formatTime(Date.UTC(2025, 10, 1, 0, 0), noon)).toBe('2025-11-01 08:00');
  expect(formatFullTime(noon)).toBe('2026-11-21 14:32:08');
  expect(formatDay(noon)).toBe('2026-11-21');
  expect(formatTime(null)).toBe('—');
});

test('under an hour a time is relative, both ways', () => {
  expect(plain(formatRelative(noon - 5_000, noon))).toBe('刚刚');
  expect(plain(formatRelative(noon - 12 * 60_000, noon))).toBe('12分钟前');
  expect(plain(formatRelative(noon + 30 * 60_000, noon))).toBe('30分钟后');
  expect(formatRelative(noon - 3_600_000, noon)).toBe('11-21 13:32');
});

test('lengths read as words and as a running clock', () => {
  expect(plain(formatDuration(35))).toBe('35秒');
  expect(plain(formatDuration(125))).toBe('2分05秒');
  expect(plain(formatDuration(3_900))).toBe('1小时05分');
  expect(plain(formatDuration(100_000))).toBe('1天3小时');
  expect(formatClock(155)).toBe('02:35');
  expect(formatClock(3_755)).toBe('1:02:35');
  expect(formatClock(-4)).toBe('00:00');
});

test('money comes from cents, negative and large amounts included', () => {
  expect(formatMoney(123_450)).toBe('¥1,234.50');
  expect(formatMoney(-5)).toBe('-¥0.05');
  expect(formatMoney(100_000_000)).toBe('¥1,000,000.00');
  expect(formatMoney(null)).toBe('—');
});

test('numbers, rates and sizes', () => {
  expect(formatNumber(50_000)).toBe('50,000');
  expect(formatRate(0.935)).toBe('93.5%');
  expect(formatRate(null)).toBe('—');
  expect(formatBytes(2_500_000)).toBe('2.4 MB');
});

test('the day begins at midnight of the zone', () => {
  expect(formatFullTime(startOfDay(noon))).toBe('2026-11-21 00:00:00');
  expect(formatFullTime(startOfDay(Date.UTC(2026, 10, 21, 17, 0)))).toBe('2026-11-22 00:00:00');
});
