import { ref } from 'vue';

const STORAGE = 'ronghu.agent.ring';
/** With or without a ring at the computer (CC-72); the pop shows either way. */
export const ringOn = ref(localStorage.getItem(STORAGE) !== 'off');
export function setRing(on: boolean): void { ringOn.value = on; localStorage.setItem(STORAGE, on ? 'on' : 'off'); if (!on) stopRing(); }

let context: AudioContext | null = null;
let timer: ReturnType<typeof setInterval> | null = null;

/** A double tone every two seconds. A browser that has not been clicked yet keeps silent: then nothing happens. */
export function startRing(): void {
  if (!ringOn.value || timer !== null) return;
  beep();
  timer = setInterval(beep, 2000);
}
export function stopRing(): void { if (timer !== null) clearInterval(timer); timer = null; }

function beep(): void {
  context ??= new AudioContext();
  if (context.state === 'suspended') { void context.resume().catch(() => undefined); return; }
  for (const [delay, hertz] of [[0, 660], [0.22, 880]] as const) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    const from = context.currentTime + delay;
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0.0001, from);
    gain.gain.exponentialRampToValueAtTime(0.12, from + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, from + 0.2);
    tone.connect(gain).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.22);
  }
}
