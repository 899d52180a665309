import type { ResultTemplate, RevisitForm } from '@ronghu/contract';
import type { DeadlineRules, WorkCalendar } from './deadline.rules';
import type { ApprovalSettings } from './work-order.rules';
import { seedWorkCalendar } from './work-calendar.seed';

const deadlineRules: DeadlineRules = {
  version: 1, nearDueShare: 0.25, escalateEveryMinutes: 120, escalateMax: 3, revisitMinutes: 24 * 60, revisitRetryMinutes: 120, approvalMinutes: 120,
  rules: [
    { type: '*', urgency: '*', source: '*', minutes: 16 * 60, clock: 'working' }, { type: '*', urgency: 'urgent', source: '*', minutes: 8 * 60, clock: 'working' }, { type: '*', urgency: 'critical', source: '*', minutes: 4 * 60, clock: 'calendar' },
    { type: 'repair', urgency: '*', source: '*', minutes: 24 * 60, clock: 'calendar' }, { type: 'repair', urgency: 'urgent', source: '*', minutes: 4 * 60, clock: 'calendar' }, { type: 'repair', urgency: 'critical', source: '*', minutes: 2 * 60, clock: 'calendar' },
    { type: 'repair', urgency: 'urgent', source: 'hotline12345', minutes: 3 * 60, clock: 'calendar' },
    { type: 'temperatureCheck', urgency: '*', source: '*', minutes: 24 * 60, clock: 'calendar' }, { type: 'inquiry', urgency: '*', source: '*', minutes: 8 * 60, clock: 'working' },
    { type: 'complaint', urgency: '*', source: '*', minutes: 8 * 60, clock: 'working' }, { type: 'complaint', urgency: '*', source: 'hotline12345', minutes: 4 * 60, clock: 'working' },
    { type: 'supervisionOrder', urgency: '*', source: '*', minutes: 8 * 60, clock: 'calendar' }, { type: 'overLevelComplaint', urgency: '*', source: '*', minutes: 8 * 60, clock: 'calendar' },
    { type: 'suspendResumeHeating', urgency: '*', source: '*', minutes: 16 * 60, clock: 'working' }, { type: 'paymentReminder', urgency: '*', source: '*', minutes: 40 * 60, clock: 'working' },
  ],
};
const revisitForm: RevisitForm = {
  version: 1, title: '工单回访', questions: [
    { key: 'solved', label: '问题是否已经解决', kind: 'single', options: ['已解决', '部分解决', '未解决'], required: true },
    { key: 'onTime', label: '维修人员是否按约定时间上门', kind: 'single', options: ['是', '否'], required: true },
    { key: 'attitude', label: '服务态度评分', kind: 'score', required: true },
    { key: 'warm', label: '目前室内是否达到供热温度', kind: 'single', options: ['达到', '未达到', '不涉及'], required: false },
    { key: 'opinion', label: '客户意见与建议', kind: 'text', required: false },
  ],
};
const PARTS = ['截止阀', '自动排气阀', '活接', '密封垫', '铜球阀', '温控阀', '过滤器', '软管', '热量表电池'];
const template = (orderType: string, fields: ResultTemplate['fields'], parts: string[] = PARTS): ResultTemplate => ({ version: 1, orderType, fields, parts });
const CAUSES = ['气堵', '阀门未开', '过滤器堵塞', '管网循环不良', '管道渗漏', '阀门损坏', '室内设施问题', '其他'];
const resultTemplates: ResultTemplate[] = [
  template('repair', [
    { key: 'cause', label: '故障原因', kind: 'single', options: CAUSES, required: true }, { key: 'measure', label: '处理措施', kind: 'text', required: true },
    { key: 'supplyTemperature', label: '供水温度', kind: 'number', unit: '℃', required: false }, { key: 'returnTemperature', label: '回水温度', kind: 'number', unit: '℃', required: false },
  ]),
  template('temperatureCheck', [{ key: 'measure', label: '测温说明', kind: 'text', required: true }, { key: 'qualified', label: '室温是否达标', kind: 'boolean', required: true }], []),
  template('*', [{ key: 'measure', label: '处理情况', kind: 'text', required: true }]),
];
const approvalRules: ApprovalSettings = { return: true, void: true, secondDispatch: true };

/** What a new installation holds for the setting documents of this room; every value may be changed and restored by an administrator. */
export const defaultSettings: { deadlineRules: DeadlineRules; workCalendar: WorkCalendar; revisitForm: RevisitForm; resultTemplates: ResultTemplate[]; approvalRules: ApprovalSettings } = { deadlineRules, workCalendar: seedWorkCalendar(), revisitForm, resultTemplates, approvalRules };
