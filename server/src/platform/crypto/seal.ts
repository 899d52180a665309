import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto';
import { HmacSm3, hmacSm3 } from './sm3';

/** One data key as used: an SM4 key and a separate MAC key, both drawn from the 32-byte master. */
export interface DataKey { readonly id: string; readonly cipherKey: Buffer; readonly macKey: Buffer; readonly mac: HmacSm3; /** SM4 block by block. */ readonly blocks: ReturnType<typeof createCipheriv> }

/** Draws the two working keys from a master, so that the file holds one secret a key id. `master`: 32 bytes. */
export function deriveDataKey(id: string, master: Buffer): DataKey {
  if (master.length !== 32) throw new Error(`data key ${id}: master must be 32 bytes`);
  const cipherKey = hmacSm3(master, 'sm4').subarray(0, 16), macKey = hmacSm3(master, 'mac');
  return { id, cipherKey, macKey, mac: new HmacSm3(macKey), blocks: createCipheriv('sm4-ecb', cipherKey, null).setAutoPadding(false) };
}

const IV_BYTES = 16;
/** Random bytes are asked for in blocks: one call a number would cost more than the cipher. Each byte is used once. */
let pool = Buffer.alloc(0), used = 0;
function freshIv(): Buffer {
  if (used + IV_BYTES > pool.length) { pool = randomBytes(IV_BYTES * 256); used = 0; }
  used += IV_BYTES;
  return pool.subarray(used - IV_BYTES, used);
}
const MAC_BYTES = 32, BLOCK_BYTES = 16, SHORT_BYTES = 64;

/**
 * Encrypt-then-MAC: SM4-CBC (GM/T 0002-2012) with HMAC-SM3 over key id, purpose, IV and cipher text (SM4-GCM is absent from node:crypto).
 * Result: `<key id>.<base64url(iv | cipher text | mac)>`. `purpose` keeps a sealed column from being replayed as a token and the other way round.
 */
export function sealText(key: DataKey, purpose: string, plain: string): string {
  const iv = freshIv(), bytes = Buffer.byteLength(plain, 'utf8'), padding = BLOCK_BYTES - (bytes % BLOCK_BYTES), end = IV_BYTES + bytes + padding, out = Buffer.allocUnsafe(end + MAC_BYTES);
  out.set(iv, 0);
  if (bytes <= SHORT_BYTES) {
    // CBC by hand over one cipher that stays: making a cipher for each number costs three times the cipher's work
    out.write(plain, IV_BYTES, 'utf8');
    out.fill(padding, IV_BYTES + bytes, end);
    for (let at = IV_BYTES; at < end; at += BLOCK_BYTES) {
      for (let i = at; i < at + BLOCK_BYTES; i++) out[i] = (out[i] as number) ^ (out[i - BLOCK_BYTES] as number);
      out.set(key.blocks.update(out.subarray(at, at + BLOCK_BYTES)), at);
    }
  } else {
    const cipher = createCipheriv('sm4-cbc', key.cipherKey, iv);
    out.set(cipher.update(plain, 'utf8'), IV_BYTES);
    out.set(cipher.final(), end - BLOCK_BYTES);
  }
  out.write(key.mac.hex(`${key.id}|${purpose}|`, out.subarray(0, end)), end, 'hex');
  return `${key.id}.${out.toString('base64url')}`;
}

/** Opens what `sealText` made. Throws an Error (never a partial text) when the key is unknown or a single bit differs. */
export function openText(keyOf: (id: string) => DataKey | undefined, purpose: string, sealed: string): string {
  const dot = sealed.indexOf('.');
  const key = dot > 0 ? keyOf(sealed.slice(0, dot)) : undefined;
  if (!key) throw new Error('sealed text: unknown key id');
  const bytes = Buffer.from(sealed.slice(dot + 1), 'base64url');
  if (bytes.length < IV_BYTES + 16 + MAC_BYTES) throw new Error('sealed text: too short');
  const body = bytes.subarray(0, bytes.length - MAC_BYTES);
  if (!timingSafeEqual(bytes.subarray(bytes.length - MAC_BYTES), hmacSm3(key.macKey, `${key.id}|${purpose}|`, body))) throw new Error('sealed text: altered or of another purpose');
  const decipher = createDecipheriv('sm4-cbc', key.cipherKey, body.subarray(0, IV_BYTES));
  return decipher.update(body.subarray(IV_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
