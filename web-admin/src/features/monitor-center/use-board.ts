import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue';
import type { BoardView } from '@ronghu/contract';
import { useApi, useLive, useLoad, useRefresher, type Loader } from '@ronghu/ui';

/**
 * The board below one node, followed live: a change of a figure asks for the board again at once and at most four times a second (the server tells a node's changes five times a second at most);
 * the queue's own messages are put in at once.
 */
export function useBoard(orgId: Ref<number | null>): { loader: Loader<BoardView>; board: ComputedRef<BoardView | null> } {
  const loader = useLoad((signal) => useApi().call('board', { query: orgId.value === null ? {} : { orgId: orgId.value }, signal }));
  const queue = shallowRef<{ waiting: number; longestWaitMs: number } | null>(null);
  const live = useLive();
  const refresh = useRefresher(() => loader.reload(), 250, 20);
  live.on('board', refresh);
  live.on('agent', refresh);
  live.on('order', refresh);
  // The queue is the group's: below a chosen node the server's own figure holds.
  live.on('queue', (e) => { if (orgId.value === null) queue.value = { waiting: e.waiting, longestWaitMs: e.longestWaitMs }; else refresh(); });
  live.onReload(refresh);
  watch(loader.data, () => { queue.value = null; });
  watch(orgId, () => void loader.restart(), { immediate: true });
  const board = computed(() => (loader.data.value === null ? null : queue.value === null ? loader.data.value : { ...loader.data.value, ...queue.value }));
  return { loader, board };
}
