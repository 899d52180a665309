import * as zlib from 'node:zlib';

const TABLE = Int32Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c; });
function slow(data: Uint8Array, seed: number): number {
  let crc = ~seed;
  for (let i = 0; i < data.length; i++) crc = (TABLE[(crc ^ (data[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
/** CRC-32 of ISO 3309, continued from `seed`. zlib has it from Node 20.15 on; earlier ones compute it here. */
export const crc32: (data: Uint8Array, seed: number) => number = (zlib as { crc32?: (data: Uint8Array, seed: number) => number }).crc32 ?? slow;
export const slowCrc32 = slow;
