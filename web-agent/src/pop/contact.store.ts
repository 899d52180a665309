import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { CallView, HouseRow, MaskedNumber, PopView } from '@ronghu/contract';
import { ApiError, useApi } from '@ronghu/ui/core';
import { failureOf, type LoadFailure } from '@ronghu/ui';
import { markBand, markPop } from './pop-mark';

/** What is open on the desk: a call (live or past) or a customer found by search. `key` names it for drafts and for the form. */
export interface Contact { key: string; callId: string | null; customer: { companyId: number; id: number } | null; number: MaskedNumber | null; house?: HouseRow; openedAt: number }

export const useContact = defineStore('contact', () => {
  const current = ref<Contact | null>(null);
  const pop = shallowRef<PopView | null>(null);
  const loading = ref(false);
  const failure = ref<LoadFailure | null>(null);
  /** Customer chosen among several of one number. */
  const chosen = ref<{ customerId: number; companyId: number } | null>(null);
  const mustChoose = computed(() => pop.value !== null && pop.value.candidates.length > 1 && chosen.value === null);
  /** Counts dispositions that were submitted, so that the list of those still due is loaded anew. */
  const submitted = ref(0);
  let running: AbortController | null = null;
  let offered: { callId: string; switchAt: number } | null = null;

  async function load(): Promise<void> {
    const contact = current.value;
    if (contact === null) return;
    running?.abort();
    const mine = new AbortController();
    running = mine;
    loading.value = true;
    try {
      const answer = contact.callId !== null
        ? await useApi().call('popByCall', { params: { callId: contact.callId }, query: chosen.value ?? {}, signal: mine.signal })
        : contact.house !== undefined ? popOfHouse(contact.house)
        : contact.customer !== null ? await useApi().call('popByCustomer', { params: { companyId: contact.customer.companyId, id: contact.customer.id }, signal: mine.signal }) : null;
      if (running !== mine) return;
      pop.value = answer;
      failure.value = null;
      const offer = offered;
      if (offer !== null && offer.callId === contact.callId) { offered = null; markPop(offer.callId, offer.switchAt, () => current.value?.callId === offer.callId && pop.value !== null); }
    } catch (error) {
      if (running !== mine || (error instanceof ApiError && error.code === 'CANCELLED')) return;
      failure.value = failureOf(error);
    } finally {
      if (running === mine) { loading.value = false; running = null; }
    }
  }

  function open(contact: Omit<Contact, 'openedAt'>): void {
    current.value = { ...contact, openedAt: Date.now() };
    pop.value = null;
    failure.value = null;
    chosen.value = null;
    void load();
  }

  /** A call on this agent's phone. `switchAt` with an offer; an offer of a call that is already open only measures. */
  function openCall(call: CallView, switchAt: number | null): void {
    if (switchAt !== null) { offered = { callId: call.callId, switchAt }; markBand(call.callId); }
    if (current.value?.callId === call.callId) {
      if (switchAt !== null && pop.value !== null && !loading.value) { offered = null; markPop(call.callId, switchAt, () => current.value?.callId === call.callId); }
    } else open({ key: call.callId, callId: call.callId, customer: null, number: call.number });
  }
  function openPastCall(callId: string, number: MaskedNumber): void { open({ key: callId, callId, customer: null, number }); }
  function openCustomer(companyId: number, id: number): void { open({ key: `customer:${companyId}:${id}`, callId: null, customer: { companyId, id }, number: null }); }
  /** A house without a customer: the order form starts from it. */
  function openHouse(house: HouseRow): void { open({ key: `house:${house.companyId}:${house.id}`, callId: null, customer: null, number: house.ownerNumber, house }); }
  async function choose(candidate: { customerId: number; companyId: number }): Promise<void> { chosen.value = { customerId: candidate.customerId, companyId: candidate.companyId }; await load(); }
  function close(): void { running?.abort(); running = null; current.value = null; pop.value = null; failure.value = null; chosen.value = null; loading.value = false; }

  return { current, pop, loading, failure, chosen, mustChoose, submitted, load, openCall, openPastCall, openCustomer, openHouse, choose, close };
});

/** A house without a customer has nothing to ask the server for: number and house are known, the blocks are empty. */
function popOfHouse(house: HouseRow): PopView {
  return { call: null, number: house.ownerNumber ?? { masked: '', ref: '' }, attribution: null, known: false, candidates: [], customer: null, house, orders: [], unitBusiness: [], years: [], calls: [], payments: [], blocklist: null, roomTemperatures: [], repeatCount: 0 };
}
