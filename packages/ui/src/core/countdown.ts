import { computed, getCurrentScope, onScopeDispose, ref, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue';
import { serverNow } from './server-clock';

const tick = ref(0);
let users = 0;
let timer: ReturnType<typeof setInterval> | null = null;

/** The server's time in ms, moving each second; all timers of a page share one beat, so they change together. */
export function useNow(): ComputedRef<number> {
  users += 1;
  if (timer === null) { tick.value = serverNow(); timer = setInterval(() => { tick.value = serverNow(); }, 1000); }
  if (getCurrentScope() !== undefined) onScopeDispose(() => {
    users -= 1;
    if (users === 0 && timer !== null) { clearInterval(timer); timer = null; }
  });
  return computed(() => Math.max(tick.value, 0));
}

export interface Countdown { /** Whole seconds left; negative once it is past. */ seconds: ComputedRef<number>; past: ComputedRef<boolean>; active: ComputedRef<boolean> }
/** Seconds to a moment of the server's clock; inactive (0) while the moment is null. */
export function useCountdown(until: MaybeRefOrGetter<number | null | undefined>): Countdown {
  const now = useNow();
  const active = computed(() => typeof toValue(until) === 'number');
  const seconds = computed(() => secondsLeft(toValue(until) ?? null, now.value));
  return { seconds, active, past: computed(() => active.value && seconds.value < 0) };
}

/** Seconds since a moment of the server's clock, never negative. */
export function useElapsed(since: MaybeRefOrGetter<number | null | undefined>): ComputedRef<number> {
  const now = useNow();
  return computed(() => { const from = toValue(since); return typeof from === 'number' ? Math.max(0, Math.floor((now.value - from) / 1000)) : 0; });
}

/** Rounded so that a wrap-up of 30 s starts at 30 and reads 0 only when it is over. */
export function secondsLeft(until: number | null, now: number): number { return until === null ? 0 : Math.ceil((until - now) / 1000); }

/** For a value that the person changes quickly: `run` fires when it has rested for `ms`. */
export function debounce<A extends unknown[]>(ms: number, run: (...args: A) => void): ((...args: A) => void) & { cancel: () => void; flush: () => void } {
  let waiting: ReturnType<typeof setTimeout> | null = null;
  let last: A | null = null;
  const stop = (): void => { if (waiting !== null) clearTimeout(waiting); waiting = null; };
  const fire = (): void => { stop(); if (last !== null) { const args = last; last = null; run(...args); } };
  const call = (...args: A): void => { stop(); last = args; waiting = setTimeout(fire, ms); };
  return Object.assign(call, { cancel: () => { stop(); last = null; }, flush: fire });
}
