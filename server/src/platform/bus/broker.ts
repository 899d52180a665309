import type { BusEvent } from './bus';

/** The broker cannot be reached: nobody's event is at fault, everything waits. */
export class BrokerAway extends Error {}

/**
 * A message broker between the outbox and the consumers. Events of one group are kept in order; each is given to `take` of some worker at least once, and again
 * until a `take` of it has resolved.
 */
export interface Broker {
  readonly name: string;
  /** Begins to receive; connects, and comes back after a loss, by itself. */
  start(take: (events: readonly BusEvent[]) => Promise<void>): void;
  /** A bundle of one group, in order: stored and handed on as one. Resolves when the broker has stored it. @throws BrokerAway, Error when the broker refuses this bundle. */
  publish(events: readonly BusEvent[], group: string): Promise<void>;
  healthy(): boolean;
  stop(): Promise<void>;
}
