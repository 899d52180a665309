import { before, Heap, HeapNode } from './heap';
import { BitRing } from './bit-ring';
import type { AgentSlot, GroupSlot } from './distributor.state';
import type { Strategy } from './distributor.types';

export const MAX_LEVEL = 9;

/** One agent in one group. */
export class Membership {
  readonly node = new HeapNode<Membership>(this);
  /** Place in the bag of the random strategy. */
  bagIndex = -1;
  /** Place on the group's ring (round robin), by agent id. */
  ordinal = 0;
  /** Answered calls of this group in its counting period. */
  count = 0;
  constructor(readonly agent: AgentSlot, readonly group: GroupSlot, public level: number) {}
}

/** The available agents of one group, arranged so that the strategy's next one is found without looking at the others. */
export interface ReadySet {
  add(member: Membership): void;
  remove(member: Membership): void;
  /** Next agent with at least `minLevel` who is not in `tried`; `from` is the ring's cursor, `draw` gives a number in 0..n-1. */
  pick(minLevel: number, tried: ReadonlySet<number> | null, from: number, draw: (n: number) => number): Membership | null;
}

export function createReadySet(strategy: Exclude<Strategy, 'lastAgent'>, bestLevelFirst: boolean, members: readonly Membership[]): ReadySet {
  if (strategy === 'random') return new BagSet(bestLevelFirst);
  if (strategy === 'roundRobin' || strategy === 'roundRobinMemory') return new RingSet(bestLevelFirst, members);
  return new HeapSet(strategy, bestLevelFirst);
}

/** Ordered by a figure of the agent; the figure only changes while the agent is taken, so it is fixed when the agent comes in. */
class HeapSet implements ReadySet {
  private readonly levels: Heap<Membership>[] = [];
  constructor(private readonly strategy: Strategy, private readonly bestLevelFirst: boolean) {
    for (let level = 0; level <= MAX_LEVEL; level++) this.levels.push(new Heap());
  }
  add(m: Membership): void {
    const heap = this.levels[m.level];
    const { idleSince, answeredAt } = m.agent;
    if (this.strategy === 'leastRecent') heap?.put(m.node, answeredAt, idleSince, m.ordinal);
    else if (this.strategy === 'mostRecent') heap?.put(m.node, -answeredAt, idleSince, m.ordinal);
    else if (this.strategy === 'fewestCalls') heap?.put(m.node, m.count, idleSince, m.ordinal);
    else heap?.put(m.node, idleSince, answeredAt, m.ordinal);
  }
  remove(m: Membership): void { this.levels[m.level]?.remove(m.node); }
  pick(minLevel: number, tried: ReadonlySet<number> | null): Membership | null {
    let best: HeapNode<Membership> | undefined;
    for (let level = MAX_LEVEL; level >= minLevel; level--) {
      const heap = this.levels[level];
      if (heap === undefined || heap.length === 0) continue;
      const node = tried === null ? heap.head : heap.best((m) => tried.has(m.agent.agentId));
      if (node === undefined) continue;
      if (this.bestLevelFirst) return node.owner;
      if (best === undefined || before(node, best)) best = node;
    }
    return best?.owner ?? null;
  }
}

/** Uniform draw: an array with swap-removal a level. */
class BagSet implements ReadySet {
  private readonly levels: Membership[][] = [];
  constructor(private readonly bestLevelFirst: boolean) { for (let level = 0; level <= MAX_LEVEL; level++) this.levels.push([]); }
  add(m: Membership): void {
    const bag = this.levels[m.level];
    if (bag === undefined || m.bagIndex >= 0) return;
    m.bagIndex = bag.length; bag.push(m);
  }
  remove(m: Membership): void {
    const bag = this.levels[m.level];
    if (bag === undefined || m.bagIndex < 0) return;
    const last = bag.pop();
    if (last !== undefined && last !== m) { bag[m.bagIndex] = last; last.bagIndex = m.bagIndex; }
    m.bagIndex = -1;
  }
  pick(minLevel: number, tried: ReadonlySet<number> | null, _from: number, draw: (n: number) => number): Membership | null {
    if (this.bestLevelFirst) {
      for (let level = MAX_LEVEL; level >= minLevel; level--) { const found = this.pickFrom(level, level, tried, draw); if (found) return found; }
      return null;
    }
    return this.pickFrom(minLevel, MAX_LEVEL, tried, draw);
  }
  private pickFrom(low: number, high: number, tried: ReadonlySet<number> | null, draw: (n: number) => number): Membership | null {
    let total = 0;
    for (let level = low; level <= high; level++) total += this.levels[level]?.length ?? 0;
    if (total === 0) return null;
    // Agents who were tried for this call are few: walk on from the drawn place over them.
    const drawn = draw(total);
    for (let step = 0; step < total; step++) {
      let index = (drawn + step) % total;
      for (let level = low; level <= high; level++) {
        const bag = this.levels[level];
        if (bag === undefined) continue;
        if (index >= bag.length) { index -= bag.length; continue; }
        const member = bag[index];
        if (member !== undefined && !(tried?.has(member.agent.agentId) ?? false)) return member;
        break;
      }
    }
    return null;
  }
}

/** Agents on a ring by agent id; the cursor is the group's. */
class RingSet implements ReadySet {
  private readonly levels: (BitRing | null)[] = [];
  private readonly byOrdinal: Membership[] = [];
  constructor(private readonly bestLevelFirst: boolean, members: readonly Membership[]) {
    for (const m of members) this.byOrdinal[m.ordinal] = m;
    for (let level = 0; level <= MAX_LEVEL; level++) this.levels.push(members.some((m) => m.level === level) ? new BitRing(members.length) : null);
  }
  add(m: Membership): void { this.levels[m.level]?.add(m.ordinal); }
  remove(m: Membership): void { this.levels[m.level]?.remove(m.ordinal); }
  pick(minLevel: number, tried: ReadonlySet<number> | null, from: number): Membership | null {
    const size = this.byOrdinal.length;
    let best: Membership | null = null;
    let bestDistance = Infinity;
    for (let level = MAX_LEVEL; level >= minLevel; level--) {
      const ring = this.levels[level];
      if (!ring || ring.count === 0) continue;
      let cursor = from;
      for (let seen = 0; seen < ring.count; seen++) {
        const ordinal = ring.next(cursor);
        const member = this.byOrdinal[ordinal];
        if (member === undefined) break;
        if (tried?.has(member.agent.agentId)) { cursor = ordinal + 1; continue; }
        const distance = (ordinal - from + size) % size;
        if (distance < bestDistance) { bestDistance = distance; best = member; }
        break;
      }
      if (best && this.bestLevelFirst) return best;
    }
    return best;
  }
}
