import { connect, type Socket } from 'node:net';
import { cutEvents, type EventHeaders } from './transcript';

/** A bare controller for tests: all events, commands one at a time. */
export class Controller {
  readonly events: EventHeaders[] = [];
  private pending = Buffer.alloc(0);
  private readonly answers: ((text: string) => void)[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => {
      const { events, answers, rest } = cutEvents(Buffer.concat([this.pending, chunk]));
      this.pending = Buffer.from(rest);
      this.events.push(...events);
      for (const answer of answers) this.answers.shift()?.(answer);
    });
  }

  static async open(port: number, password: string): Promise<Controller> {
    const socket = connect(port, '127.0.0.1');
    const controller = new Controller(socket);
    await new Promise<void>((resolve) => { controller.answers.push(() => resolve()); });
    await controller.command(`auth ${password}`);
    await controller.command('event json ALL');
    return controller;
  }

  command(text: string): Promise<string> {
    return new Promise((resolve) => { this.answers.push(resolve); this.socket.write(`${text}\n\n`); });
  }

  async api(text: string): Promise<string> { return this.command(`api ${text}`); }

  /** The first event that fits, past or to come. */
  async until(fits: (event: EventHeaders) => boolean, ms = 5_000): Promise<EventHeaders> {
    const end = Date.now() + ms;
    for (;;) {
      const found = this.events.find(fits);
      if (found) return found;
      if (Date.now() > end) throw new Error('the event did not come');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  of(name: string, uuid: string): Promise<EventHeaders> { return this.until((event) => event['Event-Name'] === name && event['Unique-ID'] === uuid); }
  close(): void { this.socket.destroy(); }
}
