/** One published event, as consumers see it. */
export interface BusEvent<P = Record<string, unknown>> { id: number; kind: string; aggregate: string; aggregateId: string; companyId: number | null; payload: P; at: number; shard: string }
export type Consumer = (event: BusEvent) => Promise<void>;

/** Who wants what. `kind` may end in `*`: `order.*`. Consumers are idempotent: an event may come twice, never out of order within its aggregate. */
export class Bus {
  private readonly consumers: { pattern: string; name: string; run: Consumer }[] = [];
  on(kind: string, name: string, run: Consumer): void {
    if (this.consumers.some((x) => x.pattern === kind && x.name === name)) throw new Error(`consumer ${name} is registered twice for ${kind}`);
    this.consumers.push({ pattern: kind, name, run });
  }
  matching(kind: string): { name: string; run: Consumer }[] {
    return this.consumers.filter(({ pattern }) => pattern === kind || (pattern.endsWith('*') && kind.startsWith(pattern.slice(0, -1))));
  }
}
