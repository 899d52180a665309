import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { hmacSm3 } from './sm3';

/** The keystore as it lies on disk. `wrap` says what opens it; body is base64. */
export const SealedStore = z.strictObject({
  version: z.literal(2), generation: z.number().int().min(1),
  wrap: z.discriminatedUnion('by', [
    z.strictObject({ by: z.literal('passphrase'), kdf: z.literal('pbkdf2-hmac-sm3'), rounds: z.number().int().min(1000).max(10_000_000), salt: z.string() }),
    z.strictObject({ by: z.literal('sdf'), kekIndex: z.number().int().min(1), wrappedKey: z.string() }),
  ]),
  iv: z.string(), body: z.string(), mac: z.string(),
});
export type SealedStore = z.infer<typeof SealedStore>;
export type Wrap = SealedStore['wrap'];

/** What seals the keystore: a passphrase, or a cipher machine by GM/T 0018. */
export interface KeySealer {
  readonly by: Wrap['by'];
  seal(plain: string, generation: number): SealedStore;
  /** @throws Error when it is not the passphrase or machine that sealed, or a bit was changed. */
  open(store: SealedStore): string;
}
/** Text over which the MAC goes beside the body: nothing of the header can be exchanged. */
export const headerOf = (store: Pick<SealedStore, 'version' | 'generation' | 'wrap' | 'iv'>): string => JSON.stringify([store.version, store.generation, Object.entries(store.wrap).sort(([a], [b]) => a.localeCompare(b)), store.iv]);

/** A passphrase made at random needs no slow derivation; one that a person thought up does. */
const RANDOM_LENGTH = 40, ROUNDS_RANDOM = 20_000, ROUNDS_HUMAN = 200_000;

/** SM4-CBC with HMAC-SM3 over header and body, both keys from PBKDF2-HMAC-SM3 of the passphrase (GB/T 32905, 32907; PKCS #5). */
export class PassphraseSealer implements KeySealer {
  readonly by = 'passphrase';
  private readonly derived = new Map<string, { cipherKey: Buffer; macKey: Buffer }>();
  /** @throws Error for a passphrase of fewer than 12 characters. */
  constructor(private readonly passphrase: string) { if (passphrase.length < 12) throw new Error('the key passphrase must have at least 12 characters'); }
  seal(plain: string, generation: number): SealedStore {
    const wrap: Wrap = { by: 'passphrase', kdf: 'pbkdf2-hmac-sm3', rounds: this.passphrase.length >= RANDOM_LENGTH ? ROUNDS_RANDOM : ROUNDS_HUMAN, salt: randomBytes(16).toString('base64') }, { cipherKey, macKey } = this.keysOf(wrap);
    const iv = randomBytes(16), cipher = createCipheriv('sm4-cbc', cipherKey, iv), head = { version: 2 as const, generation, wrap, iv: iv.toString('base64') };
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return { ...head, body: body.toString('base64'), mac: hmacSm3(macKey, headerOf(head), body).toString('base64') };
  }
  open(store: SealedStore): string {
    if (store.wrap.by !== 'passphrase') throw new Error('the keystore was sealed by a cipher machine, not by a passphrase');
    const { cipherKey, macKey } = this.keysOf(store.wrap), body = Buffer.from(store.body, 'base64'), mac = Buffer.from(store.mac, 'base64'), wanted = hmacSm3(macKey, headerOf(store), body);
    if (mac.length !== wanted.length || !timingSafeEqual(mac, wanted)) throw new Error('the keystore does not open: wrong passphrase, or the file was altered');
    const decipher = createDecipheriv('sm4-cbc', cipherKey, Buffer.from(store.iv, 'base64'));
    return decipher.update(body, undefined, 'utf8') + decipher.final('utf8');
  }
  private keysOf(wrap: Extract<Wrap, { by: 'passphrase' }>): { cipherKey: Buffer; macKey: Buffer } {
    const id = `${wrap.salt}:${wrap.rounds}`, known = this.derived.get(id);
    if (known) return known;
    const bytes = pbkdf2Sync(this.passphrase.normalize('NFKC'), Buffer.from(wrap.salt, 'base64'), wrap.rounds, 48, 'sm3'), made = { cipherKey: bytes.subarray(0, 16), macKey: bytes.subarray(16) };
    this.derived.set(id, made);
    return made;
  }
}
