import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A listener that speaks as much of the event socket as a test wants; `answer` decides what each command gets. */
export class FakeSwitch {
  readonly commands: string[] = [];
  readonly sockets: Socket[] = [];
  connections = 0;
  password = 'secret';
  /** Text to send for a command; null for silence. */
  answer: (command: string, socket: Socket) => string | null = () => null;
  private readonly server: Server;

  constructor() { this.server = createServer((socket) => this.serve(socket)); }

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Breaks every connection, as a cable would. */
  cut(): void { for (const socket of this.sockets.splice(0)) socket.destroy(); }

  /** The socket that asked for events. */
  get eventSocket(): Socket | undefined { return this.sockets.find((socket) => subscribed.has(socket)); }
  get commandSocket(): Socket | undefined { return this.sockets.find((socket) => !subscribed.has(socket)); }

  event(headers: Record<string, string>): void { this.eventSocket?.write(frame('text/event-json', JSON.stringify(headers))); }

  private serve(socket: Socket): void {
    this.connections++;
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => { const at = this.sockets.indexOf(socket); if (at >= 0) this.sockets.splice(at, 1); });
    socket.write('Content-Type: auth/request\n\n');
    let pending = '';
    socket.on('data', (chunk) => {
      pending += chunk.toString('utf8');
      for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
        const command = pending.slice(0, end);
        pending = pending.slice(end + 2);
        this.reply(command, socket);
      }
    });
  }

  private reply(command: string, socket: Socket): void {
    if (command.startsWith('auth ')) { socket.write(commandReply(command === `auth ${this.password}` ? '+OK accepted' : '-ERR invalid')); return; }
    if (command.startsWith('filter ')) { socket.write(commandReply('+OK filter added.')); return; }
    if (command.startsWith('event json')) { subscribed.add(socket); socket.write(commandReply('+OK event listener enabled json')); return; }
    this.commands.push(command);
    const text = this.answer(command, socket);
    if (text !== null) socket.write(text);
  }
}

const subscribed = new WeakSet<Socket>();
export const commandReply = (text: string): string => `Content-Type: command/reply\nReply-Text: ${text}\n\n`;
export const frame = (type: string, body: string): string => `Content-Type: ${type}\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`;
export const apiReply = (body: string): string => frame('api/response', body);
export const until = async (condition: () => boolean, ms = 3_000): Promise<void> => {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
