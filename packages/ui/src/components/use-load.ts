import { computed, getCurrentScope, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { ApiError, errorText } from '../core';

/** What a page says about a failed load. */
export interface LoadFailure { code: string; message: string; requestId?: string }
export interface Loader<T> {
  data: ShallowRef<T | null>; loading: Ref<boolean>; failure: Ref<LoadFailure | null>; /** Something was loaded at least once. */ ready: ComputedRef<boolean>;
  /** Loads anew; what is shown stays until the answer is here. Never throws: see `failure`. */
  reload: () => Promise<void>;
  /** Forgets what is shown, then loads: for a page that turned to another record. */
  restart: () => Promise<void>;
}

/** The failure of anything thrown, in the words of the page. */
export function failureOf(error: unknown): LoadFailure {
  return error instanceof ApiError ? { code: error.code, message: errorText(error), requestId: error.requestId ?? undefined } : { code: 'PAGE', message: errorText(error) };
}

/**
 * Keeps one thing loaded. The last request wins, however late an older answer comes; a request under way is cancelled when a newer one starts
 * and when the component goes.
 */
export function useLoad<T>(fetchIt: (signal: AbortSignal) => Promise<T>): Loader<T> {
  const data: ShallowRef<T | null> = shallowRef(null);
  const loading = ref(false);
  const failure = ref<LoadFailure | null>(null);
  let running: AbortController | null = null;
  async function reload(): Promise<void> {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    loading.value = true;
    try {
      const answer = await fetchIt(mine.signal);
      if (running !== mine) return;
      data.value = answer;
      failure.value = null;
    } catch (error) {
      if (running !== mine || (error instanceof ApiError && error.code === 'CANCELLED')) return;
      failure.value = failureOf(error);
    } finally {
      if (running === mine) { loading.value = false; running = null; }
    }
  }
  async function restart(): Promise<void> { data.value = null; failure.value = null; await reload(); }
  if (getCurrentScope() !== undefined) onScopeDispose(() => { running?.abort(); running = null; });
  return { data, loading, failure, ready: computed(() => data.value !== null), reload, restart };
}
