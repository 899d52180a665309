import { ref, type Ref } from 'vue';
import { ElMessage } from 'element-plus';
import { formatDay, serverNow } from '../core';
import { tellFailure } from './ask';
import { toCsv, type ListColumn, type ListFetch } from './list-types';
import { uiZhCN } from './zh-CN';

/** Above this the person is asked to narrow the list; the report center writes larger files on the server. */
const LIMIT = 20_000;
const STEP = 200;

export interface ListExport<T> { /** null when idle. */ progress: Ref<{ done: number; total: number } | null>; start: (columns: ListColumn<T>[], fetchIt: ListFetch<T>, total: number) => Promise<void>; cancel: () => void }

/** Export of exactly what a list shows: the same filters, the shown columns, all its pages, with progress and a way to stop. */
export function useListExport<T>(name: string): ListExport<T> {
  const progress = ref<{ done: number; total: number } | null>(null);
  let stop: AbortController | null = null;
  async function start(columns: ListColumn<T>[], fetchIt: ListFetch<T>, total: number): Promise<void> {
    const words = uiZhCN.list;
    if (total > LIMIT) { ElMessage.warning(words.exportLimit.replace('{n}', String(LIMIT))); return; }
    stop = new AbortController();
    const rows: T[] = [];
    progress.value = { done: 0, total };
    try {
      for (let page = 1; rows.length < LIMIT; page++) {
        const answer = await fetchIt({ page, size: STEP }, stop.signal);
        rows.push(...answer.rows);
        progress.value = { done: rows.length, total: answer.total };
        if (answer.rows.length < STEP || rows.length >= answer.total) break;
      }
      const href = URL.createObjectURL(new Blob([toCsv(columns, rows)], { type: 'text/csv;charset=utf-8' }));
      const link = document.createElement('a');
      link.href = href;
      link.download = `${name}-${formatDay(serverNow())}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
      ElMessage.success(words.exportDone.replace('{n}', String(rows.length)));
    } catch (error) {
      tellFailure(error);
    } finally {
      progress.value = null;
      stop = null;
    }
  }
  return { progress, start, cancel: () => stop?.abort() };
}
