import { getCurrentScope, onScopeDispose } from 'vue';

/**
 * Runs `refresh` soon after a burst of live messages, at most once in `everyMs`: a list follows the world without asking once a message.
 * The first message of a burst waits `leadMs` only, so that a single change is seen at once. A refresh under way is never overtaken: what came meanwhile
 * is asked for when its answer is here, so that a storm of messages against a slow answer still shows every answer.
 */
export function useRefresher(refresh: () => void | Promise<void>, everyMs = 1500, leadMs = 60): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let last = 0;
  let running = false, again = false, gone = false;
  const arm = (): void => { if (timer === null && !gone) timer = setTimeout(() => void fire(), Math.max(leadMs, last + everyMs - Date.now())); };
  const fire = async (): Promise<void> => {
    timer = null;
    if (running) { again = true; return; }
    running = true;
    last = Date.now();
    try { await refresh(); } finally {
      running = false;
      if (again) { again = false; arm(); }
    }
  };
  if (getCurrentScope() !== undefined) onScopeDispose(() => { gone = true; if (timer !== null) clearTimeout(timer); });
  return arm;
}
