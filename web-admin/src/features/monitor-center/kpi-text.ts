import type { KpiValue } from '@ronghu/contract';
import { formatDuration, formatNumber, formatRate } from '@ronghu/ui/core';

/** A value of an indicator in words; null when the denominator was 0. */
export function kpiText(kpi: Pick<KpiValue, 'unit'>, value: number | null): string | null {
  if (value === null) return null;
  return kpi.unit === 'rate' ? formatRate(value) : formatDuration(value);
}
/** What the value was counted from: part and whole of a rate, the number of orders behind a mean time. */
export function kpiBase(kpi: Pick<KpiValue, 'unit' | 'numerator' | 'denominator'>): string {
  return kpi.unit === 'rate' ? `${formatNumber(kpi.numerator)} / ${formatNumber(kpi.denominator)}` : `${formatNumber(kpi.denominator)} 单`;
}
/** Whether the value meets its target; null without a value. */
export function kpiReached(kpi: Pick<KpiValue, 'value' | 'target' | 'betterWhen'>): boolean | null {
  if (kpi.value === null) return null;
  return kpi.betterWhen === 'higher' ? kpi.value >= kpi.target : kpi.value <= kpi.target;
}
