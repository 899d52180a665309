import { z } from 'zod';
import { Id, IdParams, Millis, requiredText } from './common';
import { route } from './route';

/** Acts that one person asks for and another confirms within 30 minutes (PF-24). */
export const TWO_PERSON_KINDS = ['keyRotate', 'keyReseal', 'massExport'] as const;
export type TwoPersonKind = (typeof TWO_PERSON_KINDS)[number];
/** `untilAt`: the end of the time to confirm, or to use what was confirmed. `mine`: asked for by the caller, who cannot confirm it. */
export interface TwoPersonRow { id: number; kind: TwoPersonKind; summary: string; reason: string; askedName: string; askedAt: number; untilAt: number; state: 'asked' | 'confirmed' | 'refused' | 'used' | 'lapsed'; answeredName: string | null; answeredAt: number | null; mine: boolean }
/** A data key without its secret. `activeFrom`: it seals from then on; null: from the beginning. */
export interface KeyRow { id: string; createdAt: number; activeFrom: number | null; sealing: boolean }
/** Progress of one re-encryption over every sealed column of every shard, in rows. */
export interface ResealJob { id: number; targetKey: string; state: 'running' | 'done' | 'failed'; startedAt: number; finishedAt: number | null; total: number; done: number; resealed: number; columns: number; columnsDone: number; current: string | null; lastError: string | null }
export interface KeysState { at: number; sealedBy: 'passphrase' | 'sdf'; keys: KeyRow[]; signingKeys: { id: string; createdAt: number }[]; job: ResealJob | null; requests: TwoPersonRow[] }
export const keysRoutes = {
  keys: route<KeysState>()({ method: 'GET', path: '/keys', permission: 'key.manage' }),
  /** `rotate`: a new data key; `reseal`: re-encrypts what older keys sealed. */
  keyRequest: route<TwoPersonRow>()({ method: 'POST', path: '/keys/requests', permission: 'key.manage', body: z.strictObject({ act: z.enum(['rotate', 'reseal']), reason: requiredText(200) }), keyed: true }),
  keyRequestAnswer: route<TwoPersonRow>()({ method: 'POST', path: '/keys/requests/:id', permission: 'key.manage', params: IdParams, body: z.strictObject({ answer: z.enum(['confirm', 'refuse']) }) }),
  exportRequests: route<TwoPersonRow[]>()({ method: 'GET', path: '/reports/requests', permission: 'report.export' }),
  exportRequest: route<TwoPersonRow>()({ method: 'POST', path: '/reports/requests', permission: 'report.export', body: z.strictObject({ report: z.enum(['orders', 'calls']), from: Millis, to: Millis, orgId: Id.optional(), reason: requiredText(200) }), keyed: true }),
  exportRequestAnswer: route<TwoPersonRow>()({ method: 'POST', path: '/reports/requests/:id', permission: 'report.export', params: IdParams, body: z.strictObject({ answer: z.enum(['confirm', 'refuse']) }) }),
};
