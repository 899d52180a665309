import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, openSync, fsyncSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { sm2 } from 'sm-crypto-v2';
import { z } from 'zod';

const Sm2Pair = z.strictObject({ id: z.string(), privateKey: z.string().regex(/^[0-9a-f]{64}$/), publicKey: z.string().regex(/^04[0-9a-f]{128}$/), createdAt: z.number() });
const KeyFile = z.strictObject({
  version: z.literal(1),
  /** Newest last; the last one seals, all of them open. */
  data: z.array(z.strictObject({ id: z.string().regex(/^k\d+$/), master: z.string(), createdAt: z.number() })).min(1),
  /** One key for the group; changing it needs the re-index job. */
  blind: z.string(),
  /** Signs segment heads; older pairs stay for verifying. The last one signs. */
  signing: z.array(Sm2Pair).min(1),
  /** Opens passwords sealed in the browser. */
  signIn: Sm2Pair,
});
export type Keys = z.infer<typeof KeyFile>;

const FILE = 'keys.json';
const pair = (id: string, createdAt: number): Keys['signIn'] => ({ id, ...sm2.generateKeyPairHex(), createdAt });

/**
 * Reads the installation's keys, or makes them on the first start. The file is written whole, with mode 0600, and never replaced by a second
 * process that starts at the same moment. Losing it means losing every sealed number: back it up apart from the database.
 * Throws when the file is broken or readable by others.
 */
export function loadOrCreateKeys(dir: string, now: number = Date.now()): Keys {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, FILE);
  if (!existsSync(path)) {
    const keys: Keys = { version: 1, data: [{ id: 'k1', master: randomBytes(32).toString('base64'), createdAt: now }], blind: randomBytes(32).toString('base64'), signing: [pair('s1', now)], signIn: pair('p1', now) };
    const draft = writeDraft(dir, keys);
    // link, unlike rename, fails when another process was first: then its keys are the keys.
    try { linkSync(draft, path); } catch (error) { if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; } finally { rmSync(draft, { force: true }); }
  }
  if ((statSync(path).mode & 0o077) !== 0) throw new Error(`key file ${path} can be read by others than its owner; run: chmod 600 ${path}`);
  const parsed = KeyFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new Error(`key file ${path} is damaged (${parsed.error.issues[0]?.path.join('.') ?? ''}); restore it from the backup`);
  return parsed.data;
}

/** Adds a data key that seals from now on; what older keys sealed stays readable. Returns the new set. */
export function rotateDataKey(dir: string, now: number = Date.now()): Keys {
  const keys = loadOrCreateKeys(dir, now);
  const next = { ...keys, data: [...keys.data, { id: `k${keys.data.length + 1}`, master: randomBytes(32).toString('base64'), createdAt: now }] };
  renameSync(writeDraft(dir, next), join(dir, FILE));
  return next;
}

function writeDraft(dir: string, keys: Keys): string {
  const draft = join(dir, `${FILE}.${process.pid}.${randomBytes(4).toString('hex')}`);
  writeFileSync(draft, JSON.stringify(keys, null, 1), { mode: 0o600, flag: 'wx' });
  chmodSync(draft, 0o600);
  const fd = openSync(draft, 'r');
  try { fsyncSync(fd); } finally { closeSync(fd); }
  return draft;
}
