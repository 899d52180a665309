const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];
/** 1.5 GB; three figures at most, steps of 1,024. */
export function bytesText(bytes: number): string {
  let n = bytes, unit = 0;
  while (n >= 1024 && unit < UNITS.length - 1) { n /= 1024; unit += 1; }
  return `${n >= 100 || unit === 0 ? Math.round(n) : Math.round(n * 10) / 10} ${UNITS[unit]}`;
}
/** Less than a tenth free is near the end, less than a twentieth is bad: recordings stop when it is full. */
export const diskTone = (free: number, total: number): '' | 'near' | 'bad' => (free < total / 20 ? 'bad' : free < total / 10 ? 'near' : '');
const DAY = 86_400_000;
/** What to say of a certificate that ends at `validTo`; within 30 days it is near, ended or unreadable is bad. */
export function lifeOf(validTo: number | null, now: number): { key: string; days: number; tone: '' | 'near' | 'bad' } {
  if (validTo === null) return { key: 'settings.system.certUnread', days: 0, tone: 'bad' };
  const days = Math.floor((validTo - now) / DAY);
  return validTo <= now ? { key: 'settings.system.certEnded', days, tone: 'bad' } : { key: 'settings.system.certDays', days, tone: days < 30 ? 'near' : '' };
}
