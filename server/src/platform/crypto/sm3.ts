import { createHash, createHmac } from 'node:crypto';

/** SM3 digest (GM/T 0004-2012) as 64 lower-case hex digits. Text is taken as UTF-8. */
export function sm3Hex(data: string | Buffer | Uint8Array): string {
  return createHash('sm3').update(data).digest('hex');
}
/** HMAC-SM3 as 32 bytes. */
export function hmacSm3(key: Buffer, ...parts: (string | Buffer)[]): Buffer {
  const mac = createHmac('sm3', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
