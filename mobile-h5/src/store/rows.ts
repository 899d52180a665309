import type { FieldOrder, FieldStep, FieldStepKind, ResultTemplate } from '@ronghu/contract';
import type { GoneCard } from '../sync/snapshot.rules';

/** A step made on this phone: waiting until the server's answer, then kept with it while its order is here. */
export interface StepRow {
  stepId: string; deviceSeq: number; orderId: number; companyId: number; orderNo: string; kind: FieldStepKind; at: number;
  /** Exactly what is sent. */
  step: FieldStep;
  fileUuid: string | null;
  /** Why there is no position, in words for the engineer; null when there is one. */
  placeNote: string | null;
  status: 'waiting' | 'applied' | 'rejected'; code: string | null; message: string | null; answeredAt: number | null;
  /** When the engineer said that he has seen the refusal. */
  acknowledgedAt: number | null;
}
/** Bytes of a photo or a signature. An ArrayBuffer, since some phones lose Blobs kept in IndexedDB. */
export interface BlobRow { uuid: string; bytes: ArrayBuffer }
/** What is known of such a file. */
export interface FileRow { uuid: string; orderId: number; companyId: number; stepId: string; kind: 'photo' | 'signature'; mime: string; size: number; sm3: string; status: 'waiting' | 'stored' | 'refused'; code: string | null; message: string | null }
export type OrderRowLocal = FieldOrder;
export type CardRow = GoneCard & { key?: number };
/** What the person has filled in and not yet confirmed; survives when the phone kills the app. */
export interface DraftRow {
  orderId: number;
  values: Record<string, string | number | boolean>; parts: { name: string; quantity: number }[]; durationMinutes: number | null; outcome: 'fixed' | 'unfixed' | null;
  rating: number | null; comment: string; signedBy: string;
}
export interface MetaRow { key: 'deviceId' | 'nextSeq' | 'snapshot' | 'alerted' | 'arrivals' | 'checkIn'; value: unknown }
/** The parts of the snapshot that belong to no order. */
export interface SnapshotMeta { templates: ResultTemplate[]; personName: string; stationName: string; serverTime: number; takenAt: number }
/** The daily sign-in of this phone: when it was pressed, and when the server had it (null: waits). */
export interface CheckInMeta { stepId: string; at: number; place: { lat: number; lng: number; accuracyM: number } | null; placeNote: string | null; doneAt: number | null }
