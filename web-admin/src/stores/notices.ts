import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { NoticeRow } from '@ronghu/contract';
import { useApi } from '@ronghu/ui/core';

/** The person's own notices: the latest few and how many are unread. */
export const useNotices = defineStore('notices', () => {
  const unread = ref(0);
  const latest = shallowRef<NoticeRow[]>([]);
  async function load(): Promise<void> {
    const answer = await useApi().call('notices', { query: { page: 1, size: 8 } });
    unread.value = answer.unread;
    latest.value = answer.rows;
  }
  function arrived(notice: NoticeRow, count: number): void {
    unread.value = count;
    latest.value = [notice, ...latest.value.filter((n) => n.id !== notice.id)].slice(0, 8);
  }
  async function read(notice: NoticeRow): Promise<void> {
    if (notice.readAt !== null) return;
    const answer = await useApi().call('noticeRead', { params: { id: notice.id } });
    unread.value = answer.unread;
    latest.value = latest.value.map((n) => (n.id === notice.id ? { ...n, readAt: Date.now() } : n));
  }
  async function readAll(): Promise<void> {
    unread.value = (await useApi().call('noticeReadAll')).unread;
    latest.value = latest.value.map((n) => ({ ...n, readAt: n.readAt ?? Date.now() }));
  }
  return { unread, latest, load, arrived, read, readAll };
});
