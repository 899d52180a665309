import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { Client } from 'pg';
import { MECHANISM, scramKeys, verifyProof } from '../scram-sm3';

const SSL_REQUEST = 80877103, CANCEL_REQUEST = 80877102, ITERATIONS = 4096;
const message = (type: string, body: Buffer): Buffer => { const head = Buffer.alloc(5); head.write(type, 0, 'latin1'); head.writeInt32BE(body.length + 4, 1); return Buffer.concat([head, body]); };
const int = (n: number): Buffer => { const b = Buffer.alloc(4); b.writeInt32BE(n); return b; };
const cstr = (text: string): Buffer => Buffer.from(`${text}\0`);

export interface KingbaseProxyOptions { /** Of a real PostgreSQL. */ backend: string; password: string; version?: string; /** null: the parameter is unknown, as on an old server. */ mode?: string | null; /** Gives a wrong proof of its own. */ impostor?: boolean }
export interface KingbaseProxy { port: number; exchanges: number; server: Server; stop(): Promise<void> }

/**
 * A server that speaks as KingbaseES does, on top of a real PostgreSQL: authenticates by SCRAM-SM3 only, calls itself KingbaseES in `version()`, answers
 * `show database_mode`, and passes all else through on the wire.
 */
export async function startKingbaseProxy(options: KingbaseProxyOptions): Promise<KingbaseProxy> {
  const salt = randomBytes(16), keys = await scramKeys(options.password, salt, ITERATIONS), sockets = new Set<Socket>();
  const version = options.version ?? 'KingbaseES V008R006C008B0014 on x86_64-pc-linux-gnu, compiled by gcc (GCC) 4.8.5, 64-bit', mode = options.mode === undefined ? 'pg' : options.mode;
  /** SQL of the client in words that PostgreSQL knows. */
  const rewrite = (sql: string): string => sql.replace(/\bversion\(\)/gi, `('${version}')`).replace(/^show database_mode$/i, mode === null ? 'show database_mode' : `select '${mode}' as database_mode`);
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
    if (database) url.pathname = `/${database}`;
    const backend = new Client({ connectionString: url.toString(), options: parameters.get('options') });
    backend.on('error', () => socket.destroy());
    try { await backend.connect(); } catch (error) { refuse((error as { code?: string }).code ?? '08006', (error as Error).message); return; }
    const stream = (backend as unknown as { connection: { stream: Socket } }).connection.stream;
    stream.removeAllListeners('data');
    for (const [name, value] of [['server_version', '12.1'], ['server_encoding', 'UTF8'], ['client_encoding', 'UTF8'], ['DateStyle', 'ISO, MDY'], ['integer_datetimes', 'on'], ['standard_conforming_strings', 'on'], ['TimeZone', 'UTC']] as const) socket.write(message('S', Buffer.concat([cstr(name), cstr(value)])));
    socket.write(Buffer.concat([message('R', int(0)), message('K', Buffer.concat([int(1), int(2)])), message('Z', Buffer.from('I'))]));
    stream.on('data', (chunk: Buffer) => socket.write(chunk));
    stream.on('close', () => socket.destroy());
    socket.on('close', () => stream.destroy());
    for (;;) {
      const { type, body } = await reader.message();
      if (type === 'Q') stream.write(message('Q', cstr(rewrite(body.subarray(0, -1).toString()))));
      else if (type === 'P') {
        const name = body.indexOf(0), text = body.indexOf(0, name + 1);
        stream.write(message('P', Buffer.concat([body.subarray(0, name + 1), cstr(rewrite(body.subarray(name + 1, text).toString())), body.subarray(text + 1)])));
      } else stream.write(message(type, body));
    }
    function refuse(code: string, text: string): void { socket.end(message('E', Buffer.concat([cstr('SFATAL'), cstr(`C${code}`), cstr(`M${text}`), Buffer.from('\0')]))); }
  }
  await new Promise<void>((resolve, reject) => { proxy.server.once('error', reject); proxy.server.listen(0, '127.0.0.1', resolve); });
  proxy.port = (proxy.server.address() as { port: number }).port;
  return proxy;
}
/** Whole pieces of a stream. */
class Reader {
  private buffer = Buffer.alloc(0);
  private wake: (() => void) | null = null;
  private ended = false;
  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => { this.buffer = Buffer.concat([this.buffer, chunk]); this.wake?.(); });
    socket.on('close', () => { this.ended = true; this.wake?.(); });
  }
  async take(bytes: number): Promise<Buffer> {
    while (this.buffer.length < bytes) { if (this.ended) throw new Error('the client is gone'); await new Promise<void>((resolve) => { this.wake = resolve; }); }
    const out = this.buffer.subarray(0, bytes);
    this.buffer = this.buffer.subarray(bytes);
    return out;
  }
  async message(): Promise<{ type: string; body: Buffer }> {
    const head = await this.take(5);
    return { type: String.fromCharCode(head[0] as number), body: await this.take(head.readInt32BE(1) - 4) };
  }
}
