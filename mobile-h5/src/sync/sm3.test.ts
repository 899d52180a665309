import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { sm3Hex } from './sm3';

const reference = (bytes: Uint8Array): string => createHash('sm3').update(bytes).digest('hex');

describe('sm3 on the phone', () => {
  test('gives the published digest of abc (GM/T 0004-2012, A.1)', () => {
    expect(sm3Hex(new TextEncoder().encode('abc'))).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
  });

  test('agrees with the reference for every length round a block boundary', () => {
    for (let length = 0; length <= 200; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
      expect(sm3Hex(bytes)).toBe(reference(bytes));
    }
  });

  test('agrees with the reference for any bytes, also for a window into a larger buffer', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(5), (bytes, skip) => {
      const part = bytes.subarray(Math.min(skip, bytes.length));
      expect(sm3Hex(part)).toBe(reference(part));
    }), { numRuns: 200 });
  });

  test('hashes a photo of 400 KB without the person noticing', () => {
    const bytes = new Uint8Array(400 * 1024).map((_, i) => (i * 7) & 255);
    sm3Hex(bytes);
    const began = performance.now();
    expect(sm3Hex(bytes)).toBe(reference(bytes));
    expect(performance.now() - began).toBeLessThan(400);
  });
});
