import type { FieldStep } from '@ronghu/contract';
import { ref, shallowRef } from 'vue';
import { i18n } from '../locales/i18n';

type Place = NonNullable<FieldStep['place']>;
export interface Fix { place: FieldStep['place']; note: string | null }
const FRESH_MS = 5 * 60_000;
const NO_POSITION = 1, UNAVAILABLE = 2, TIMEOUT = 3;

const last = shallowRef<{ place: Place; at: number } | null>(null);
const note = ref<string | null>(null);
const say = (key: string): string => i18n.global.t(`place.${key}`);

function noteOf(code: number): string {
  if (code === NO_POSITION) return say('refused');
  if (code === UNAVAILABLE) return say('unavailable');
  return code === TIMEOUT ? say('timeout') : say('unavailable');
}

/**
 * Where the phone is (WGS-84), or why that is not known: the work goes on either way (RC-16).
 * Resolves within `timeoutMs`; never throws.
 */
async function current(timeoutMs = 8_000): Promise<Fix> {
  if (!('geolocation' in navigator) || !window.isSecureContext) return keep(null, say('unsupported'));
  return new Promise<Fix>((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve(keep({ lat: round(coords.latitude), lng: round(coords.longitude), accuracyM: Math.min(100_000, Math.round(coords.accuracy)) }, null)),
      (error) => resolve(keep(null, noteOf(error.code))),
      { enableHighAccuracy: true, timeout: timeoutMs, maximumAge: 60_000 },
    );
  });
}
const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

function keep(place: Place | null, why: string | null): Fix {
  if (place) last.value = { place, at: Date.now() };
  note.value = why;
  return { place, note: why };
}

/** The position of the last few minutes, for steps that need no fresh one. */
function recent(): Fix {
  const known = last.value;
  return known && Date.now() - known.at < FRESH_MS ? { place: known.place, note: null } : { place: null, note: note.value ?? say('none') };
}

export const position = { current, recent, last, note };
