import { existsSync, readFileSync, statSync } from 'node:fs';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export const RATE = 8_000;

/** What one side of a leg hears, or says, for a while. Equal sounds are the same object, so that comparing is cheap. */
export interface Sound { readonly name: string; readonly samples: Int16Array | null; readonly loops: boolean }

export const SILENCE: Sound = { name: 'silence', samples: null, loops: true };
const tones = new Map<number, Sound>();

/** A calm tone: on for a second, off for a second, so that a listener can tell the parties apart. */
export function tone(hertz: number): Sound {
  const known = tones.get(hertz);
  if (known) return known;
  const samples = new Int16Array(RATE * 2);
  for (let at = 0; at < RATE; at++) {
    const edge = Math.min(1, at / 400, (RATE - at) / 400);
    samples[at] = Math.round(Math.sin((2 * Math.PI * hertz * at) / RATE) * 3_000 * edge);
  }
  const sound: Sound = { name: `tone ${hertz}`, samples, loops: true };
  tones.set(hertz, sound);
  return sound;
}

interface Cached { at: number; sound: Sound }
const files = new Map<string, Cached>();

/** Samples of a WAV file (PCM 16 bit or A-law, 8 kHz mono), or null when there is none. Read again when the file changed. */
export function wavFile(path: string): Sound | null {
  let changed: number;
  try { changed = statSync(path).mtimeMs; } catch { return null; }
  const known = files.get(path);
  if (known && known.at === changed) return known.sound;
  const samples = readWav(readFileSync(path));
  if (!samples) return null;
  const sound: Sound = { name: path, samples, loops: false };
  files.set(path, { at: changed, sound });
  return sound;
}

/** All files of a music directory one after the other, for ever. */
export function musicDirectory(path: string): Sound {
  const key = `${path}/*`;
  const known = files.get(key);
  if (known) return known.sound;
  const names = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.wav')).sort() : [];
  const parts = names.flatMap((name) => wavFile(join(path, name))?.samples ?? []);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const samples = new Int16Array(total);
  let at = 0;
  for (const part of parts) { samples.set(part, at); at += part.length; }
  const sound: Sound = total === 0 ? SILENCE : { name: `music ${path}`, samples, loops: true };
  files.set(key, { at: 0, sound });
  return sound;
}

function readWav(data: Buffer): Int16Array | null {
  if (data.toString('latin1', 0, 4) !== 'RIFF' || data.toString('latin1', 8, 12) !== 'WAVE') return null;
  let format = 0; let bits = 0; let channels = 1;
  for (let at = 12; at + 8 <= data.length;) {
    const id = data.toString('latin1', at, at + 4); const size = data.readUInt32LE(at + 4);
    if (id === 'fmt ') { format = data.readUInt16LE(at + 8); channels = data.readUInt16LE(at + 10); bits = data.readUInt16LE(at + 22); }
    if (id === 'data') {
      const body = data.subarray(at + 8, Math.min(data.length, at + 8 + size));
      if (channels !== 1) return null;
      if (format === 6) return Int16Array.from(body, (byte) => fromALaw(byte));
      if (format !== 1 || bits !== 16) return null;
      const samples = new Int16Array(Math.floor(body.length / 2));
      for (let index = 0; index < samples.length; index++) samples[index] = body.readInt16LE(index * 2);
      return samples;
    }
    at += 8 + size + (size % 2);
  }
  return null;
}

/** ITU-T G.711, A-law. */
function fromALaw(byte: number): number {
  const value = byte ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = (value & 15) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

/** How long a file argument of `playback` plays: milliseconds, Infinity for a stream, null when it cannot be played. */
export function lengthOf(path: string, streams: ReadonlyMap<string, string>): { sound: Sound; ms: number } | null {
  if (path.startsWith('local_stream://')) {
    const directory = streams.get(path.slice(15));
    return directory === undefined ? null : { sound: musicDirectory(directory), ms: Infinity };
  }
  if (path.startsWith('silence_stream://')) { const ms = Number(path.slice(17).split(',')[0]); return { sound: SILENCE, ms: ms < 0 ? Infinity : ms }; }
  if (path.startsWith('tone_stream://')) {
    const parts = /%\((\d+),(\d+),(\d+)/.exec(path);
    if (!parts) return null;
    const loops = Number(/loops=(-?\d+)/.exec(path)?.[1] ?? 1);
    return { sound: tone(Number(parts[3])), ms: loops < 0 ? Infinity : (Number(parts[1]) + Number(parts[2])) * loops };
  }
  const sound = wavFile(path);
  return sound ? { sound, ms: ((sound.samples?.length ?? 0) / RATE) * 1000 } : null;
}
