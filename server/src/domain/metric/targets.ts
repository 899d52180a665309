import { z } from 'zod';
import type { KpiCode } from '@ronghu/contract';

const Rate = z.number().min(0, '目标在 0 到 1 之间').max(1, '目标在 0 到 1 之间');
/** Setting `kpiTargets`: rates 0..1, response time in seconds. */
export const KpiTargets = z.strictObject({
  connectRate: Rate, responseTime: z.number().int().min(60, '响应时长目标不能少于 1 分钟').max(7 * 86_400, '响应时长目标不能超过 7 天'), firstTimeFixRate: Rate, closureRate: Rate, satisfactionRate: Rate, overdueRate: Rate,
}) satisfies z.ZodType<Record<KpiCode, number>>;
export type KpiTargets = z.infer<typeof KpiTargets>;
/** Connect rate by the tender (≥ 97 %); the others are a start that the group adjusts. */
export const DEFAULT_KPI_TARGETS: KpiTargets = { connectRate: 0.97, responseTime: 7200, firstTimeFixRate: 0.9, closureRate: 0.95, satisfactionRate: 0.95, overdueRate: 0.05 };

/** The stored targets, or the defaults where a stored document is missing or no longer fits. */
export function readTargets(stored: unknown): KpiTargets {
  const parsed = KpiTargets.safeParse(stored);
  return parsed.success ? parsed.data : DEFAULT_KPI_TARGETS;
}
