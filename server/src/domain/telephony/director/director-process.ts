import { join } from 'node:path';
import type { Clock } from '../../../platform/clock';
import type { Ids } from '../../../platform/database/ids';
import type { Log } from '../../../platform/log';
import type { ProcessFigures } from '../../../platform/observability';
import { emptySpool } from '../dialplan';
import { DirectorServer, type LinkTls } from '../director-server';
import type { DirectorEvents } from '../director-protocol';
import { EventSocketLink, type SwitchLink, type SwitchLinkOptions } from '../switch';
import type { DirectorSettings } from './core';
import { Director } from './director';
import { Journal } from './journal';
import { LeaseKeeper, type DatabaseLease } from './lease-keeper';
import type { ConfigPort, JournalSink } from './ports';
import { RecordingCatalogue } from './recordings';
import { recordOfSpool } from './spool-import';

export interface DirectorProcessOptions {
  node: { name: string; host: string; port: number; password: string }; link: { host: string; port: number; token: string; tls?: LinkTls | null }; settings: DirectorSettings; spoolDir: string; dataDir: string;
  config: ConfigPort; sink: JournalSink; lease: DatabaseLease; blind(number: string): string; ids: Ids; clock: Clock; log: Log;
  /** The right to command is gone: the process must end (its supervisor starts it anew as a standby). */
  onLost: (why: string) => void;
  /** Made by tests; the event socket otherwise. */
  makeLink?: (options: SwitchLinkOptions) => SwitchLink;
  /** This process's own figures. */
  processFigures?: () => ProcessFigures;
  leaseEveryMs?: number; spoolEveryMs?: number;
}

/** The director as a process: waits for the lease, takes over what the switch and the database know, serves, and lets go in order. */
export class DirectorProcess {
  director: Director | null = null;
  private link: SwitchLink | null = null;
  private server: DirectorServer | null = null;
  private journal: Journal | null = null;
  private keeper: LeaseKeeper | null = null;
  private catalogue: RecordingCatalogue | null = null;
  private spoolTimer: NodeJS.Timeout | null = null;
  private spooling: Promise<void> = Promise.resolve();
  private stopping = false;
  port = 0;
  constructor(private readonly o: DirectorProcessOptions) {}

  /** Resolves when the director serves. A standby waits here until the incumbent's lease lapses; false when stopped meanwhile. */
  async start(): Promise<boolean> {
    const { o } = this;
    const keeper: LeaseKeeper = new LeaseKeeper({ database: o.lease, get link() { return link; }, log: o.log, onLost: (why) => this.lost(why), onStale: () => this.director?.linkDown(), onFresh: () => void this.up(), ...(o.leaseEveryMs ? { everyMs: o.leaseEveryMs } : {}) });
    const log = (level: 'info' | 'warn' | 'error', text: string, detail?: object): void => o.log[level](text, { ...detail });
    const link = (o.makeLink ?? ((options) => new EventSocketLink(options)))({ ...o.node, mayCommand: () => keeper.mayCommand(), epoch: () => keeper.epoch, onFenced: () => keeper.fenced(), log });
    this.link = link; this.keeper = keeper;
    if (!(await keeper.acquire(() => this.stopping))) return false;
    o.log.info('the lease is ours', { epoch: keeper.epoch });
    const catalogue = new RecordingCatalogue({ root: o.settings.recordingsDir, ids: o.ids, clock: o.clock, row: (row) => journal.recording(row) });
    const journal: Journal = new Journal({ sink: o.sink, spoolDir: join(o.dataDir, 'director'), epoch: () => keeper.epoch, onFenced: () => keeper.confirm(), onHealth: (up) => { director.databaseConnected = up; }, onRecorded: (callIds) => { for (const callId of callIds) this.server?.push('recorded', { callId }); }, log: (message, fields) => o.log.warn(message, fields) });
    const director: Director = new Director({ link, config: o.config, journal, ids: o.ids, clock: o.clock, blind: o.blind, push: { push: <K extends keyof DirectorEvents>(event: K, data: DirectorEvents[K]) => this.server?.push(event, data) }, settings: o.settings, epoch: () => keeper.epoch, log: o.log, recorded: (callId, path) => catalogue.add(callId, path), figures: () => ({ process: o.processFigures?.(), nodes: [{ name: o.node.name, up: link.state === 'up', leaseHeld: keeper.nodeLease.held, leaseAgeMs: keeper.nodeLease.ageMs }] }) });
    this.journal = journal; this.director = director; this.catalogue = catalogue;
    await journal.start();
    await director.start();
    this.server = new DirectorServer({ host: o.link.host, port: o.link.port, token: o.link.token, tls: o.link.tls, log: (message) => o.log.error(message) }, director);
    this.port = await this.server.listen();
    link.onState((state) => { if (state === 'up') void this.up(); else if (state === 'down') { keeper.unclaim(); director.linkDown(); } });
    keeper.start();
    void link.connect().catch((error: unknown) => { if (!this.stopping) this.lost(`the switch cannot be reached: ${error instanceof Error ? error.message : String(error)}`); });
    this.spoolTimer = setInterval(() => this.importSpool(), o.spoolEveryMs ?? 5_000);
    this.importSpool();
    return true;
  }

  /** The link stands: claim the node, then take its truth. Tried again while the link is up, for without it nobody is served. */
  private async up(): Promise<void> {
    const { link, keeper, director, o } = this;
    if (!link || !keeper || !director) return;
    for (let turn = 1; link.state === 'up' && !this.stopping; turn++) {
      try {
        if (!(await keeper.claim())) return;
        const result = await director.linkUp();
        o.log.info('the switch is served', { ...result });
        return;
      } catch (error) {
        o.log.warn('taking over the switch failed', { error, turn });
        await new Promise((resolve) => setTimeout(resolve, Math.min(2000, 200 * turn)));
      }
    }
  }

  /** Calls whose end the centre did not see come from the node's own records; those it saw are known by their id. */
  private importSpool(): void {
    const { o, director, journal, catalogue } = this;
    if (!director || !journal || !catalogue) return;
    this.spooling = this.spooling.then(async () => {
      const result = await emptySpool(o.spoolDir, async (record) => {
        const row = recordOfSpool(record, director.core.agents);
        await o.sink.write({ epoch: this.keeper?.epoch ?? 0, calls: [{ record: row, final: true, source: 'spool' }], events: [], agentLog: [], agentStates: [], recordings: [], phones: [] });
        // What this director saw to its end it has catalogued and told already.
        if (director.endedHere.has(row.callId)) return;
        if (row.recordingPath) catalogue.add(row.callId, row.recordingPath);
        this.server?.push('callEnded', row);
      }, o.clock.now());
      if (result.taken + result.foreign + result.failed > 0) o.log.info('records of the node', { ...result });
    }).catch((error: unknown) => o.log.warn('the records of the node could not be read', { error }));
  }

  private lost(why: string): void {
    if (this.stopping) return;
    this.stopping = true;
    this.o.log.error('this director must stop', { why });
    void this.letGo().finally(() => this.o.onLost(why));
  }
  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    await this.keeper?.stop();
    await this.letGo();
  }
  private async letGo(): Promise<void> {
    if (this.spoolTimer) clearInterval(this.spoolTimer);
    await this.link?.close();
    this.director?.stop();
    await this.server?.close();
    await this.journal?.stop();
    await this.spooling;
    this.catalogue?.stop();
  }
}
