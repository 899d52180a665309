import { ref, watch } from 'vue';

let context: AudioContext | null = null;
/** Whether arrivals sound on this seat; chosen on the desk, kept in the browser. */
export const soundOn = ref(localStorage.getItem('ronghu.sound') !== 'off');
watch(soundOn, (on) => localStorage.setItem('ronghu.sound', on ? 'on' : 'off'));

/** A short two-tone chime made in the browser, twice when urgent. Silent until the person has touched the page: browsers ask for that. */
export function chime(urgent: boolean): void {
  if (!soundOn.value) return;
  try {
    context ??= new AudioContext();
    if (context.state === 'suspended') void context.resume();
    const start = context.currentTime;
    const tones = urgent ? [[0, 880], [0.18, 1174], [0.5, 880], [0.68, 1174]] : [[0, 784], [0.18, 988]];
    for (const [at, frequency] of tones) {
      const oscillator = context.createOscillator();
      const gain = context.createGain();
      oscillator.frequency.value = frequency ?? 784;
      gain.gain.setValueAtTime(0.0001, start + (at ?? 0));
      gain.gain.exponentialRampToValueAtTime(0.2, start + (at ?? 0) + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, start + (at ?? 0) + 0.16);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(start + (at ?? 0));
      oscillator.stop(start + (at ?? 0) + 0.18);
    }
  } catch { /* a seat without a sound device still sees the pop-up */ }
}
