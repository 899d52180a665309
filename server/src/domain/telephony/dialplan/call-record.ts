import { SWITCH } from '@ronghu/contract';

/** What a node writes of every customer leg, whether or not the centre saw it. Times in ms since 1970 on the node's clock. */
export interface NodeCallRecord {
  callId: string; legId: string; node: string; direction: 'inbound' | 'outbound' | 'internal'; clearNumber: string; calledNumber: string;
  startedAt: number; answeredAt: number | null; bridgedAt: number | null; endedAt: number; hangupCause: string; endedBy: 'customer' | 'other';
  /** `local`: the station served the call without the centre, so nobody but this record knows of it. */
  servedBy: 'centre' | 'local'; servedExtension: string | null; rating: number | null; recordingPath: string | null;
}

/** The record is no JSON of a call: it is put aside, never dropped. */
export class ForeignRecord extends Error {}

/**
 * Reads one record of mod_json_cdr.
 * @returns null for a leg that is no call of ours (an agent's leg, a refused number).
 * @throws ForeignRecord when the text is not such a record
 */
export function readCallRecord(text: string): NodeCallRecord | null {
  let whole: unknown;
  try { whole = JSON.parse(text); } catch { throw new ForeignRecord('not JSON'); }
  const record = whole as { switchname?: unknown; variables?: Record<string, unknown>; callflow?: { caller_profile?: Record<string, unknown>; times?: Record<string, unknown> }[] };
  if (typeof record !== 'object' || record === null || typeof record.variables !== 'object' || record.variables === null) throw new ForeignRecord('no variables');
  const value = (name: string): string | null => { const found = record.variables?.[name]; return typeof found === 'string' && found !== '' ? found : null; };
  const at = (name: string): number | null => { const micros = Number(value(name) ?? 0); return micros > 0 ? Math.floor(micros / 1000) : null; };
  const callId = value(SWITCH.variable.callId);
  const legId = value('uuid');
  const startedAt = at('start_uepoch');
  const role = value(SWITCH.variable.role);
  if (!legId || startedAt === null) throw new ForeignRecord('no leg or no start');
  if (!callId || (role !== null && role !== 'customer')) return null;
  const direction = value(SWITCH.variable.direction);
  const profile = record.callflow?.at(-1)?.caller_profile ?? {};
  const profileText = (name: string): string => { const found = profile[name]; return typeof found === 'string' ? found : ''; };
  const rating = Number(value(SWITCH.variable.rating));
  return {
    callId, legId, node: typeof record.switchname === 'string' ? record.switchname : '',
    direction: direction === 'outbound' || direction === 'internal' ? direction : 'inbound',
    clearNumber: direction === 'outbound' ? profileText('destination_number') : profileText('caller_id_number'),
    calledNumber: value(SWITCH.variable.hotline) ?? profileText('destination_number'),
    startedAt, answeredAt: at('answer_uepoch'), bridgedAt: bridgedAt(record.callflow ?? []) ?? at('bridge_uepoch'), endedAt: at('end_uepoch') ?? startedAt,
    hangupCause: value('hangup_cause') ?? '', endedBy: value('sip_hangup_disposition') === 'recv_bye' || value('sip_hangup_disposition') === 'recv_cancel' ? 'customer' : 'other',
    servedBy: value(SWITCH.variable.servedBy) === 'local' ? 'local' : 'centre', servedExtension: answeredExtension(record.variables),
    rating: Number.isInteger(rating) && rating >= 1 && rating <= 3 ? rating : null, recordingPath: value(SWITCH.variable.recording),
  };
}

/** The first bridge, ms. Each transfer begins a new stretch of the call, and `bridge_uepoch` tells only of the last one: none, when the rating follows the talk. */
function bridgedAt(callflow: readonly { times?: Record<string, unknown> }[]): number | null {
  const times = callflow.map((stretch) => Number(stretch.times?.['bridged_time'] ?? 0)).filter((micros) => micros > 0);
  return times.length === 0 ? null : Math.floor(Math.min(...times) / 1000);
}

/** `originated_legs` holds `uuid;name;number` of each phone that was rung; the one that was bridged answered. A bridge made by the centre leaves only the name of the other channel. */
function answeredExtension(variables: Record<string, unknown>): string | null {
  const raw = variables['originated_legs'];
  const legs = (Array.isArray(raw) ? raw : typeof raw === 'string' ? raw.replace(/^ARRAY::/, '').split('|:') : []).map((leg) => String(leg).split(';'));
  const other = variables['bridge_channel'];
  return legs.find((leg) => leg[0] === variables['last_bridge_to'])?.[2] ?? (typeof other === 'string' ? /^sofia\/phones\/(?:sip:)?(\d+)(?=[@-])/.exec(other)?.[1] : undefined) ?? null;
}
