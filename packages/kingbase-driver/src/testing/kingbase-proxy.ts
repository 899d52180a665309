import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { Client } from 'pg';
import { MECHANISM, scramKeys, verifyProof } from '../scram-sm3';

const SSL_REQUEST = 80877103, CANCEL_REQUEST = 80877102, ITERATIONS = 4096;
const message = (type: string, body: Buffer): Buffer => { const head = Buffer.alloc(5); head.write(type, 0, 'latin1'); head.writeInt32BE(body.length + 4, 1); return Buffer.concat([head, body]); };
const int = (n: number): Buffer => { const b = Buffer.alloc(4); b.writeInt32BE(n); return b; };
const cstr = (text: string): Buffer => Buffer.from(`${text}\0`);

export interface KingbaseProxyOptions { /** Of a real PostgreSQL. */ backend: string; password: string; version?: string; /** null: the parameter is unknown, as on an old server. */ mode?: string | null; /** Gives a wrong proof of its own. */ impostor?: boolean; /** Free by default. */ port?: number; /** LISTEN and pg_notify are unknown, as where they are switched off. */ silent?: boolean }
export interface KingbaseProxy { port: number; exchanges: number; server: Server; stop(): Promise<void> }

/** What came into PostgreSQL after version 12, which KingbaseES V8R6 follows: refused, so that the product cannot come to lean on it unseen. */
const NEWER = /\b(merge\s+into|nulls\s+not\s+distinct|with\s+ties|any_value|date_bin|string_to_table|gen_random_uuid|uuidv[47]|range_agg|unistr|array_(?:shuffle|sample)|regexp_(?:count|instr|like|substr)|json_(?:table|serialize|scalar)|compression\s+lz4)\b|\bvacuum\s*\([^)]*parallel/i;
/** KingbaseES's own databases (initdb: test, kingbase, security); there is none called `postgres`. */
const OWN_DATABASES = new Set(['test', 'kingbase', 'security']);

/**
 * A server that speaks as KingbaseES does, on top of a real PostgreSQL: authenticates by SCRAM-SM3 only, calls itself KingbaseES in `version()`, answers
 * `show database_mode`, has KingbaseES's own databases, refuses what is newer than PostgreSQL 12, and passes all else through on the wire.
 */
export async function startKingbaseProxy(options: KingbaseProxyOptions): Promise<KingbaseProxy> {
  const salt = randomBytes(16), keys = await scramKeys(options.password, salt, ITERATIONS), sockets = new Set<Socket>();
  const version = options.version ?? 'KingbaseES V008R006C008B0014 on x86_64-pc-linux-gnu, compiled by gcc (GCC) 4.8.5, 64-bit', mode = options.mode === undefined ? 'pg' : options.mode;
  /** SQL of the client in words that PostgreSQL knows. */
  const rewrite = (sql: string): string => sql.replace(/\bversion\(\)/gi, `('${version}')`).replace(/^show database_mode$/i, mode === null ? 'show database_mode' : `select '${mode}' as database_mode`).replace(NEWER, ' kingbase_does_not_know_this()() ').replace(options.silent ? /^\s*listen\b.*|pg_notify/i : /(?!)/, 'no_notifications_here()()');
  const proxy: KingbaseProxy = { port: 0, exchanges: 0, server: createServer((socket) => void serve(socket).catch(() => socket.destroy())), async stop() { for (const s of sockets) s.destroy(); await new Promise((r) => { proxy.server.close(r); }); } };

  async function serve(socket: Socket): Promise<void> {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    const reader = new Reader(socket);
    let startup: Buffer;
    for (;;) {
      startup = await reader.take((await reader.take(4)).readInt32BE() - 4);
      const code = startup.readInt32BE();
      if (code === CANCEL_REQUEST) { socket.destroy(); return; }
      if (code !== SSL_REQUEST) break;
      socket.write('N');
    }
    const pairs = startup.subarray(4).toString().split('\0'), parameters = new Map<string, string>();
    for (let i = 0; i + 1 < pairs.length && pairs[i]; i += 2) parameters.set(pairs[i] as string, pairs[i + 1] as string);
    socket.write(message('R', Buffer.concat([int(10), cstr(MECHANISM), Buffer.from('\0')])));
    const initial = (await reader.message()).body, end = initial.indexOf(0), clientFirst = initial.subarray(end + 5).toString();
    if (initial.subarray(0, end).toString() !== MECHANISM) { refuse('28000', 'only SCRAM-SM3 is offered'); return; }
    const bare = clientFirst.slice(3), serverFirst = `${bare.replace(/^n=[^,]*,/, '')}${randomBytes(12).toString('base64')},s=${salt.toString('base64')},i=${ITERATIONS}`;
    socket.write(message('R', Buffer.concat([int(11), Buffer.from(serverFirst)])));
    const proof = verifyProof(keys, bare, serverFirst, (await reader.message()).body.toString());
    if (proof === null) { refuse('28P01', 'password authentication failed'); return; }
    proxy.exchanges += 1;
    socket.write(message('R', Buffer.concat([int(12), Buffer.from(options.impostor ? `v=${randomBytes(32).toString('base64')}` : proof)])));
    const url = new URL(options.backend), database = parameters.get('database');
    if (database === 'postgres') { refuse('3D000', 'database "postgres" does not exist'); return; }
    if (database) url.pathname = `/${OWN_DATABASES.has(database) ? 'postgres' : database}`;
    const backend = new Client({ connectionString: url.toString(), options: parameters.get('options') });
    backend.on('error', () => socket.destroy());
    try { await backend.connect(); } catch (error) { const { code = '' } = error as { code?: string }; if (/^[0-9A-Z]{5}$/.test(code)) refuse(code, (error as Error).message); else socket.destroy(); return; } // nobody there: a server that is down says nothing
    const stream = (backend as unknown as { connection: { stream: Socket } }).connection.stream;
    stream.removeAllListeners('data');
    for (const [name, value] of [['server_version', '12.1'], ['server_encoding', 'UTF8'], ['client_encoding', 'UTF8'], ['DateStyle', 'ISO, MDY'], ['integer_datetimes', 'on'], ['standard_conforming_strings', 'on'], ['TimeZone', 'UTC']] as const) socket.write(message('S', Buffer.concat([cstr(name), cstr(value)])));
    socket.write(Buffer.concat([message('R', int(0)), message('K', Buffer.concat([int(1), int(2)])), message('Z', Buffer.from('I'))]));
    stream.on('data', (chunk: Buffer) => socket.write(chunk));
    stream.on('close', () => socket.destroy());
    socket.on('close', () => stream.destroy());
    for (;;) stream.write(Buffer.concat((await reader.messages()).map(({ type, body }) => {
      if (type === 'Q') return message('Q', cstr(rewrite(body.subarray(0, -1).toString())));
      if (type !== 'P') return message(type, body);
      const name = body.indexOf(0), text = body.indexOf(0, name + 1);
      return message('P', Buffer.concat([body.subarray(0, name + 1), cstr(rewrite(body.subarray(name + 1, text).toString())), body.subarray(text + 1)]));
    })));
    function refuse(code: string, text: string): void { socket.end(message('E', Buffer.concat([cstr('SFATAL'), cstr(`C${code}`), cstr(`M${text}`), Buffer.from('\0')]))); }
  }
  await new Promise<void>((resolve, reject) => { proxy.server.once('error', reject); proxy.server.listen(options.port ?? 0, '127.0.0.1', resolve); });
  proxy.port = (proxy.server.address() as { port: number }).port;
  return proxy;
}
/** Whole pieces of a stream. */
class Reader {
  private chunks: Buffer[] = [];
  private bytes = 0;
  private wake: (() => void) | null = null;
  private ended = false;
  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => { this.chunks.push(chunk); this.bytes += chunk.length; this.wake?.(); });
    socket.on('close', () => { this.ended = true; this.wake?.(); });
  }
  private async have(bytes: number): Promise<Buffer> {
    while (this.bytes < bytes) { if (this.ended) throw new Error('the client is gone'); await new Promise<void>((resolve) => { this.wake = resolve; }); }
    const all = Buffer.concat(this.chunks);
    this.chunks = [all];
    return all;
  }
  private keep(rest: Buffer): void { this.chunks = [rest]; this.bytes = rest.length; }
  async take(bytes: number): Promise<Buffer> {
    const all = await this.have(bytes);
    this.keep(all.subarray(bytes));
    return all.subarray(0, bytes);
  }
  async message(): Promise<{ type: string; body: Buffer }> {
    const head = await this.take(5);
    return { type: String.fromCharCode(head[0] as number), body: await this.take(head.readInt32BE(1) - 4) };
  }
  /** At least one, and all that are whole. */
  async messages(): Promise<{ type: string; body: Buffer }[]> {
    const out: { type: string; body: Buffer }[] = [];
    let all = await this.have(5);
    all = await this.have(1 + all.readInt32BE(1));
    let at = 0;
    for (let end: number; all.length - at >= 5 && (end = at + 1 + all.readInt32BE(at + 1)) <= all.length; at = end) out.push({ type: String.fromCharCode(all[at] as number), body: all.subarray(at + 5, end) });
    this.keep(all.subarray(at));
    return out;
  }
}
