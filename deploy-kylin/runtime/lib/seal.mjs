// Seals what must not be read by whoever finds it (keys in a backup, the file with which a further host joins) with a passphrase.
import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

const ROUNDS = 200_000, SHORTEST = 12;
const derive = (passphrase, salt, rounds) => { const bytes = pbkdf2Sync(passphrase, salt, rounds, 80, 'sm3'); return { cipher: bytes.subarray(0, 16), mac: bytes.subarray(16, 48), manifest: bytes.subarray(48) }; };
/** SM4-CTR then HMAC-SM3, keys by PBKDF2 with HMAC-SM3 (GM/T 0091-2020). `context` keeps one seal from being taken for another. */
export function seal(context, passphrase, plain) {
  const salt = randomBytes(16), iv = randomBytes(16), keys = derive(passphrase, salt, ROUNDS), cipher = createCipheriv('sm4-ctr', keys.cipher, iv), body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { kdf: 'PBKDF2-HMAC-SM3', rounds: ROUNDS, cipher: 'SM4-CTR+HMAC-SM3', salt: salt.toString('base64'), iv: iv.toString('base64'), body: body.toString('base64'), mac: macOf(keys, context, iv, body).toString('base64') };
}
const macOf = (keys, context, iv, body) => createHmac('sm3', keys.mac).update(`${context}|`).update(iv).update(body).digest();
/** @throws Error in Chinese for a wrong passphrase or an altered seal; the two cannot be told apart. */
export function unseal(context, passphrase, sealed) {
  const iv = Buffer.from(sealed.iv, 'base64'), body = Buffer.from(sealed.body, 'base64'), keys = derive(passphrase, Buffer.from(sealed.salt, 'base64'), sealed.rounds), mac = Buffer.from(sealed.mac, 'base64'), own = macOf(keys, context, iv, body);
  if (mac.length !== own.length || !timingSafeEqual(mac, own)) throw new Error('口令不对，或密封的内容被改动');
  const cipher = createDecipheriv('sm4-ctr', keys.cipher, iv);
  return Buffer.concat([cipher.update(body), cipher.final()]);
}
/** HMAC-SM3 of a text with a key of the same passphrase and salt as a seal. */
export const macWith = (passphrase, sealed, text) => createHmac('sm3', derive(passphrase, Buffer.from(sealed.salt, 'base64'), sealed.rounds).manifest).update(text).digest('hex');
/** From a file (first line) or the environment; a process's arguments can be read by others, so never from there. */
export function passphraseFrom(file) {
  const text = file ? readFileSync(file, 'utf8').split('\n')[0].trim() : process.env.RONGHU_PASSPHRASE;
  if (!text) throw new Error('需要口令：用 --passphrase-file 指定口令文件，或设置环境变量 RONGHU_PASSPHRASE');
  if (text.length < SHORTEST) throw new Error(`口令至少 ${SHORTEST} 个字符`);
  return text;
}
