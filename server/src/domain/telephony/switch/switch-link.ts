/** What the rest of the telephone domain knows of a switch node: two event-socket connections behind one object. */

/** `idle` before connect and after close; `up` only when both connections are authenticated and the subscription stands. */
export type SwitchLinkState = 'idle' | 'connecting' | 'up' | 'down';

/** One event. Name and leg are read without parsing the whole body; the first `get` parses it. */
export interface SwitchEvent {
  /** `Event-Name`, e.g. CHANNEL_ANSWER. */
  readonly name: string;
  /** `Event-Subclass` of a CUSTOM event, else ''. */
  readonly subclass: string;
  /** `Unique-ID`, or '' when the event belongs to no leg. */
  readonly uuid: string;
  /** `Event-Sequence` of the switch; goes backwards between legs, never within one. */
  readonly sequence: number;
  /** Header as text; a list header gives its first entry. Undefined when absent. */
  get(header: string): string | undefined;
  /** Channel variable: `get('variable_' + name)`. */
  variable(name: string): string | undefined;
  /** `_body` of the event ('' when none): the result of a background job. */
  readonly body: string;
}

/** Answer of the switch. `-ERR` and `-USAGE` are answers (`ok` false), not exceptions: races with a hang-up are everyday. */
export interface SwitchReply { readonly ok: boolean; readonly text: string }

export interface CommandOptions {
  /** Default 3,000 ms for api and sendmsg, 90,000 ms for a background job. */
  timeoutMs?: number;
  /** Same key within ten minutes: the same promise, nothing is sent again (also across a reconnect). */
  key?: string;
  /** Sent as it is even when the link has an epoch: for commands that only read, and for the lease itself. */
  unfenced?: boolean;
}

export interface SwitchLinkOptions {
  /** Name of the node in the log and in `Ronghu` variables. */
  name: string;
  host: string;
  port: number;
  password: string;
  /** Event names; CUSTOM subclasses as `CUSTOM sofia::register`. Default `DEFAULT_EVENTS`. */
  events?: readonly string[];
  /** Only these CHANNEL_EXECUTE_COMPLETE arrive: `Application-UUID` beginning so (give `event-uuid: rh-…` in sendmsg). Default 'rh-'. */
  executeTag?: string;
  /** Asked before every command; false refuses it with DIRECTOR_UNAVAILABLE (the lease of the director lapsed). */
  mayCommand?: () => boolean;
  /**
   * Epoch of the director's lease. When given, every api and bgapi command is made conditional on the node itself: a node that knows another
   * epoch does not obey, the command rejects with DIRECTOR_UNAVAILABLE and `onFenced` is called. Claim it with `claimLease` at each `up`.
   */
  epoch?: () => number;
  onFenced?: () => void;
  /** First and largest pause between two attempts, milliseconds. Default 200 and 3,000. */
  backoff?: { firstMs: number; largestMs: number };
  /** A link that says nothing for so long is closed and made anew (the switch sends HEARTBEAT every 20 s unasked-for otherwise). Default 45,000 ms. */
  silenceMs?: number;
  log?: (level: 'info' | 'warn' | 'error', text: string, detail?: object) => void;
}

/**
 * A node of FreeSWITCH (or the simulator).
 * - Commands go out pipelined and are answered in order; each has its own timeout.
 * - AppError BAD_INPUT: a line break or NUL in an argument. AppError SWITCH_UNAVAILABLE: link down, timeout, or the link broke before the
 *   answer (then it is unknown whether the switch obeyed: reconcile, or repeat with the same idea and a look at the switch first).
 * - After every (re)connection `onState('up')` comes before the first event: reconcile with `show channels as json` there.
 */
export interface SwitchLink {
  readonly name: string;
  readonly state: SwitchLinkState;
  /** Begins connecting and resolves at the first `up`; later losses are repaired by itself. Rejects only when `close` is called before, or the password is wrong. */
  connect(): Promise<void>;
  close(): Promise<void>;
  /** Returns a function that removes the listener. A listener that throws is logged and harms nobody else. */
  onEvent(listener: (event: SwitchEvent) => void): () => void;
  onState(listener: (state: SwitchLinkState) => void): () => void;
  /** `api('uuid_kill ' + uuid)`; text without the trailing line break. */
  api(command: string, options?: CommandOptions): Promise<SwitchReply>;
  /** Resolves with the result of the finished job (`+OK uuid`, `-ERR NO_ANSWER`). */
  bgapi(command: string, options?: CommandOptions): Promise<SwitchReply>;
  /**
   * `sendmsg(uuid, { 'call-command': 'execute', 'execute-app-name': 'playback', 'execute-app-arg': '…', 'event-uuid': 'rh-…' })`.
   * `event-lock: true` is added unless given (without it queued messages run last first). Resolves when the switch has queued it.
   */
  sendmsg(uuid: string, headers: Readonly<Record<string, string>>, body?: string, options?: CommandOptions): Promise<SwitchReply>;
  /** `sendevent NAME` with headers, e.g. MESSAGE with `eavesdrop-command`. */
  sendevent(name: string, headers: Readonly<Record<string, string>>, body?: string, options?: CommandOptions): Promise<SwitchReply>;
}

export const DEFAULT_EVENTS: readonly string[] = [
  'CHANNEL_CREATE', 'CHANNEL_PROGRESS', 'CHANNEL_PROGRESS_MEDIA', 'CHANNEL_ANSWER', 'CHANNEL_PARK', 'CHANNEL_BRIDGE', 'CHANNEL_UNBRIDGE',
  'CHANNEL_HOLD', 'CHANNEL_UNHOLD', 'CHANNEL_HANGUP', 'CHANNEL_HANGUP_COMPLETE', 'CHANNEL_EXECUTE_COMPLETE', 'DTMF', 'RECORD_START', 'RECORD_STOP',
  'BACKGROUND_JOB', 'HEARTBEAT', 'CUSTOM sofia::register', 'CUSTOM sofia::unregister', 'CUSTOM sofia::expire', 'CUSTOM sofia::gateway_state', 'CUSTOM ronghu::call',
];
