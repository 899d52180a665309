import holidays from 'chinese-days/dist/chinese-days.json';
import type { Period, WorkCalendar } from './deadline.rules';

const OFFICE: readonly Period[] = [['08:00', '12:00'], ['13:30', '17:30']];
const named = (text: string): string => text.split(',')[1] ?? text;

/**
 * The calendar that a new installation starts with: office hours on Monday to Friday, official holidays and make-up working days of the years that
 * were published. Later years are absent on purpose: the calculator says so and the administrator enters them.
 */
export function seedWorkCalendar(version = 1): WorkCalendar {
  const days: Record<string, { kind: 'holiday' | 'workday'; name: string }> = {};
  for (const [date, text] of Object.entries(holidays.holidays as Record<string, string>)) if (date >= '2024') days[date] = { kind: 'holiday', name: named(text) };
  for (const [date, text] of Object.entries(holidays.workdays as Record<string, string>)) if (date >= '2024') days[date] = { kind: 'workday', name: named(text) };
  const years = [...new Set(Object.keys(days).map((date) => Number(date.slice(0, 4))))].sort();
  return { version, utcOffsetMinutes: 480, week: { 1: OFFICE, 2: OFFICE, 3: OFFICE, 4: OFFICE, 5: OFFICE, 6: [], 7: [] }, makeUpPeriods: OFFICE, days, years };
}
