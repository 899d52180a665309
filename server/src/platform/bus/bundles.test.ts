import fc from 'fast-check';
import { bundlesOf, groupOf } from './bundles';
import { laneOf, type BusEvent } from './bus';

const event = (id: number, aggregateId: string, text = ''): BusEvent => ({ id, kind: 'x', aggregate: 'order', aggregateId, companyId: 11, payload: { text }, at: id, shard: 'company:11' });
const lengthOf = (e: BusEvent): number => JSON.stringify(e.payload).length;

it('a lane has one group, for ever', () => {
  // FNV-1a's published vectors, modulo 32
  expect(['', 'a', 'foobar'].map(groupOf)).toEqual([0x811c9dc5 % 32, 0xe40c292c % 32, 0xbf9cf968 % 32]);
  expect(new Set(Array.from({ length: 2000 }, (_, i) => groupOf(`order/${i}`))).size).toBe(32);
});
it('every event is in one bundle, each lane in one group and in order, and no bundle is too large', () => fc.assert(fc.property(fc.array(fc.record({ lane: fc.nat(40), size: fc.oneof(fc.nat(50), fc.constant(60_000)) }), { maxLength: 400 }), (list) => {
  const events = list.map(({ lane, size }, i) => event(i, String(lane), 'x'.repeat(size))), groups = bundlesOf(events, lengthOf), flat = [...groups.values()].map((bundles) => bundles.flat());
  expect(flat.flat().map((e) => e.id).sort((a, b) => a - b)).toEqual(events.map((e) => e.id));
  for (const [group, bundles] of groups) for (const bundle of bundles) {
    expect(bundle.every((e) => groupOf(laneOf(e)) === group)).toBe(true);
    expect(bundle.length).toBeLessThanOrEqual(100);
    if (bundle.length > 1) expect(Buffer.byteLength(JSON.stringify(bundle.map((e) => e.payload)))).toBeLessThan(300 * 1024);
  }
  for (const ids of flat) for (const lane of new Set(ids.map(laneOf))) { const own = ids.filter((e) => laneOf(e) === lane).map((e) => e.id); expect(own).toEqual([...own].sort((a, b) => a - b)); }
}), { numRuns: 60 }));
it('an event larger than a bundle may be travels alone', () => {
  const bundles = [...bundlesOf([event(1, '1'), event(2, '1', 'x'.repeat(400_000)), event(3, '1')], lengthOf).values()][0]!;
  expect(bundles.map((b) => b.map((e) => e.id))).toEqual([[1], [2], [3]]);
});
