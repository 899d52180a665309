import type { FieldSnapshot } from '@ronghu/contract';
import { mergeSnapshot } from '../sync/snapshot.rules';
import type { StepUpdate, SyncQueue } from '../sync/sync.rules';
import type { FieldDatabase } from './database';
import type { SnapshotMeta } from './rows';

/** The waiting steps and what is known of their files, as the rules want them. */
export async function readQueue(db: FieldDatabase): Promise<SyncQueue> {
  return db.transaction('r', db.steps, db.files, async () => {
    const steps = await db.steps.where('status').equals('waiting').toArray();
    const files = await db.files.bulkGet(steps.flatMap((step) => (step.fileUuid === null ? [] : [step.fileUuid])));
    return {
      steps: steps.map(({ stepId, deviceSeq, orderId, fileUuid }) => ({ stepId, deviceSeq, orderId, fileUuid })),
      files: files.flatMap((file) => (file ? [{ uuid: file.uuid, status: file.status, code: file.code, message: file.message }] : [])),
    };
  });
}

/**
 * Keeps the server's answers and its snapshot in one transaction: no page ever sees a step applied and the order as it was before.
 * What belongs to orders that left is cleaned away, except what was refused and not yet seen.
 */
export async function keepAnswers(db: FieldDatabase, updates: readonly StepUpdate[], reupload: readonly string[], snapshot: FieldSnapshot | null, now: number): Promise<void> {
  await db.transaction('rw', [db.orders, db.steps, db.files, db.blobs, db.cards, db.drafts, db.meta], async () => {
    for (const { stepId, status, code, message } of updates) {
      await db.steps.where('stepId').equals(stepId).filter((step) => step.status === 'waiting').modify({ status, code, message, answeredAt: now });
    }
    for (const uuid of reupload) await db.files.update(uuid, { status: 'waiting' });
    if (snapshot) await takeSnapshot(db, snapshot, now);
  });
}

async function takeSnapshot(db: FieldDatabase, snapshot: FieldSnapshot, now: number): Promise<void> {
  const [orders, steps] = [await db.orders.toArray(), await db.steps.toArray()];
  const merge = mergeSnapshot({ orders, steps, alerted: (await db.metaValue<number[]>('alerted')) ?? [] }, snapshot, now);
  const present = new Set(merge.orders.map((order) => order.id));
  await db.orders.bulkDelete(orders.filter((order) => !present.has(order.id)).map((order) => order.id));
  await db.orders.bulkPut(merge.orders);
  await db.cards.bulkAdd(merge.cards);
  for (const stepId of merge.appliedSteps) await db.steps.update(stepId, { status: 'applied', answeredAt: now });
  const pending = new Set([...((await db.metaValue<number[]>('arrivals')) ?? []), ...merge.arrivals]);
  const meta: SnapshotMeta = { templates: snapshot.templates, personName: snapshot.personName, stationName: snapshot.stationName, serverTime: snapshot.serverTime, takenAt: Date.now() };
  await db.meta.bulkPut([{ key: 'snapshot', value: meta }, { key: 'alerted', value: merge.alerted }, { key: 'arrivals', value: merge.alerted.filter((id) => pending.has(id)) }]);
  await sweep(db, present);
}

async function sweep(db: FieldDatabase, present: ReadonlySet<number>): Promise<void> {
  const rows = await db.steps.toArray();
  const spent = rows.filter((step) => !present.has(step.orderId) && (step.status === 'applied' || (step.status === 'rejected' && step.acknowledgedAt !== null)));
  await db.steps.bulkDelete(spent.map((step) => step.stepId));
  const files = spent.flatMap((step) => (step.fileUuid === null ? [] : [step.fileUuid]));
  await db.files.bulkDelete(files);
  await db.blobs.bulkDelete(files);
  const kept = new Set(rows.filter((step) => step.status === 'waiting').map((step) => step.orderId));
  await db.drafts.filter((draft) => !present.has(draft.orderId) && !kept.has(draft.orderId)).delete();
}
