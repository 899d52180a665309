import { pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);
const HASH_BYTES = 32;
/** Below this a guess is too cheap whatever the machine; GM/T 0091-2020 asks for at least 1,024. */
const MIN_ROUNDS = 20_000;
const MAX_ROUNDS = 1_000_000;
const PROBE_ROUNDS = 4_000;

/**
 * Salted slow hash of passwords: PBKDF2 with HMAC-SM3 (GM/T 0091-2020), off the main thread. The rounds are tuned once to `targetMs` on this
 * machine and stand inside each hash: `sm3-pbkdf2$<rounds>$<salt>$<hash>`. A hash of fewer rounds still verifies and is reported stale.
 */
export class PasswordHasher {
  private tuned: Promise<number> | undefined;
  /** `rounds` fixes the number (tests); otherwise it is measured at the first hash. */
  constructor(private readonly options: { rounds?: number; targetMs?: number } = {}) {}

  /** The password as UTF-8, NFKC, so that a full-width digit typed on a Chinese keyboard is the same password. */
  async hash(password: string): Promise<string> {
    const rounds = await this.rounds();
    const salt = randomBytes(16);
    const hash = await derive(password.normalize('NFKC'), salt, rounds, HASH_BYTES, 'sm3');
    return `sm3-pbkdf2$${rounds}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
  }

  /** Constant-time comparison. `stored` null (unknown login) costs the same time and gives false, so logins cannot be probed. */
  async verify(password: string, stored: string | null): Promise<boolean> {
    const parsed = stored === null ? null : parse(stored);
    const rounds = parsed?.rounds ?? await this.rounds();
    const hash = await derive(password.normalize('NFKC'), parsed?.salt ?? Buffer.alloc(16), rounds, HASH_BYTES, 'sm3');
    return parsed !== null && timingSafeEqual(hash, parsed.hash);
  }

  /** True when the hash was made with markedly fewer rounds than now wanted: hash anew at the next sign-in. */
  async isStale(stored: string): Promise<boolean> {
    const parsed = parse(stored);
    return parsed === null || parsed.rounds < (await this.rounds()) * 0.6;
  }

  private rounds(): Promise<number> {
    if (this.options.rounds !== undefined) return Promise.resolve(this.options.rounds);
    this.tuned ??= tune(this.options.targetMs ?? 300);
    return this.tuned;
  }
}

function parse(stored: string): { rounds: number; salt: Buffer; hash: Buffer } | null {
  const [scheme, rounds, salt, hash] = stored.split('$');
  if (scheme !== 'sm3-pbkdf2' || !/^\d{1,7}$/.test(rounds ?? '') || !salt || !hash) return null;
  const n = Number(rounds);
  const bytes = Buffer.from(hash, 'base64url');
  return n < 1 || n > MAX_ROUNDS || bytes.length !== HASH_BYTES ? null : { rounds: n, salt: Buffer.from(salt, 'base64url'), hash: bytes };
}

/** Rounds that take about `targetMs`, rounded to thousands, within the bounds. */
async function tune(targetMs: number): Promise<number> {
  const begin = process.hrtime.bigint();
  await derive('probe', randomBytes(16), PROBE_ROUNDS, HASH_BYTES, 'sm3');
  const ms = Number(process.hrtime.bigint() - begin) / 1e6;
  return Math.min(MAX_ROUNDS, Math.max(MIN_ROUNDS, Math.round((PROBE_ROUNDS * targetMs) / ms / 1000) * 1000));
}

/** A random first password that meets the policy (PF-25): upper, lower, digit, mark; no look-alikes. */
export function randomPassword(length = 14): string {
  const sets = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghjkmnpqrstuvwxyz', '23456789', '#%+=?@'];
  const all = sets.join('');
  const pick = (set: string): string => set[randomBytes(4).readUInt32BE() % set.length]!;
  const chars = [...sets.map(pick), ...Array.from({ length: Math.max(0, length - sets.length) }, () => pick(all))];
  for (let i = chars.length - 1; i > 0; i--) { const j = randomBytes(4).readUInt32BE() % (i + 1); [chars[i], chars[j]] = [chars[j]!, chars[i]!]; }
  return chars.join('');
}
