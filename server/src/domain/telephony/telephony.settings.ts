import { z } from 'zod';
import type { SettingCode } from '@ronghu/contract';
import { STRATEGIES } from './distributor/distributor.types';
import { DEFAULT_FLOW, IvrFlow } from './ivr/ivr.schema';

/** Settings documents that the telephone reads; fits the setting room's `define`. */
interface Definition<T> { code: SettingCode; name: string; schema: z.ZodType<T>; initial: T }

/** All published flows; the one with code `main` (else the first) takes calls whose access number names none. */
export const IvrSetting = z.array(IvrFlow).min(1, '至少要有一个流程').max(100).superRefine((flows, ctx) => {
  flows.forEach((flow, i) => { if (flows.findIndex((other) => other.code === flow.code) !== i) ctx.addIssue({ code: 'custom', path: [i, 'code'], message: `流程编码 ${flow.code} 重复` }); });
});
export const RestReasons = z.array(z.string().trim().min(1, '不能为空').max(30)).min(1, '至少要有一个小休原因').max(20);
/** Rules that override a group's row, by the group's code; what is absent stays as the row says. Seconds. */
export const SkillGroupRules = z.array(z.strictObject({
  code: z.string().max(30), strategy: z.enum(STRATEGIES).optional(), fallback: z.enum(STRATEGIES).exclude(['lastAgent']).optional(), lastAgentWaitSeconds: z.number().int().min(0).max(120).optional(), ringSeconds: z.number().int().min(5).max(60).optional(),
  retrySeconds: z.number().int().min(1).max(60).optional(), wrapUpSeconds: z.number().int().min(0).max(1800).optional(), missesToRest: z.number().int().min(0).max(20).optional(), quickHangupSeconds: z.number().int().min(0).max(60).optional(),
  restCap: z.number().int().min(0).max(1000).optional(), overflowLength: z.number().int().min(0).max(1000).optional(), overflowWaitSeconds: z.number().int().min(0).max(3600).optional(), overflowRings: z.number().int().min(0).max(20).optional(),
  overflowTo: z.string().max(30).nullable().optional(), bestLevelFirst: z.boolean().optional(), rating: z.boolean().optional(),
})).max(200);
export type SkillGroupRules = z.infer<typeof SkillGroupRules>;

export const ivrSetting: Definition<IvrFlow[]> = { code: 'ivr', name: '语音导航', schema: IvrSetting, initial: [DEFAULT_FLOW] };
export const restReasonsSetting: Definition<string[]> = { code: 'restReasons', name: '小休原因', schema: RestReasons, initial: ['用餐', '培训', '会议', '短暂离开'] };
export const skillGroupsSetting: Definition<SkillGroupRules> = { code: 'skillGroups', name: '技能组规则', schema: SkillGroupRules, initial: [] };
export const telephonySettings = { ivr: ivrSetting, restReasons: restReasonsSetting, skillGroups: skillGroupsSetting };
