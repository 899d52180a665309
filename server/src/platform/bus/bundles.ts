import { laneOf, type BusEvent } from './bus';

/** Groups a shard: enough for every receiver to have its own, few enough that a storm travels in bundles. */
const GROUPS = 32, LARGEST_BUNDLE = 100, LARGEST_BYTES = 256 * 1024;

/** The group of a lane; the same in every process and version, or its order would be lost on the way. FNV-1a. */
export function groupOf(lane: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < lane.length; i++) hash = Math.imul(hash ^ lane.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % GROUPS;
}
/** Events of one shard as bundles, group by group, each group's in the order given. An event that is larger than a bundle may be travels alone. @param lengthOf characters of its payload as text, three bytes each at most. */
export function bundlesOf(events: readonly BusEvent[], lengthOf: (event: BusEvent) => number): Map<number, BusEvent[][]> {
  const out = new Map<number, BusEvent[][]>(), bytes = new Map<number, number>();
  for (const event of events) {
    const group = groupOf(laneOf(event)), bundles = out.get(group) ?? [], last = bundles[bundles.length - 1], size = lengthOf(event) * 3;
    if (bundles.length === 0) out.set(group, bundles);
    if (last && last.length < LARGEST_BUNDLE && (bytes.get(group) ?? 0) + size <= LARGEST_BYTES) { last.push(event); bytes.set(group, (bytes.get(group) ?? 0) + size); } else { bundles.push([event]); bytes.set(group, size); }
  }
  return out;
}
