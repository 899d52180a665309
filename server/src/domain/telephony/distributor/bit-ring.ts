/** Set of small integers on a ring: "the next one after i, round the end" in O(log32 n), for the round-robin strategies. */
export class BitRing {
  private readonly words: Uint32Array;
  private readonly summary: Uint32Array;
  count = 0;

  constructor(readonly capacity: number) {
    this.words = new Uint32Array(Math.max(1, Math.ceil(capacity / 32)));
    this.summary = new Uint32Array(Math.ceil(this.words.length / 32));
  }

  add(i: number): void {
    const w = i >>> 5, bit = 1 << (i & 31);
    const word = this.words[w] ?? 0;
    if ((word & bit) !== 0) return;
    this.words[w] = word | bit;
    this.summary[w >>> 5] = (this.summary[w >>> 5] ?? 0) | (1 << (w & 31));
    this.count += 1;
  }

  remove(i: number): void {
    const w = i >>> 5, bit = 1 << (i & 31);
    const word = this.words[w] ?? 0;
    if ((word & bit) === 0) return;
    this.words[w] = word & ~bit;
    if (this.words[w] === 0) this.summary[w >>> 5] = (this.summary[w >>> 5] ?? 0) & ~(1 << (w & 31));
    this.count -= 1;
  }

  /** First member at or after `from`, going round; -1 when empty. */
  next(from: number): number {
    if (this.count === 0) return -1;
    const found = this.seek(from % Math.max(1, this.capacity));
    return found >= 0 ? found : this.seek(0);
  }

  private seek(from: number): number {
    const w = from >>> 5;
    const rest = (this.words[w] ?? 0) & (-1 << (from & 31));
    if (rest !== 0) return (w << 5) + lowest(rest);
    let s = (w + 1) >>> 5;
    let mask = (this.summary[s] ?? 0) & (((w + 1) & 31) === 0 ? -1 : -1 << ((w + 1) & 31));
    while (mask === 0) { s += 1; if (s >= this.summary.length) return -1; mask = this.summary[s] ?? 0; }
    const word = (s << 5) + lowest(mask);
    return (word << 5) + lowest(this.words[word] ?? 0);
  }
}

const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits);
