import type { FieldOrder } from '@ronghu/contract';
import { formatDuration } from '@ronghu/ui/core';
import type { IconName } from './AppIcon.vue';

export interface DueLook { tone: 'overdue' | 'near' | 'ready' | 'offline'; icon: IconName; word: 'overdue' | 'near' | 'normal' | 'none' | 'done'; seconds: number | null }

/** How a deadline looks now: past it by the clock or by the server's flag, near by the server's rule. `now` in ms of the server's clock. */
export function dueLook(order: Pick<FieldOrder, 'dueAt' | 'nearDue' | 'overdue'>, finished: boolean, now: number): DueLook {
  const seconds = order.dueAt === null ? null : Math.trunc((order.dueAt - now) / 1000);
  if (finished) return { tone: 'offline', icon: 'check', word: 'done', seconds };
  if (seconds === null) return { tone: 'offline', icon: 'clock', word: 'none', seconds };
  if (seconds < 0) return { tone: 'overdue', icon: 'alert', word: 'overdue', seconds };
  return order.nearDue ? { tone: 'near', icon: 'clock', word: 'near', seconds } : { tone: 'ready', icon: 'clock', word: 'normal', seconds };
}

/** Length in words, whole minutes once it is over a minute: a deadline that ticks by the second only frightens. */
export function dueWords(seconds: number): string {
  const length = Math.abs(seconds);
  return formatDuration(length >= 60 ? length - (length % 60) : length).replace(/\u2009?分\u2009?00\u2009?秒$/, '\u2009分钟').replace(/^\u2009/, '');
}
