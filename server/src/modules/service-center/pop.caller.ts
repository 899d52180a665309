import type { DirectorEvents, DirectorOp, DirectorOps, LiveCall } from '../../domain/telephony/director-protocol';
import type { Sql } from '../../platform/database/db';
import type { Log } from '../../platform/log';
import { popStore, type PhoneHit } from './pop.store';

export interface CallerDirector {
  readonly calls: ReadonlyMap<string, LiveCall>;
  request<O extends DirectorOp>(op: O, args: DirectorOps[O]['args'], key?: string): Promise<DirectorOps[O]['result']>;
  on<K extends keyof DirectorEvents>(kind: K, listener: (data: DirectorEvents[K]) => void): () => void;
}

/**
 * Tells the director who is calling while the caller still hears the greeting, so that queue, boards and the call record name customer, company and station
 * (MC-21, SC-01). A number known to several is named by the first and the count; what they do not share stays open.
 */
export class CallerFinder {
  private readonly asked = new Set<string>();
  private readonly off: (() => void)[] = [];
  constructor(private readonly d: { group: Sql; blind: (number: string) => string; director: CallerDirector; log: Log }) {}

  start(): void {
    const { director } = this.d;
    this.off.push(
      director.on('call', (call) => void this.find(call)), director.on('snapshot', ({ calls }) => { this.asked.clear(); for (const call of calls) void this.find(call); }), director.on('callEnded', ({ callId }) => { this.asked.delete(callId); }),
    );
  }
  stop(): void { for (const off of this.off.splice(0)) off(); }

  private async find(call: LiveCall): Promise<void> {
    if (call.state === 'ended' || call.direction === 'internal' || call.customerName !== null || call.clearNumber === '' || this.asked.has(call.callId)) return;
    this.asked.add(call.callId);
    try {
      const hits = await popStore.byBlind(this.d.group, this.d.blind(call.clearNumber));
      if (hits.length === 0) return;
      await this.d.director.request('customer', { callId: call.callId, ...nameOf(hits) });
    } catch (error) {
      // the call goes on without a name; the pop asks again by itself
      this.d.log.warn('caller not named to the director', { callId: call.callId, error });
    }
  }
}
export function nameOf(hits: readonly PhoneHit[]): { customerName: string | null; companyId: number | null; stationId: number | null } {
  const people = new Map(hits.map((hit) => [`${hit.company_id}:${hit.customer_id}`, hit.customer_name])), [name] = people.values();
  const only = <T>(values: readonly T[]): T | null => (new Set(values).size === 1 ? (values[0] ?? null) : null);
  const station = only(hits.filter((hit) => hit.station_id !== null).map((hit) => hit.station_id));
  return { customerName: name === undefined ? null : people.size === 1 ? name : `${name} 等 ${people.size} 人`, companyId: only(hits.map((hit) => hit.company_id)), stationId: station === 0 ? null : station };
}
