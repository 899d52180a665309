import type { Page } from '@ronghu/contract';

/** One column of a list. `text` is what an export writes and what the cell shows unless the page gives a slot `cell-<key>`. */
export interface ListColumn<T> { key: string; label: string; text: (row: T) => string; width?: number; minWidth?: number; align?: 'left' | 'right' | 'center'; /** Not shown until chosen. */ optional?: boolean; /** Cannot be hidden: the link to the record. */ locked?: boolean; fixed?: 'left' | 'right' }
export type FilterValues = Record<string, string | number | boolean | null | undefined | [number, number] | number[]>;
/** A tab above the list: filters under a name. `count` where the server tells it. */
export interface ListView { key: string; label: string; filters: FilterValues; count?: number }
export type ListFetch<T> = (page: { page: number; size: number }, signal: AbortSignal) => Promise<Page<T>>;

const STORE = 'ronghu.list.';
function read<T>(name: string, fallback: T): T {
  try { const text = localStorage.getItem(STORE + name); return text === null ? fallback : JSON.parse(text) as T; } catch { return fallback; }
}
function write(name: string, value: unknown): void { try { localStorage.setItem(STORE + name, JSON.stringify(value)); } catch { /* a full or forbidden store only costs the memory of a choice */ } }
/** Columns and views that this person chose for a list, kept in the browser. */
export const listMemory = {
  columns: (list: string): string[] | null => read<string[] | null>(`${list}.columns`, null),
  setColumns: (list: string, keys: string[]): void => write(`${list}.columns`, keys),
  views: (list: string): ListView[] => read<ListView[]>(`${list}.views`, []),
  setViews: (list: string, views: ListView[]): void => write(`${list}.views`, views),
  size: (list: string): number => read<number>(`${list}.size`, 20),
  setSize: (list: string, size: number): void => write(`${list}.size`, size),
};

/** Rows as CSV that a spreadsheet opens as Chinese; a cell that a spreadsheet would run as a formula is made text. */
export function toCsv<T>(columns: ListColumn<T>[], rows: T[]): string {
  const cell = (value: string): string => {
    const safe = /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return '\ufeff' + [columns.map((c) => cell(c.label)), ...rows.map((row) => columns.map((c) => cell(c.text(row))))].map((line) => line.join(',')).join('\r\n') + '\r\n';
}
