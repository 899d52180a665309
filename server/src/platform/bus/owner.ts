/** 32-bit FNV-1a with a final mix: short names that differ in one digit must land far apart. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
/**
 * Which worker each shard belongs to: the highest hash of the pair wins (so that when one worker goes or comes few shards move), but nobody gets more than an even
 * share. All processes that know the same shards and workers find the same.
 */
export function ownersOf(shards: readonly string[], workers: readonly string[]): Map<string, string> {
  const out = new Map<string, string>(), load = new Map<string, number>(), share = Math.ceil(shards.length / Math.max(1, workers.length)), sorted = [...workers].sort();
  for (const shard of [...shards].sort()) {
    let best: string | undefined, top = -1;
    for (const worker of sorted) { const rank = hash(`${shard}|${worker}`); if (rank > top && (load.get(worker) ?? 0) < share) { top = rank; best = worker; } }
    if (best === undefined) continue;
    out.set(shard, best);
    load.set(best, (load.get(best) ?? 0) + 1);
  }
  return out;
}
