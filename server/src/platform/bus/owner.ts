/** 32-bit FNV-1a with a final mix: short names that differ in one digit must land far apart. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
/** Which worker a shard belongs to (highest of the hashes of the pairs): all processes find the same, and when one goes only its own shards move. */
export function ownerOf(shard: string, workers: readonly string[]): string | undefined {
  let best: string | undefined, top = -1;
  for (const worker of [...workers].sort()) { const rank = hash(`${shard}|${worker}`); if (rank > top) { top = rank; best = worker; } }
  return best;
}
