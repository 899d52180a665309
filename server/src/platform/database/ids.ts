/** Seconds since 2024-01-01 fit 31 bits until 2092. */
const EPOCH_MS = Date.UTC(2024, 0, 1);
const NODE_BITS = 8, SEQUENCE_BITS = 14;

/** Time-ordered integers below 2^53: 31-bit seconds, 8-bit leased node, 14-bit sequence. */
export interface Ids { next(): number }

/**
 * @param node 0..255, leased by the process. When 16,384 ids of one second are used, the next second is borrowed, so ids stay unique and ordered
 * within the process; a clock that goes back does not make an id twice.
 */
export function createIds(node: number, now: () => number): Ids {
  if (!Number.isInteger(node) || node < 0 || node > 255) throw new RangeError(`node ${node} is not in 0..255`);
  let second = 0, sequence = 0;
  return {
    next() {
      const current = Math.floor((now() - EPOCH_MS) / 1000);
      if (current > second) { second = current; sequence = 0; } else if (++sequence >= 1 << SEQUENCE_BITS) { second += 1; sequence = 0; }
      return second * 2 ** (NODE_BITS + SEQUENCE_BITS) + node * 2 ** SEQUENCE_BITS + sequence;
    },
  };
}
/** Milliseconds UTC of the second in which an id was made. */
export const idTime = (id: number): number => Math.floor(id / 2 ** (NODE_BITS + SEQUENCE_BITS)) * 1000 + EPOCH_MS;
