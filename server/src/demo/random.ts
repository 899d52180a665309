/** Small seeded generator (mulberry32): the same seed makes the same demo on every machine. */
export class Seeded {
  constructor(private state: number) {}
  /** 0 ≤ x < 1. */
  next(): number { this.state = (this.state + 0x6d2b79f5) | 0; let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; }
  int(from: number, to: number): number { return from + Math.floor(this.next() * (to - from + 1)); }
  pick<T>(list: readonly T[]): T { return list[Math.floor(this.next() * list.length)] as T; }
  chance(p: number): boolean { return this.next() < p; }
  /** Picks by weight: [[thing, weight], …]. */
  weighted<T>(list: readonly (readonly [T, number])[]): T { let x = this.next() * list.reduce((sum, [, w]) => sum + w, 0); for (const [thing, w] of list) if ((x -= w) < 0) return thing; return (list[list.length - 1] as readonly [T, number])[0]; }
}
