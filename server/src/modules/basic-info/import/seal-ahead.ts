import type { Worker } from 'node:worker_threads';
import type { CryptoBox, Keys } from '../../../platform/crypto';
import { startThread } from '../../../platform/thread';

export const LINE = '\n', FIELD = '\t';
export interface AheadAsk { id: number; /** Written as `CryptoBox.normalise` writes them, one a line. */ numbers: string; seal: boolean }
type Asked = { resolve(lines: string): void; reject(error: Error): void };

/** Indexes and seals the numbers of the chunks to come in a thread beside the import's own: a quarter of an import's work, and the part that waits for nothing. */
export class SealAhead {
  private thread: Worker | null = null;
  private readonly waiting = new Map<number, Asked>();
  private broken: Error | null = null;
  private last = 0;
  /** The thread begins with the first question: small files need none. */
  constructor(private readonly keys: { data: Keys['data']; blind: string }) {}
  /** @param seal false when most of them are stored already. @throws Error when the thread is gone: the import goes on in another. */
  ask(numbers: readonly string[], seal: boolean): Promise<string[]> {
    if (numbers.length === 0) return Promise.resolve([]);
    if (this.broken) return Promise.reject(this.broken);
    const id = this.last += 1, answer = new Promise<string>((resolve, reject) => { this.waiting.set(id, { resolve, reject }); });
    (this.thread ??= this.start()).postMessage({ id, numbers: numbers.join(LINE), seal } satisfies AheadAsk);
    return answer.then((lines) => lines.split(LINE));
  }
  /** Keys that were added while it runs. */
  adopt(keys: Pick<Keys, 'data'>): void { this.keys.data = keys.data; this.thread?.postMessage({ keys: { data: keys.data } }); }
  async close(): Promise<void> { this.fail(new Error('the thread that seals ended with the import')); await this.thread?.terminate(); }
  private start(): Worker {
    const thread = startThread(require.resolve('./seal-ahead.thread'), { data: this.keys.data, blind: this.keys.blind });
    thread.on('message', ({ id, lines }: { id: number; lines: string }) => { this.waiting.get(id)?.resolve(lines); this.waiting.delete(id); });
    thread.on('error', (error) => this.fail(error));
    thread.on('exit', (code) => this.fail(new Error(`the thread that seals ended with ${code}`)));
    return thread;
  }
  private fail(error: Error): void {
    this.broken ??= error;
    for (const asked of this.waiting.values()) asked.reject(this.broken);
    this.waiting.clear();
  }
}

type NumberCrypto = Pick<CryptoBox, 'normalise' | 'blind' | 'blindLast4' | 'seal' | 'blindText'>;
/** Answers from what was made ahead for the chunk at hand, and makes the rest itself. */
export class AheadBox implements NumberCrypto {
  private known = new Map<string, { blind: string; last4: string; sealed: string }>();
  constructor(private readonly box: NumberCrypto) {}
  /** @param lines as `SealAhead.ask` gave them for these numbers. */
  take(numbers: readonly string[], lines: readonly string[]): void {
    this.known = new Map(numbers.map((number, i) => { const [blind = '', last4 = '', sealed = ''] = (lines[i] ?? '').split(FIELD); return [number, { blind, last4, sealed }]; }));
  }
  normalise(number: string): string { return this.box.normalise(number); }
  blind(number: string): string { return this.known.get(number)?.blind || this.box.blind(number); }
  blindLast4(number: string): string { return this.known.get(number)?.last4 || this.box.blindLast4(number); }
  /** A sealed text is given once: two alike would tell that two people have the same number. */
  seal(text: string): string {
    const made = this.known.get(text), sealed = made?.sealed;
    if (!made || !sealed) return this.box.seal(text);
    made.sealed = '';
    return sealed;
  }
  blindText(family: string, value: string): string { return this.box.blindText(family, value); }
}
