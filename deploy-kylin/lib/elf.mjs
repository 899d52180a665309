// What a program file says of itself: for which processor it was made, and the newest C library symbols it asks for (ELF-64, little endian).
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const MACHINES = { 0x3e: 'x64', 0xb7: 'arm64' };
/** Architecture of an ELF file (`x64`, `arm64` or the machine number), or null for any other file. */
export function elfArch(path) {
  const head = Buffer.alloc(20), file = openSync(path, 'r');
  try { if (readSync(file, head, 0, 20, 0) < 20 || head.readUInt32BE(0) !== 0x7f454c46) return null; } finally { closeSync(file); }
  const machine = head.readUInt16LE(18);
  return MACHINES[machine] ?? `machine ${machine}`;
}
const newest = (text, pattern) => [...text.matchAll(pattern)].map((m) => m[1]).sort((a, b) => compareVersions(a, b)).pop() ?? null;
export function compareVersions(a, b) {
  const x = a.split('.').map(Number), y = b.split('.').map(Number);
  for (let i = 0; i < Math.max(x.length, y.length); i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
}
/** The newest glibc and libstdc++ versions that a program names: what the operating system must have at least. */
export function libraryNeeds(path) {
  const text = readFileSync(path).toString('latin1');
  return { glibc: newest(text, /\0GLIBC_(\d+\.\d+(?:\.\d+)?)(?=\0)/g), glibcxx: newest(text, /\0GLIBCXX_(\d+\.\d+(?:\.\d+)?)(?=\0)/g) };
}
