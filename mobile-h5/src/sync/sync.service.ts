import { liveQuery } from 'dexie';
import { useLive } from '@ronghu/ui/core';
import type { FieldDatabase } from '../store/database';
import { SyncEngine } from './sync.engine';
import { browserPorts } from './sync.ports';
import type { Fault, SyncControl, WakeReason } from './sync.rules';

const INTERVAL_MS = 60_000;
export interface SyncStatus {
  /** Another tab of this browser does the work. */
  elsewhere: boolean;
  busy: boolean;
  fault: Fault | null;
  blocked: SyncControl['blocked'];
  /** When it is tried again, ms of this phone's clock; null while nothing is wrong. */
  retryAt: number | null;
}
export const IDLE: SyncStatus = { elsewhere: true, busy: false, fault: null, blocked: null, retryAt: null };

function statusOf(control: Readonly<SyncControl>): SyncStatus {
  return { elsewhere: false, busy: control.doing !== null, fault: control.fault, blocked: control.blocked, retryAt: control.fault && control.notBefore > Date.now() ? control.notBefore : null };
}

/** One engine for all tabs: who holds the lock syncs, the others wait for it and see the same storage. Where a browser has no locks each tab syncs; the server takes a step once all the same. */
function holdLock(name: string, signal: AbortSignal, run: () => Promise<void>): void {
  if (!('locks' in navigator)) { void run(); return; }
  navigator.locks.request(name, { signal }, run).catch((error: unknown) => { if (!signal.aborted) throw error; });
}

/**
 * Keeps one account's queue moving until it is stopped: woken by new steps, by the network, by the live connection, by the page coming back
 * and by the clock. `wake` from any tab reaches the tab that works.
 */
export function startSync(db: FieldDatabase, changed: (status: SyncStatus) => void, afterExchange: () => void): { wake(reason: WakeReason): void; stop(): void } {
  const end = new AbortController();
  const channel = new BroadcastChannel(`ronghu-m-sync-${db.accountId}`);
  let engine: SyncEngine | null = null;
  const wake = (reason: WakeReason): void => { if (engine) void engine.wake(reason); else channel.postMessage(reason); };
  channel.onmessage = (message: MessageEvent<WakeReason>) => { if (engine) void engine.wake(message.data); };
  changed(IDLE);

  holdLock(`ronghu-m-sync-${db.accountId}`, end.signal, async () => {
    let wasBusy = false;
    const device = await db.deviceId();
    const own = new SyncEngine(browserPorts(db, (control) => {
      const status = statusOf(control);
      if (wasBusy && !status.busy && !status.fault) afterExchange();
      wasBusy = status.busy;
      changed(status);
    }), Number.parseInt(device.slice(0, 8), 16));
    engine = own;
    // A change of the count by any tab; the number itself is not used.
    const watch = liveQuery(() => db.steps.where('status').equals('waiting').primaryKeys()).subscribe({ next: () => void own.wake('step') });
    void own.wake('start');
    await new Promise<void>((resolve) => end.signal.addEventListener('abort', () => resolve()));
    watch.unsubscribe();
    own.stop();
  });

  const online = (): void => wake('online');
  const visible = (): void => { if (document.visibilityState === 'visible') wake('visible'); };
  window.addEventListener('online', online);
  document.addEventListener('visibilitychange', visible);
  const timer = setInterval(() => wake('interval'), INTERVAL_MS);
  const live = useLive();
  const offs = [live.on('order', () => wake('live')), live.on('notice', () => wake('live')), live.onReload(() => wake('live'))];

  return {
    wake,
    stop() {
      end.abort();
      clearInterval(timer);
      window.removeEventListener('online', online);
      document.removeEventListener('visibilitychange', visible);
      for (const off of offs) off();
      channel.close();
    },
  };
}
