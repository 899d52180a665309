import { connect } from 'node:net';
import { Producer, SimpleConsumer, type ILogger, type MessageView } from 'rocketmq-client-nodejs';
import type { Log } from '../log';
import { BrokerAway, type Broker } from './broker';
import type { BusEvent } from './bus';

export interface RocketmqOptions { endpoints: string; topic: string; group: string; accessKey: string; accessSecret: string; log: Log; /** How many receive beside each other. */ receivers?: number }
const OPEN_MS = 8000, /** The proxy refuses less (grpcClientConsumerMinLongPollingTimeoutMillis). */ AWAIT_MS = 5000, /** What a killed worker held comes to another after this long; the proxy refuses less (minInvisibleTimeMillsForRecv). */ INVISIBLE_MS = 10_000, RENEW_MS = 3000, BATCH = 8, AGAIN_MS = 500, PROBE_MS = 1500;
/** The broker may miss waking a waiting receive for a message that arrives while the receive is being put to wait (PopLongPollingService); a receive that begins afterwards finds it. So long after the last publication one begins, if none began of itself. */
const LOOKS_MS = [150, 400, 800, 1600, 3200, AWAIT_MS];
const TOO_LARGE = /exceeds the threshold|TOO_LARGE|PayloadTooLarge/i;

/** The client's own log goes where ours goes; what it writes at every step stays away. */
const quiet = (log: Log): ILogger => ({ info: () => undefined, debug: () => undefined, warn: () => undefined, error: (...args: unknown[]) => log.warn('rocketmq client', { text: args.map(String).join(' ').slice(0, 300) }) });
const within = <T>(ms: number, what: string, work: Promise<T>): Promise<T> => { let timer: NodeJS.Timeout; return Promise.race([work, new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Error(`${what} did not answer within ${ms} ms`)), ms); })]).finally(() => clearTimeout(timer)); };
const listens = (endpoint: string): Promise<boolean> => new Promise((resolve) => {
  const [host, port] = endpoint.split(':'), socket = connect({ host: host ?? '127.0.0.1', port: Number(port ?? 8081), timeout: PROBE_MS });
  const end = (ok: boolean) => { socket.destroy(); resolve(ok); };
  socket.on('connect', () => end(true)).on('error', () => end(false)).on('timeout', () => end(false));
});
/** The innermost reason in one line: the client wraps it twice, with pages of trace. */
const short = (error: unknown): string => { let inner = error; while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause; return String(inner).split('\n')[0]?.slice(0, 200) ?? ''; };
interface Client { startup(): Promise<unknown>; shutdown(): Promise<unknown> }

/**
 * RocketMQ 5 by the gRPC proxy (PF-14): a FIFO topic, some lanes as a message group, a consumer group with orderly consumption. Topic and group are made by the
 * administrator (docs/缓存与消息.md). The client's `startup` may resolve, or hang, with no server: the port is tried first and everything has a time limit; a client
 * that fails is put away and made anew.
 */
export class RocketmqBroker implements Broker {
  readonly name = 'rocketmq';
  private producer: Promise<Producer> | null = null;
  private receivers: Promise<void>[] = [];
  private consumer: Promise<SimpleConsumer> | null = null;
  private answered = false;
  private stopped = false;
  private busy = 0;
  private begun = 0;
  private look: NodeJS.Timeout | null = null;
  private readonly looking = new Set<Promise<void>>();
  constructor(private readonly o: RocketmqOptions) {}

  healthy(): boolean { return this.answered; }
  start(take: (events: readonly BusEvent[]) => Promise<void>): void { this.take = take; this.receivers = Array.from({ length: this.o.receivers ?? 4 }, () => this.receive(take)); }
  private take: ((events: readonly BusEvent[]) => Promise<void>) | null = null;
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.look) clearTimeout(this.look);
    while (this.busy > 0) await new Promise((r) => setTimeout(r, 10)); // what was taken is settled and acknowledged first
    const { producer, consumer } = this;
    this.producer = this.consumer = null;
    for (const client of [producer, consumer]) if (client) await client.then((c) => this.putAway(c), () => undefined); // one that never started has nothing to put away
    await Promise.all([...this.receivers, ...this.looking]);
  }

  async publish(events: readonly BusEvent[], group: string): Promise<void> {
    const opening = (this.producer ??= this.open(() => new Producer({ ...this.common(), maxAttempts: 1 })));
    try {
      const producer = await opening;
      await producer.send({ topic: this.o.topic, keys: [String(events[0]?.id)], messageGroup: group, body: Buffer.from(JSON.stringify(events)) });
      this.answered = true;
      this.lookAfter(performance.now(), 0);
    } catch (error) {
      if (TOO_LARGE.test(String(error))) throw error;
      this.answered = false;
      if (this.producer === opening) { this.producer = null; void opening.then((c) => this.putAway(c), () => undefined); } // the failure is thrown below
      throw new BrokerAway(`rocketmq: ${short(error)}`);
    }
  }
  private common() {
    return { endpoints: this.o.endpoints, namespace: '', requestTimeout: 3000, logger: quiet(this.o.log), topics: [this.o.topic], ...(this.o.accessKey ? { sessionCredentials: { accessKey: this.o.accessKey, accessSecret: this.o.accessSecret } } : {}) };
  }
  private async open<T extends Client>(make: () => T): Promise<T> {
    const reached = await Promise.all(this.o.endpoints.split(';').map(listens));
    if (!reached.some(Boolean)) throw new Error(`nobody listens at ${this.o.endpoints}`);
    const client = make();
    try { await within(OPEN_MS, 'startup', client.startup()); return client; } catch (error) { void this.putAway(client); throw error; }
  }
  private async putAway(client: Client): Promise<void> { await within(2000, 'shutdown', client.shutdown()).catch((error: unknown) => this.o.log.warn('rocketmq client put away badly', { error })); }
  /** Sets the next look after a publication; a later publication begins the row anew. */
  private lookAfter(published: number, turn: number): void {
    const { take } = this, due = LOOKS_MS[turn];
    if (this.look) clearTimeout(this.look);
    this.look = null;
    if (this.stopped || !take || due === undefined) return;
    this.look = setTimeout(() => {
      if (this.begun < published + (LOOKS_MS[turn - 1] ?? 0)) { const looked = this.receive(take, true).finally(() => this.looking.delete(looked)); this.looking.add(looked); }
      this.lookAfter(published, turn + 1);
    }, Math.max(0, published + due - performance.now()));
    this.look.unref();
  }
  /** @param once leaves the rest, and what fails, to those that go on. */
  private async receive(take: (events: readonly BusEvent[]) => Promise<void>, once = false): Promise<void> {
    for (let failures = 0; !this.stopped;) {
      const opening = (this.consumer ??= this.open(() => new SimpleConsumer({ ...this.common(), consumerGroup: this.o.group, subscriptions: new Map([[this.o.topic, '*']]), awaitDuration: AWAIT_MS, maxRetryAttempts: 1 })));
      let messages: MessageView[];
      try { messages = await within(AWAIT_MS + 6000, 'receive', opening.then((c) => { this.begun = performance.now(); return c.receive(BATCH, INVISIBLE_MS); })); this.answered = true; failures = 0; } catch (error) {
        if (this.stopped || once) return; // a broker that is away is told by those that go on
        this.answered = false;
        if (this.consumer === opening) {
          this.consumer = null;
          this.o.log.warn('nothing comes from rocketmq; connecting anew', { why: short(error) });
          void opening.then((c) => this.putAway(c), () => undefined); // the failure is logged above
        }
        await new Promise((r) => setTimeout(r, Math.min(3000, AGAIN_MS * 2 ** failures++)));
        continue;
      }
      if (messages.length) {
        this.busy += 1;
        try { await this.handle(await opening, messages, take); } finally { this.busy -= 1; }
      }
      if (once) return;
    }
  }
  private async handle(consumer: SimpleConsumer, messages: readonly MessageView[], take: (events: readonly BusEvent[]) => Promise<void>): Promise<void> {
    // long work must not come to a second worker meanwhile
    const renew = setInterval(() => { for (const message of messages) void consumer.changeInvisibleDuration(message, INVISIBLE_MS).catch((error: unknown) => this.o.log.warn('a message may come twice', { error })); }, RENEW_MS);
    try {
      // a message of the version before holds one event
      await take(messages.flatMap((message) => JSON.parse(message.body.toString('utf8')) as BusEvent | BusEvent[]));
    } catch (error) {
      this.o.log.warn('messages will come again when their time is over', { n: messages.length, error });
      await new Promise((r) => setTimeout(r, AGAIN_MS));
      return;
    } finally { clearInterval(renew); }
    await Promise.all(messages.map((message) => consumer.ack(message).catch((error: unknown) => this.o.log.warn('a settled message was not acknowledged; its second copy is known', { error }))));
  }
}
