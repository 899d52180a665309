import { nextTick } from 'vue';

/** When the pop of a call was painted, by the seat's clock (ms). `bandAt`: the amber band; `paintedAt`: the filled customer panel (SC-01). */
export interface PopMark { callId: string; switchAt: number; bandAt: number; paintedAt: number }
declare global { interface Window { __ronghuPop?: PopMark } }

const bands = new Map<string, number>();

/** Runs `then` once what has just been changed is on the screen: after Vue's flush, in the task after the next frame; in a hidden page, which paints nothing, soon. */
export function afterPaint(then: (at: number) => void): void {
  if (document.visibilityState === 'hidden') { setTimeout(() => then(Date.now())); return; }
  void nextTick(() => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(Date.now());
    channel.port2.postMessage(null);
  }));
}

/** The band of an offer was handed to Vue. */
export function markBand(callId: string): void {
  afterPaint((at) => {
    performance.mark('pop-band-painted', { detail: { callId } });
    if (bands.size > 50) bands.clear();
    bands.set(callId, at);
  });
}

/** The panel of an offer was handed to Vue; measures and tells whoever looks (the benchmark reads `window.__ronghuPop`). */
export function markPop(callId: string, switchAt: number, stillShown: () => boolean): void {
  afterPaint((at) => {
    if (!stillShown()) return;
    performance.mark('pop-painted', { detail: { callId } });
    window.__ronghuPop = { callId, switchAt, bandAt: bands.get(callId) ?? at, paintedAt: at };
    window.dispatchEvent(new CustomEvent('ronghu-pop', { detail: window.__ronghuPop }));
  });
}
