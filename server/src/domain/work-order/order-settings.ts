import { z } from 'zod';
import { ORDER_SOURCES, ORDER_TYPES, URGENCIES, type ResultTemplate, type RevisitForm, type SettingCode } from '@ronghu/contract';
import type { DeadlineRules, WorkCalendar } from './deadline.rules';
import { defaultSettings } from './default-settings';
import type { ApprovalSettings } from './work-order.rules';

/** The settings of this room in force now. Documents that orders name carry the version of the settings store. */
export interface OrderSettings {
  deadlineRules(): Promise<DeadlineRules>; workCalendar(): Promise<WorkCalendar>; approvalRules(): Promise<ApprovalSettings>; revisitForm(): Promise<RevisitForm>; resultTemplates(): Promise<ResultTemplate[]>;
}
/** The settings store as this room needs it; domain/setting keeps it. */
export interface SettingHost { define<T>(definition: { code: SettingCode; name: string; schema: z.ZodType<T>; initial: T }): { get(): Promise<{ version: number; value: T }> } }

const Time = z.string().regex(/^([01]?\d|2[0-4]):[0-5]\d$/, '时间写作 08:00，最晚 24:00').refine((t) => !t.startsWith('24') || t === '24:00', '时间写作 08:00，最晚 24:00');
const Periods = z.array(z.tuple([Time, Time])).max(6);
const Minutes = z.number().int().min(1, '分钟数至少为 1').max(60 * 24 * 60);
const Calendar: z.ZodType<WorkCalendar> = z.strictObject({
  version: z.number().int(), utcOffsetMinutes: z.number().int().min(-720).max(840), week: z.strictObject({ 1: Periods, 2: Periods, 3: Periods, 4: Periods, 5: Periods, 6: Periods, 7: Periods }), makeUpPeriods: Periods,
  days: z.record(z.string().regex(/^\d{4}-\d\d-\d\d$/, '日期写作 2026-10-01'), z.strictObject({ kind: z.enum(['holiday', 'workday']), name: z.string().trim().min(1, '不能为空').max(20), periods: Periods.optional() })), years: z.array(z.number().int().min(2000).max(2100)).max(100),
}).refine((c) => Object.values(c.week).some((p) => p.length > 0), '每周至少要有一个工作时段');
const Rules: z.ZodType<DeadlineRules> = z.strictObject({
  version: z.number().int(), nearDueShare: z.number().min(0.01).max(0.9), escalateEveryMinutes: Minutes, escalateMax: z.number().int().min(1).max(20), revisitMinutes: Minutes, revisitRetryMinutes: Minutes, approvalMinutes: Minutes,
  rules: z.array(z.strictObject({ type: z.enum([...ORDER_TYPES, '*']), urgency: z.enum([...URGENCIES, '*']), source: z.enum([...ORDER_SOURCES, '*']), minutes: Minutes, clock: z.enum(['working', 'calendar']) })).min(1).max(300),
}).refine((r) => r.rules.some((x) => x.type === '*' && x.urgency === '*' && x.source === '*'), '必须保留一条适用于全部类型、紧急程度和来源的规则');
const Approvals: z.ZodType<ApprovalSettings> = z.strictObject({ return: z.boolean(), void: z.boolean(), secondDispatch: z.boolean() });
const Key = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,39}$/, '字段代码为字母开头的字母和数字'), Label = z.string().trim().min(1, '不能为空').max(60), Options = z.array(z.string().trim().min(1).max(40)).min(1).max(30).optional();
const Form: z.ZodType<RevisitForm> = z.strictObject({ version: z.number().int(), title: Label, questions: z.array(z.strictObject({ key: Key, label: Label, kind: z.enum(['single', 'score', 'text']), options: Options, required: z.boolean() })).min(1).max(30) });
const Templates: z.ZodType<ResultTemplate[]> = z.array(z.strictObject({
  version: z.number().int(), orderType: z.enum([...ORDER_TYPES, '*']), fields: z.array(z.strictObject({ key: Key, label: Label, kind: z.enum(['text', 'number', 'single', 'boolean']), options: Options, required: z.boolean(), unit: z.string().max(10).optional() })).max(40), parts: z.array(z.string().trim().min(1).max(40)).max(200),
})).min(1).refine((list) => list.some((t) => t.orderType === '*'), '必须保留一个适用于全部类型的模板');

/** Declares the documents of this room in the settings store and gives a typed reader; called once at the start. */
export function defineOrderSettings(host: SettingHost): OrderSettings {
  const rules = host.define({ code: 'deadlineRules', name: '处理时限规则', schema: Rules, initial: defaultSettings.deadlineRules }), calendar = host.define({ code: 'workCalendar', name: '工作日历', schema: Calendar, initial: defaultSettings.workCalendar });
  const approvals = host.define({ code: 'approvalRules', name: '工单审批规则', schema: Approvals, initial: defaultSettings.approvalRules }), form = host.define({ code: 'revisitForm', name: '回访表单', schema: Form, initial: defaultSettings.revisitForm }), templates = host.define({ code: 'resultTemplates', name: '处理结果模板', schema: Templates, initial: defaultSettings.resultTemplates });
  return {
    async deadlineRules() { const { version, value } = await rules.get(); return { ...value, version }; },
    async workCalendar() { const { version, value } = await calendar.get(); return { ...value, version }; },
    async approvalRules() { return (await approvals.get()).value; },
    async revisitForm() { const { version, value } = await form.get(); return { ...value, version }; },
    async resultTemplates() { const { version, value } = await templates.get(); return value.map((t) => ({ ...t, version })); },
  };
}
/** The template of an order's type, else the one for all. */
export const templateFor = (templates: readonly ResultTemplate[], orderType: string): ResultTemplate | undefined => templates.find((t) => t.orderType === orderType) ?? templates.find((t) => t.orderType === '*');
