import { getCurrentScope, onScopeDispose, ref, type Ref } from 'vue';
import { io, type Socket } from 'socket.io-client';
import type { FrontEnd, LiveEvent, LiveMessage, ResumeAnswer, ResumeRequest } from '@ronghu/contract';
import { FRONT_BASE } from './request-url';
import { RoomLedger } from './room-ledger';
import { learnServerTime } from './server-clock';

export type LiveState = 'closed' | 'connecting' | 'live' | 'interrupted';
type EventOf<K extends LiveEvent['kind']> = Extract<LiveEvent, { kind: K }>;
type Off = () => void;
export interface Live {
  /** State of the connection, for the banner. */
  readonly state: Ref<LiveState>;
  /** Connects (after sign-in). Harmless when connected. */
  connect(): void;
  /** Disconnects and forgets what was seen (sign-out). */
  close(): void;
  /** Hears one kind of event until the surrounding Vue scope ends, or the returned function is called. */
  on<K extends LiveEvent['kind']>(kind: K, handler: (event: EventOf<K>, message: LiveMessage) => void): Off;
  /** Called when messages were lost for good: load what is shown anew. `rooms` says where; an empty list means anywhere. */
  onReload(handler: (rooms: string[]) => void): Off;
}
/** The part of a socket that is used, so that a test can stand in for it. */
export interface LiveSocket {
  connected: boolean;
  on(name: string, handler: (...args: never[]) => void): unknown;
  connect(): unknown;
  disconnect(): unknown;
  timeout(ms: number): { emitWithAck(name: string, body: unknown): Promise<unknown> };
}
interface LiveMaking { socket?: (path: string) => LiveSocket; onRefused?: (message: string) => void }

let current: Live | null = null;
/** The one live connection of this page. */
export function useLive(): Live {
  if (current === null) throw new Error('createLive must run before useLive');
  return current;
}

/**
 * Makes the live connection of one front end (not yet connected) and remembers it for `useLive`. Messages reach handlers in order and once;
 * after an interruption the missing ones are asked for, and where the server cannot give them the reload handlers run instead.
 */
export function createLive(front: FrontEnd, making: LiveMaking = {}): Live {
  const state: Ref<LiveState> = ref('closed');
  const ledger = new RoomLedger();
  const handlers = new Map<string, Set<(event: never, message: LiveMessage) => void>>();
  const reloads = new Set<(rooms: string[]) => void>();
  let socket: LiveSocket | null = null;
  let wasConnected = false;
  let resuming = false;
  let askAgain = false;

  function deliver(message: LiveMessage): void {
    for (const handler of [...(handlers.get(message.event.kind) ?? [])]) {
      try { handler(message.event as never, message); } catch (error) { reportError(error); }
    }
  }
  function reload(rooms: string[]): void {
    for (const handler of [...reloads]) {
      try { handler(rooms); } catch (error) { reportError(error); }
    }
  }

  function receive(message: LiveMessage): void {
    // Said to this one connection (session ended, rights changed): it belongs to no room and is not counted.
    if (message.seq === 0) { deliver(message); return; }
    const verdict = ledger.take(message);
    if (verdict === 'duplicate') return;
    // Left out on purpose: the answer to `resume` brings it again, in its place.
    if (verdict === 'gap') { void resume(); return; }
    deliver(message);
    if (verdict === 'newEpoch') reload([message.room]);
  }

  async function resume(): Promise<void> {
    if (socket === null || !socket.connected) return;
    if (resuming) { askAgain = true; return; }
    resuming = true;
    const asked = ledger.request();
    const reconnected = wasConnected;
    wasConnected = true;
    try {
      const answer = await socket.timeout(10_000).emitWithAck('resume', asked satisfies ResumeRequest) as ResumeAnswer;
      learnServerTime(answer.serverTime);
      const lost = Object.entries(answer.rooms).filter(([, word]) => word !== 'resumed').map(([room]) => room);
      for (const room of lost) ledger.forget(room);
      // Where each room stands now: a base for rooms from which nothing has come yet. Without it a quiet room could lose a message unseen.
      for (const [room, head] of Object.entries(answer.heads ?? {})) if (!ledger.has(room)) ledger.put(room, head);
      if (lost.length > 0) reload(lost);
      else if (reconnected && answer.heads === undefined) reload([]);
    } catch {
      if (reconnected) reload([]);
    } finally {
      resuming = false;
      if (askAgain) { askAgain = false; void resume(); }
    }
  }

  function open(): LiveSocket {
    const path = `${FRONT_BASE[front]}/live`;
    const made = making.socket !== undefined ? making.socket(path) : openSocket(path);
    made.on('connect', () => { state.value = 'live'; void resume(); });
    made.on('disconnect', () => { if (state.value !== 'closed') state.value = 'interrupted'; });
    made.on('connect_error', (error: { message: string }) => {
      if (state.value !== 'closed') state.value = wasConnected ? 'interrupted' : 'connecting';
      making.onRefused?.(error.message);
    });
    made.on('live', (message: LiveMessage) => receive(message));
    return made;
  }

  const live: Live = {
    state,
    connect() {
      if (state.value !== 'closed') return;
      state.value = 'connecting';
      socket ??= open();
      socket.connect();
    },
    close() {
      state.value = 'closed';
      socket?.disconnect();
      socket = null;
      wasConnected = false;
      for (const room of Object.keys(ledger.request().rooms)) ledger.forget(room);
    },
    on(kind, handler) {
      const set = handlers.get(kind) ?? new Set();
      handlers.set(kind, set);
      set.add(handler as (event: never, message: LiveMessage) => void);
      return disposed(() => set.delete(handler as (event: never, message: LiveMessage) => void));
    },
    onReload(handler) {
      reloads.add(handler);
      return disposed(() => reloads.delete(handler));
    },
  };
  current = live;
  return live;
}

function disposed(off: () => unknown): Off {
  const once = (): void => { off(); };
  if (getCurrentScope() !== undefined) onScopeDispose(once);
  return once;
}

/** A handler's mistake must not stop the others, and must not vanish: the page's error handler hears it. */
function reportError(error: unknown): void { setTimeout(() => { throw error; }); }

function openSocket(path: string): LiveSocket {
  const socket: Socket = io({ path, autoConnect: false, transports: ['websocket'], reconnectionDelay: 300, reconnectionDelayMax: 3000, randomizationFactor: 0.4, withCredentials: true });
  return socket as unknown as LiveSocket;
}
