import type { AgentView, CallView } from './call-center';
import type { NoticeRow } from './notice';
import type { OrderRow } from './work-order';

/**
 * The live connection. Socket.IO, path `<front>/live`; one event `live` carries every message. The server puts the connection into rooms by the
 * session's scope; the client cannot ask for a room it has no right to. Each room counts its messages from 1 in one `epoch`; on reconnect the
 * client sends what it saw last (`resume`) and gets the missing ones, or `snapshot` when they are too old: then it loads its page anew.
 * Rooms: `person:<accountId>` (own notices, own phone bar), `board:<orgId>` (figures below that node changed), `agents:<orgId>`, `orders:<orgId>`, `queue`.
 */
export interface LiveMessage { room: string; seq: number; epoch: string; at: number; event: LiveEvent }
export type LiveEvent =
  | { kind: 'phone'; agent: AgentView; call: CallView | null }
  /** The pop while it rings (SC-01). `switchAt`: when the switch's event was read, for the measured budget. */
  | { kind: 'offer'; call: CallView; switchAt: number }
  | { kind: 'agent'; agent: AgentView }
  | { kind: 'queue'; waiting: number; longestWaitMs: number; allBusy: boolean }
  | { kind: 'order'; order: OrderRow; change: string; by: string }
  /** The recording of an order's call can be heard now. */
  | { kind: 'recording'; companyId: number; orderId: number; callId: string }
  | { kind: 'notice'; notice: NoticeRow; unread: number }
  | { kind: 'board'; orgId: number; at: number }
  | { kind: 'announcement'; text: string; until: number }
  /** The director's link was lost or is back (room `queue`): phone state on the screen is old until it is. */
  | { kind: 'director'; connected: boolean; at: number }
  /** Messages of this room may have been lost between the server's processes: what is shown is loaded anew (the new epoch says so to the page). */
  | { kind: 'reload' }
  | { kind: 'session'; reason: 'signedOut' | 'rightsChanged' };
export interface ResumeRequest { rooms: Record<string, { epoch: string; seq: number }> }
/** `heads`: where every room of this connection stands now, so that a room from which the page has heard nothing yet has a base too. */
export interface ResumeAnswer { rooms: Record<string, 'resumed' | 'snapshot' | 'left'>; heads?: Record<string, { epoch: string; seq: number }>; serverTime: number }
