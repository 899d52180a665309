import type { FieldOrder, FieldStepKind } from '@ronghu/contract';
import { liveQuery, type Subscription } from 'dexie';
import { learnServerTime, serverNow, useApi, uuid } from '@ronghu/ui/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { position } from '../device/position';
import { IDLE, startSync, type SyncStatus } from '../sync/sync.service';
import type { WakeReason } from '../sync/sync.rules';
import { conflictsOf } from '../work/conflict.rules';
import { byUrgency, deriveOrder, tabOf, type LocalOrder } from '../work/derive.rules';
import { FieldDatabase } from './database';
import { acknowledge, addStep, type StepBody, type StepFile, type Where } from './outbox';
import type { CardRow, CheckInMeta, DraftRow, SnapshotMeta, StepRow } from './rows';

export const emptyDraft = (orderId: number): DraftRow => ({ orderId, values: {}, parts: [], durationMinutes: null, outcome: null, rating: null, comment: '', signedBy: '' });

/** Everything the pages show, straight from the phone's storage; a page never asks the network for what it shows. */
export const useField = defineStore('field', () => {
  const db = shallowRef<FieldDatabase | null>(null);
  const orders = shallowRef<FieldOrder[]>([]);
  const steps = shallowRef<StepRow[]>([]);
  const cards = shallowRef<CardRow[]>([]);
  const drafts = shallowRef<DraftRow[]>([]);
  const snapshot = shallowRef<SnapshotMeta | null>(null);
  const arrivalIds = shallowRef<number[]>([]);
  const checkIn = shallowRef<CheckInMeta | null>(null);
  const status = shallowRef<SyncStatus>(IDLE);
  /** False until the storage has been read once. */
  const ready = ref(false);
  let subscriptions: Subscription[] = [];
  let sync: ReturnType<typeof startSync> | null = null;

  const locals = computed(() => orders.value.map((order) => deriveOrder(order, steps.value, drafts.value.some((draft) => draft.orderId === order.id && draft.rating !== null))));
  const sorted = computed(() => [...locals.value].sort(byUrgency(serverNow())));
  const todo = computed(() => sorted.value.filter((local) => tabOf(local) === 'todo'));
  const underWay = computed(() => sorted.value.filter((local) => tabOf(local) === 'underWay'));
  const conflicts = computed(() => conflictsOf(cards.value, steps.value));
  const waiting = computed(() => steps.value.filter((step) => step.status === 'waiting'));
  const arrivals = computed<LocalOrder[]>(() => locals.value.filter((local) => arrivalIds.value.includes(local.order.id) && local.state === 'assigned'));
  const find = (orderId: number): LocalOrder | null => locals.value.find((local) => local.order.id === orderId) ?? null;
  const draftOf = (orderId: number): DraftRow => ({ ...emptyDraft(orderId), ...drafts.value.find((draft) => draft.orderId === orderId) });

  function need(): FieldDatabase {
    if (db.value === null) throw new Error('the account is not open');
    return db.value;
  }

  /** Opens the storage of an account and starts to sync it. Resolves when the storage has been read. */
  async function open(accountId: number): Promise<void> {
    if (db.value?.accountId === accountId) { wake('signedIn'); return; }
    close();
    const opened = new FieldDatabase(accountId);
    await opened.open();
    db.value = opened;
    let first: (() => void) | null = null;
    const read = new Promise<void>((resolve) => { first = resolve; });
    subscriptions = [
      liveQuery(() => opened.transaction('r', [opened.orders, opened.steps, opened.cards, opened.drafts, opened.meta], async () => ({
        orders: await opened.orders.toArray(), steps: await opened.steps.toArray(), cards: await opened.cards.toArray(), drafts: await opened.drafts.toArray(),
        snapshot: await opened.metaValue<SnapshotMeta>('snapshot'), arrivals: await opened.metaValue<number[]>('arrivals'), checkIn: await opened.metaValue<CheckInMeta>('checkIn'),
      }))).subscribe({ next: (all) => {
        if (all.snapshot && all.snapshot.takenAt !== snapshot.value?.takenAt) learnServerTime(all.snapshot.serverTime, all.snapshot.takenAt);
        orders.value = all.orders; steps.value = all.steps; cards.value = all.cards; drafts.value = all.drafts;
        snapshot.value = all.snapshot ?? null; arrivalIds.value = all.arrivals ?? []; checkIn.value = all.checkIn ?? null;
        ready.value = true;
        first?.();
      } }),
    ];
    sync = startSync(opened, (next) => { status.value = next; }, () => void sendCheckIn());
    await read;
  }

  function close(): void {
    for (const subscription of subscriptions) subscription.unsubscribe();
    subscriptions = [];
    sync?.stop();
    sync = null;
    db.value?.close();
    db.value = null;
    orders.value = []; steps.value = []; cards.value = []; drafts.value = []; snapshot.value = null; arrivalIds.value = []; checkIn.value = null;
    ready.value = false;
    status.value = IDLE;
  }

  /** Takes the account's data off the phone; only when nothing waits. */
  async function forget(): Promise<void> {
    const opened = need();
    const safe = waiting.value.length === 0;
    close();
    if (safe) await opened.delete();
  }

  function wake(reason: WakeReason): void { sync?.wake(reason); }

  async function add<K extends FieldStepKind>(order: FieldOrder, kind: K, body: StepBody<K>, where: Where | null = null, file: StepFile | null = null, at?: number): Promise<StepRow> {
    const row = await addStep(need(), order, kind, body, where ?? position.recent(), file, at);
    // The storage tells its change a moment later; the next page must already see it.
    if (!steps.value.some((step) => step.stepId === row.stepId)) steps.value = [...steps.value, row];
    await dismissArrival(order.id);
    return row;
  }

  async function dismissArrival(orderId: number | 'all'): Promise<void> {
    const opened = need();
    await opened.transaction('rw', opened.meta, async () => {
      const known = (await opened.metaValue<number[]>('arrivals')) ?? [];
      await opened.meta.put({ key: 'arrivals', value: orderId === 'all' ? [] : known.filter((id) => id !== orderId) });
    });
  }

  async function saveDraft(draft: DraftRow): Promise<void> {
    const plain = structuredClone(draft);
    await need().drafts.put(plain);
    drafts.value = [...drafts.value.filter((one) => one.orderId !== plain.orderId), plain];
  }
  async function seen(orderId: number): Promise<void> { await acknowledge(need(), orderId); }
  async function fileUrl(fileUuid: string): Promise<string | null> {
    const [file, blob] = await Promise.all([need().files.get(fileUuid), need().blobs.get(fileUuid)]);
    return file && blob ? URL.createObjectURL(new Blob([blob.bytes], { type: file.mime })) : null;
  }

  /** Daily sign-in (RC-16). Kept first, sent when the network allows. */
  async function checkInNow(where: Where): Promise<void> {
    const value: CheckInMeta = { stepId: uuid(), at: serverNow(), place: where.place, placeNote: where.note, doneAt: null };
    await need().meta.put({ key: 'checkIn', value });
    await sendCheckIn();
  }
  async function sendCheckIn(): Promise<void> {
    const opened = db.value;
    const waitingOne = await opened?.metaValue<CheckInMeta>('checkIn');
    if (!opened || !waitingOne || waitingOne.doneAt !== null) return;
    try {
      const { at } = await useApi().call('fieldCheckIn', { body: { place: waitingOne.place, stepId: waitingOne.stepId } });
      await opened.meta.put({ key: 'checkIn', value: { ...waitingOne, doneAt: at } });
    } catch { /* It stays, and the page shows it as waiting; the next exchange tries again. */ }
  }

  return { db, ready, orders, steps, locals, todo, underWay, conflicts, waiting, arrivals, snapshot, checkIn, status, find, draftOf, open, close, forget, wake, add, dismissArrival, saveDraft, seen, fileUrl, checkInNow };
});
