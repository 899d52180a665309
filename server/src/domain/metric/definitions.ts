import type { AnyDefinition, CallFact, Definition, FigureCode, OrderFact } from './metric.types';

/** States that take an order out of every indicator: not yet taken in, or ended by an approved way that is neither success nor failure (appendix 2, no. 60). */
const OUTSIDE = ['draft', 'voided', 'cancelled', 'handedOver'] as const;

/**
 * Connect rate, strict reading (appendix 2, nos. 17 and 18): calls answered by a person ÷ calls that asked for one. One denominator with the loss rate, so the two
 * add up to 100 %. Calls satisfied in the IVR never asked; quick hang-ups stay in, for this is a traffic figure. A call still waiting is not decided yet.
 */
const connectRate: Definition<CallFact> = {
  code: 'connectRate', source: 'call', unit: 'rate', betterWhen: 'higher', anchor: 'startedAt',
  formula: '人工接听的呼入 ÷ 请求人工的呼入（含快速挂机，不含导航内自助完成与黑名单拦截）',
  within: [{ field: 'direction', is: 'oneOf', values: ['inbound'] }, { field: 'queuedAt', is: 'present' }, { is: 'any', of: [{ field: 'answeredAt', is: 'present' }, { field: 'endedAt', is: 'present' }] }],
  counted: [{ field: 'answeredAt', is: 'present' }],
};
/** From intake to the first sign-in on site (appendix 5, no. 13): what the resident waits for. */
const responseTime: Definition<OrderFact> = {
  code: 'responseTime', source: 'order', unit: 'seconds', betterWhen: 'lower', anchor: 'createdAt',
  formula: '（首次现场签到时间 − 受理时间）之和 ÷ 已现场签到的工单数',
  within: [{ field: 'state', is: 'noneOf', values: OUTSIDE }, { field: 'onSiteAt', is: 'present' }], counted: [], duration: { from: 'createdAt', to: 'onSiteAt' },
};
const firstTimeFixRate: Definition<OrderFact> = {
  code: 'firstTimeFixRate', source: 'order', unit: 'rate', betterWhen: 'higher', anchor: 'createdAt',
  formula: '首轮现场处理即解决且未二次派单的工单 ÷ 有处理结果或已二次派单的工单',
  within: [{ field: 'state', is: 'noneOf', values: OUTSIDE }, { is: 'any', of: [{ field: 'outcome', is: 'present' }, { field: 'round', is: 'noneOf', values: [1] }] }],
  counted: [{ field: 'outcome', is: 'oneOf', values: ['fixed'] }, { field: 'round', is: 'oneOf', values: [1] }],
};
/** Closed means revisited or exempted by approval (appendix 2, no. 32); a direct closing alone ends the handling, not the order (no. 60). */
const closureRate: Definition<OrderFact> = {
  code: 'closureRate', source: 'order', unit: 'rate', betterWhen: 'higher', anchor: 'createdAt',
  formula: '已办结（回访满意或批准免回访）的工单 ÷ 受理的工单（不含作废、取消、移交）',
  within: [{ field: 'state', is: 'noneOf', values: OUTSIDE }], counted: [{ field: 'state', is: 'oneOf', values: ['closed'] }],
};
const satisfactionRate: Definition<OrderFact> = {
  code: 'satisfactionRate', source: 'order', unit: 'rate', betterWhen: 'higher', anchor: 'createdAt',
  formula: '客户满意的工单 ÷ 有客户评价的工单（以回访结论为准，未回访时现场评价 4 分及以上为满意）',
  within: [{ field: 'state', is: 'noneOf', values: OUTSIDE }, { field: 'satisfied', is: 'present' }], counted: [{ field: 'satisfied', is: 'yes' }],
};
const overdueRate: Definition<OrderFact> = {
  code: 'overdueRate', source: 'order', unit: 'rate', betterWhen: 'lower', anchor: 'createdAt',
  formula: '曾超过处理期限的工单 ÷ 受理的工单（不含作废、取消、移交）',
  within: [{ field: 'state', is: 'noneOf', values: OUTSIDE }], counted: [{ field: 'overdue', is: 'yes' }],
};

/** The six group indicators (MC-33), in the order in which every screen shows them. */
export const KPI_DEFINITIONS: readonly AnyDefinition[] = [connectRate, responseTime, firstTimeFixRate, closureRate, satisfactionRate, overdueRate];

const inbound = { field: 'direction', is: 'oneOf', values: ['inbound'] } as const;
const count = (code: FigureCode, formula: string, within: Definition<CallFact>['within']): Definition<CallFact> => ({ code, source: 'call', unit: 'rate', betterWhen: 'higher', anchor: 'startedAt', formula, within, counted: [] });
/** Traffic of the boards (MC-19, MC-20). Their figure is the denominator; waiting time adds up over the answered calls. */
const traffic: readonly Definition<CallFact>[] = [
  count('inboundCalls', '呼入总数', [inbound]),
  count('outboundCalls', '呼出总数', [{ field: 'direction', is: 'oneOf', values: ['outbound'] }]),
  count('answeredCalls', '人工接听的呼入', [inbound, { field: 'queuedAt', is: 'present' }, { field: 'answeredAt', is: 'present' }]),
  count('abandonedCalls', '排队或振铃中离开的呼入', [inbound, { field: 'queuedAt', is: 'present' }, { field: 'answeredAt', is: 'absent' }, { field: 'endedAt', is: 'present' }]),
  { code: 'waitTime', source: 'call', unit: 'seconds', betterWhen: 'lower', anchor: 'startedAt', formula: '入队到接听的时间之和 ÷ 人工接听的呼入', within: [inbound, { field: 'queuedAt', is: 'present' }, { field: 'answeredAt', is: 'present' }], counted: [], duration: { from: 'queuedAt', to: 'answeredAt' } },
];
export const DEFINITIONS: readonly AnyDefinition[] = [...KPI_DEFINITIONS, ...traffic];
/** The definition of one indicator. */
export function definitionOf(code: FigureCode): AnyDefinition {
  const found = DEFINITIONS.find((definition) => definition.code === code);
  if (!found) throw new Error(`no definition of ${code}`);
  return found;
}
/** What a screen shows of a figure: a rate 0..1, seconds, or null when nothing was to be counted. */
export function valueOf(definition: AnyDefinition, figure: { numerator: number; denominator: number }): number | null {
  if (figure.denominator === 0) return null;
  return definition.unit === 'seconds' ? figure.numerator / figure.denominator / 1000 : figure.numerator / figure.denominator;
}
