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
  const plain = sm2.doDecrypt(sealBody(sealed), privateKey, C1C3C2, { output: 'string' });
  if (plain === '') throw new Error(NOT_SEALED);
  return plain;
}
const NOT_SEALED = 'SM2: not sealed for this key', COORDINATE = 64, DIGEST = 64;
/** The curve of GM/T 0003.5-2012: y² = x³ + ax + b over p. */
const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn, A = P - 3n, B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
function onCurve(point: string): boolean {
  const x = BigInt(`0x${point.slice(0, COORDINATE)}`), y = BigInt(`0x${point.slice(COORDINATE, 2 * COORDINATE)}`);
  return (y * y - (x * x * x + A * x + B)) % P === 0n;
}
/**
 * The seal without the `04` of an uncompressed point (GM/T 0009-2012 7.2), as the library wants it. A leading 04 may as well be the first byte of the point itself:
 * which of the two it is the curve tells. @throws Error when there is no seal in the text.
 */
function sealBody(sealed: string): string {
  const hex = sealed.toLowerCase(), shortest = 2 * COORDINATE + DIGEST;
  if (!/^[0-9a-f]+$/.test(hex) || hex.length <= shortest) throw new Error(NOT_SEALED);
  if (hex.startsWith('04') && hex.length > shortest + 2 && onCurve(hex.slice(2))) return hex.slice(2);
  if (!onCurve(hex)) throw new Error(NOT_SEALED);
  return hex;
}

type Job = { op: 'sign'; message: string; privateKey: string; publicKey: string } | { op: 'verify'; message: string; signature: string; publicKey: string } | { op: 'decrypt'; body: string; privateKey: string };

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
      value = sm2.doDecrypt(job.body, job.privateKey, 1);
      if (value === '') throw new Error(workerData.notSealed);
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
  async decrypt(sealed: string, privateKey: string): Promise<string> { return this.run({ op: 'decrypt', body: sealBody(sealed), privateKey }); }
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
    const worker = new Worker(WORKER, { eval: true, workerData: { library: require.resolve('sm-crypto-v2'), options: OPTIONS, notSealed: NOT_SEALED } });
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
