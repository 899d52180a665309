export type Headers = Record<string, string | string[]>;

/** An event before anybody asked for it: headers are built once and only when somebody listens to its name. */
export class SimulatedEvent {
  private built: Headers | null = null;
  private text: Buffer | null = null;

  constructor(readonly name: string, readonly subclass: string, readonly sequence: number, private readonly build: () => Headers) {}

  get headers(): Headers { return (this.built ??= this.build()); }
  get(name: string): string | undefined { const value = this.headers[name]; return Array.isArray(value) ? value[0] : value; }
  /** The event as the switch sends it: JSON after two header lines. */
  get frame(): Buffer {
    if (this.text) return this.text;
    const body = JSON.stringify(this.headers);
    return (this.text = Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-json\n\n${body}`));
  }
}

const two = (value: number): string => String(value).padStart(2, '0');
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-11-21 14:59:05` in the machine's zone. */
export function localStamp(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** The head that every event carries, in the switch's order. */
export function eventHead(name: string, subclass: string, sequence: number, ms: number, coreUuid: string, switchName: string): Headers {
  const at = new Date(ms);
  return {
    ...(subclass === '' ? {} : { 'Event-Subclass': subclass }), 'Event-Name': name, 'Core-UUID': coreUuid, 'FreeSWITCH-Hostname': switchName, 'FreeSWITCH-Switchname': switchName, 'FreeSWITCH-IPv4': '127.0.0.1', 'FreeSWITCH-IPv6': '::1',
    'Event-Date-Local': localStamp(ms), 'Event-Date-GMT': `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} GMT`,
    'Event-Date-Timestamp': String(Math.floor(ms * 1000)), 'Event-Calling-File': 'simulator', 'Event-Calling-Function': 'simulator', 'Event-Calling-Line-Number': '0', 'Event-Sequence': String(sequence),
  };
}
