import { serverNow } from './server-clock';

/** The organisation's zone: China has one and no summer time, so an offset is exact. Minutes east of UTC. */
const ZONE_MINUTES = 480;
/** Thin space between Chinese and digits (design.md). */
const THIN = '\u2009';
const two = (n: number): string => String(n).padStart(2, '0');

interface Parts { year: number; month: number; day: number; hour: number; minute: number; second: number }
function parts(ms: number): Parts {
  const d = new Date(ms + ZONE_MINUTES * 60_000);
  return { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(), hour: d.getUTCHours(), minute: d.getUTCMinutes(), second: d.getUTCSeconds() };
}

/** 11-21 14:32; with the year in front when it is not this year. '—' for nothing. */
export function formatTime(ms: number | null | undefined, now: number = serverNow()): string {
  if (ms === null || ms === undefined) return '—';
  const p = parts(ms);
  const year = p.year === parts(now).year ? '' : `${p.year}-`;
  return `${year}${two(p.month)}-${two(p.day)} ${two(p.hour)}:${two(p.minute)}`;
}

/** 2026-11-21 */
export function formatDay(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '—';
  const p = parts(ms);
  return `${p.year}-${two(p.month)}-${two(p.day)}`;
}

/** 2026-11-21 14:32:08, for evidence and print. */
export function formatFullTime(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '—';
  const p = parts(ms);
  return `${formatDay(ms)} ${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
}

/** Relative under an hour (刚刚, 12 分钟前, 30 分钟后), otherwise 11-21 14:32. */
export function formatRelative(ms: number | null | undefined, now: number = serverNow()): string {
  if (ms === null || ms === undefined) return '—';
  const distance = now - ms;
  const minutes = Math.floor(Math.abs(distance) / 60_000);
  if (minutes >= 60) return formatTime(ms, now);
  // A few seconds ahead is a clock that differs, not the future.
  if (minutes === 0) return distance > -5000 ? '刚刚' : '即将';
  return `${minutes}${THIN}分钟${distance > 0 ? '前' : '后'}`;
}

/** Length in seconds as words: 35 秒, 2 分 05 秒, 1 小时 05 分, 3 天 4 小时. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '—';
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s}${THIN}秒`;
  if (s < 3600) return `${Math.floor(s / 60)}${THIN}分${THIN}${two(s % 60)}${THIN}秒`;
  if (s < 86_400) return `${Math.floor(s / 3600)}${THIN}小时${THIN}${two(Math.floor((s % 3600) / 60))}${THIN}分`;
  return `${Math.floor(s / 86_400)}${THIN}天${THIN}${Math.floor((s % 86_400) / 3600)}${THIN}小时`;
}

/** Running clock of seconds: 02:35, 1:02:35. */
export function formatClock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const rest = `${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${rest}` : rest;
}

/** Cents as ¥1,234.50. */
export function formatMoney(cents: number | null | undefined): string {
  if (cents === null || cents === undefined) return '—';
  const abs = Math.abs(Math.round(cents));
  const whole = String(Math.floor(abs / 100)).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${cents < 0 ? '-' : ''}¥${whole}.${two(abs % 100)}`;
}

/** Whole number with thousands separators. */
export function formatNumber(value: number | null | undefined): string {
  return value === null || value === undefined ? '—' : String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Rate 0..1 as 93.5%; '—' when the denominator was 0. */
export function formatRate(rate: number | null | undefined, digits = 1): string {
  return rate === null || rate === undefined ? '—' : `${(rate * 100).toFixed(digits)}%`;
}

/** Size of a file. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** Start of the day (ms) in the organisation's zone. */
export function startOfDay(ms: number = serverNow()): number {
  const shift = ZONE_MINUTES * 60_000;
  return Math.floor((ms + shift) / 86_400_000) * 86_400_000 - shift;
}
