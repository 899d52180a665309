import { randomBytes, timingSafeEqual } from 'node:crypto';
import { hmacSm3 } from './sm3';
import { headerOf, type KeySealer, type SealedStore, type Wrap } from './key-sealer';

/** Algorithm ids of GM/T 0006. */
export const SGD_SM4_ECB = 0x0401, SGD_SM4_CBC = 0x0402;
/** An opaque handle of the machine's library. */
export type SdfHandle = unknown;
/**
 * The functions of GM/T 0018-2012 (密码设备应用接口规范) that sealing the keystore needs, under their names there without the prefix `SDF_`. A vendor's library is bound by a
 * small Node module that exports `openSdf(): Sdf`; the module throws an Error with the machine's return code. Buffers are whole blocks: padding is ours.
 */
export interface Sdf {
  openDevice(): SdfHandle;
  openSession(device: SdfHandle): SdfHandle;
  /** SDF_GenerateKeyWithKEK: a session key of `bits`, and the same wrapped by the machine's key `kekIndex`. */
  generateKeyWithKek(session: SdfHandle, bits: number, algorithm: number, kekIndex: number): { wrapped: Buffer; key: SdfHandle };
  importKeyWithKek(session: SdfHandle, algorithm: number, kekIndex: number, wrapped: Buffer): SdfHandle;
  encrypt(session: SdfHandle, key: SdfHandle, algorithm: number, iv: Buffer, data: Buffer): Buffer;
  decrypt(session: SdfHandle, key: SdfHandle, algorithm: number, iv: Buffer, data: Buffer): Buffer;
  destroyKey(session: SdfHandle, key: SdfHandle): void;
  closeSession(session: SdfHandle): void;
  closeDevice(device: SdfHandle): void;
}
const BLOCK = 16;

/**
 * Seals the keystore by a key that never leaves the cipher machine (PF-33): the machine makes a session key under its key `kekIndex`; the body is SM4-CBC by that session key,
 * its MAC key is the machine's encryption of a fixed label, so that without the machine nothing can be altered either. Handles are always given back.
 */
export class SdfSealer implements KeySealer {
  readonly by = 'sdf';
  constructor(private readonly sdf: Sdf, private readonly kekIndex: number) { if (!Number.isInteger(kekIndex) || kekIndex < 1) throw new Error('setting RONGHU_KEY_SDF_KEK must be a whole number from 1'); }
  seal(plain: string, generation: number): SealedStore {
    return this.session((session) => {
      const { wrapped, key } = this.sdf.generateKeyWithKek(session, 128, SGD_SM4_ECB, this.kekIndex);
      return this.using(session, key, () => {
        const iv = randomBytes(BLOCK), wrap: Wrap = { by: 'sdf', kekIndex: this.kekIndex, wrappedKey: wrapped.toString('base64') }, head = { version: 2 as const, generation, wrap, iv: iv.toString('base64') };
        const body = this.sdf.encrypt(session, key, SGD_SM4_CBC, iv, pad(Buffer.from(plain, 'utf8')));
        return { ...head, body: body.toString('base64'), mac: hmacSm3(this.macKey(session, key), headerOf(head), body).toString('base64') };
      });
    });
  }
  open(store: SealedStore): string {
    const { wrap } = store;
    if (wrap.by !== 'sdf') throw new Error('the keystore was sealed by a passphrase, not by a cipher machine');
    return this.session((session) => {
      const key = this.sdf.importKeyWithKek(session, SGD_SM4_ECB, wrap.kekIndex, Buffer.from(wrap.wrappedKey, 'base64'));
      return this.using(session, key, () => {
        const body = Buffer.from(store.body, 'base64'), mac = Buffer.from(store.mac, 'base64'), wanted = hmacSm3(this.macKey(session, key), headerOf(store), body);
        if (mac.length !== wanted.length || !timingSafeEqual(mac, wanted)) throw new Error('the keystore does not open: another cipher machine, or the file was altered');
        return unpad(this.sdf.decrypt(session, key, SGD_SM4_CBC, Buffer.from(store.iv, 'base64'), body)).toString('utf8');
      });
    });
  }
  private macKey(session: SdfHandle, key: SdfHandle): Buffer { return this.sdf.encrypt(session, key, SGD_SM4_ECB, Buffer.alloc(0), Buffer.from('ronghu keystoremac key, 32 bytes!', 'latin1').subarray(0, 32)); }
  private using<T>(session: SdfHandle, key: SdfHandle, work: () => T): T { try { return work(); } finally { this.sdf.destroyKey(session, key); } }
  private session<T>(work: (session: SdfHandle) => T): T {
    const device = this.sdf.openDevice();
    try {
      const session = this.sdf.openSession(device);
      try { return work(session); } finally { this.sdf.closeSession(session); }
    } finally { this.sdf.closeDevice(device); }
  }
}
/** PKCS #7. */
function pad(data: Buffer): Buffer { const n = BLOCK - (data.length % BLOCK); return Buffer.concat([data, Buffer.alloc(n, n)]); }
function unpad(data: Buffer): Buffer {
  const n = data[data.length - 1] ?? 0;
  if (data.length === 0 || n < 1 || n > BLOCK || data.subarray(-n).some((byte) => byte !== n)) throw new Error('the cipher machine answered text that was not sealed by us');
  return data.subarray(0, data.length - n);
}
/** Loads the module of a vendor's library. @throws Error naming the setting when it is missing or exports no `openSdf`. */
export function loadSdf(modulePath: string): Sdf {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the module belongs to the installation and is known at run time alone
  const loaded = require(modulePath) as { openSdf?: () => Sdf };
  if (typeof loaded.openSdf !== 'function') throw new Error(`setting RONGHU_KEY_SDF_MODULE: ${modulePath} exports no function openSdf`);
  return loaded.openSdf();
}
