import { createCipheriv } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sm2 } from 'sm-crypto-v2';
import { ACTIVE_AFTER_MS, CryptoBox, KeyStore, loadOrCreateKeys, PassphraseSealer, sealerFor, SdfSealer, sm2Decrypt, sm2Sign, sm2Verify, sm3Hex, type Keys } from '.';
import { SdfDouble } from './testing/sdf-double';

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'ronghu-keys-')); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const edit = (change: (store: Record<string, unknown>) => void): void => { const path = join(dir, 'keystore.json'), store = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>; change(store); writeFileSync(path, JSON.stringify(store), { mode: 0o600 }); };
const unsealed = (): Keys => { const pair = sm2.generateKeyPairHex(); return { version: 1, data: [{ id: 'k1', master: Buffer.alloc(32, 3).toString('base64'), createdAt: 1 }], blind: Buffer.alloc(32, 4).toString('base64'), signing: [{ id: 's1', ...pair, createdAt: 1 }], signIn: { id: 'p1', ...pair, createdAt: 1 } }; };

describe('the keystore', () => {
  it('of an earlier version is taken over on the first start: sealed, opened again, and only then removed', () => {
    const before = unsealed(), sealed = new CryptoBox(before).seal('13812345678');
    writeFileSync(join(dir, 'keys.json'), JSON.stringify(before), { mode: 0o600 });
    const store = new KeyStore(dir, new PassphraseSealer('eine lange Losung'));
    expect(store.keys).toEqual(before);
    expect(new CryptoBox(store.keys).open(sealed)).toBe('13812345678');
    expect(existsSync(join(dir, 'keys.json'))).toBe(false);
    const text = readFileSync(join(dir, 'keystore.json'), 'utf8');
    for (const secret of [before.blind, before.data[0]?.master, before.signIn.privateKey]) expect(text).not.toContain(secret);
    expect(JSON.parse(text)).toMatchObject({ wrap: { by: 'passphrase', rounds: 200_000 } });
  });
  it('taken over and cut off before the old file was removed is finished by the next start', () => {
    const before = unsealed(), sealer = new PassphraseSealer('eine lange Losung');
    writeFileSync(join(dir, 'keystore.json'), JSON.stringify(sealer.seal(JSON.stringify(before), 1)), { mode: 0o600 });
    writeFileSync(join(dir, 'keys.json'), JSON.stringify(before), { mode: 0o600 });
    expect(new KeyStore(dir, sealer).keys).toEqual(before);
    expect(existsSync(join(dir, 'keys.json'))).toBe(false);
  });
  it('beside a key file of other keys removes nothing and says so', () => {
    loadOrCreateKeys(dir);
    writeFileSync(join(dir, 'keys.json'), JSON.stringify(unsealed()), { mode: 0o600 });
    expect(() => loadOrCreateKeys(dir)).toThrow(/move one of them away/);
    expect(existsSync(join(dir, 'keys.json'))).toBe(true);
  });
  it('does not open with another passphrase, nor when a single field was altered', () => {
    new KeyStore(dir, new PassphraseSealer('the right passphrase'));
    expect(() => new KeyStore(dir, new PassphraseSealer('another passphrase'))).toThrow(/wrong passphrase/);
    for (const change of [(s: Record<string, unknown>) => { s.generation = 7; }, (s: Record<string, unknown>) => { s.iv = Buffer.alloc(16).toString('base64'); }, (s: Record<string, unknown>) => { (s.wrap as { rounds: number }).rounds = 1000; }]) {
      const kept = readFileSync(join(dir, 'keystore.json'), 'utf8');
      edit(change);
      expect(() => new KeyStore(dir, new PassphraseSealer('the right passphrase'))).toThrow(/altered/);
      writeFileSync(join(dir, 'keystore.json'), kept, { mode: 0o600 });
    }
  });
  it('whose passphrase is lost is not given a fresh one; one that others can read is refused', () => {
    loadOrCreateKeys(dir);
    chmodSync(join(dir, 'passphrase'), 0o640);
    expect(() => loadOrCreateKeys(dir)).toThrow(/chmod 600/);
    rmSync(join(dir, 'passphrase'));
    expect(() => loadOrCreateKeys(dir)).toThrow(/passphrase is missing/);
    expect(readdirSync(dir)).toEqual(['keystore.json']);
  });
  it('is made in a folder that is not there yet, with its passphrase', () => {
    const deep = join(dir, 'a', 'keys');
    expect(sealerFor(deep, {}).by).toBe('passphrase');
    expect(loadOrCreateKeys(deep).data.map((k) => k.id)).toEqual(['k1']);
  });
  it('takes the passphrase from the environment before any file, and refuses a short one', () => {
    expect(sealerFor(dir, { RONGHU_KEY_PASSPHRASE: 'from the environment' }).by).toBe('passphrase');
    expect(existsSync(join(dir, 'passphrase'))).toBe(false);
    expect(() => sealerFor(dir, { RONGHU_KEY_PASSPHRASE: 'short' })).toThrow(/12 characters/);
  });
});

describe('a rotation while running', () => {
  it('is seen by another process, which opens with the new key at once and seals with it from ten seconds on', () => {
    let now = 1_000_000;
    const a = new KeyStore(dir), b = new KeyStore(dir), box = new CryptoBox(b.keys, { now: () => now });
    b.onChange((keys) => box.adopt(keys));
    const old = box.seal('13812345678');
    a.rotate(now);
    expect(b.refresh()).toBe(true);
    expect([box.sealingId, box.isStale(old)]).toEqual(['k1', false]);
    const ahead = new CryptoBox(a.keys, { now: () => now + ACTIVE_AFTER_MS }).seal('0451');
    expect(ahead.startsWith('k2.')).toBe(true);
    expect(box.open(ahead)).toBe('0451');
    now += ACTIVE_AFTER_MS;
    expect([box.sealingId, box.isStale(old), box.open(old)]).toEqual(['k2', true, '13812345678']);
    expect(b.refresh()).toBe(false);
  });
  it('that a process has not heard of is found when a text of the new key comes', () => {
    const a = new KeyStore(dir), b = new KeyStore(dir), box = new CryptoBox(b.keys, { more: () => (b.refresh() ? b.keys : null) });
    const text = new CryptoBox(a.rotate(0), { now: () => ACTIVE_AFTER_MS }).seal('x');
    expect(box.open(text)).toBe('x');
    expect(() => box.open(text.replace(/^k2/, 'k9'))).toThrow(/unknown key/);
  });
  it('asked twice for one key makes one', () => {
    const store = new KeyStore(dir);
    store.rotate(1, 'k2');
    expect(new KeyStore(dir).rotate(2, 'k2').data.map((k) => k.id)).toEqual(['k1', 'k2']);
  });
});

describe('a cipher machine by GM/T 0018 (a double: no hardware was tried)', () => {
  it('seals and opens in the order of calls of the standard, and gives every handle back', () => {
    const sdf = new SdfDouble(), sealer = new SdfSealer(sdf, 1), store = new KeyStore(dir, sealer);
    const open = ['SDF_OpenDevice', 'SDF_OpenSession', 'SDF_ImportKeyWithKEK', 'SDF_Encrypt', 'SDF_Decrypt', 'SDF_DestroyKey', 'SDF_CloseSession', 'SDF_CloseDevice'];
    expect(sdf.calls).toEqual(['SDF_OpenDevice', 'SDF_OpenSession', 'SDF_GenerateKeyWithKEK', 'SDF_Encrypt', 'SDF_Encrypt', 'SDF_DestroyKey', 'SDF_CloseSession', 'SDF_CloseDevice', ...open]);
    expect(new KeyStore(dir, new SdfSealer(new SdfDouble(), 1)).keys).toEqual(store.keys);
    expect(store.rotate(5).data).toHaveLength(2);
    expect(sdf.open).toBe(0);
    expect(readFileSync(join(dir, 'keystore.json'), 'utf8')).not.toContain(store.keys.blind);
  });
  it('with another key, another index or an altered file does not open, and leaves no handle open', () => {
    new KeyStore(dir, new SdfSealer(new SdfDouble(), 1));
    const other = new SdfDouble({ 1: Buffer.alloc(16, 9) });
    expect(() => new KeyStore(dir, new SdfSealer(other, 1))).toThrow(/another cipher machine/);
    expect(other.open).toBe(0);
    expect(() => new SdfSealer(new SdfDouble({}), 1).seal('x', 1)).toThrow(/SDR_KEYNOTEXIST/);
    expect(() => new KeyStore(dir, new PassphraseSealer('the right passphrase'))).toThrow(/cipher machine, not by a passphrase/);
  });
});

describe('official vectors', () => {
  it('SM3, GB/T 32905-2016 A.1 and A.2', () => {
    expect(sm3Hex('abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
    expect(sm3Hex(Buffer.from('61626364'.repeat(16), 'hex'))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732');
  });
  it('SM4, GB/T 32907-2016 A.1: one block', () => {
    const block = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');
    expect(createCipheriv('sm4-ecb', block, null).setAutoPadding(false).update(block).toString('hex')).toBe('681edf34d206965e86b3e94f536e4246');
  });
  it('SM2, GB/T 32918.5-2017 A.2: the example signature verifies with its key, and the standard\'s private key signs what that key verifies', () => {
    const privateKey = '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8', publicKey = '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13';
    const r = 'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3', s = 'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa', options = { hash: true, userId: '1234567812345678' };
    expect(sm2.doVerifySignature('message digest', r + s, publicKey, options)).toBe(true);
    expect(sm2.doVerifySignature('message digesT', r + s, publicKey, options)).toBe(false);
    expect(sm2.getPublicKeyFromPrivateKey(privateKey)).toBe(publicKey);
    expect(sm2Verify('message digest', sm2Sign('message digest', privateKey, publicKey), publicKey)).toBe(true);
  });
  it('SM2, GB/T 32918.5-2017 C.2: the example cipher text opens to "encryption standard"', () => {
    const privateKey = '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8';
    // x begins with 04 of its own: no mark of an uncompressed point
    const c1 = '04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0', c3 = '59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766', c2 = '21886ca989ca9c7d58087307ca93092d651efa';
    for (const text of [c1 + c3 + c2, `04${c1}${c3}${c2}`]) expect(sm2Decrypt(text, privateKey)).toBe('encryption standard');
  });
});
