import { computed, nextTick, onScopeDispose, ref, watch } from 'vue';
import type { DueProposal, OrderView } from '@ronghu/contract';
import { ActionKey, ApiError, debounce, errorText, serverNow, useApi } from '@ronghu/ui/core';
import { tellFailure } from '@ronghu/ui';
import { useContact, type Contact } from '../pop/contact.store';
import { afterPaint } from '../pop/pop-mark';
import { usePhoneBar } from '../phone/bar-actions';
import { emptyDraft, flatten, houseOf, intakeOf, isWorthKeeping, lacking, unflatten, type OrderDraft } from './draft';

export type DraftState = { kind: 'none' } | { kind: 'saving' } | { kind: 'saved'; at: number } | { kind: 'local'; at: number } | { kind: 'failed'; message: string };
const LOCAL = 'ronghu.agent.draft.';
/** How long the form waits for the customer panel. */
const PATIENCE_MS = 250;

/** The order form of the contact that is open on the desk: prefilled, kept as a draft, submitted once. Belongs to one component. */
export function useOrderForm() {
  const contact = useContact();
  const draft = ref<OrderDraft>(emptyDraft(false));
  const state = ref<DraftState>({ kind: 'none' });
  const restored = ref(false);
  const tried = ref(false);
  const submitting = ref(false);
  const done = ref<OrderView | null>(null);
  const due = ref<DueProposal | null>(null);
  const dueFailure = ref<string | null>(null);
  const uploading = ref(0);
  const key = new ActionKey();
  let of: Contact | null = null;
  /** True while the form itself is being filled, which is not the person's work. */
  let filling = false;
  const byCall = computed(() => contact.current?.callId !== null && contact.current !== null);
  const missing = computed(() => lacking(draft.value, serverNow()));

  const save = debounce(700, (owner: Contact | null, flat: ReturnType<typeof flatten>) => { void write(owner, flat); });

  function prefill(): void {
    const pop = contact.pop;
    const house = pop?.house ?? contact.current?.house ?? null;
    const d = draft.value;
    if (pop !== null && pop.customer !== null && d.customerId === null) { d.customerId = pop.customer.id; if (d.contactName === '') d.contactName = pop.customer.name; if (d.companyId === null) d.companyId = pop.customer.companyId; }
    if (house !== null && d.house === null) { d.house = houseOf(house); d.companyId = house.companyId; }
  }

  async function begin(now: Contact | null): Promise<void> {
    save.flush();
    of = now;
    filling = true;
    draft.value = emptyDraft(now?.callId !== null && now !== null);
    state.value = { kind: 'none' };
    restored.value = tried.value = false;
    done.value = null;
    prefill();
    const kept = await read(now);
    if (of !== now) return;
    if (kept !== null && isWorthKeeping(kept)) { draft.value = kept; restored.value = true; }
    prefill();
    // The watcher of the draft runs after this tick: what was filled in here is not the person's work and is not saved again.
    await nextTick();
    if (of === now) filling = false;
  }
  void begin(contact.current);
  // The form follows a frame after the panel, so that a pop is painted as soon as it can be and the form is laid out once; a slow panel is not waited for.
  const turn = (now: Contact | null): void => { if (contact.current === now && of !== now) void begin(now); };
  watch(() => [contact.current, contact.loading] as const, ([now, loading]) => {
    if (loading) setTimeout(() => turn(now), PATIENCE_MS); else afterPaint(() => turn(now));
  });
  watch(() => contact.pop, () => afterPaint(() => { const was = filling; filling = true; if (done.value === null) prefill(); void nextTick(() => { filling = was; }); }));

  async function read(now: Contact | null): Promise<OrderDraft | null> {
    if (now?.callId) {
      // Without the draft the form is merely empty; what was typed meanwhile must not wait for a second try.
      try { return unflatten((await useApi().call('draftGet', { params: { callId: now.callId } })).draft, true); } catch { return null; }
    }
    try { return unflatten(JSON.parse(localStorage.getItem(LOCAL + (now?.key ?? 'new')) ?? 'null') as Record<string, unknown> | null, false); } catch { return null; }
  }
  async function write(owner: Contact | null, flat: ReturnType<typeof flatten> | Record<string, never>): Promise<void> {
    if (owner?.callId) {
      state.value = { kind: 'saving' };
      try {
        await useApi().call('draftPut', { params: { callId: owner.callId }, body: { draft: flat } });
        if (of === owner) state.value = { kind: 'saved', at: serverNow() };
      } catch (error) { if (of === owner) state.value = { kind: 'failed', message: errorText(error) }; }
      return;
    }
    const name = LOCAL + (owner?.key ?? 'new');
    if (Object.keys(flat).length === 0) localStorage.removeItem(name); else localStorage.setItem(name, JSON.stringify(flat));
    if (of === owner) state.value = { kind: 'local', at: serverNow() };
  }
  watch(draft, (now) => { if (!filling && done.value === null && isWorthKeeping(now)) save(of, flatten(now)); }, { deep: true });

  let asking: AbortController | null = null;
  async function propose(): Promise<void> {
    const d = draft.value;
    asking?.abort();
    due.value = null;
    dueFailure.value = null;
    if (d.companyId === null) return;
    const mine = new AbortController();
    asking = mine;
    try { due.value = await useApi().call('orderDue', { query: { companyId: d.companyId, type: d.type, urgency: d.urgency, source: d.source }, signal: mine.signal }); } catch (error) {
      if (!(error instanceof ApiError && error.code === 'CANCELLED')) dueFailure.value = errorText(error);
    }
  }
  watch(() => [draft.value.companyId, draft.value.type, draft.value.urgency, draft.value.source], () => void propose(), { immediate: true });
  // The house decides the company: an order belongs to the shard of its house.
  watch(() => draft.value.house, (house) => { if (house !== null) draft.value.companyId = house.companyId; });

  /** Sends the order. False when something lacks or the server refused; the person has been told. */
  async function submit(): Promise<boolean> {
    tried.value = true;
    if (missing.value.length > 0 || submitting.value || uploading.value > 0 || done.value !== null) return false;
    const owner = of;
    save.cancel();
    const body = intakeOf(draft.value, { callId: owner?.callId ?? null, numberRef: contact.pop?.number.ref ?? owner?.number?.ref ?? null });
    submitting.value = true;
    try {
      const order = await key.run(body, (k) => useApi().call('orderIntake', { body, key: k }));
      if (of === owner) done.value = order;
      void write(owner, {}).then(() => { if (of === owner) state.value = { kind: 'none' }; });
      void contact.load();
      return true;
    } catch (error) {
      tellFailure(error);
      save(owner, flatten(draft.value));
      return false;
    } finally { submitting.value = false; }
  }
  function again(): void { filling = true; draft.value = emptyDraft(byCall.value); done.value = null; tried.value = false; prefill(); void nextTick(() => { filling = false; }); }
  function clear(): void { save.cancel(); void write(of, {}); again(); state.value = { kind: 'none' }; restored.value = false; }

  const offHandOver = usePhoneBar().beforeHandOver(async () => { save.cancel(); if (of?.callId && done.value === null && isWorthKeeping(draft.value)) await write(of, flatten(draft.value)); });
  const leave = (): void => save.flush();
  window.addEventListener('pagehide', leave);
  onScopeDispose(() => { save.flush(); offHandOver(); window.removeEventListener('pagehide', leave); asking?.abort(); });

  return { draft, state, restored, tried, submitting, done, due, dueFailure, uploading, missing, byCall, submit, again, clear };
}
