import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type EventHeaders = Record<string, string | string[]>;

/** Events of a recorded session: `@<seconds> <dir> <n>`, line break, n bytes, line break; `<` is what the switch said. */
export function transcriptEvents(file: string): EventHeaders[] {
  const data = gunzipSync(readFileSync(file));
  const said: Buffer[] = [];
  for (let at = data.indexOf(10) + 1; at < data.length;) {
    const end = data.indexOf(10, at);
    const match = /^@[\d.]+ ([<>]) (\d+)$/.exec(data.toString('latin1', at, end));
    if (!match) throw new Error(`not a record at byte ${at}`);
    const length = Number(match[2]);
    if (match[1] === '<') said.push(data.subarray(end + 1, end + 1 + length));
    at = end + 1 + length + 1;
  }
  return cutEvents(Buffer.concat(said)).events;
}

/** Frames of an event socket: JSON events and answers, and what is left over. */
export function cutEvents(data: Buffer): { events: EventHeaders[]; answers: string[]; rest: Buffer } {
  const events: EventHeaders[] = []; const answers: string[] = [];
  for (;;) {
    while (data[0] === 10) data = data.subarray(1);
    const end = data.indexOf('\n\n');
    if (end < 0) return { events, answers, rest: data };
    const head = data.toString('utf8', 0, end);
    const length = Number(/Content-Length: (\d+)/.exec(head)?.[1] ?? 0);
    if (data.length < end + 2 + length) return { events, answers, rest: data };
    const body = data.toString('utf8', end + 2, end + 2 + length);
    data = data.subarray(end + 2 + length);
    if (head.includes('text/event-json')) events.push(JSON.parse(body) as EventHeaders);
    else answers.push(head.includes('api/response') ? body : (/Reply-Text: (.*)/.exec(head)?.[1] ?? head));
  }
}

const LEFT_OUT = new Set(['CHANNEL_STATE', 'CODEC', 'CALL_UPDATE', 'CHANNEL_OUTGOING', 'CHANNEL_ORIGINATE', 'PRESENCE_IN', 'MEDIA_BUG_START', 'MEDIA_BUG_STOP', 'PRIVATE_COMMAND', 'HEARTBEAT', 'API', 'RE_SCHEDULE', 'CHANNEL_EXECUTE_COMPLETE']);

/**
 * The decisive events of a session, leg by leg in the order of first appearance, each with its decisive headers. Within a leg the order is
 * the switch's promise; between legs it is chance.
 */
export function decisive(events: readonly EventHeaders[]): Record<string, string[]> {
  const names = new Map<string, string>();
  const legs: Record<string, string[]> = {};
  const text = (event: EventHeaders, header: string): string => { const value = event[header]; return Array.isArray(value) ? value[0] ?? '' : value ?? ''; };
  const letter = (uuid: string): string => {
    if (uuid === '') return '';
    if (!names.has(uuid)) names.set(uuid, String.fromCharCode(65 + names.size));
    return names.get(uuid) ?? '';
  };
  const plain = (value: string): string => value.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, (uuid) => names.get(uuid) ?? 'uuid').replace(/\/[^ ,]*\/([^/ ,]+)/g, '$1');
  for (const event of events) {
    const name = text(event, 'Event-Name'); const uuid = text(event, 'Unique-ID');
    if (LEFT_OUT.has(name) || uuid === '' || text(event, 'Event-Subclass').startsWith('sofia::gateway')) continue;
    const leg = letter(uuid);
    const list = (legs[leg] ??= []);
    const base = name.replace('CHANNEL_', '');
    switch (base) {
      case 'CREATE': list.push(`CREATE ${text(event, 'Call-Direction')} to ${text(event, 'Caller-Destination-Number')} from ${text(event, 'Caller-Caller-ID-Number')} ${text(event, 'Answer-State')} ${text(event, 'Channel-Call-State')}`); break;
      case 'CALLSTATE': list.push(`${text(event, 'Original-Channel-Call-State')}->${text(event, 'Channel-Call-State')}`); break;
      case 'EXECUTE': list.push(`X ${text(event, 'Application')}(${plain(text(event, 'Application-Data'))})`); break;
      case 'ANSWER': list.push(`ANSWER ${text(event, 'Answer-State')} ${text(event, 'variable_endpoint_disposition')}`); break;
      case 'HANGUP': case 'HANGUP_COMPLETE': list.push(`${base} ${text(event, 'Hangup-Cause')} ${text(event, 'Answer-State')}`); break;
      case 'BRIDGE': case 'UNBRIDGE': list.push(`${base} ${letter(text(event, 'Bridge-A-Unique-ID'))}-${letter(text(event, 'Bridge-B-Unique-ID'))}`); break;
      case 'DTMF': list.push(`DTMF ${text(event, 'DTMF-Digit')}`); break;
      case 'RECORD_START': case 'RECORD_STOP': list.push(`${base} ${plain(text(event, 'Record-File-Path'))}`); break;
      case 'PLAYBACK_START': case 'PLAYBACK_STOP': list.push(`${base}`); break;
      case 'CUSTOM': list.push(`${text(event, 'Event-Subclass')} ${text(event, 'Ronghu-Stage')}`.trim()); break;
      default: list.push(base);
    }
  }
  return legs;
}
