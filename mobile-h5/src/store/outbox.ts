import type { FieldOrder, FieldStep, FieldStepKind } from '@ronghu/contract';
import { serverNow, uuid } from '@ronghu/ui/core';
import { sm3Hex } from '../sync/sm3';
import type { FieldDatabase } from './database';
import type { FileRow, StepRow } from './rows';

type StepOf<K extends FieldStepKind> = Extract<FieldStep, { kind: K }>;
type Made = 'kind' | 'stepId' | 'deviceSeq' | 'companyId' | 'orderId' | 'at' | 'place';
/** What the page knows of a step; the rest is filled in here. */
export type StepBody<K extends FieldStepKind> = Omit<StepOf<K>, Made>;
export interface Where { place: FieldStep['place']; note: string | null }
export interface StepFile { uuid: string; bytes: ArrayBuffer; mime: string; kind: FileRow['kind']; sm3: string }

/** Names bytes for the server: an UUID and the SM3 digest that proves them. */
export function fileOf(kind: FileRow['kind'], mime: string, bytes: ArrayBuffer): StepFile {
  return { uuid: uuid(), kind, mime, bytes, sm3: sm3Hex(new Uint8Array(bytes)) };
}

/**
 * Keeps a step for the server: its place in the device's order, the step and its file come into the storage together or not at all (RC-15).
 * Throws when the storage refuses (full): then nothing was done, and the page says so.
 */
export async function addStep<K extends FieldStepKind>(db: FieldDatabase, order: Pick<FieldOrder, 'id' | 'companyId' | 'orderNo'>, kind: K, body: StepBody<K>, where: Where, file: StepFile | null = null, at = serverNow()): Promise<StepRow> {
  return db.transaction('rw', db.steps, db.files, db.blobs, db.meta, async () => {
    const deviceSeq = (await db.metaValue<number>('nextSeq')) ?? 1;
    await db.meta.put({ key: 'nextSeq', value: deviceSeq + 1 });
    const stepId = uuid();
    const time = Math.round(at);
    // Kept is exactly what the request will carry; anything that the storage could not clone (a reactive object) is plain after this.
    const step = JSON.parse(JSON.stringify({ kind, stepId, deviceSeq, companyId: order.companyId, orderId: order.id, at: time, place: where.place, ...body })) as StepOf<K>;
    const row: StepRow = { stepId, deviceSeq, orderId: order.id, companyId: order.companyId, orderNo: order.orderNo, kind, at: time, step, fileUuid: file?.uuid ?? null, placeNote: where.note, status: 'waiting', code: null, message: null, answeredAt: null, acknowledgedAt: null };
    await db.steps.add(row);
    if (file) {
      await db.files.add({ uuid: file.uuid, orderId: order.id, companyId: order.companyId, stepId, kind: file.kind, mime: file.mime, size: file.bytes.byteLength, sm3: file.sm3, status: 'waiting', code: null, message: null });
      await db.blobs.add({ uuid: file.uuid, bytes: file.bytes });
    }
    return row;
  });
}

/** The engineer has seen what was not applied: cards and refusals of the order are put aside, and their files with them. */
export async function acknowledge(db: FieldDatabase, orderId: number, now = serverNow()): Promise<void> {
  await db.transaction('rw', db.steps, db.cards, db.files, db.blobs, async () => {
    await db.cards.where('orderId').equals(orderId).modify((card) => { card.acknowledgedAt ??= now; });
    const seen = await db.steps.where('orderId').equals(orderId).filter((step) => step.status === 'rejected' && step.acknowledgedAt === null).toArray();
    await db.steps.bulkPut(seen.map((step) => ({ ...step, acknowledgedAt: now })));
    const files = seen.flatMap((step) => (step.fileUuid === null ? [] : [step.fileUuid]));
    await db.files.bulkDelete(files);
    await db.blobs.bulkDelete(files);
  });
}
