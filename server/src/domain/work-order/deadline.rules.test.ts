import fc from 'fast-check';
import { addWorkingMinutes, deadlineOf, ruleFor, workingMinutesBetween, type DeadlineRules, type WorkCalendar } from './deadline.rules';
import { defaultSettings } from './default-settings';
import { seedWorkCalendar } from './work-calendar.seed';

const at = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`);
const seeded = seedWorkCalendar();
const week = (periods: [string, string][], weekend: [string, string][] = []): WorkCalendar => ({ version: 1, utcOffsetMinutes: 480, week: { 1: periods, 2: periods, 3: periods, 4: periods, 5: periods, 6: weekend, 7: weekend }, makeUpPeriods: periods, days: {}, years: [2026] });
const split = week([['08:00', '12:00'], ['13:30', '18:00']]);
const always = week([['00:00', '24:00']], [['00:00', '24:00']]);

/** Cases drawn from threads where others got it wrong (lessons.md). 2026-11-20 is a Friday. */
const cases: [string, WorkCalendar, string, number, string, { from: string; to: string }[]?][] = [
  ['two periods a day, ticket written at lunch counts from the afternoon (chatwoot #14009)', split, '2026-11-18 12:30', 30, '2026-11-18 14:00'],
  ['the clock stands still over lunch (Frappe #1528, #2212)', split, '2026-11-18 11:30', 60, '2026-11-18 14:00'],
  ['a deadline that ends exactly with the morning stays in the morning', split, '2026-11-18 11:00', 60, '2026-11-18 12:00'],
  ['24 minutes are 24 minutes, not 2 hours (Frappe #2214)', split, '2026-11-18 09:00', 24, '2026-11-18 09:24'],
  ['Friday afternoon runs on into Monday (chatwoot PR 13392)', week([['09:00', '17:00']]), '2026-11-20 16:30', 60, '2026-11-23 09:30'],
  ['a ticket before opening counts from opening', week([['09:00', '17:00']]), '2026-11-18 07:00', 120, '2026-11-18 11:00'],
  ['a ticket of the weekend counts from Monday', week([['09:00', '17:00']]), '2026-11-21 11:00', 30, '2026-11-23 09:30'],
  ['00:00 to 24:00 loses no minute at midnight (Zammad #3180)', always, '2026-11-18 23:30', 60, '2026-11-19 00:30'],
  ['a 24-hour calendar over a month equals the wall clock', always, '2026-11-01 00:00', 30 * 1440, '2026-12-01 00:00'],
  ['a night shift over midnight is one span', week([['20:00', '04:00']]), '2026-11-18 23:00', 240, '2026-11-19 03:00'],
  ['overlapping periods count once', week([['08:00', '12:00'], ['10:00', '14:00']]), '2026-11-18 08:00', 300, '2026-11-18 13:00'],
  ['Spring Festival is skipped and the make-up Saturday counts', seeded, '2026-02-13 16:30', 120, '2026-02-14 09:00'],
  ['after the make-up day comes the whole holiday', seeded, '2026-02-14 17:00', 60, '2026-02-24 08:30'],
  ['National Day is skipped to the working day after it', seeded, '2026-09-30 17:00', 60, '2026-10-08 08:30'],
  ['a pause moves the deadline by the working time in it only (Frappe #1675, GLPI 14937)', split, '2026-11-18 09:00', 120, '2026-11-18 15:30', [{ from: '2026-11-18 10:00', to: '2026-11-18 14:30' }]],
  ['a pause over the weekend gives nothing for free', week([['09:00', '17:00']]), '2026-11-20 16:00', 120, '2026-11-23 10:00', [{ from: '2026-11-20 18:00', to: '2026-11-23 08:00' }]],
];
for (const [name, calendar, from, minutes, expected, pauses] of cases) test(name, () => {
  const spans = (pauses ?? []).map((p) => ({ from: at(p.from), to: at(p.to) }));
  expect(new Date(addWorkingMinutes(calendar, at(from), minutes, spans)).toISOString()).toBe(new Date(at(expected)).toISOString());
});

const rules: DeadlineRules = { ...defaultSettings.deadlineRules, version: 7, rules: [{ type: '*', urgency: '*', source: '*', minutes: 960, clock: 'working' }, { type: 'repair', urgency: '*', source: '*', minutes: 1440, clock: 'calendar' }, { type: 'repair', urgency: 'urgent', source: '*', minutes: 240, clock: 'calendar' }, { type: 'repair', urgency: 'urgent', source: 'hotline12345', minutes: 90, clock: 'working' }] };

test('an urgent repair from 12345 gets the deadline of its own (SC-40)', () => {
  expect(ruleFor(rules, 'repair', 'urgent', 'hotline12345').minutes).toBe(90);
  expect(ruleFor(rules, 'repair', 'urgent', 'phone').minutes).toBe(240);
  expect(ruleFor(rules, 'repair', 'normal', 'phone').minutes).toBe(1440);
  expect(ruleFor(rules, 'complaint', 'normal', 'phone').minutes).toBe(960);
});
test('without a rule that fits the answer says which is missing', () => {
  expect(() => ruleFor({ ...rules, rules: [] }, 'inquiry', 'normal', 'phone')).toThrow('没有适用于咨询、普通、电话的处理时限');
});
test('the explanation names rule version, begin, skipped days, make-up days and the end', () => {
  const d = deadlineOf(rules, seeded, { type: 'complaint', urgency: 'normal', source: 'phone', at: at('2026-02-13 09:00') });
  expect(d.explained).toContain('第 7 版');
  expect(d.explained).toContain('计入 2026-02-14（春节调休上班）');
  expect(d.explained).toMatch(/到 2026-02-\d\d（周.） \d\d:\d\d 止/);
  const long = deadlineOf(rules, seeded, { type: 'complaint', urgency: 'normal', source: 'phone', at: at('2026-02-14 15:00') });
  expect(long.explained).toContain('跳过 2026-02-15 至 2026-02-23（春节）');
  expect(d.ruleVersion).toBe(7);
});
test('a year without an entered calendar is said, not guessed in silence', () => {
  const d = deadlineOf(rules, seeded, { type: 'complaint', urgency: 'normal', source: 'phone', at: at('2026-12-31 16:00') });
  expect(d.missingYears).toEqual([2027]);
  expect(d.explained).toContain('没有 2027 年的节假日安排');
  expect(deadlineOf(rules, seeded, { type: 'repair', urgency: 'urgent', source: 'phone', at: at('2026-12-31 23:00') }).missingYears).toEqual([]);
});
test('near due falls into working time, never at midnight (Zammad #4432)', () => {
  const d = deadlineOf(rules, seeded, { type: 'complaint', urgency: 'normal', source: 'phone', at: at('2026-11-18 14:30') });
  expect(new Date(d.dueAt).toISOString()).toBe(new Date(at('2026-11-20 14:30')).toISOString());
  expect(new Date(d.nearDueAt).toISOString()).toBe(new Date(at('2026-11-20 09:00')).toISOString());
});
test('pauses move a wall-clock deadline by their whole length', () => {
  const d = deadlineOf(rules, seeded, { type: 'repair', urgency: 'urgent', source: 'phone', at: at('2026-11-18 10:00'), pauses: [{ from: at('2026-11-18 11:00'), to: at('2026-11-18 12:00') }] });
  expect(d.dueAt).toBe(at('2026-11-18 15:00'));
  expect(d.explained).toContain('扣除暂停 60 分钟');
});
test('a calendar without working time is refused with a sentence', () => {
  expect(() => addWorkingMinutes(week([]), at('2026-11-18 10:00'), 10)).toThrow('请管理员检查工作日历');
  expect(() => addWorkingMinutes(week([['8点', '12:00']]), at('2026-11-18 10:00'), 10)).toThrow('不是 00:00 到 24:00');
});
test('adding working minutes and counting them are inverse for any begin, amount and pause', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 500_000 }), fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3000 }), (begin, minutes, pauseAt, pauseFor) => {
    const from = at('2026-01-05 00:00') + begin * 60_000, pause = [{ from: from + pauseAt * 60_000, to: from + (pauseAt + pauseFor) * 60_000 }];
    const due = addWorkingMinutes(seeded, from, minutes, pause);
    expect(workingMinutesBetween(seeded, from, due, pause)).toBe(minutes);
    expect(due).toBeGreaterThanOrEqual(from + minutes * 60_000);
  }), { numRuns: 300 });
});
