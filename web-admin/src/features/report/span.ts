import type { LocationQuery } from 'vue-router';
import { startOfDay } from '@ronghu/ui/core';
import { numberOf } from '../query';

/** The span of an address line, else today. */
export function spanOf(query: LocationQuery): { from: number; to: number } {
  const from = numberOf(query.from);
  const to = numberOf(query.to);
  return from !== undefined && to !== undefined && from < to ? { from, to } : { from: startOfDay(), to: startOfDay() + 86_399_999 };
}
