import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** SCRAM (RFC 5802, RFC 7677) with SM3 (GM/T 0004-2012) as its hash: what KingbaseES calls `scram-sm3` in sys_hba.conf. */
export const MECHANISM = 'SCRAM-SM3';
const DIGEST_BYTES = 32, MAX_ITERATIONS = 100_000;
const derive = promisify(pbkdf2);
const hmac = (key: Buffer, text: string): Buffer => createHmac('sm3', key).update(text).digest();
const sm3 = (data: Buffer): Buffer => createHash('sm3').update(data).digest();
const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ (b[i] as number)));

export interface Keys { stored: Buffer; server: Buffer; client: Buffer }
/** RFC 5802 section 3: the keys that follow from a password. The server keeps `stored` and `server` only. */
export async function scramKeys(password: string, salt: Buffer, iterations: number): Promise<Keys> {
  const salted = await derive(password.normalize('NFKC'), salt, iterations, DIGEST_BYTES, 'sm3'), client = hmac(salted, 'Client Key');
  return { client, stored: sm3(client), server: hmac(salted, 'Server Key') };
}
/** The client's side of one exchange. */
export class ScramSm3Exchange {
  readonly first: string;
  private readonly nonce: string;
  private serverSignature: Buffer | null = null;
  constructor(nonce = randomBytes(18).toString('base64')) {
    this.nonce = nonce;
    this.first = `n,,n=*,r=${nonce}`;
  }
  /** Answers the server's first message. @throws Error for a message that is malformed, repeats no nonce of ours or asks for more rounds than 100,000. */
  async respond(serverFirst: string, password: string): Promise<string> {
    const attributes = attributesOf(serverFirst), nonce = attributes.get('r') ?? '', salt = attributes.get('s') ?? '', iterations = Number(attributes.get('i'));
    if (!nonce.startsWith(this.nonce) || nonce.length === this.nonce.length) throw new Error('SCRAM-SM3: the server did not continue our nonce');
    if (!salt || !Number.isInteger(iterations) || iterations < 1 || iterations > MAX_ITERATIONS) throw new Error('SCRAM-SM3: salt or iteration count is missing or out of bounds');
    const keys = await scramKeys(password, Buffer.from(salt, 'base64'), iterations), bare = `c=biws,r=${nonce}`, message = `n=*,r=${this.nonce},${serverFirst},${bare}`;
    this.serverSignature = hmac(keys.server, message);
    return `${bare},p=${xor(keys.client, hmac(keys.stored, message)).toString('base64')}`;
  }
  /** @throws Error when the server did not prove that it knows the password's verifier. */
  finish(serverFinal: string): void {
    const proof = Buffer.from(attributesOf(serverFinal).get('v') ?? '', 'base64');
    if (!this.serverSignature || proof.length !== DIGEST_BYTES || !timingSafeEqual(proof, this.serverSignature)) throw new Error('SCRAM-SM3: the server did not prove itself');
  }
}
/** The server's check of a client's last message: its answer, or null for a wrong password. For test servers. */
export function verifyProof(keys: Omit<Keys, 'client'>, clientFirstBare: string, serverFirst: string, clientFinal: string): string | null {
  const at = clientFinal.lastIndexOf(',p='), message = `${clientFirstBare},${serverFirst},${clientFinal.slice(0, at)}`, proof = Buffer.from(clientFinal.slice(at + 3), 'base64');
  if (at < 0 || proof.length !== DIGEST_BYTES || !timingSafeEqual(sm3(xor(proof, hmac(keys.stored, message))), keys.stored)) return null;
  return `v=${hmac(keys.server, message).toString('base64')}`;
}
const attributesOf = (text: string): Map<string, string> => new Map(text.split(',').map((pair) => [pair[0] ?? '', pair.slice(2)]));
