import { readFileSync } from 'node:fs';

/** Channels of a PCM WAV file as arrays of samples; the length field is not trusted (a file still being written says 0). */
export function readWav(path) {
  const data = readFileSync(path);
  if (data.toString('latin1', 0, 4) !== 'RIFF') throw new Error(`${path} is no WAV file`);
  let at = 12, channels = 1, rate = 8000;
  for (;;) {
    const id = data.toString('latin1', at, at + 4), size = data.readUInt32LE(at + 4);
    if (id === 'fmt ') { channels = data.readUInt16LE(at + 10); rate = data.readUInt32LE(at + 12); }
    if (id === 'data') { at += 8; break; }
    at += 8 + size;
  }
  const samples = new Int16Array(data.buffer.slice(data.byteOffset + at, data.byteOffset + at + ((data.length - at) & ~1)));
  return { rate, channels: Array.from({ length: channels }, (_, channel) => Float64Array.from({ length: Math.floor(samples.length / channels) }, (_, index) => samples[index * channels + channel])) };
}
/** Power of one frequency in a stretch of samples, relative to all of it (0 to 1). Goertzel. */
export function share(samples, rate, hertz) {
  const w = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let a = 0, b = 0, total = 0;
  for (const x of samples) { const next = x + w * a - b; b = a; a = next; total += x * x; }
  return total === 0 ? 0 : (2 * (a * a + b * b - w * a * b)) / samples.length / total;
}
/** Seconds of a channel in which a tone dominates, in windows of 100 ms. */
export function secondsOf(samples, rate, hertz) {
  const size = rate / 10;
  let windows = 0;
  for (let at = 0; at + size <= samples.length; at += size) if (share(samples.subarray(at, at + size), rate, hertz) > 0.6) windows++;
  return windows / 10;
}
/** Longest silence in seconds. */
export function longestSilence(samples, rate) {
  const size = rate / 50;
  let longest = 0, now = 0;
  for (let at = 0; at + size <= samples.length; at += size) {
    let peak = 0;
    for (let i = at; i < at + size; i++) peak = Math.max(peak, Math.abs(samples[i]));
    now = peak < 60 ? now + 0.02 : 0;
    longest = Math.max(longest, now);
  }
  return longest;
}
/** Seconds of A-law tone as raw bytes, for SIPp's rtp_stream. */
export function toneALaw(hertz, seconds) {
  return Buffer.from(Array.from({ length: seconds * 8000 }, (_, at) => toALaw(Math.round(Math.sin((2 * Math.PI * hertz * at) / 8000) * 9000))));
}
function toALaw(sample) {
  const sign = sample >= 0 ? 0x80 : 0, magnitude = Math.min(32635, Math.abs(sample));
  let exponent = 7;
  for (let mask = 0x4000; exponent > 0 && !(magnitude & mask); mask >>= 1) exponent--;
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return ((sign | (exponent << 4) | mantissa) ^ 0x55) & 0xff;
}
/** The same tone as a WAV file for baresip. */
export function toneWav(hertz, seconds) {
  const body = Buffer.alloc(seconds * 8000 * 2);
  for (let at = 0; at < seconds * 8000; at++) body.writeInt16LE(Math.round(Math.sin((2 * Math.PI * hertz * at) / 8000) * 9000), at * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0); head.writeUInt32LE(36 + body.length, 4); head.write('WAVEfmt ', 8); head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22); head.writeUInt32LE(8000, 24); head.writeUInt32LE(16000, 28); head.writeUInt16LE(2, 32); head.writeUInt16LE(16, 34); head.write('data', 36); head.writeUInt32LE(body.length, 40);
  return Buffer.concat([head, body]);
}
