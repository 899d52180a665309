/**
 * The sound of an arriving order, made here: two rising tones, three times. A phone lets a page sound only after the person has touched it once, so
 * the first touch opens the way; until then the page says that the sound is off.
 */
let context: AudioContext | null = null;

function wakeAudio(): void {
  context ??= typeof AudioContext === 'undefined' ? null : new AudioContext();
  if (context?.state === 'suspended') void context.resume();
}

/** Called once at start. */
export function prepareSound(): void {
  for (const kind of ['pointerdown', 'keydown'] as const) window.addEventListener(kind, wakeAudio, { passive: true });
}

export const soundReady = (): boolean => context?.state === 'running';

/** Sounds and shakes. False when the phone does not allow sound yet. */
export function ringArrival(): boolean {
  navigator.vibrate?.([300, 150, 300, 150, 300]);
  if (!context || context.state !== 'running') return false;
  const start = context.currentTime;
  for (let round = 0; round < 3; round += 1) {
    [880, 1175].forEach((frequency, i) => tone(context!, frequency, start + round * 0.6 + i * 0.18));
  }
  return true;
}

function tone(audio: AudioContext, frequency: number, at: number): void {
  const source = audio.createOscillator();
  const volume = audio.createGain();
  source.type = 'triangle';
  source.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.5, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
  source.connect(volume).connect(audio.destination);
  source.start(at);
  source.stop(at + 0.32);
}
