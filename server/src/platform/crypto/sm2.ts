import { Worker } from 'node:worker_threads';
import { sm2 } from 'sm-crypto-v2';

/** Default user identity of GM/T 0009-2012 section 10. */
const USER_ID = '1234567812345678';
const OPTIONS = { hash: true, der: true, userId: USER_ID } as const;
/** C1C3C2, the order of GM/T 0009-2012. */
const C1C3C2 = 1;

/** SM2 signature (GM/T 0003.2-2012, with SM3 and the user identity) of a text, DER as hex. Takes about 1 ms: on hot paths use `Sm2Worker`. */
export function sm2Sign(message: string, privateKey: string, publicKey: string): string {
  return sm2.doSignature(message, privateKey, { ...OPTIONS, publicKey });
}
/** Never throws: a malformed signature or key is simply not valid. About 6 ms. */
export function sm2Verify(message: string, signature: string, publicKey: string): boolean {
  try { return sm2.doVerifySignature(message, signature, publicKey, OPTIONS); } catch { return false; }
}
/** SM2 encryption to a public key, C1C3C2 as hex: what the browser does with the password. For tests and integrators. */
export function sm2Encrypt(plain: string, publicKey: string): string { return sm2.doEncrypt(plain, publicKey, C1C3C2); }
/** Opens C1C3C2 hex, with or without the leading 04. Throws when it was not sealed for this key. */
export function sm2Decrypt(sealed: string, privateKey: string): string {
  const hex = sealed.toLowerCase();
  const body = /^04/.test(hex) && hex.length > 2 + 128 + 64 ? [hex.slice(2), hex] : [hex];
  for (const candidate of body) {
    try { const plain = sm2.doDecrypt(candidate, privateKey, C1C3C2, { output: 'string' }); if (plain !== '') return plain; } catch { /* the 04 may belong to the point: try the other reading */ }
  }
  throw new Error('SM2: not sealed for this key');
}

type Job = { op: 'sign'; message: string; privateKey: string; publicKey: string } | { op: 'verify'; message: string; signature: string; publicKey: string } | { op: 'decrypt'; sealed: string; privateKey: string };

/**
 * The worker's whole text. It is JavaScript in a string and not a file, because a file would have to be found by the compiled server, by ts-jest
 * and by the packed product alike; it only calls the same library as the functions above.
 */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { sm2 } = require(workerData.library);
const options = workerData.options;
parentPort.on('message', ({ id, job }) => {
  try {
    let value;
    if (job.op === 'sign') value = sm2.doSignature(job.message, job.privateKey, { ...options, publicKey: job.publicKey });
    else if (job.op === 'verify') { try { value = sm2.doVerifySignature(job.message, job.signature, job.publicKey, options); } catch { value = false; } }
    else {
      const hex = job.sealed.toLowerCase();
      const bodies = /^04/.test(hex) && hex.length > 194 ? [hex.slice(2), hex] : [hex];
      for (const body of bodies) { try { const plain = sm2.doDecrypt(body, job.privateKey, 1); if (plain !== '') { value = plain; break; } } catch {} }
      if (value === undefined) throw new Error('SM2: not sealed for this key');
    }
    parentPort.postMessage({ id, value });
  } catch (error) { parentPort.postMessage({ id, error: String(error && error.message || error) }); }
});
`;

/** SM2 off the main thread: 5 to 10 ms a call in JavaScript would hold up every phone event behind a morning's sign-ins. Started at the first call. */
export class Sm2Worker {
  private worker: Worker | undefined;
  private next = 1;
  private readonly waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();

  sign(message: string, privateKey: string, publicKey: string): Promise<string> { return this.run({ op: 'sign', message, privateKey, publicKey }); }
  verify(message: string, signature: string, publicKey: string): Promise<boolean> { return this.run({ op: 'verify', message, signature, publicKey }); }
  /** Rejects when the text was not sealed for this key. */
  decrypt(sealed: string, privateKey: string): Promise<string> { return this.run({ op: 'decrypt', sealed, privateKey }); }
  async close(): Promise<void> { const worker = this.worker; this.worker = undefined; await worker?.terminate(); }

  private run<T>(job: Job): Promise<T> {
    const worker = (this.worker ??= this.start());
    return new Promise<T>((resolve, reject) => {
      const id = this.next++;
      this.waiting.set(id, { resolve: resolve as (value: never) => void, reject });
      worker.ref();
      worker.postMessage({ id, job });
    });
  }

  private start(): Worker {
    const worker = new Worker(WORKER, { eval: true, workerData: { library: require.resolve('sm-crypto-v2'), options: OPTIONS } });
    worker.on('message', ({ id, value, error }: { id: number; value?: never; error?: string }) => {
      const job = this.waiting.get(id);
      this.waiting.delete(id);
      // An idle worker must not keep a process alive.
      if (this.waiting.size === 0) worker.unref();
      if (error !== undefined) job?.reject(new Error(error)); else job?.resolve(value as never);
    });
    const gone = (error: Error): void => {
      if (this.worker === worker) this.worker = undefined;
      for (const job of this.waiting.values()) job.reject(error);
      this.waiting.clear();
    };
    worker.on('error', gone);
    worker.on('exit', () => gone(new Error('SM2 worker ended')));
    return worker;
  }
}
