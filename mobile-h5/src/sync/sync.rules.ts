import type { StepAnswer } from '@ronghu/contract';

/**
 * What the phone sends next, decided without clock, random, network or storage (RC-15, RC-31). The storage is the truth: the queue is read from it
 * before every decision and every outcome is kept there before the next one, so a phone that dies between two lines loses and repeats nothing:
 * a step leaves the queue only by the server's own answer, and the server knows a repeated step by its UUID.
 */
export interface QueueStep { stepId: string; deviceSeq: number; orderId: number; fileUuid: string | null }
/** `refused`: the server will never take this file; its step still goes, so that the server's word decides. */
export interface QueueFile { uuid: string; status: 'waiting' | 'stored' | 'refused'; code: string | null; message: string | null }
/** Waiting steps only, in any order, and the files that they name. */
export interface SyncQueue { steps: QueueStep[]; files: QueueFile[] }

export type WakeReason = 'start' | 'step' | 'online' | 'live' | 'visible' | 'interval' | 'manual' | 'signedIn' | 'timer';
/**
 * network: no answer; server: 5xx or too many, worth repeating; session: sign in again; forbidden: the account lost the right;
 * refused: this very content will never be taken.
 */
export type FaultKind = 'network' | 'server' | 'session' | 'forbidden' | 'refused';
export interface Fault { kind: FaultKind; code: string; message: string }

export type Doing = { kind: 'upload'; uuid: string } | { kind: 'send'; stepIds: string[] } | { kind: 'load' };
export interface SyncControl {
  doing: Doing | null;
  /** A wake that asks for the newest snapshot came while something was under way: what is being answered may be older. */
  again: boolean;
  needLoad: boolean;
  /** Steps free of files go once before the photos, so that "accepted" does not wait for a slow upload. */
  sentEarly: boolean;
  /** 50, or 1 while a step that spoils its batch is looked for. */
  batchLimit: number;
  attempt: number;
  /** Nothing is tried before this time (ms). */
  notBefore: number;
  blocked: 'session' | 'forbidden' | null;
  fault: Fault | null;
  /** State of the little generator that spreads the retries of many phones. */
  seed: number;
}
export type SyncInput =
  | { type: 'wake'; at: number; reason: WakeReason }
  | { type: 'uploaded'; at: number }
  | { type: 'answered'; at: number; settled: number }
  | { type: 'loaded'; at: number }
  | { type: 'failed'; at: number; fault: Fault };
export type SyncEffect =
  | Doing
  | { kind: 'keepFileRefused'; uuid: string; code: string; message: string }
  | { kind: 'keepRejected'; stepId: string; code: string; message: string }
  | { kind: 'wakeAt'; at: number };

export const BATCH = 50;
export const RETRY_FIRST_MS = 2_000;
export const RETRY_LIMIT_MS = 120_000;

/** A fresh control; `seed` any integer, best drawn from the device's own UUID. */
export function newControl(seed: number): SyncControl {
  return { doing: null, again: false, needLoad: true, sentEarly: false, batchLimit: BATCH, attempt: 0, notBefore: 0, blocked: null, fault: null, seed: seed >>> 0 };
}

/** Wait before attempt `attempt` (1, 2, …) in ms: doubling, limited, spread by a quarter to either side. */
export function retryDelay(attempt: number, seed: number): number {
  const plain = Math.min(RETRY_LIMIT_MS, RETRY_FIRST_MS * 2 ** Math.min(attempt - 1, 20));
  return Math.round(plain * (0.75 + ((seed >>> 8) % 1024) / 2048));
}

const bySeq = (a: QueueStep, b: QueueStep): number => a.deviceSeq - b.deviceSeq;

/**
 * Steps that may go now, in the device's order. A step whose file has not arrived holds back what follows it in the same order and nothing else:
 * one photo that cannot leave does not keep other residents waiting.
 */
export function sendable(queue: SyncQueue, limit: number): QueueStep[] {
  const missing = new Set(queue.files.filter((file) => file.status === 'waiting').map((file) => file.uuid));
  const held = new Set<number>();
  const out: QueueStep[] = [];
  for (const step of [...queue.steps].sort(bySeq)) {
    if (step.fileUuid !== null && missing.has(step.fileUuid)) held.add(step.orderId);
    if (held.has(step.orderId)) continue;
    out.push(step);
    if (out.length === limit) break;
  }
  return out;
}

/** The file to upload next: that of the earliest step. */
export function nextFile(queue: SyncQueue): string | null {
  const waiting = new Set(queue.files.filter((file) => file.status === 'waiting').map((file) => file.uuid));
  return [...queue.steps].sort(bySeq).find((step) => step.fileUuid !== null && waiting.has(step.fileUuid))?.fileUuid ?? null;
}

function choose(control: SyncControl, queue: SyncQueue, at: number): SyncEffect[] {
  if (control.blocked !== null) return [];
  if (at < control.notBefore) return [{ kind: 'wakeAt', at: control.notBefore }];
  const file = nextFile(queue);
  const ready = sendable(queue, control.batchLimit);
  if (ready.length === 0) control.batchLimit = BATCH;
  if (ready.length > 0 && (file === null || !control.sentEarly)) {
    control.doing = { kind: 'send', stepIds: ready.map((step) => step.stepId) };
  } else if (file !== null) {
    control.doing = { kind: 'upload', uuid: file };
  } else if (control.needLoad) {
    control.doing = { kind: 'load' };
  }
  return control.doing === null ? [] : [control.doing];
}

/** Waits longer each time; the spread makes phones that lost the same server come back one after another. */
function backOff(control: SyncControl, at: number): void {
  control.attempt += 1;
  control.seed = (Math.imul(control.seed, 1664525) + 1013904223) >>> 0;
  control.notBefore = at + retryDelay(control.attempt, control.seed);
}

function onFault(control: SyncControl, doing: Doing | null, fault: Fault, at: number): SyncEffect[] {
  control.fault = fault;
  if (fault.kind === 'session') { control.blocked = 'session'; return []; }
  if (doing?.kind === 'upload' && (fault.kind === 'refused' || fault.kind === 'forbidden')) {
    return [{ kind: 'keepFileRefused', uuid: doing.uuid, code: fault.code, message: fault.message }];
  }
  if (fault.kind === 'forbidden') { control.blocked = 'forbidden'; return []; }
  if (doing?.kind === 'send' && fault.kind === 'refused') {
    const only = doing.stepIds[0];
    if (doing.stepIds.length > 1 || only === undefined) { control.batchLimit = 1; return []; }
    control.batchLimit = BATCH;
    return [{ kind: 'keepRejected', stepId: only, code: fault.code, message: fault.message }];
  }
  backOff(control, at);
  return [];
}

const URGENT: ReadonlySet<WakeReason> = new Set(['start', 'online', 'live', 'visible', 'manual', 'signedIn']);

/**
 * One decision. `queue` is what the storage holds now, the outcome of the last effect included. The `keep…` effects come first and must be in the
 * storage before the next input; then at most one of upload, send, load is under way.
 */
export function decide(control: SyncControl, queue: SyncQueue, input: SyncInput): SyncEffect[] {
  if (input.type === 'wake') {
    const wantsLoad = input.reason !== 'step' && input.reason !== 'timer';
    if (wantsLoad) control.needLoad = true;
    if (control.blocked !== null && (input.reason === 'signedIn' || input.reason === 'manual' || input.reason === 'start')) control.blocked = null;
    if (URGENT.has(input.reason)) { control.attempt = 0; control.notBefore = 0; }
    if (control.doing !== null) { control.again ||= wantsLoad; return []; }
    return choose(control, queue, input.at);
  }
  const doing = control.doing;
  const stale = control.again;
  control.doing = null;
  control.again = false;
  if (input.type === 'failed') {
    const kept = onFault(control, doing, input.fault, input.at);
    // What was kept changes the queue, so the choice waits for the storage.
    return kept.length > 0 ? [...kept, { kind: 'wakeAt', at: input.at }] : choose(control, queue, input.at);
  }
  control.fault = null;
  if (input.type === 'uploaded') control.attempt = 0;
  if (input.type === 'loaded') { control.needLoad = stale; control.attempt = 0; }
  if (input.type === 'answered') {
    control.needLoad = stale;
    control.sentEarly = nextFile(queue) !== null;
    if (input.settled > 0) control.attempt = 0; else backOff(control, input.at);
  }
  return choose(control, queue, input.at);
}

export interface StepUpdate { stepId: string; status: 'applied' | 'rejected'; code: string | null; message: string | null }

/**
 * What the server's answers change. Only steps that were sent and still wait are touched; a step without an answer, or answered "waiting", stays.
 * A stored file whose step waits is sent anew, for the server may have lost it; where the file itself was refused, waiting would never end, so the
 * refusal of the file is the step's.
 */
export function settle(queue: SyncQueue, sent: readonly string[], answers: readonly StepAnswer[]): { updates: StepUpdate[]; reupload: string[] } {
  const waiting = new Map(queue.steps.filter((step) => sent.includes(step.stepId)).map((step) => [step.stepId, step]));
  const files = new Map(queue.files.map((file) => [file.uuid, file]));
  const updates: StepUpdate[] = [];
  const reupload: string[] = [];
  for (const answer of answers) {
    const step = waiting.get(answer.stepId);
    if (!step) continue;
    waiting.delete(answer.stepId);
    if (answer.status !== 'waiting') {
      updates.push({ stepId: step.stepId, status: answer.status, code: answer.code ?? null, message: answer.message ?? null });
      continue;
    }
    const file = step.fileUuid === null ? undefined : files.get(step.fileUuid);
    if (file?.status === 'stored') reupload.push(file.uuid);
    if (file?.status === 'refused') updates.push({ stepId: step.stepId, status: 'rejected', code: file.code, message: file.message });
  }
  return { updates, reupload };
}
