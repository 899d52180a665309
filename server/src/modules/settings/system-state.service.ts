import type { ResultOf, routes } from '@ronghu/contract';
import type { Platform } from '../../platform/platform';
import { requirePermission, type Scope } from '../../platform/identity/scope';

/** What other parts of the process know of the telephone and the live connections. */
export interface LiveFigures { directorConnected(): boolean; directorEpoch(): number | null; switchConnected(): boolean; callsInProgress(): number; phonesOnline(): number; liveConnections(): number }

/** The system-state page (MC-25): asked, not guessed; a database that does not answer is said so. */
export class SystemStateService {
  constructor(private readonly p: Platform, private readonly live: LiveFigures, private readonly version: string) {}
  async state(scope: Scope): Promise<ResultOf<typeof routes.systemState>> {
    requirePermission(scope, 'system.read');
    const shards = [this.p.shards.group(), ...this.p.shards.companyIds().map((id) => this.p.shards.company(id))];
    const waiting = await Promise.all(shards.map(async (db) => (await db.query<{ n: number }>('select count(*) as n from outbox where outbox_status in (0, 3)'))[0]?.n ?? 0));
    const [version] = await this.p.shards.group().query<{ v: string }>('select version() as v');
    return {
      at: this.p.clock.now(), version: this.version, database: (version?.v ?? '').split(' on ')[0] ?? '', directorConnected: this.live.directorConnected(), directorEpoch: this.live.directorEpoch(), switchConnected: this.live.switchConnected(),
      callsInProgress: this.live.callsInProgress(), liveConnections: this.live.liveConnections(), phonesOnline: this.live.phonesOnline(), outboxWaiting: waiting.reduce((a, b) => a + b, 0), uptimeSeconds: Math.floor(process.uptime()),
    };
  }
}
