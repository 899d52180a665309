import type { HouseImport, HouseImportState } from '@ronghu/contract';

export const IMPORT_TONE: Record<HouseImportState, string> = { waiting: 'offline', checking: 'talking', running: 'talking', done: 'ready', cancelled: 'near', failed: 'overdue' };
export const isOpen = (job: HouseImport): boolean => job.state === 'waiting' || job.state === 'checking' || job.state === 'running';
/** Rows that are in the database now. */
export const savedOf = (job: HouseImport): number => job.created + job.changed + job.unchanged;
