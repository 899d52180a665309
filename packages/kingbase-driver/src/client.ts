import { Client, type ClientConfig } from 'pg';
import { MECHANISM, ScramSm3Exchange } from './scram-sm3';
import { checkServer, FACTS_SQL, MODE_SQL, type ServerFacts } from './server-check';

/** What pg keeps to itself and authentication needs; fixed by the pinned version and proved by the exchange's test. */
interface Inside {
  connection: { sendSASLInitialResponseMessage(mechanism: string, response: string): void; sendSCRAMClientFinalMessage(response: string): void; emit(event: 'error', error: Error): void };
  password: string | null;
  _getPassword(then: () => void): void;
  _handleAuthSASL(message: { mechanisms: string[] }): void;
  _handleAuthSASLContinue(message: { data: string }): Promise<void>;
  _handleAuthSASLFinal(message: { data: string }): void;
}
const parent = Client.prototype as unknown as Inside;

/** pg's client with one more SASL mechanism. SCRAM-SM3 is taken whenever the server offers it. */
export class KingbaseClient extends Client {
  private exchange: ScramSm3Exchange | null = null;
  /** Set by `connectKingbase`. */
  facts: ServerFacts | null = null;
  private get inside(): Inside { return this as unknown as Inside; }

  protected _handleAuthSASL(message: { mechanisms: string[] }): void {
    if (!message.mechanisms.includes(MECHANISM)) { parent._handleAuthSASL.call(this, message); return; }
    this.inside._getPassword(() => {
      this.exchange = new ScramSm3Exchange();
      this.inside.connection.sendSASLInitialResponseMessage(MECHANISM, this.exchange.first);
    });
  }
  protected async _handleAuthSASLContinue(message: { data: string }): Promise<void> {
    if (!this.exchange) { await parent._handleAuthSASLContinue.call(this, message); return; }
    try {
      if (typeof this.inside.password !== 'string' || this.inside.password === '') throw new Error('SCRAM-SM3: the password must be a text that is not empty');
      this.inside.connection.sendSCRAMClientFinalMessage(await this.exchange.respond(message.data, this.inside.password));
    } catch (error) { this.inside.connection.emit('error', error as Error); }
  }
  protected _handleAuthSASLFinal(message: { data: string }): void {
    if (!this.exchange) { parent._handleAuthSASLFinal.call(this, message); return; }
    try { this.exchange.finish(message.data); this.exchange = null; } catch (error) { this.inside.connection.emit('error', error as Error); }
  }
}
/** The address with pg's own scheme; 54321 is KingbaseES's usual port. */
export function pgUrl(url: string): string {
  const out = new URL(url.replace(/^kingbase:/, 'postgres:'));
  if (!out.port) out.port = '54321';
  return out.toString();
}
/** Asks a connected client what its server is. @throws Error as `checkServer`. */
export async function askServer(client: Pick<Client, 'query'>): Promise<ServerFacts> {
  const { rows: [row] } = await client.query<{ version: string }>(FACTS_SQL);
  const mode = await client.query<{ database_mode: string }>(MODE_SQL).then(({ rows }) => rows[0]?.database_mode ?? null, (error: { code?: string }) => { if (error.code === '42704') return null; throw error; }); // 42704: the parameter is unknown
  return checkServer(row?.version ?? '', mode);
}
/** A connected client of a KingbaseES that the product runs on. @param config.connectionString may begin with kingbase://. */
export async function connectKingbase(config: ClientConfig): Promise<KingbaseClient> {
  const client = new KingbaseClient({ ...config, ...(config.connectionString ? { connectionString: pgUrl(config.connectionString) } : {}) });
  const lost = (): void => undefined;
  client.on('error', lost); // a server that dies between connecting and our questions fails the question; without a listener it would end the process
  try {
    await client.connect();
    client.facts = await askServer(client);
    client.off('error', lost);
    return client;
  } catch (error) { await client.end().catch(() => undefined); throw error; } // a client that never connected has nothing to end
}
