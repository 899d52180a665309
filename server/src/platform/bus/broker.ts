import type { BusEvent } from './bus';

/** The broker cannot be reached: nobody's event is at fault, everything waits. */
export class BrokerAway extends Error {}

/**
 * A message broker between the outbox and the consumers. Events of one lane are kept in order; each is given to `take` of some worker at least once, and again
 * until a `take` of it has resolved.
 */
export interface Broker {
  readonly name: string;
  /** Begins to receive; connects, and comes back after a loss, by itself. */
  start(take: (events: readonly BusEvent[]) => Promise<void>): void;
  /** Resolves when the broker has stored it. @throws BrokerAway */
  publish(event: BusEvent, lane: string): Promise<void>;
  healthy(): boolean;
  stop(): Promise<void>;
}
