import type { ApprovalKind, AttachmentView, FieldOrder, FieldStep, FieldStepKind, OrderState } from '@ronghu/contract';
import type { StepRow } from '../store/rows';

/**
 * What the engineer sees of an order: the server's snapshot with the steps on top that still wait on this phone. Always worked out anew and
 * never stored, so that a refusal by the server leaves nothing wrong behind.
 */
export const TRACK = ['accept', 'arrive', 'photos', 'temperature', 'result', 'rating', 'signature', 'submit'] as const;
export type TrackKey = (typeof TRACK)[number];
/** open: may be done now; locked: something before it is missing; waiting: done here, not yet sent. */
export type TrackState = 'done' | 'waiting' | 'refused' | 'open' | 'locked';
export type Lock = 'needAccept' | 'needArrive' | 'needResult' | 'needRating' | 'needSignature' | 'needTemperature' | 'sealed' | 'finished';
export interface TrackEntry { key: TrackKey; state: TrackState; at: number | null; waiting: number; lock: Lock | null; refusal: { code: string | null; message: string | null } | null; optional: boolean }

export interface LocalPhoto { key: string; at: number | null; place: { lat: number; lng: number } | null; waiting: boolean; fileUuid: string | null; attachment: AttachmentView | null }
export interface LocalResult { values: Record<string, string | number | boolean>; parts: { name: string; quantity: number }[]; durationMinutes: number; outcome: 'fixed' | 'unfixed' }
export interface LocalEvidence { rating: number; comment: string | null; signedBy: string; signedAt: number; fileUuid: string | null; attachmentId: number | null }
export interface LocalOrder {
  order: FieldOrder;
  state: OrderState;
  track: TrackEntry[];
  next: TrackKey | null;
  waiting: number;
  refused: StepRow[];
  photos: LocalPhoto[];
  temperatures: { at: number; celsius: number; room: string; waiting: boolean }[];
  result: LocalResult | null;
  evidence: LocalEvidence | null;
  pending: ApprovalKind | null;
  /** Refused here; the order leaves the list when the server has heard it. */
  declined: boolean;
}
type Of<K extends FieldStepKind> = Extract<FieldStep, { kind: K }>;
const KIND_TRACK: Partial<Record<FieldStepKind, TrackKey>> = { accept: 'accept', refuse: 'accept', onSiteCheckIn: 'arrive', photo: 'photos', temperature: 'temperature', backfill: 'result', sign: 'signature', submit: 'submit' };
const REACHED: Record<'accept' | 'arrive' | 'submit', readonly OrderState[]> = { accept: ['accepted', 'onSite', 'completed', 'closed'], arrive: ['onSite', 'completed', 'closed'], submit: ['completed', 'closed'] };

/** The state after the waiting steps, by the rows of the life cycle that a field engineer may run (appendix 5, #11 to #19). A step that does not fit changes nothing. */
function walk(state: OrderState, steps: readonly StepRow[]): { state: OrderState; declined: boolean } {
  let at = state;
  let declined = false;
  for (const { kind } of steps) {
    if (kind === 'accept' && at === 'assigned') at = 'accepted';
    else if (kind === 'refuse' && at === 'assigned') { at = 'confirmed'; declined = true; }
    else if (kind === 'onSiteCheckIn' && at === 'accepted') at = 'onSite';
    else if (kind === 'submit' && at === 'onSite') at = 'completed';
  }
  return { state: at, declined };
}

function last<K extends FieldStepKind>(steps: readonly StepRow[], kind: K): Of<K> | null {
  const row = steps.filter((step) => step.kind === kind).at(-1);
  return row ? (row.step as Of<K>) : null;
}

/** In: one order of the snapshot, all steps of this phone for it, whether a rating is drafted. Out: what the pages show. */
export function deriveOrder(order: FieldOrder, rows: readonly StepRow[], ratingDrafted = false): LocalOrder {
  const own = rows.filter((row) => row.orderId === order.id).sort((a, b) => a.deviceSeq - b.deviceSeq);
  const waiting = own.filter((row) => row.status === 'waiting');
  const { state, declined } = walk(order.state, waiting);
  const refused = own.filter((row) => row.status === 'rejected' && row.acknowledgedAt === null);
  const backfill = last(waiting, 'backfill');
  const sign = last(waiting, 'sign');
  const result: LocalResult | null = backfill ?? order.result;
  const evidence: LocalEvidence | null = order.evidence
    ? { ...order.evidence, fileUuid: null, attachmentId: order.evidence.signatureAttachmentId }
    : sign && { rating: sign.rating, comment: sign.comment, signedBy: sign.signedBy, signedAt: sign.at, fileUuid: sign.signatureUuid, attachmentId: null };
  const local: Omit<LocalOrder, 'track' | 'next'> = {
    order, state, declined, waiting: waiting.length, refused, result, evidence, photos: photosOf(order, own),
    temperatures: [...order.temperatures.map((t) => ({ ...t, waiting: false })), ...waiting.filter((row) => row.kind === 'temperature').map(({ step }) => ({ at: step.at, celsius: (step as Of<'temperature'>).celsius, room: (step as Of<'temperature'>).room, waiting: true }))],
    pending: last(waiting, 'requestExtension') ? 'extension' : last(waiting, 'requestCancel') ? 'cancel' : order.pendingApproval,
  };
  const track = trackOf(local, own, ratingDrafted);
  return { ...local, track, next: declined ? null : nextOf(track) };
}

function photosOf(order: FieldOrder, own: readonly StepRow[]): LocalPhoto[] {
  const onServer = order.attachments.filter((file) => file.kind === 'photo' && file.stage === 'field');
  const mine = own.filter((row) => row.kind === 'photo' && row.status !== 'rejected');
  const sm3Of = (row: StepRow): string => (row.step as Of<'photo'>).sm3;
  const local = (sm3: string): string | null => mine.find((row) => sm3Of(row) === sm3)?.fileUuid ?? null;
  return [
    ...onServer.map((file) => ({ key: `a${file.id}`, at: file.takenAt, place: file.place, waiting: false, fileUuid: local(file.sm3), attachment: file })),
    ...mine.filter((row) => row.status === 'waiting').map((row) => ({ key: row.stepId, at: row.at, place: row.step.place, waiting: true, fileUuid: row.fileUuid, attachment: null })),
  ];
}

function trackOf(local: Omit<LocalOrder, 'track' | 'next'>, own: readonly StepRow[], ratingDrafted: boolean): TrackEntry[] {
  const { state, order, result, evidence } = local;
  const accepted = REACHED.accept.includes(state);
  const onSite = REACHED.arrive.includes(state);
  const submitted = REACHED.submit.includes(state);
  const needsTemperature = order.type === 'temperatureCheck';
  const needsSignature = result?.outcome !== 'unfixed';
  const done: Record<TrackKey, boolean> = {
    accept: accepted, arrive: onSite, photos: local.photos.length > 0, temperature: local.temperatures.length > 0, result: result !== null, rating: evidence !== null || ratingDrafted, signature: evidence !== null, submit: submitted,
  };
  const lock = (key: TrackKey): Lock | null => {
    if (submitted) return 'finished';
    if (key === 'accept') return null;
    if (!accepted) return 'needAccept';
    if (key === 'arrive' || key === 'photos' || key === 'temperature') return null;
    if (!onSite) return 'needArrive';
    if (key === 'result') return evidence ? 'sealed' : null;
    if (!result) return 'needResult';
    if (key === 'rating') return evidence ? 'sealed' : null;
    if (key === 'signature') return evidence ? 'sealed' : ratingDrafted ? null : 'needRating';
    if (needsTemperature && !done.temperature) return 'needTemperature';
    return needsSignature && !evidence ? 'needSignature' : null;
  };
  const optional: Record<TrackKey, boolean> = { accept: false, arrive: false, photos: false, temperature: !needsTemperature, result: false, rating: !needsSignature, signature: !needsSignature, submit: false };
  return TRACK.map((key): TrackEntry => {
    const rows = own.filter((row) => KIND_TRACK[row.kind] === key || (key === 'rating' && row.kind === 'sign'));
    const waiting = rows.filter((row) => row.status === 'waiting').length;
    const refusal = rows.filter((row) => row.status === 'rejected' && row.acknowledgedAt === null).at(-1);
    const trackState: TrackState = waiting > 0 ? 'waiting' : refusal ? 'refused' : done[key] ? 'done' : lock(key) === null ? 'open' : 'locked';
    return { key, state: trackState, at: rows.filter((row) => row.status !== 'rejected').at(-1)?.at ?? null, waiting, lock: lock(key), refusal: refusal ? { code: refusal.code, message: refusal.message } : null, optional: optional[key] };
  });
}

/** The one thing to do next: the first that is neither done nor optional and may be done. */
function nextOf(track: readonly TrackEntry[]): TrackKey | null {
  return track.find((entry) => (entry.state === 'open' || entry.state === 'refused') && entry.lock === null && !entry.optional)?.key ?? null;
}

export type Tab = 'todo' | 'underWay' | 'elsewhere';
/** Which list an order stands in. One that was finished or refused here stays visible until the server has heard it. */
export function tabOf(local: LocalOrder): Tab {
  if (local.order.state === 'assigned' && (local.state === 'assigned' || local.declined)) return 'todo';
  if (local.state === 'accepted' || local.state === 'onSite') return 'underWay';
  return local.waiting > 0 || local.refused.length > 0 ? 'underWay' : 'elsewhere';
}

/** Overdue first, then by deadline; orders without one last, older first. `now` in ms of the server's clock. */
export function byUrgency(now: number): (a: LocalOrder, b: LocalOrder) => number {
  const rank = ({ order }: LocalOrder): number => (order.dueAt !== null && order.dueAt < now ? 0 : 1);
  return (a, b) => rank(a) - rank(b) || b.order.priority - a.order.priority || (a.order.dueAt ?? Infinity) - (b.order.dueAt ?? Infinity) || a.order.createdAt - b.order.createdAt || a.order.id - b.order.id;
}
