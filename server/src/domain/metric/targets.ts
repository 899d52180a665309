import { z } from 'zod';
import type { KpiCode, SettingCode } from '@ronghu/contract';

const Rate = z.number().min(0, '目标在 0 到 1 之间').max(1, '目标在 0 到 1 之间');
/** Setting `kpiTargets`: rates 0..1, response time in seconds. */
export const KpiTargets = z.strictObject({
  connectRate: Rate, responseTime: z.number().int().min(60, '响应时长目标不能少于 1 分钟').max(7 * 86_400, '响应时长目标不能超过 7 天'), firstTimeFixRate: Rate, closureRate: Rate, satisfactionRate: Rate, overdueRate: Rate,
}) satisfies z.ZodType<Record<KpiCode, number>>;
export type KpiTargets = z.infer<typeof KpiTargets>;
/** Connect rate by the tender (≥ 97 %); the others are a start that the group adjusts. */
export const DEFAULT_KPI_TARGETS: KpiTargets = { connectRate: 0.97, responseTime: 7200, firstTimeFixRate: 0.9, closureRate: 0.95, satisfactionRate: 0.95, overdueRate: 0.05 };

/** The settings store as this room needs it; domain/setting keeps it. */
export interface SettingHost { define<T>(definition: { code: SettingCode; name: string; schema: z.ZodType<T>; initial: T }): { get(): Promise<{ value: T }> } }
/** Declares the targets in the settings store and gives their reader; called once a process at the start. */
export function defineKpiTargets(host: SettingHost): () => Promise<KpiTargets> {
  const setting = host.define({ code: 'kpiTargets', name: '考核指标目标', schema: KpiTargets, initial: DEFAULT_KPI_TARGETS });
  return async () => (await setting.get()).value;
}
