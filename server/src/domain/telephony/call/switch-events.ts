import type { CallInput } from './call.types';

/** What this needs of a switch event; the switch link's events fit. */
export interface EventLike { readonly name: string; readonly subclass: string; readonly uuid: string; get(header: string): string | undefined; variable(name: string): string | undefined }

/**
 * Facts of one leg out of one event of the switch; null for events that change no call. Only the decisive headers are read (esl/README.md):
 * `Other-Leg-Unique-ID` goes stale after a bridge, so bridges are read from CHANNEL_BRIDGE alone. `CHANNEL_HANGUP` is used, not `_COMPLETE`:
 * it comes first and has the cause once. A phone's own transfer shows `endpoint_disposition=BLIND_TRANSFER`.
 */
export function readLegEvent(event: EventLike, at: number): CallInput | null {
  const uuid = event.uuid;
  switch (event.name) {
    case 'CHANNEL_PROGRESS': case 'CHANNEL_PROGRESS_MEDIA': return event.get('Call-Direction') === 'outbound' ? { kind: 'legRinging', at, uuid } : null;
    case 'CHANNEL_ANSWER': return { kind: 'legAnswered', at, uuid };
    case 'CHANNEL_PARK': return { kind: 'legParked', at, uuid };
    case 'CHANNEL_BRIDGE': case 'CHANNEL_UNBRIDGE': {
      const a = event.get('Bridge-A-Unique-ID') ?? uuid, b = event.get('Bridge-B-Unique-ID') ?? event.get('Other-Leg-Unique-ID');
      return b === undefined ? null : { kind: event.name === 'CHANNEL_BRIDGE' ? 'bridged' : 'unbridged', at, a, b };
    }
    case 'CHANNEL_HOLD': return { kind: 'legHeld', at, uuid };
    case 'CHANNEL_UNHOLD': return { kind: 'legUnheld', at, uuid };
    case 'CHANNEL_HANGUP': return { kind: 'legGone', at, uuid, cause: event.get('Hangup-Cause') ?? 'NORMAL_CLEARING', ...(event.variable('endpoint_disposition') === 'BLIND_TRANSFER' ? { referred: true } : {}) };
    case 'RECORD_START': case 'RECORD_STOP': {
      const path = event.get('Record-File-Path');
      return path === undefined ? null : { kind: event.name === 'RECORD_START' ? 'recordStarted' : 'recordStopped', at, path };
    }
    default: return null;
  }
}
