import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Pool } from '@ronghu/contract';
import { useApi, useSession } from '@ronghu/ui/core';

/** How much waits in each pool: the figures of the navigation and of the pools' tabs. Follows every change of an order. */
export const useWorkCounts = defineStore('workCounts', () => {
  const counts = ref<Partial<Record<Pool, number>>>({});
  const session = useSession();
  const arrange = computed(() => (counts.value.toArrange ?? 0) + (counts.value.returned ?? 0));
  async function load(): Promise<void> {
    if (!session.can('order.read')) return;
    // A figure that could not be had stays as it is: the list itself says what failed.
    try { counts.value = await useApi().call('orderCounts'); } catch { return; }
  }
  return { counts, arrange, load };
});
