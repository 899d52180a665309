import { defineStore } from 'pinia';
import { ElNotification } from 'element-plus';
import { ref } from 'vue';
import type { NoticeRow } from '@ronghu/contract';
import { useApi } from '@ronghu/ui/core';
import { failureOf, type LoadFailure } from '@ronghu/ui';

/** Notices to this person (SC-72, RC-27). */
export const useNotices = defineStore('notices', () => {
  const rows = ref<NoticeRow[]>([]);
  const unread = ref(0);
  const total = ref(0);
  const ready = ref(false);
  const failure = ref<LoadFailure | null>(null);
  const PAGE = 30;

  async function load(page = 1): Promise<void> {
    try {
      const answer = await useApi().call('notices', { query: { page, size: PAGE } });
      rows.value = page === 1 ? answer.rows : [...rows.value, ...answer.rows.filter((r) => !rows.value.some((x) => x.id === r.id))];
      unread.value = answer.unread;
      total.value = answer.total;
      ready.value = true;
      failure.value = null;
    } catch (error) { failure.value = failureOf(error); }
  }
  function add(notice: NoticeRow, count: number): void {
    unread.value = count;
    if (rows.value.some((r) => r.id === notice.id)) return;
    rows.value = [notice, ...rows.value];
    total.value += 1;
    ElNotification({ title: notice.title, message: notice.text, type: notice.urgent ? 'warning' : 'info', position: 'bottom-left', duration: notice.urgent ? 10_000 : 5000 });
  }
  async function read(id: number): Promise<void> {
    unread.value = (await useApi().call('noticeRead', { params: { id } })).unread;
    rows.value = rows.value.map((r) => (r.id === id && r.readAt === null ? { ...r, readAt: Date.now() } : r));
  }
  async function readAll(): Promise<void> {
    unread.value = (await useApi().call('noticeReadAll')).unread;
    rows.value = rows.value.map((r) => ({ ...r, readAt: r.readAt ?? Date.now() }));
  }
  const more = (): Promise<void> => load(Math.floor(rows.value.length / PAGE) + 1);
  return { rows, unread, total, ready, failure, load, add, read, readAll, more };
});
