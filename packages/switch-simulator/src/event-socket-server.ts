import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { runCommand } from './commands';
import type { Core } from './core';
import type { SimulatedEvent } from './event';

const LARGEST_MESSAGE = 10 * 1024 * 1024;
const CHANNEL_HEADERS_EVENTS = /^[A-Z_]+$/;

/** The event socket of the switch: greeting, password, commands in order, events as JSON, filters. */
export class EventSocketServer {
  private readonly server: Server;
  private readonly clients = new Set<Client>();

  constructor(private readonly core: Core, private readonly password: string) {
    this.server = createServer((socket) => {
      const client = new Client(core, socket, this.password, () => this.clients.delete(client));
      this.clients.add(client);
    });
  }

  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => { this.server.once('error', reject); this.server.listen(port, '127.0.0.1', resolve); });
    return (this.server.address() as AddressInfo).port;
  }

  get connections(): number { return this.clients.size; }

  /** Breaks all connections, as a network failure would. */
  cut(): void { for (const client of this.clients) client.destroy(); }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

interface Filter { header: string; value: string; positive: boolean; expression: RegExp | null }

class Client {
  private authenticated = false;
  private pending = '';
  private readonly names = new Set<string>();
  private readonly subclasses = new Set<string>();
  private filters: Filter[] = [];
  private readonly queue: { head: string; body: string; headers: Map<string, string> }[] = [];
  private busy = false;
  private closed = false;
  private readonly stopListening: () => void;

  constructor(private readonly core: Core, private readonly socket: Socket, private readonly password: string, private readonly gone: () => void) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk.toString('utf8')));
    socket.on('error', () => this.destroy());
    socket.on('close', () => this.destroy());
    this.stopListening = core.listen((name, subclass) => this.wants(name, subclass), (event) => this.give(event));
    socket.write('Content-Type: auth/request\n\n');
  }

  destroy(): void {
    if (this.closed) return;
    this.closed = true;
    this.stopListening();
    this.socket.destroy();
    this.gone();
  }

  private take(text: string): void {
    this.pending += text;
    if (this.pending.length > LARGEST_MESSAGE) { this.destroy(); return; }
    for (;;) {
      const start = /^[\r\n]+/.exec(this.pending);
      if (start) this.pending = this.pending.slice(start[0].length);
      const end = this.pending.search(/\r?\n\r?\n/);
      if (end < 0) break;
      const block = this.pending.slice(0, end);
      const separator = /^\r?\n\r?\n/.exec(this.pending.slice(end))?.[0].length ?? 2;
      const [head = '', ...lines] = block.split(/\r?\n/);
      const headers = new Map(lines.map((line) => { const at = line.indexOf(':'); return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()] as const; }));
      const length = Number(headers.get('content-length') ?? 0) || 0;
      if (this.pending.length < end + separator + length) break;
      const body = this.pending.slice(end + separator, end + separator + length);
      this.pending = this.pending.slice(end + separator + length);
      this.queue.push({ head, body, headers });
    }
    void this.drain();
  }

  /** Commands of one connection are answered one after the other. */
  private async drain(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try { for (let next = this.queue.shift(); next && !this.closed; next = this.queue.shift()) await this.handle(next.head, next.headers, next.body); } finally { this.busy = false; }
  }

  private reply(text: string): void { if (!this.closed) this.socket.write(`Content-Type: command/reply\nReply-Text: ${text}\n\n`); }

  private async handle(head: string, headers: ReadonlyMap<string, string>, body: string): Promise<void> {
    const [verb = '', ...rest] = head.split(' ');
    const argument = rest.join(' ');
    if (verb === 'exit') { this.reply('+OK bye'); this.goodbye(); return; }
    if (!this.authenticated) {
      if (verb !== 'auth') { this.reply('-ERR command not found'); return; }
      if (argument !== this.password) { this.reply('-ERR invalid'); this.goodbye(); return; }
      this.authenticated = true;
      this.reply('+OK accepted');
      return;
    }
    switch (verb) {
      case 'api': {
        const text = await runCommand(this.core, argument);
        if (!this.closed) this.socket.write(`Content-Type: api/response\nContent-Length: ${Buffer.byteLength(text)}\n\n${text}`);
        return;
      }
      case 'bgapi': this.background(argument, headers.get('job-uuid')); return;
      case 'sendmsg': this.reply(this.message(argument.trim(), headers, body)); return;
      case 'sendevent': this.fire(argument.trim(), headers, body); return;
      case 'event': this.subscribe(argument); return;
      case 'nixevent': for (const name of argument.split(' ')) { this.names.delete(name); this.subclasses.delete(name); } this.reply('+OK events nixed'); return;
      case 'noevents': this.names.clear(); this.subclasses.clear(); this.reply('+OK no longer listening for events'); return;
      case 'filter': this.filter(rest); return;
      case 'log': case 'nolog': case 'linger': case 'nolinger': this.reply('+OK'); return;
      default: this.reply('-ERR command not found');
    }
  }

  private goodbye(): void {
    const text = 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n';
    this.socket.end(`Content-Type: text/disconnect-notice\nContent-Length: ${text.length}\n\n${text}`);
  }

  private background(argument: string, wanted: string | undefined): void {
    if (argument === '') { this.reply('-ERR command not found'); return; }
    const id = wanted ?? this.core.uuid();
    this.reply(`+OK Job-UUID: ${id}\nJob-UUID: ${id}`);
    const space = argument.indexOf(' ');
    void runCommand(this.core, argument).then((text) => this.core.emit('BACKGROUND_JOB', '', () => ({
      'Job-UUID': id, 'Job-Command': space < 0 ? argument : argument.slice(0, space), ...(space < 0 ? {} : { 'Job-Command-Arg': argument.slice(space + 1) }), 'Content-Length': String(Buffer.byteLength(text)), _body: text,
    })), (error: unknown) => this.core.fault(error));
  }

  private message(uuid: string, headers: ReadonlyMap<string, string>, body: string): string {
    const leg = this.core.legs.get(uuid);
    if (!leg || leg.over) return `-ERR invalid session id [${uuid}]`;
    const locked = headers.get('event-lock') === 'true';
    switch (headers.get('call-command')) {
      case 'execute': leg.thread.send({ application: headers.get('execute-app-name') ?? '', data: headers.get('execute-app-arg') ?? body, uuid: headers.get('event-uuid') ?? this.core.uuid(), locked }); return '+OK';
      case 'hangup': leg.thread.send({ application: '', data: '', uuid: '', locked, hangup: headers.get('hangup-cause') ?? 'NORMAL_CLEARING' }); return '+OK';
      default: return '+OK';
    }
  }

  private fire(name: string, headers: ReadonlyMap<string, string>, body: string): void {
    const { core } = this;
    core.emit(name, headers.get('event-subclass') ?? '', () => ({ ...Object.fromEntries(headers), ...(body === '' ? {} : { _body: body }) }));
    this.reply(`+OK ${core.uuid()}`);
  }

  private subscribe(text: string): void {
    const words = text.split(/[ ,]+/).filter((word) => word !== '');
    const format = words[0] === 'plain' || words[0] === 'xml' || words[0] === 'json' ? words.shift() : 'plain';
    if (format !== 'json') { this.reply('-ERR only json is simulated'); return; }
    let custom = false; let any = false;
    for (const word of words) {
      if (custom) { this.subclasses.add(word); any = true; continue; }
      if (!CHANNEL_HEADERS_EVENTS.test(word)) continue;
      this.names.add(word); any = true;
      if (word === 'CUSTOM') custom = true;
    }
    this.reply(any ? '+OK event listener enabled json' : '-ERR no keywords supplied');
  }

  private filter(words: readonly string[]): void {
    if (words[0] === 'delete') {
      const header = words[1] ?? '';
      this.filters = header === 'all' ? [] : this.filters.filter((each) => each.header !== header || (words.length > 2 && each.value !== words.slice(2).join(' ')));
      this.reply(`+OK filter deleted. [${header}][${words.slice(2).join(' ')}]`);
      return;
    }
    const [header = '', ...rest] = words[0] === 'add' ? words.slice(1) : words;
    const value = rest.join(' ');
    if (value === '') { this.reply('-ERR invalid syntax'); return; }
    const bare = value.replace(/^[+\- ]+/, '');
    this.filters.push({ header, value, positive: !/^[+ ]*-/.test(value), expression: value.startsWith('/') ? new RegExp(bare.replace(/^\/|\/$/g, '')) : null });
    this.reply(`+OK filter added. [${header}]=[${value}]`);
  }

  private wants(name: string, subclass: string): boolean {
    if (this.closed || (this.names.size === 0 && this.subclasses.size === 0)) return false;
    if (this.names.has('ALL')) return true;
    return name === 'CUSTOM' ? this.names.has('CUSTOM') && this.subclasses.has(subclass) : this.names.has(name);
  }

  private give(event: SimulatedEvent): void { if (this.passes(event)) this.socket.write(event.frame); }

  /** Any positive filter lets an event in, a negative one keeps it out; without filters all pass. */
  private passes(event: SimulatedEvent): boolean {
    if (this.filters.length === 0) return true;
    let passes = false;
    for (const filter of this.filters) {
      const value = event.get(filter.header);
      if (value === undefined || (passes && filter.positive)) continue;
      const same = filter.expression ? filter.expression.test(value) : value.toLowerCase() === filter.value.replace(/^[+\- ]+/, '').toLowerCase();
      if (!same) continue;
      if (!filter.positive) return false;
      passes = true;
    }
    return passes;
  }
}
