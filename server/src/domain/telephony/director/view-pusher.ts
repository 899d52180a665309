import type { AgentView } from '@ronghu/contract';
import type { DirectorEvents, LiveCall, QueueState } from '../director-protocol';

export interface PushPort { push<K extends keyof DirectorEvents>(event: K, data: DirectorEvents[K]): void }
interface Sources { call(callId: string): LiveCall | null; agent(agentId: number): AgentView | null; queue(): QueueState }
const QUEUE_PAUSE_MS = 100;

/**
 * Tells api what changed, once an event of the switch, not once a field: calls before agents (who name them), the queue at most ten times a second.
 */
export class ViewPusher {
  private readonly calls = new Set<string>();
  private readonly agents = new Set<number>();
  private planned = false;
  private queueTimer: NodeJS.Timeout | null = null;
  constructor(private readonly port: PushPort, private readonly sources: Sources) {}

  call(callId: string): void { this.calls.add(callId); this.plan(); }
  agent(agentId: number): void { this.agents.add(agentId); this.plan(); }
  queue(): void {
    if (this.queueTimer) return;
    this.queueTimer = setTimeout(() => { this.queueTimer = null; this.port.push('queue', this.sources.queue()); }, QUEUE_PAUSE_MS);
  }
  /** Sends at once what is known to have changed; an offer calls it first so that the pop finds its call. */
  flush(): void {
    this.planned = false;
    for (const callId of this.calls) { const call = this.sources.call(callId); if (call) this.port.push('call', call); }
    this.calls.clear();
    for (const agentId of this.agents) { const agent = this.sources.agent(agentId); if (agent) this.port.push('agent', agent); }
    this.agents.clear();
  }
  stop(): void { if (this.queueTimer) clearTimeout(this.queueTimer); this.queueTimer = null; }
  private plan(): void {
    if (this.planned) return;
    this.planned = true;
    queueMicrotask(() => { if (this.planned) this.flush(); });
  }
}
