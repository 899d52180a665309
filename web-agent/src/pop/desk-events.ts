import { defineStore } from 'pinia';

/** What a key asks of the desk; the parts that are mounted answer. */
export const useDeskEvents = defineStore('deskEvents', () => {
  let order: { focus: () => void; submit: () => void } | null = null;
  let blocks: ((index: number) => void) | null = null;
  return {
    offerOrder(form: { focus: () => void; submit: () => void } | null): void { order = form; },
    offerBlocks(open: ((index: number) => void) | null): void { blocks = open; },
    focusOrder(): void { order?.focus(); },
    submitOrder(): void { order?.submit(); },
    openBlock(index: number): void { blocks?.(index); },
  };
});
