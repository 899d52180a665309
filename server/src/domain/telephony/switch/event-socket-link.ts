import { randomUUID } from 'node:crypto';
import { AppError } from '../../../platform/errors/app-error';
import { commandLine, messageText } from './command-text';
import { EventQueue } from './event-queue';
import { EventSocketConnection, replyText, unavailable, WRONG_PASSWORD } from './event-socket-connection';
import { MalformedFrame } from './frame-reader';
import { fence, FENCED } from './lease';
import { JsonEvent } from './json-event';
import { KeyedCommands } from './keyed-commands';
import { DEFAULT_EVENTS, type CommandOptions, type SwitchEvent, type SwitchLink, type SwitchLinkOptions, type SwitchLinkState, type SwitchReply } from './switch-link';

const CONNECT_TIMEOUT_MS = 3_000;
const COMMAND_TIMEOUT_MS = 3_000;
const JOB_TIMEOUT_MS = 90_000;
const SILENCE_MS = 45_000;

interface Job { resolve: (reply: SwitchReply) => void; reject: (error: Error) => void; timer: NodeJS.Timeout }

/** SwitchLink over two sockets of our own: commands on one, events on the other, both made anew when either breaks. */
export class EventSocketLink implements SwitchLink {
  readonly name: string;
  private current: SwitchLinkState = 'idle';
  private commands: EventSocketConnection | null = null;
  private events: EventSocketConnection | null = null;
  private readonly eventListeners = new Set<(event: SwitchEvent) => void>();
  private readonly stateListeners = new Set<(state: SwitchLinkState) => void>();
  private readonly jobs = new Map<string, Job>();
  private readonly keyed = new KeyedCommands();
  private readonly queue = new EventQueue((event) => this.deliver(event));
  private closing = false;
  private retry: NodeJS.Timeout | null = null;
  private watch: NodeJS.Timeout | null = null;
  private pause: number;
  private first: { resolve: () => void; reject: (error: Error) => void } | null = null;
  /** A break while both connections are being made must not start a second attempt. */
  private attempt = 0;

  constructor(private readonly options: SwitchLinkOptions) {
    this.name = options.name;
    this.pause = this.backoff.firstMs;
    if (/[\r\n\0]/.test(options.password)) throw new AppError('BAD_INPUT', '语音交换的口令中不能含有换行');
  }

  get state(): SwitchLinkState { return this.current; }
  /** Events received and not yet handed to the listeners; a figure for the monitor. */
  get backlog(): number { return this.queue.length; }

  connect(): Promise<void> {
    if (this.current !== 'idle') return Promise.reject(new Error('the link was already connected'));
    this.closing = false;
    return new Promise((resolve, reject) => { this.first = { resolve, reject }; void this.establish(); });
  }

  async close(): Promise<void> {
    this.closing = true;
    this.tearDown('closed by us');
    this.enter('idle');
    this.first?.reject(unavailable('closed by us'));
    this.first = null;
  }

  onEvent(listener: (event: SwitchEvent) => void): () => void { this.eventListeners.add(listener); return () => { this.eventListeners.delete(listener); }; }
  onState(listener: (state: SwitchLinkState) => void): () => void { this.stateListeners.add(listener); return () => { this.stateListeners.delete(listener); }; }

  async api(command: string, options: CommandOptions = {}): Promise<SwitchReply> {
    const line = this.fenced(commandLine(command), options);
    return this.keyed.run(options.key, () => this.allowed(), () => this.command(`api ${line}\n\n`, options.timeoutMs ?? COMMAND_TIMEOUT_MS));
  }

  async bgapi(command: string, options: CommandOptions = {}): Promise<SwitchReply> {
    const line = this.fenced(commandLine(command), options);
    return this.keyed.run(options.key, () => this.allowed(), () => this.job(line, options.timeoutMs ?? JOB_TIMEOUT_MS));
  }

  async sendmsg(uuid: string, headers: Readonly<Record<string, string>>, body?: string, options: CommandOptions = {}): Promise<SwitchReply> {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(uuid)) throw new AppError('BAD_INPUT', '通话编号的格式不正确');
    const text = messageText(`sendmsg ${uuid}`, { 'event-lock': 'true', ...headers }, body);
    return this.keyed.run(options.key, () => this.allowed(), () => this.command(finished(text, body), options.timeoutMs ?? COMMAND_TIMEOUT_MS));
  }

  async sendevent(name: string, headers: Readonly<Record<string, string>>, body?: string, options: CommandOptions = {}): Promise<SwitchReply> {
    if (!/^[A-Z_]{1,40}$/.test(name)) throw new AppError('BAD_INPUT', '事件名称的格式不正确');
    const text = messageText(`sendevent ${name}`, headers, body);
    return this.keyed.run(options.key, () => this.allowed(), () => this.command(finished(text, body), options.timeoutMs ?? COMMAND_TIMEOUT_MS));
  }

  private get backoff(): { firstMs: number; largestMs: number } { return this.options.backoff ?? { firstMs: 200, largestMs: 3_000 }; }

  /** @throws AppError when nothing may be sent now; then the key is free again, for nothing went out. */
  private allowed(): void {
    if (this.options.mayCommand && !this.options.mayCommand()) throw new AppError('DIRECTOR_UNAVAILABLE');
    if (this.current !== 'up') throw unavailable(`link ${this.current}`);
  }

  private async command(text: string, timeoutMs: number): Promise<SwitchReply> {
    const connection = this.commands;
    if (!connection) throw unavailable('link down');
    return this.judge(replyText(await connection.send(text, timeoutMs)));
  }

  /** The node compares the epochs, not we: a director that was paused between its own check and the write is refused all the same. */
  private fenced(line: string, options: CommandOptions): string {
    return this.options.epoch && options.unfenced !== true ? fence(line, this.options.epoch()) : line;
  }

  private judge(text: string): SwitchReply {
    if (!text.startsWith(FENCED)) return { ok: !text.startsWith('-'), text };
    this.options.onFenced?.();
    throw new AppError('DIRECTOR_UNAVAILABLE', undefined, undefined, new Error(`${this.name} serves another epoch`));
  }

  private async job(line: string, timeoutMs: number): Promise<SwitchReply> {
    const id = randomUUID();
    const result = new Promise<SwitchReply>((resolve, reject) => {
      const timer = setTimeout(() => { this.jobs.delete(id); reject(unavailable('job timeout')); }, timeoutMs);
      // The job is known before its command leaves: BACKGROUND_JOB comes on the other connection and can overtake the answer.
      this.jobs.set(id, { resolve, reject, timer });
    });
    result.catch(() => undefined);
    try {
      const accepted = await this.command(`bgapi ${line}\nJob-UUID: ${id}\n\n`, Math.min(timeoutMs, COMMAND_TIMEOUT_MS));
      if (accepted.ok) return await result;
      this.forget(id);
      return accepted;
    } catch (error) { this.forget(id); throw error; }
  }

  private forget(id: string): void {
    const job = this.jobs.get(id);
    if (job) clearTimeout(job.timer);
    this.jobs.delete(id);
  }

  private async establish(): Promise<void> {
    const attempt = ++this.attempt;
    this.enter('connecting');
    const open = (onEvent: (body: Buffer) => void): EventSocketConnection => new EventSocketConnection({
      host: this.options.host, port: this.options.port, password: this.options.password, connectTimeoutMs: CONNECT_TIMEOUT_MS, onEvent,
      onClose: (reason) => { if (attempt === this.attempt) this.broken(reason); },
    });
    const commands = open(() => { throw new MalformedFrame('an event on the command connection'); });
    const events = open((body) => this.receive(body, attempt));
    this.commands = commands; this.events = events;
    try {
      await Promise.all([commands.open(), events.open()]);
      for (const line of this.subscription()) {
        const answer = replyText(await events.send(`${line}\n\n`, COMMAND_TIMEOUT_MS));
        if (!answer.startsWith('+OK')) throw new Error(`the switch refused "${line.slice(0, 60)}": ${answer}`);
      }
    } catch (error) {
      if (attempt === this.attempt) this.broken((error as Error).message);
      return;
    }
    if (attempt !== this.attempt) return;
    this.pause = this.backoff.firstMs;
    this.watchSilence(events);
    this.enter('up');
    this.first?.resolve();
    this.first = null;
    this.held?.forEach((event) => this.queue.push(event));
    this.held = null;
  }

  /** Events that come between the subscription and `up`: they wait, so that listeners reconcile first. */
  private held: SwitchEvent[] | null = null;

  private subscription(): string[] {
    const events = this.options.events ?? DEFAULT_EVENTS;
    for (const event of events) commandLine(event);
    const plain = events.filter((event) => !event.startsWith('CUSTOM '));
    const custom = events.filter((event) => event.startsWith('CUSTOM ')).map((event) => event.slice(7));
    const tag = this.options.executeTag ?? 'rh-';
    if (!/^[A-Za-z0-9-]{1,20}$/.test(tag)) throw new AppError('BAD_INPUT', '指令标记的格式不正确');
    return [
      // The filters come first: the music room alone runs an application a second for each waiting caller.
      'filter Event-Name /^(?!CHANNEL_EXECUTE_COMPLETE$)/',
      `filter Application-UUID /^${tag}/`,
      `event json ${plain.join(' ')}${custom.length > 0 ? ` CUSTOM ${custom.join(' ')}` : ''}`,
    ];
  }

  private receive(body: Buffer, attempt: number): void {
    if (attempt !== this.attempt) return;
    const event = new JsonEvent(body);
    if (event.name === 'BACKGROUND_JOB') this.finishJob(event);
    else if (this.current === 'up') this.queue.push(event);
    else (this.held ??= []).push(event);
  }

  private finishJob(event: JsonEvent): void {
    const id = event.get('Job-UUID') ?? '';
    const job = this.jobs.get(id);
    if (!job) return;
    this.forget(id);
    try { job.resolve(this.judge(event.body.replace(/\s+$/, ''))); } catch (error) { job.reject(error as Error); }
  }

  private deliver(event: SwitchEvent): void {
    for (const listener of this.eventListeners) {
      try { listener(event); } catch (error) {
        if (error instanceof MalformedFrame) { this.events?.close(`malformed event: ${error.message}`); return; }
        this.options.log?.('error', 'a listener of switch events threw', { node: this.name, event: event.name, error });
      }
    }
  }

  private watchSilence(events: EventSocketConnection): void {
    const silenceMs = this.options.silenceMs ?? SILENCE_MS;
    this.watch = setInterval(() => { if (performance.now() - events.lastHeardAt > silenceMs) events.close('no heartbeat'); }, Math.max(20, silenceMs / 4));
    this.watch.unref();
  }

  private broken(reason: string): void {
    if (this.closing) return;
    this.tearDown(reason);
    const { first } = this;
    if (reason === WRONG_PASSWORD && first) {
      this.first = null; this.closing = true;
      this.enter('idle');
      first.reject(new AppError('SWITCH_UNAVAILABLE', '语音交换拒绝了口令，请核对节点的事件口令'));
      return;
    }
    this.enter('down');
    this.options.log?.('warn', 'switch link lost', { node: this.name, reason, retryMs: this.pause });
    this.retry = setTimeout(() => { this.retry = null; void this.establish(); }, this.pause);
    this.pause = Math.min(this.pause * 2, this.backoff.largestMs);
  }

  private tearDown(reason: string): void {
    this.attempt++;
    if (this.retry) clearTimeout(this.retry);
    if (this.watch) clearInterval(this.watch);
    this.retry = null; this.watch = null; this.held = null;
    this.commands?.close(reason); this.events?.close(reason);
    this.commands = null; this.events = null;
    this.queue.clear();
    for (const [id, job] of this.jobs) { clearTimeout(job.timer); this.jobs.delete(id); job.reject(unavailable(`link lost before the job's result: ${reason}`)); }
  }

  private enter(state: SwitchLinkState): void {
    if (this.current === state) return;
    this.current = state;
    for (const listener of this.stateListeners) {
      try { listener(state); } catch (error) { this.options.log?.('error', 'a listener of the link state threw', { node: this.name, state, error }); }
    }
  }
}

function finished(text: string, body: string | undefined): string { return body === undefined || body === '' ? `${text}\n` : text; }
