import type { BusEvent } from './bus';

/** The broker cannot be reached: nobody's event is at fault, everything waits. */
export class BrokerAway extends Error {}

/**
 * A message broker between the outbox and the consumers. Events of one lane are kept in order; each is given to `take` of some worker at least once and again
 * until that worker answers that it is settled.
 */
export interface Broker {
  readonly name: string;
  /** `take` resolves with the ids that are settled; the others of the call come again, those of their lane after them. */
  start(take: (events: readonly BusEvent[]) => Promise<ReadonlySet<number>>): Promise<void>;
  /** Resolves when the broker has stored it. @throws BrokerAway */
  publish(event: BusEvent, lane: string): Promise<void>;
  healthy(): boolean;
  stop(): Promise<void>;
}
