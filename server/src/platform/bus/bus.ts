import type { Tx } from '../database/db';
import type { Log } from '../log';

/** One published event, as consumers see it. */
export interface BusEvent<P = Record<string, unknown>> { id: number; kind: string; aggregate: string; aggregateId: string; companyId: number | null; payload: P; at: number; shard: string }
/** What a process-local follower hears: that it happened, and to which numbers. The rows tell the rest. */
export type EventHead = Omit<BusEvent, 'payload'> & { numbers: Readonly<Record<string, number>> };
/** The payload's numbers travel with the head; its texts may be personal or long and stay. */
export function headOf({ payload, ...head }: BusEvent): EventHead {
  return { ...head, numbers: Object.fromEntries(Object.entries(payload).filter((entry): entry is [string, number] => typeof entry[1] === 'number')) };
}
export type Consumer = (event: BusEvent) => Promise<void>;
export type BatchConsumer = (events: readonly BusEvent[], tx: Tx) => Promise<void>;
interface Registered { pattern: string; name: string; run: Consumer }
interface RegisteredBatch { pattern: string; name: string; run: BatchConsumer; marked: boolean }

/** Who wants what. `kind` may end in `*`: `order.*`. */
export class Bus {
  private readonly consumers: Registered[] = [];
  private readonly batches: RegisteredBatch[] = [];
  private readonly followers: { pattern: string; name: string; run: (head: EventHead) => Promise<void> }[] = [];
  constructor(private readonly log: Log | null = null) {}

  /**
   * Runs once in the installation, in one of the workers; in the order of registration for one event. Idempotent: an event may come twice, never out of order
   * within its aggregate; events of different aggregates run beside each other.
   */
  on(kind: string, name: string, run: Consumer): void {
    this.refuseTwice(this.consumers, kind, name);
    this.consumers.push({ pattern: kind, name, run });
  }
  /**
   * For many events and effects in the group's shard, after the consumers of single events and in the order of registration: handed the events it has not seen yet,
   * inside the transaction that marks them as seen, so that each has its effect exactly once. `idempotent`: repetition does no harm, so nothing is marked.
   */
  many(kind: string, name: string, run: BatchConsumer, options: { idempotent?: boolean } = {}): void {
    this.refuseTwice(this.batches, kind, name);
    this.batches.push({ pattern: kind, name, run, marked: !options.idempotent });
  }
  /** Runs in every server process after the shared consumers are through, for what a process keeps in memory. At most once: the keeper corrects itself now and then. */
  everywhere(kind: string, name: string, run: (head: EventHead) => Promise<void>): void {
    this.refuseTwice(this.followers, kind, name);
    this.followers.push({ pattern: kind, name, run });
  }
  matching(kind: string): readonly Registered[] { return this.consumers.filter((x) => matches(x.pattern, kind)); }
  batchesFor(kind: string): readonly RegisteredBatch[] { return this.batches.filter((x) => matches(x.pattern, kind)); }
  follow(head: EventHead): void {
    for (const { pattern, name, run } of this.followers) if (matches(pattern, head.kind)) run(head).catch((error: unknown) => this.log?.warn('what this process keeps in memory is behind until it corrects itself', { name, id: head.id, error }));
  }
  private refuseTwice(list: readonly { pattern: string; name: string }[], kind: string, name: string): void { if (list.some((x) => x.pattern === kind && x.name === name)) throw new Error(`consumer ${name} is registered twice for ${kind}`); }
}
const matches = (pattern: string, kind: string): boolean => pattern === kind || (pattern.endsWith('*') && kind.startsWith(pattern.slice(0, -1)));
/** Events of one lane run one after the other. */
export const laneOf = (event: Pick<BusEvent, 'aggregate' | 'aggregateId'>): string => `${event.aggregate}/${event.aggregateId}`;
