import { KingbaseClient, pgUrl } from '@ronghu/kingbase-driver';
import { Client, type Notification } from 'pg';
import { cutPg, hasPeers, openWriter, pgWriter, takesWrites, watchSilence } from '../database/engine';
import type { Log } from '../log';

/**
 * Optional ability of a database: one session wakes others. Only a hint travels (at most 200 characters), what it is about is a row; so an engine
 * without it, or a hint that got lost, costs the time of one poll and nothing else.
 */
export interface WakeUp {
  /** True while hints arrive; then polling can be slow. */
  readonly connected: boolean;
  notify(hint: string): void;
  /** `null`: connected (again), hints may have been missed. */
  listen(listener: (hint: string | null) => void): void;
  start(): Promise<void>;
  close(): Promise<void>;
}
const CHANNEL = 'ronghu_wake', RETRY_MS = 250;

/** LISTEN and NOTIFY on a connection of its own (PostgreSQL, KingbaseES); comes back by itself. */
export class PostgresWakeUp implements WakeUp {
  private client: Client | null = null;
  private readonly listeners: ((hint: string | null) => void)[] = [];
  private closed = false;
  private retry: NodeJS.Timeout | null = null;
  private waiting = new Set<string>();
  private sending = false;
  private told = false;
  connected = false;
  constructor(private readonly url: string, private readonly log: Log) {}

  listen(listener: (hint: string | null) => void): void { this.listeners.push(listener); }
  async start(): Promise<void> { await this.connect(); }
  /** Hints of the same moment travel in one statement; nobody waits for them. */
  notify(hint: string): void {
    this.waiting.add(hint);
    if (!this.sending) void this.send();
  }
  async close(): Promise<void> {
    this.closed = true;
    if (this.retry) clearTimeout(this.retry);
    const { client } = this;
    this.client = null;
    this.connected = false;
    await client?.end().catch(() => undefined); // it may be gone already
  }
  private async send(): Promise<void> {
    this.sending = true;
    try {
      while (this.waiting.size && this.client && this.connected) {
        const hints = [...this.waiting];
        this.waiting = new Set();
        await this.client.query(`select ${hints.map((_, i) => `pg_notify('${CHANNEL}', $${i + 1})`).join(', ')}`, hints);
      }
    } catch (error) { this.log.warn('a wake-up was not sent; the others find it by polling', { error }); } finally { this.sending = false; if (!this.connected) this.waiting.clear(); }
  }
  private async connect(): Promise<void> {
    if (this.closed) return;
    try {
      const { client, address } = await openWriter(this.url, this.parts);
      const unwatched = hasPeers(this.url) ? watchSilence(address, { since: 0, cut: () => cutPg(client) }, () => takesWrites(address, this.parts)) : () => undefined;
      client.on('end', () => {
        unwatched();
        if (this.client === client) { this.client = null; this.connected = false; }
        this.again(RETRY_MS);
      });
      client.on('notification', (n: Notification) => { for (const listener of this.listeners) listener(n.payload ?? ''); });
      try { await client.query(`listen ${CHANNEL}`); } catch (error) { unwatched(); await client.end().catch(() => undefined); throw error; } // same reason as at close
      if (this.closed) { await client.end(); return; }
      this.client = client;
      this.connected = true;
      this.told = false;
      for (const listener of this.listeners) listener(null);
    } catch (error) {
      if (!this.told) this.log.warn('no wake-ups from the database; polling until it has them', { error }); // once, not at every try
      this.told = true;
      this.again(2000);
    }
  }
  private again(ms: number): void { if (!this.closed && !this.retry) this.retry = setTimeout(() => { this.retry = null; void this.connect(); }, ms); }
  private readonly parts = pgWriter(async (address) => {
    const kingbase = address.startsWith('kingbase:'), client = new (kingbase ? KingbaseClient : Client)({ connectionString: kingbase ? pgUrl(address) : address, keepAlive: true, connectionTimeoutMillis: 5000, application_name: 'ronghu-wake' });
    client.on('error', () => undefined); // `end` follows and does what there is to do
    try { await client.connect(); } catch (error) { await client.end().catch(() => undefined); throw error; } // it never connected: there is nothing to end
    return client;
  });
}
/** The wake-up of a database by its connection string, or null when that engine has none (OceanBase, DM): then everything is polled every 200 ms. */
export const wakeUpFor = (url: string, log: Log): WakeUp | null => (/^(postgres|postgresql|kingbase):/.test(url) ? new PostgresWakeUp(url, log) : null);
