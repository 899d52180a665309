import { ORDER_SOURCE_NAMES, ORDER_TYPE_NAMES, URGENCY_NAMES, type OrderSource, type OrderType, type Urgency } from '@ronghu/contract';

/** `HH:MM` to `HH:MM`, local; `24:00` is the end of the day, an end at or before the begin runs past midnight. */
export type Period = readonly [string, string];
export interface WorkCalendar {
  version: number;
  /** Minutes east of UTC of the organisation's zone. China: 480, no summer time. */
  utcOffsetMinutes: number;
  /** Working periods of a week day, 1 = Monday … 7 = Sunday. Several a day: what lies between them (lunch) is not working time. */
  week: Readonly<Record<string, readonly Period[]>>;
  /** Periods of a make-up working day (调休上班) that names none itself. */
  makeUpPeriods: readonly Period[];
  /** Days that differ from their week day, by `YYYY-MM-DD`. */
  days: Readonly<Record<string, { kind: 'holiday' | 'workday'; name: string; periods?: readonly Period[] }>>;
  /** Years whose holidays have been entered. Any other year is computed by the week alone, and the answer says so. */
  years: readonly number[];
}
export interface DeadlineRule { type: OrderType | '*'; urgency: Urgency | '*'; source: OrderSource | '*'; minutes: number; clock: 'working' | 'calendar' }
export interface DeadlineRules {
  version: number; rules: readonly DeadlineRule[];
  /** Near due begins when this share of the time is left (MC-03), counted by the rule's own clock, so that nobody is reminded at midnight. */
  nearDueShare: number;
  /** Overdue orders escalate again after so many minutes, at most so often (SC-63). */
  escalateEveryMinutes: number; escalateMax: number;
  /** A completed order is to be revisited within this time (SC-72); after `notReached` the next attempt comes after this. */
  revisitMinutes: number; revisitRetryMinutes: number;
  /** An approval waiting longer is overdue (MC-31). */
  approvalMinutes: number;
}
export interface Deadline { dueAt: number; nearDueAt: number; explained: string; ruleVersion: number; minutes: number; clock: 'working' | 'calendar'; missingYears: number[] }
export interface Span { from: number; to: number }

const MINUTE = 60_000, DAY = 86_400_000, SEARCH_DAYS = 800;
const WEEK_NAMES = ['日', '一', '二', '三', '四', '五', '六'];
const minutesOf = (hhmm: string): number => {
  const match = /^(\d{1,2}):([0-5]\d)$/.exec(hhmm);
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : NaN;
  if (!(minutes >= 0 && minutes <= 1440)) throw new RangeError(`工作时段“${hhmm}”不是 00:00 到 24:00 之间的时间`);
  return minutes;
};
const dateOf = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);
/** Local day number of an instant. */
const dayOf = (calendar: WorkCalendar, at: number): number => Math.floor((at + calendar.utcOffsetMinutes * MINUTE) / DAY);
const startOf = (calendar: WorkCalendar, day: number): number => day * DAY - calendar.utcOffsetMinutes * MINUTE;
const weekdayOf = (day: number): number => (day + 4) % 7;

function periodsOf(calendar: WorkCalendar, day: number): readonly Period[] {
  const special = calendar.days[dateOf(day)];
  const weekday = weekdayOf(day) || 7;
  if (special?.kind === 'holiday') return special.periods ?? [];
  const usual = calendar.week[String(weekday)] ?? [];
  if (special?.kind === 'workday') return special.periods ?? (usual.length > 0 ? usual : calendar.makeUpPeriods);
  return usual;
}
/** Working spans that begin on this local day, merged and in order; overlapping periods count once. */
function spansOf(calendar: WorkCalendar, day: number): Span[] {
  const start = startOf(calendar, day);
  const spans = periodsOf(calendar, day).map(([a, b]) => { const from = minutesOf(a), end = minutesOf(b), to = end <= from ? end + 1440 : end; return { from: start + from * MINUTE, to: start + to * MINUTE }; }).sort((x, y) => x.from - y.from);
  return spans.reduce<Span[]>((out, s) => { const last = out[out.length - 1]; if (last && s.from <= last.to) last.to = Math.max(last.to, s.to); else out.push({ ...s }); return out; }, []);
}
/** `spans` without what `pauses` covers. */
function without(spans: readonly Span[], pauses: readonly Span[]): Span[] {
  return pauses.reduce<Span[]>((left, pause) => left.flatMap((s) => (pause.to <= s.from || pause.from >= s.to ? [s] : [{ from: s.from, to: Math.max(s.from, pause.from) }, { from: Math.min(s.to, pause.to), to: s.to }].filter((x) => x.to > x.from))), [...spans]);
}
function* workingSpans(calendar: WorkCalendar, from: number, pauses: readonly Span[]): Generator<Span> {
  let reached = from; // a night shift of the day before may overlap the morning of the next
  for (let day = dayOf(calendar, from) - 1, last = day + SEARCH_DAYS; day <= last; day++) {
    for (const span of without(spansOf(calendar, day), pauses)) {
      const begin = Math.max(span.from, reached);
      if (span.to > begin) { reached = span.to; yield { from: begin, to: span.to }; }
    }
  }
}
/**
 * The instant when `minutes` of working time have passed since `from`. 0 minutes outside working time is the next begin of work.
 * @throws RangeError when the calendar has no such time within two years.
 */
export function addWorkingMinutes(calendar: WorkCalendar, from: number, minutes: number, pauses: readonly Span[] = []): number {
  let left = minutes * MINUTE;
  for (const span of workingSpans(calendar, from, pauses)) {
    if (span.to - span.from >= left) return span.from + left;
    left -= span.to - span.from;
  }
  throw new RangeError('工作日历在两年内没有足够的工作时间，请管理员检查工作日历');
}
/** Working minutes between two instants, pauses left out. */
export function workingMinutesBetween(calendar: WorkCalendar, from: number, to: number, pauses: readonly Span[] = []): number {
  let sum = 0;
  for (const span of workingSpans(calendar, from, pauses)) {
    if (span.from >= to) break;
    sum += Math.min(span.to, to) - span.from;
  }
  return sum / MINUTE;
}
/** `minutes` by the wall clock, pauses not counted. */
function addCalendarMinutes(from: number, minutes: number, pauses: readonly Span[]): number {
  let end = from + minutes * MINUTE;
  for (const pause of [...pauses].sort((a, b) => a.from - b.from)) if (pause.to > from && pause.from < end) end += pause.to - Math.max(pause.from, from);
  return end;
}

/** The most exact rule: what it names counts type before urgency before source; among equals the first. */
export function ruleFor(rules: DeadlineRules, type: OrderType, urgency: Urgency, source: OrderSource): DeadlineRule {
  const fits = rules.rules.filter((r) => (r.type === '*' || r.type === type) && (r.urgency === '*' || r.urgency === urgency) && (r.source === '*' || r.source === source));
  const weight = (r: DeadlineRule) => (r.type === '*' ? 0 : 4) + (r.urgency === '*' ? 0 : 2) + (r.source === '*' ? 0 : 1);
  const best = fits.sort((a, b) => weight(b) - weight(a))[0];
  if (!best) throw new RangeError(`没有适用于${ORDER_TYPE_NAMES[type]}、${URGENCY_NAMES[urgency]}、${ORDER_SOURCE_NAMES[source]}的处理时限，请管理员补充时限规则`);
  return best;
}

/**
 * The one deadline calculator (SC-40): rule by type, urgency and source; working or calendar minutes; several periods a day, holidays, make-up days, pauses.
 * Pure: `at` in ms UTC. The explanation says in Chinese how the time came about and names every day that was skipped and every year without a calendar.
 */
export function deadlineOf(rules: DeadlineRules, calendar: WorkCalendar, q: { type: OrderType; urgency: Urgency; source: OrderSource; at: number; pauses?: readonly Span[] }): Deadline {
  const rule = ruleFor(rules, q.type, q.urgency, q.source);
  const pauses = q.pauses ?? [];
  const add = (minutes: number) => (rule.clock === 'working' ? addWorkingMinutes(calendar, q.at, minutes, pauses) : addCalendarMinutes(q.at, minutes, pauses));
  const dueAt = add(rule.minutes), nearDueAt = Math.min(dueAt, Math.max(q.at, add(rule.minutes * (1 - rules.nearDueShare))));
  const years = rule.clock === 'working' ? yearsBetween(calendar, q.at, dueAt).filter((y) => !calendar.years.includes(y)) : [];
  const named = `${ORDER_TYPE_NAMES[q.type]}·${URGENCY_NAMES[q.urgency]}·${ORDER_SOURCE_NAMES[q.source]}`;
  const parts = [`${named}：${amountName(rule)}（时限规则第 ${rules.version} 版）`, `自 ${localTime(calendar, q.at)} 起算`];
  if (rule.clock === 'working') parts.push(...skipped(calendar, q.at, dueAt));
  const paused = pauses.reduce((sum, p) => sum + Math.max(0, Math.min(p.to, dueAt) - Math.max(p.from, q.at)), 0);
  if (paused > 0) parts.push(`扣除暂停 ${Math.round(paused / MINUTE)} 分钟`);
  parts.push(`到 ${localTime(calendar, dueAt)} 止`);
  if (years.length > 0) parts.push(`注意：工作日历没有 ${years.join('、')} 年的节假日安排，该年各日按每周作息计算，请管理员补录`);
  return { dueAt, nearDueAt, explained: `${parts.join('，')}。`, ruleVersion: rules.version, minutes: rule.minutes, clock: rule.clock, missingYears: years };
}
const amountName = (rule: DeadlineRule): string => {
  const amount = rule.minutes % 60 === 0 ? `${rule.minutes / 60} 小时` : `${rule.minutes} 分钟`;
  return rule.clock === 'working' ? `工作时间 ${amount}` : `自然时间 ${amount}`;
};
/** `2026-02-14（周六） 14:00` in the organisation's zone. */
export function localTime(calendar: WorkCalendar, at: number): string {
  const iso = new Date(at + calendar.utcOffsetMinutes * MINUTE).toISOString();
  return `${iso.slice(0, 10)}（周${WEEK_NAMES[weekdayOf(dayOf(calendar, at))] ?? ''}） ${iso.slice(11, 16)}`;
}
function yearsBetween(calendar: WorkCalendar, from: number, to: number): number[] {
  const year = (at: number) => new Date(at + calendar.utcOffsetMinutes * MINUTE).getUTCFullYear();
  const out: number[] = [];
  for (let y = year(from); y <= year(to); y++) out.push(y);
  return out;
}
/** Days without work and make-up days on the way, named once for a run of days. */
function skipped(calendar: WorkCalendar, from: number, to: number): string[] {
  const runs: { name: string; kind: 'off' | 'makeUp'; first: string; last: string }[] = [];
  for (let day = dayOf(calendar, from), end = dayOf(calendar, to); day <= end; day++) {
    const date = dateOf(day), special = calendar.days[date];
    const off = periodsOf(calendar, day).length === 0;
    if (!off && special?.kind !== 'workday') continue;
    const name = special ? (special.kind === 'workday' ? `${special.name}调休上班` : special.name) : '休息日';
    const kind = off ? 'off' : 'makeUp', last = runs[runs.length - 1];
    if (last && last.name === name && last.kind === kind && dateOf(day - 1) === last.last) last.last = date; else runs.push({ name, kind, first: date, last: date });
  }
  return runs.map((r) => { const days = r.first === r.last ? r.first : `${r.first} 至 ${r.last}`; return r.kind === 'off' ? `跳过 ${days}（${r.name}）` : `计入 ${days}（${r.name}）`; });
}
