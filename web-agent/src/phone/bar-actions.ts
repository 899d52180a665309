import { defineStore } from 'pinia';
import { ref } from 'vue';
import { usePhone } from './phone.store';
import type { PhoneAction } from './phone.rules';

export type TargetMode = 'transfer' | 'consult' | 'help';

/** What pressing a button of the bar does, the same for mouse and key. Holds which side panel is open. */
export const usePhoneBar = defineStore('phoneBar', () => {
  const phone = usePhone();
  /** The side panel with transfer or consult targets; null when closed. */
  const target = ref<TargetMode | null>(null);
  let toggleKeypad: () => void = () => undefined;
  const before = new Set<() => Promise<void> | void>();

  function press(action: PhoneAction): void {
    const state = phone.actions[action];
    if (!state.enabled) return;
    switch (action) {
      case 'answer': void phone.send({ command: 'answer' }); return;
      case 'hold': void phone.send({ command: state.label === 'resume' ? 'resume' : 'hold' }); return;
      case 'mute': void phone.send({ command: state.label === 'unmute' ? 'unmute' : 'mute' }); return;
      case 'transfer': if (state.label === 'completeTransfer') { target.value = null; void handOver(); } else open('transfer'); return;
      case 'consult': if (state.label === 'retrieve') void phone.send({ command: 'retrieve' }); else open('consult'); return;
      case 'help': open('help'); return;
      case 'conference': void phone.send({ command: 'conference' }); return;
      case 'keypad': toggleKeypad(); return;
      case 'hangUp': void phone.send({ command: state.label === 'refuse' ? 'refuse' : 'hangUp' }); return;
    }
  }
  function open(mode: TargetMode): void { target.value = target.value === mode ? null : mode; }
  /** Before a call leaves this agent the draft of the order form is saved, so that it is there for the next one (SC-15). */
  async function prepare(): Promise<void> { for (const run of before) await run(); }
  async function handOver(): Promise<void> { await prepare(); await phone.send({ command: 'completeTransfer' }); }
  function onKeypad(toggle: () => void): void { toggleKeypad = toggle; }
  function beforeHandOver(run: () => Promise<void> | void): () => void { before.add(run); return () => before.delete(run); }

  return { target, press, prepare, onKeypad, beforeHandOver };
});
