import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sm2 } from 'sm-crypto-v2';
import { z } from 'zod';
import { PassphraseSealer, SealedStore, type KeySealer } from './key-sealer';
import { loadSdf, SdfSealer } from './sdf';

const Sm2Pair = z.strictObject({ id: z.string(), privateKey: z.string().regex(/^[0-9a-f]{64}$/), publicKey: z.string().regex(/^04[0-9a-f]{128}$/), createdAt: z.number() });
const KeyFile = z.strictObject({
  version: z.literal(1),
  /** Newest last; the last one that is active seals, all of them open. `activeFrom`: until then it only opens, so that every process knows it before one seals with it. */
  data: z.array(z.strictObject({ id: z.string().regex(/^k\d+$/), master: z.string(), createdAt: z.number(), activeFrom: z.number().optional() })).min(1),
  /** One key for the group; changing it needs the re-index job. */
  blind: z.string(),
  /** Signs segment heads; older pairs stay for verifying. The last one signs. */
  signing: z.array(Sm2Pair).min(1),
  /** Opens passwords sealed in the browser. */
  signIn: Sm2Pair,
});
export type Keys = z.infer<typeof KeyFile>;

const PLAIN = 'keys.json', STORE = 'keystore.json', PASSPHRASE = 'passphrase', WATCH_MS = 2_000;
/** Processes look at the keystore every two seconds; after this long all of them know a new key. */
export const ACTIVE_AFTER_MS = 10_000;
const pair = (id: string, createdAt: number): Keys['signIn'] => ({ id, ...sm2.generateKeyPairHex(), createdAt });

/** Chooses what seals the keystore, by the environment alone, since installer and processes must agree before any configuration is read: a cipher machine, RONGHU_KEY_PASSPHRASE, or a file of mode 0600, made with a random passphrase when there is none. @throws Error when the file can be read by others. */
export function sealerFor(dir: string, env: NodeJS.ProcessEnv = process.env): KeySealer {
  const sdfModule = env.RONGHU_KEY_SDF_MODULE;
  if (sdfModule) return new SdfSealer(loadSdf(sdfModule), Number(env.RONGHU_KEY_SDF_KEK ?? 1));
  if (env.RONGHU_KEY_PASSPHRASE) return new PassphraseSealer(env.RONGHU_KEY_PASSPHRASE);
  const path = env.RONGHU_KEY_PASSPHRASE_FILE ?? join(dir, PASSPHRASE);
  if (!existsSync(path)) {
    // without it the keystore can never be opened again: a lost passphrase must not be replaced by a fresh one
    if (existsSync(join(dir, STORE))) throw new Error(`the key passphrase is missing: set RONGHU_KEY_PASSPHRASE or restore ${path} (mode 0600)`);
    place(path, randomBytes(36).toString('base64url'));
  }
  ownOnly(path, 'key passphrase');
  return new PassphraseSealer(readFileSync(path, 'utf8').trim());
}

/**
 * The installation's keys behind one interface: a file sealed by a passphrase or a cipher machine, shared by all processes of a host. Losing it means losing every sealed number:
 * back it up apart from the database, and its passphrase apart from both.
 */
export class KeyStore {
  keys: Keys;
  private readonly path: string;
  private stamp = '';
  private generation = 1;
  private timer: NodeJS.Timeout | null = null;
  private readonly listeners: ((keys: Keys) => void)[] = [];

  /** Reads the keystore, takes over an unsealed key file of an earlier version, or makes keys on the first start; processes that start at the same moment get the same. @throws Error when it is broken, altered, readable by others, or does not open. */
  constructor(dir: string, private readonly sealer: KeySealer = sealerFor(dir), now: number = Date.now()) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.path = join(dir, STORE);
    const plain = join(dir, PLAIN);
    if (!existsSync(this.path)) {
      const keys = existsSync(plain) ? readPlain(plain) : { version: 1 as const, data: [{ id: 'k1', master: randomBytes(32).toString('base64'), createdAt: now }], blind: randomBytes(32).toString('base64'), signing: [pair('s1', now)], signIn: pair('p1', now) };
      place(this.path, JSON.stringify(sealer.seal(JSON.stringify(keys), 1)));
    }
    this.keys = this.read();
    // only after what was sealed has been opened again
    if (existsSync(plain)) { if (readPlain(plain).blind !== this.keys.blind) throw new Error(`${plain} is not what ${this.path} holds: move one of them away`); wipe(plain); }
  }
  get sealedBy(): KeySealer['by'] { return this.sealer.by; }

  /** Called with the keys whenever another process, or this one, changed them. */
  onChange(listener: (keys: Keys) => void): void { this.listeners.push(listener); }
  /** Looks for changes every two seconds until `close`. */
  watch(failed: (error: unknown) => void): void {
    this.timer = setInterval(() => { try { this.refresh(); } catch (error) { failed(error); } }, WATCH_MS);
    this.timer.unref();
  }
  close(): void { if (this.timer) clearInterval(this.timer); }
  /** Reads the file when it has changed; true when it had. */
  refresh(): boolean {
    if (this.stampNow() === this.stamp) return false;
    this.keys = this.read();
    for (const listener of this.listeners) listener(this.keys);
    return true;
  }
  /** Adds a data key: it opens at once and seals from ten seconds on; what older keys sealed stays readable. Once for one `wanted` id, however often asked. Callers hold the two-person rule's claim, so two rotations never run at once. */
  rotate(now: number = Date.now(), wanted?: string): Keys {
    this.refresh();
    const id = wanted ?? this.nextId();
    if (this.keys.data.some((key) => key.id === id)) return this.keys;
    const next: Keys = { ...this.keys, data: [...this.keys.data, { id, master: randomBytes(32).toString('base64'), createdAt: now, activeFrom: now + ACTIVE_AFTER_MS }] };
    const draft = writeDraft(this.path, JSON.stringify(this.sealer.seal(JSON.stringify(next), this.generation + 1)));
    renameSync(draft, this.path);
    this.refresh();
    return this.keys;
  }
  nextId(): string { return `k${Math.max(...this.keys.data.map((key) => Number(key.id.slice(1)))) + 1}`; }

  private stampNow(): string { const s = statSync(this.path); return `${s.ino}:${s.mtimeMs}:${s.size}`; }
  private read(): Keys {
    ownOnly(this.path, 'key file');
    const stamp = this.stampNow(), store = SealedStore.safeParse(json(readFileSync(this.path, 'utf8')));
    if (!store.success) throw new Error(`key file ${this.path} is damaged (${store.error.issues[0]?.path.join('.') ?? ''}); restore it from the backup`);
    const keys = KeyFile.safeParse(json(this.sealer.open(store.data)));
    if (!keys.success) throw new Error(`key file ${this.path} is damaged (${keys.error.issues[0]?.path.join('.') ?? ''}); restore it from the backup`);
    this.stamp = stamp;
    this.generation = store.data.generation;
    return keys.data;
  }
}
/** The keys of a folder, for jobs that need them once. */
export const loadOrCreateKeys = (dir: string, now: number = Date.now()): Keys => new KeyStore(dir, sealerFor(dir), now).keys;

const json = (text: string): unknown => { try { return JSON.parse(text) as unknown; } catch { return null; } }; // no JSON is a damaged file: said by the schema
function readPlain(path: string): Keys {
  ownOnly(path, 'key file');
  const parsed = KeyFile.safeParse(json(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new Error(`key file ${path} is damaged (${parsed.error.issues[0]?.path.join('.') ?? ''}); restore it from the backup`);
  return parsed.data;
}
function ownOnly(path: string, what: string): void { if ((statSync(path).mode & 0o077) !== 0) throw new Error(`${what} ${path} can be read by others than its owner; run: chmod 600 ${path}`); }
/** Makes a file whole and only when there is none: link, unlike rename, fails when another process was first, and then its file is the file. */
function place(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = writeDraft(path, text);
  try { linkSync(draft, path); } catch (error) { if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; } finally { rmSync(draft, { force: true }); }
}
function writeDraft(path: string, text: string): string {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  chmodSync(draft, 0o600);
  const fd = openSync(draft, 'r');
  try { fsyncSync(fd); } finally { closeSync(fd); }
  return draft;
}
/** Overwrites before it removes; a journalling disk may keep a copy all the same (docs/密钥.md). */
function wipe(path: string): void {
  try { writeFileSync(path, randomBytes(statSync(path).size)); } catch (error) { if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; }
  rmSync(path, { force: true });
}
