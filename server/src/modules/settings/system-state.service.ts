import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemProcess, SystemState } from '@ronghu/contract';
import { certificateOf, diskOf, type CertificateFigures, type ProcessFigures } from '../../platform/observability';
import type { Platform } from '../../platform/platform';
import { requirePermission, type Scope } from '../../platform/identity/scope';

/** What other parts of the process know of the telephone and the live connections. `directorHealth` is null while the director is away. */
export interface LiveFigures {
  directorConnected(): boolean; directorEpoch(): number | null; switchConnected(): boolean; callsInProgress(): number; phonesOnline(): number;
  directorHealth(): { process?: ProcessFigures; nodes?: { name: string; up: boolean; leaseHeld: boolean; leaseAgeMs: number | null }[]; journalWaiting: number } | null;
}
const SLOWEST = 20;

/** The system-state page (MC-25): asked, not guessed; what does not answer is said so, and never keeps the rest from being shown. */
export class SystemStateService {
  constructor(private readonly p: Pick<Platform, 'clock' | 'config' | 'observability' | 'orgs'>, private readonly live: LiveFigures, private readonly version: string) {}
  /** @throws AppError FORBIDDEN */
  async state(scope: Scope): Promise<SystemState> {
    requirePermission(scope, 'system.read');
    const { observability, orgs, clock, config } = this.p, health = this.live.directorHealth();
    const [shards, board, disks, certificates] = await Promise.all([observability.databases.all(), observability.board.all(), Promise.all([diskOf('data', config.dataDir), diskOf('recordings', config.switch.recordingsDir)]), this.certificates()]);
    const processes: SystemProcess[] = board.map(({ process, liveConnections, pool }) => ({ ...shown(process), connections: liveConnections, databaseConnections: { open: pool.idle + pool.group + pool.company, max: pool.max, waiting: pool.waiting } }));
    if (health?.process) processes.push({ ...shown(health.process), connections: null, databaseConnections: null });
    const sum = (of: 'waiting' | 'dead'): number => shards.reduce((n, s) => n + (s[of] ?? 0), 0);
    return {
      at: clock.now(), version: this.version, database: shards[0]?.version ?? '', directorConnected: this.live.directorConnected(), directorEpoch: this.live.directorEpoch(), switchConnected: this.live.switchConnected(),
      callsInProgress: this.live.callsInProgress(), liveConnections: board.reduce((n, entry) => n + entry.liveConnections, 0), phonesOnline: this.live.phonesOnline(), outboxWaiting: sum('waiting'), outboxDead: sum('dead'), uptimeSeconds: Math.floor(process.uptime()), journalWaiting: health?.journalWaiting ?? null,
      processes: processes.sort((a, b) => a.role.localeCompare(b.role) || a.pid - b.pid),
      shards: shards.map(({ shard, ...figures }) => ({ ...figures, name: figures.companyId === null ? '集团' : (orgs.name(figures.companyId) ?? shard) })),
      switchNodes: config.switch.nodes.map(({ name }) => { const node = health?.nodes?.find((n) => n.name === name); return { name, up: node?.up ?? null, leaseHeld: node?.leaseHeld ?? null, leaseAgeMs: node?.leaseAgeMs ?? null }; }),
      disks, certificates, slowQueryMs: observability.monitoring.slowQueryMs,
      slowQueries: board.flatMap((entry) => entry.slow).sort((a, b) => b.ms - a.ms).slice(0, SLOWEST).map((q) => ({ ...q, shard: q.shard === 'group' ? '集团' : (orgs.name(Number(q.shard.slice('company:'.length))) ?? q.shard) })),
    };
  }
  /** The server's own, and the local authority that phones trust, where there is one. */
  private async certificates(): Promise<CertificateFigures[]> {
    const { tls } = this.p.config.http, authority = join(this.p.config.dataDir, 'tls', 'authority.crt');
    return Promise.all([...(tls ? [certificateOf('server', tls.certFile)] : []), ...(existsSync(authority) ? [certificateOf('authority', authority)] : [])]);
  }
}
const shown = ({ role, version, host, pid, startedAt, rssBytes, heapBytes, lagMs, cpuShare }: ProcessFigures): Omit<SystemProcess, 'connections' | 'databaseConnections'> => ({ role, version, host, pid, startedAt, rssBytes, heapBytes, lagMs, cpuShare });
