import { z } from 'zod';
import { route } from './route';
import { Id, PageQuery, requiredText, type Page } from './common';
import type { TwoPersonRow } from './keys';

/** Life of an import of the address tree and its households from a file (BI-04). `checking`: form, columns and number of rows; `running`: rows are decided and saved. */
export const HOUSE_IMPORT_STATES = ['waiting', 'checking', 'running', 'done', 'cancelled', 'failed'] as const;
export type HouseImportState = (typeof HOUSE_IMPORT_STATES)[number];
/** Bytes of one file at most. */
export const MAX_IMPORT_BYTES = 200_000_000;
/** One import. Rows count as they stand in the file, without the header and empty ones; `created`, `changed` and `unchanged` are saved rows, `nodes` the tree nodes made on the way. */
export interface HouseImport {
  id: number; companyId: number; companyName: string; fileName: string; fileBytes: number; state: HouseImportState; cancelAsked: boolean;
  startedBy: string; createdAt: number; startedAt: number | null; finishedAt: number | null;
  rowsTotal: number | null; rowsRead: number; created: number; changed: number; unchanged: number; bad: number; nodes: number;
  /** 0..1. */ progress: number; error: string | null;
  /** Until then the bad rows can be fetched; null when there are none. */ errorsUntil: number | null;
}
const Named = z.strictObject({ companyId: Id, id: Id });
const ExportQuery = z.strictObject({ companyId: Id, areaId: Id.optional(), request: Id.optional() });

export const houseImportRoutes = {
  houseTemplate: route<never>()({ method: 'GET', path: '/imports/houses/template.xlsx', permission: 'house.write', response: 'file' }),
  /** Newest first. */
  houseImports: route<Page<HouseImport>>()({ method: 'GET', path: '/imports/houses', permission: 'house.write', query: PageQuery.extend({ companyId: Id.optional() }).strict() }),
  /** Multipart: fields `companyId` and `file` (.xlsx or .csv; UTF-8, GB18030 or UTF-16). @throws STATE_CONFLICT while another import of the company is not over. */
  houseImportStart: route<HouseImport>()({ method: 'POST', path: '/imports/houses', permission: 'house.write', keyed: true }),
  houseImport: route<HouseImport>()({ method: 'GET', path: '/imports/houses/:companyId/:id', permission: 'house.write', params: Named }),
  /** What is saved stays saved. */
  houseImportCancel: route<HouseImport>()({ method: 'POST', path: '/imports/houses/:companyId/:id/cancel', permission: 'house.write', params: Named }),
  houseImportErrors: route<never>()({ method: 'GET', path: '/imports/houses/:companyId/:id/errors.xlsx', permission: 'house.write', params: Named, response: 'file' }),
  /** Tree and houses in the form of the import, numbers masked. More rows than one person may take need another's consent (`request`, PF-24). */
  houseExport: route<never>()({ method: 'GET', path: '/exports/houses.xlsx', permission: 'report.export', query: ExportQuery, response: 'file' }),
  houseExportRequest: route<TwoPersonRow>()({ method: 'POST', path: '/exports/houses/requests', permission: 'report.export', body: ExportQuery.omit({ request: true }).extend({ reason: requiredText(200) }).strict() }),
};
