import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Cache } from '../cache';
import type { Clock } from '../clock';
import { hmacSm3 } from '../crypto/sm3';

const LIFE_MS = 2 * 60_000;
/**
 * One-time numbers for sealed passwords. The number carries its own end and proof, so giving one out keeps nothing and any process takes what another gave; only
 * its use is marked, where all processes see it.
 */
export class Nonces {
  private readonly key: Buffer;
  constructor(secret: Buffer, private readonly d: { cache: Pick<Cache, 'add'>; clock: Clock }) { this.key = hmacSm3(secret, 'sign-in-nonce'); }
  issue(): string {
    const body = `${(this.d.clock.now() + LIFE_MS).toString(36)}.${randomBytes(12).toString('hex')}`;
    return `${body}.${this.proof(body)}`;
  }
  /** True once for a number given out within two minutes. @throws AppError DATABASE_UNAVAILABLE when the mark cannot be set. */
  async use(nonce: string): Promise<boolean> {
    const cut = nonce.lastIndexOf('.'), body = nonce.slice(0, Math.max(0, cut)), given = Buffer.from(nonce.slice(cut + 1)), wanted = Buffer.from(this.proof(body));
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
    const until = Number.parseInt(body, 36);
    return until > this.d.clock.now() && this.d.cache.add(`nonce:${body}`, '', until - this.d.clock.now() + 1000);
  }
  private proof(body: string): string { return hmacSm3(this.key, body).toString('hex').slice(0, 32); }
}
