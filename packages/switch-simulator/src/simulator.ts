import { loadConfiguration, type Configuration } from './configuration';
import { ControlServer } from './control-server';
import { Core } from './core';
import { EventSocketServer } from './event-socket-server';
import { BY_HAND, type PhoneBehaviour } from './phones';

export interface SimulatorOptions {
  /** Folder with `freeswitch.xml`, or the configuration itself. */
  config: string | Configuration;
  /** Ports on 127.0.0.1; 0 chooses one. Default: the port of the configuration, and no HTTP. */
  eventPort?: number;
  httpPort?: number;
  /** Password of the event socket; default that of the configuration. */
  password?: string;
  /** Whether all phones of the directory register at the start. Default true. */
  registerPhones?: boolean;
  phoneBehaviour?: Partial<PhoneBehaviour>;
  /** After how many ms an outside number answers; null: by hand. Default 2,500. */
  outsideAnswersAfterMs?: number | null;
  /** Default 15,000. */
  heartbeatMs?: number;
  log?: (text: string) => void;
}

export interface Simulator { readonly core: Core; readonly eventPort: number; readonly httpPort: number | null; readonly eventSocket: EventSocketServer; stop(): Promise<void> }

/**
 * Starts a switch that speaks the event socket as FreeSWITCH does and runs the given configuration's dialplan. Listens on loopback only.
 * @throws Error when a port is taken or the configuration cannot be read
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const configuration = typeof options.config === 'string' ? loadConfiguration(options.config) : options.config;
  const core = new Core({ configuration, outsideAnswersAfterMs: options.outsideAnswersAfterMs === undefined ? 2_500 : options.outsideAnswersAfterMs, log: options.log ?? ((text) => process.stderr.write(`${text}\n`)) });
  for (const phone of core.phones.list()) {
    phone.behaviour = { ...BY_HAND, ...options.phoneBehaviour };
    if (options.registerPhones !== false) core.phones.register(phone, true);
  }
  const eventSocket = new EventSocketServer(core, options.password ?? configuration.eventPassword);
  const eventPort = await eventSocket.listen(options.eventPort ?? configuration.eventPort);
  let control: ControlServer | null = null;
  let httpPort: number | null = null;
  if (options.httpPort !== undefined) {
    control = new ControlServer(core, eventSocket);
    try { httpPort = await control.listen(options.httpPort); } catch (error) { await eventSocket.close(); throw error; }
  }
  const heartbeat = setInterval(() => core.emit('HEARTBEAT', '', () => ({ 'Event-Info': 'System Ready', 'Up-Time': '0 years', 'Session-Count': String(core.legs.size), 'Max-Sessions': String(configuration.maxSessions), 'Session-Per-Sec': '0', 'Heartbeat-Interval': '15', 'Idle-CPU': '100.000000' })), options.heartbeatMs ?? 15_000);
  heartbeat.unref();
  return {
    core, eventPort, httpPort, eventSocket,
    stop: async () => {
      clearInterval(heartbeat);
      for (const leg of [...core.legs.values()]) core.hangUp(leg, 'SYSTEM_SHUTDOWN');
      await new Promise((resolve) => setTimeout(resolve, 10));
      await core.settled();
      await eventSocket.close();
      await control?.close();
    },
  };
}
