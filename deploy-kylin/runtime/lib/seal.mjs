// Seals what must not be read by whoever finds it (keys in a backup, the file with which a further host joins) with a passphrase.
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { product } from './layout.mjs';

const ROUNDS = 200_000, SHORTEST = 12;
const crypto = () => ({ ...product().server('platform/crypto/seal.js'), ...product().server('platform/crypto/sm3.js') });
/** Keys by PBKDF2 with HMAC-SM3 (GM/T 0091-2020): the data key of the server's own seal, and one for the list beside it. */
const keysOf = (passphrase, { salt, rounds }) => { const bytes = pbkdf2Sync(passphrase.normalize('NFKC'), Buffer.from(salt, 'base64'), rounds, 64, 'sm3'); return { data: crypto().deriveDataKey('passphrase', bytes.subarray(0, 32)), manifest: bytes.subarray(32) }; };
/** A text as the server seals (SM4-CBC with HMAC-SM3). `context` keeps one seal from being taken for another. */
export function seal(context, passphrase, plain) {
  const head = { kdf: 'PBKDF2-HMAC-SM3', rounds: ROUNDS, salt: randomBytes(16).toString('base64') };
  return { ...head, sealed: crypto().sealText(keysOf(passphrase, head).data, context, plain) };
}
/** @throws Error in Chinese for a wrong passphrase or an altered seal; the two cannot be told apart. */
export function unseal(context, passphrase, sealed) {
  const { data } = keysOf(passphrase, sealed);
  try { return crypto().openText((id) => (id === data.id ? data : undefined), context, sealed.sealed); } catch (error) { throw new Error('口令不对，或密封的内容被改动', { cause: error }); }
}
/** HMAC-SM3 of a text with a key of the same passphrase and salt as a seal. */
export const macWith = (passphrase, sealed, text) => crypto().hmacSm3(keysOf(passphrase, sealed).manifest, text).toString('hex');
/** From a file (first line) or the environment; a process's arguments can be read by others, so never from there. */
export function passphraseFrom(file) {
  const text = file ? readFileSync(file, 'utf8').split('\n')[0].trim() : process.env.RONGHU_PASSPHRASE;
  if (!text) throw new Error('需要口令：用 --passphrase-file 指定口令文件，或设置环境变量 RONGHU_PASSPHRASE');
  if (text.length < SHORTEST) throw new Error(`口令至少 ${SHORTEST} 个字符`);
  return text;
}
