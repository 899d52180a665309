import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SGD_SM4_CBC, SGD_SM4_ECB, type Sdf, type SdfHandle } from '../sdf';

/** A cipher machine in memory that keeps to the order of calls of GM/T 0018: handles must be open, keys belong to their session, everything must be given back. Real SM4, so what it seals another double with the same KEK opens. */
export class SdfDouble implements Sdf {
  readonly calls: string[] = [];
  private readonly devices = new Set<SdfHandle>();
  private readonly sessions = new Map<SdfHandle, SdfHandle>();
  private readonly keys = new Map<SdfHandle, { session: SdfHandle; bytes: Buffer }>();
  constructor(private readonly keks: Record<number, Buffer> = { 1: Buffer.alloc(16, 1) }) {}
  /** Handles still open. */
  get open(): number { return this.devices.size + this.sessions.size + this.keys.size; }

  openDevice(): SdfHandle { this.calls.push('SDF_OpenDevice'); const device = Symbol('device'); this.devices.add(device); return device; }
  openSession(device: SdfHandle): SdfHandle { this.calls.push('SDF_OpenSession'); if (!this.devices.has(device)) throw new Error('SDR_OPENDEVICE 0x01000004'); const session = Symbol('session'); this.sessions.set(session, device); return session; }
  generateKeyWithKek(session: SdfHandle, bits: number, algorithm: number, kekIndex: number): { wrapped: Buffer; key: SdfHandle } {
    this.calls.push('SDF_GenerateKeyWithKEK');
    const bytes = randomBytes(bits / 8);
    return { wrapped: ecb(this.kek(session, algorithm, kekIndex), bytes, true), key: this.keep(session, bytes) };
  }
  importKeyWithKek(session: SdfHandle, algorithm: number, kekIndex: number, wrapped: Buffer): SdfHandle { this.calls.push('SDF_ImportKeyWithKEK'); return this.keep(session, ecb(this.kek(session, algorithm, kekIndex), wrapped, false)); }
  encrypt(session: SdfHandle, key: SdfHandle, algorithm: number, iv: Buffer, data: Buffer): Buffer { this.calls.push('SDF_Encrypt'); return this.run(session, key, algorithm, iv, data, true); }
  decrypt(session: SdfHandle, key: SdfHandle, algorithm: number, iv: Buffer, data: Buffer): Buffer { this.calls.push('SDF_Decrypt'); return this.run(session, key, algorithm, iv, data, false); }
  destroyKey(session: SdfHandle, key: SdfHandle): void { this.calls.push('SDF_DestroyKey'); this.bytesOf(session, key); this.keys.delete(key); }
  closeSession(session: SdfHandle): void {
    this.calls.push('SDF_CloseSession');
    if (!this.sessions.delete(session)) throw new Error('SDR_OPENSESSION 0x01000005');
    if ([...this.keys.values()].some((key) => key.session === session)) throw new Error('a key was not destroyed before its session was closed');
  }
  closeDevice(device: SdfHandle): void {
    this.calls.push('SDF_CloseDevice');
    if ([...this.sessions.values()].includes(device)) throw new Error('a session was not closed before its device');
    if (!this.devices.delete(device)) throw new Error('SDR_OPENDEVICE 0x01000004');
  }
  private kek(session: SdfHandle, algorithm: number, index: number): Buffer {
    if (!this.sessions.has(session)) throw new Error('SDR_OPENSESSION 0x01000005');
    const kek = this.keks[index];
    if (algorithm !== SGD_SM4_ECB || !kek) throw new Error('SDR_KEYNOTEXIST 0x01000008');
    return kek;
  }
  private keep(session: SdfHandle, bytes: Buffer): SdfHandle { const key = Symbol('key'); this.keys.set(key, { session, bytes }); return key; }
  private bytesOf(session: SdfHandle, key: SdfHandle): Buffer { const known = this.keys.get(key); if (!known || known.session !== session) throw new Error('SDR_KEYNOTEXIST 0x01000008'); return known.bytes; }
  private run(session: SdfHandle, key: SdfHandle, algorithm: number, iv: Buffer, data: Buffer, sealing: boolean): Buffer {
    const bytes = this.bytesOf(session, key);
    if (data.length % 16 !== 0) throw new Error('SDR_INARGERR 0x0100001D');
    if (algorithm === SGD_SM4_ECB) return ecb(bytes, data, sealing);
    if (algorithm !== SGD_SM4_CBC) throw new Error('SDR_ALGNOTSUPPORT 0x01000009');
    const cipher = sealing ? createCipheriv('sm4-cbc', bytes, iv) : createDecipheriv('sm4-cbc', bytes, iv);
    cipher.setAutoPadding(false);
    return Buffer.concat([cipher.update(data), cipher.final()]);
  }
}
function ecb(key: Buffer, data: Buffer, sealing: boolean): Buffer {
  const cipher = sealing ? createCipheriv('sm4-ecb', key, null) : createDecipheriv('sm4-ecb', key, null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}
