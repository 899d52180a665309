import type { FieldSnapshot, StepAnswer } from '@ronghu/contract';
import { decide, newControl, settle, type Fault, type StepUpdate, type SyncControl, type SyncInput, type SyncQueue, type WakeReason } from './sync.rules';

/** Everything the engine needs of the world; the browser's edge and the tests' double both fit. */
export interface SyncPorts {
  queue(): Promise<SyncQueue>;
  upload(uuid: string): Promise<void>;
  send(stepIds: string[]): Promise<{ answers: StepAnswer[]; snapshot: FieldSnapshot }>;
  load(): Promise<FieldSnapshot>;
  keepUploaded(uuid: string): Promise<void>;
  keepFileRefused(uuid: string, code: string, message: string): Promise<void>;
  /** Answers and snapshot in one transaction, so that no page sees the one without the other. */
  keepAnswers(updates: StepUpdate[], reupload: string[], snapshot: FieldSnapshot | null): Promise<void>;
  now(): number;
  later(delayMs: number, run: () => void): () => void;
  changed(control: Readonly<SyncControl>): void;
}

/** Thrown by the ports `upload`, `send` and `load`. */
export class SyncFault extends Error {
  constructor(readonly fault: Fault) { super(fault.message); }
}

/** Runs the decisions of `sync.rules` one after another; nothing here decides. One per account and browser (the caller holds the lock). */
export class SyncEngine {
  private readonly control: SyncControl;
  private line: Promise<void> = Promise.resolve();
  private cancelTimer: (() => void) | null = null;
  private stopped = false;

  constructor(private readonly ports: SyncPorts, seed: number) { this.control = newControl(seed); }

  /** Something happened that may let steps through. Resolves when the decision was taken, not when the work is done. */
  wake(reason: WakeReason): Promise<void> {
    return this.feed({ type: 'wake', at: this.ports.now(), reason });
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer?.();
  }

  private feed(input: SyncInput): Promise<void> {
    this.line = this.line.then(() => (this.stopped ? undefined : this.turn(input))).catch(() => this.recover());
    return this.line;
  }

  private async turn(input: SyncInput): Promise<void> {
    const effects = decide(this.control, await this.ports.queue(), input);
    for (const effect of effects) {
      switch (effect.kind) {
        case 'keepFileRefused': await this.ports.keepFileRefused(effect.uuid, effect.code, effect.message); break;
        case 'keepRejected': await this.ports.keepAnswers([{ stepId: effect.stepId, status: 'rejected', code: effect.code, message: effect.message }], [], null); break;
        case 'wakeAt': this.wakeAt(effect.at); break;
        case 'upload': void this.run(() => this.upload(effect.uuid)); break;
        case 'send': void this.run(() => this.send(effect.stepIds)); break;
        case 'load': void this.run(() => this.load()); break;
      }
    }
    this.ports.changed(this.control);
  }

  /** The storage did not answer (full, or the browser closed it): the memory's picture is dropped, and the storage is asked again soon. */
  private recover(): void {
    this.control.doing = null;
    this.wakeAt(this.ports.now() + 5_000);
  }

  private wakeAt(at: number): void {
    this.cancelTimer?.();
    this.cancelTimer = this.ports.later(Math.max(0, at - this.ports.now()), () => { this.cancelTimer = null; void this.wake('timer'); });
  }

  /** A fault of the storage itself (full, closed) is treated as "try again later": the step is still in the queue. */
  private async run(work: () => Promise<SyncInput>): Promise<void> {
    let input: SyncInput;
    try { input = await work(); } catch (error) {
      const fault: Fault = error instanceof SyncFault ? error.fault : { kind: 'server', code: 'DEVICE', message: error instanceof Error ? error.message : String(error) };
      input = { type: 'failed', at: this.ports.now(), fault };
    }
    await this.feed(input);
  }

  private async upload(uuid: string): Promise<SyncInput> {
    await this.ports.upload(uuid);
    await this.ports.keepUploaded(uuid);
    return { type: 'uploaded', at: this.ports.now() };
  }

  private async send(stepIds: string[]): Promise<SyncInput> {
    const answer = await this.ports.send(stepIds);
    const { updates, reupload } = settle(await this.ports.queue(), stepIds, answer.answers);
    await this.ports.keepAnswers(updates, reupload, answer.snapshot);
    return { type: 'answered', at: this.ports.now(), settled: updates.length };
  }

  private async load(): Promise<SyncInput> {
    await this.ports.keepAnswers([], [], await this.ports.load());
    return { type: 'loaded', at: this.ports.now() };
  }
}
