import { createCipheriv } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { sm2 } from 'sm-crypto-v2';
import { ACTIVE_AFTER_MS, CryptoBox, KeyStore, loadOrCreateKeys, maskNumber, normaliseNumber, PasswordHasher, randomPassword, sm2Decrypt, sm2Encrypt, sm2Sign, sm2Verify, Sm2Worker, sm3Hex } from '.';
import { deriveDataKey, sealText } from './seal';
import { HmacSm3, hmacSm3 } from './sm3';

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'ronghu-crypto-')); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the GM/T vectors', () => {
  it('SM3 of "abc" is that of GM/T 0004-2012 A.1', () => expect(sm3Hex('abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'));
  it('SM3 of 16 times "abcd" is that of GM/T 0004-2012 A.2', () => expect(sm3Hex('abcd'.repeat(16))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'));
  it('SM4 of key = plaintext is that of GM/T 0002-2012 A.1, and stays right after a million rounds (A.2)', () => {
    const key = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');
    const cipher = createCipheriv('sm4-ecb', key, null).setAutoPadding(false);
    let block: Buffer = cipher.update(key);
    expect(block.toString('hex')).toBe('681edf34d206965e86b3e94f536e4246');
    for (let i = 1; i < 1_000_000; i++) block = cipher.update(block);
    expect(block.toString('hex')).toBe('595298c7c6fd271f0402f804c33d3f66');
  });
  it('HMAC-SM3 by one-shot digests is that of the library, for any key and text', () => fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.uint8Array({ maxLength: 300 })), { maxLength: 4 }), (key, parts) => {
    const mac = new HmacSm3(Buffer.from(key)), all = parts.map((p) => (typeof p === 'string' ? p : Buffer.from(p)));
    return mac.hex(...all) === hmacSm3(Buffer.from(key), ...all).toString('hex') && mac.hex('x') === hmacSm3(Buffer.from(key), 'x').toString('hex');
  })));
  it('a key longer than a block is refused', () => expect(() => new HmacSm3(Buffer.alloc(65))).toThrow(RangeError));
  it('a sealed column is SM4-CBC with PKCS#7 of GM/T 0002 under the key that was drawn, at every length', () => {
    const key = deriveDataKey('k1', Buffer.alloc(32, 5));
    for (const plain of ['', '1', '13812345678', 'a'.repeat(15), 'a'.repeat(16), 'a'.repeat(17), '道里区', '😀'.repeat(16), 'a'.repeat(64), 'a'.repeat(65), '长'.repeat(400)]) {
      const bytes = Buffer.from(sealText(key, 'column', plain).slice(3), 'base64url'), cbc = createCipheriv('sm4-cbc', key.cipherKey, bytes.subarray(0, 16));
      expect(bytes.subarray(16, -32)).toEqual(Buffer.concat([cbc.update(plain, 'utf8'), cbc.final()]));
      expect(bytes.subarray(-32)).toEqual(hmacSm3(key.macKey, 'k1|column|', bytes.subarray(0, -32)));
    }
  });
  it('the SM2 signature of GM/T 0003.5-2012 A.2 verifies, and one changed digit does not', () => {
    const publicKey = '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13';
    const r = 'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3';
    const s = 'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa';
    const options = { hash: true, userId: '1234567812345678' };
    expect(sm2.doVerifySignature('message digest', r + s, publicKey, options)).toBe(true);
    expect(sm2.doVerifySignature('message digest', r + s.replace(/aa$/, 'ab'), publicKey, options)).toBe(false);
  });
});

describe('the key file', () => {
  it('is made once, with mode 0600, and read again unchanged', () => {
    const made = loadOrCreateKeys(dir);
    for (const name of ['keystore.json', 'passphrase']) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dir, 'keystore.json'), 'utf8')).not.toContain(made.blind);
    expect(loadOrCreateKeys(dir)).toEqual(made);
  });
  it('that others can read is refused with the remedy', () => {
    loadOrCreateKeys(dir);
    chmodSync(join(dir, 'keystore.json'), 0o644);
    expect(() => loadOrCreateKeys(dir)).toThrow(/chmod 600/);
  });
  it('that is damaged is refused and not replaced', () => {
    loadOrCreateKeys(dir);
    writeFileSync(join(dir, 'keystore.json'), '{"version":1}', { mode: 0o600 });
    expect(() => loadOrCreateKeys(dir)).toThrow(/damaged/);
    expect(readFileSync(join(dir, 'keystore.json'), 'utf8')).toBe('{"version":1}');
  });
  it('after a rotation the new key seals and the old texts open', () => {
    const old = new CryptoBox(loadOrCreateKeys(dir));
    const sealed = old.seal('13812345678');
    const box = new CryptoBox(new KeyStore(dir).rotate(), { now: () => Date.now() + ACTIVE_AFTER_MS + 1 });
    expect(box.open(sealed)).toBe('13812345678');
    expect(box.isStale(sealed)).toBe(true);
    expect(box.isStale(box.seal('1'))).toBe(false);
    expect(() => old.open(box.seal('1'))).toThrow(/unknown key/);
  });
});

describe('sealed columns and blind indexes', () => {
  const box = (): CryptoBox => new CryptoBox(loadOrCreateKeys(dir), { areaCode: '0451' });
  it('any text comes back, and sealing twice gives two texts', () => {
    const b = box();
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (plain) => { const sealed = b.seal(plain); return b.open(sealed) === plain && b.seal(plain) !== sealed; }), { numRuns: 300 });
  });
  it('a single changed character anywhere is noticed', () => {
    const b = box();
    const sealed = b.seal('13812345678');
    for (let i = 3; i < sealed.length - 1; i++) {
      const other = sealed.slice(0, i) + (sealed[i] === 'A' ? 'B' : 'A') + sealed.slice(i + 1);
      expect(() => b.open(other)).toThrow();
    }
    expect(() => b.open('')).toThrow();
    expect(() => b.open('k1.AAAA')).toThrow(/short/);
  });
  it('one number has one blind however it is written, and other keys give another', () => {
    const b = box();
    const blind = b.blind('13812345678');
    expect(blind).toMatch(/^[0-9a-f]{64}$/);
    for (const form of ['+86 138 1234 5678', '0086-138-1234-5678', '013812345678', '8613812345678', '１３８１２３４５６７８']) expect(b.blind(form)).toBe(blind);
    expect(b.blind('87654321')).toBe(b.blind('0451-87654321'));
    expect(b.blindLast4('13812345678')).toBe(b.blindLast4('045187655678'));
    expect(b.blindLast4('13812345678')).not.toBe(b.blind('5678'));
    expect(new CryptoBox({ ...loadOrCreateKeys(dir), blind: Buffer.alloc(32, 7).toString('base64') }).blind('13812345678')).not.toBe(blind);
  });
  it('a number token names the number, fits the contract, and a sealed column is no token', () => {
    const b = box();
    const ref = b.numberRef('+8613812345678901234');
    expect(ref.length).toBeLessThanOrEqual(200);
    expect(encodeURIComponent(ref)).toBe(ref);
    expect(b.openRef(ref)).toBe('+8613812345678901234');
    expect(() => b.openRef(b.seal('13812345678'))).toThrow('号码标识无效');
    expect(() => b.open(ref)).toThrow();
    expect(() => b.openRef('13812345678')).toThrow('号码标识无效');
  });
});

describe('numbers', () => {
  it.each([
    ['+86 451 8765 4321', '045187654321'], ['(0451)8765-4321', '045187654321'], ['+861013812345', '01013812345'], ['010-62345678', '01062345678'], ['95598', '95598'], ['+864008001234', '4008001234'],
    ['4008001234', '4008001234'], ['+1 202 555 0100', '+12025550100'], ['0012025550100', '+12025550100'], ['87654321', '87654321'], ['8021', '8021'], ['', ''],
  ])('%s is %s', (raw, expected) => expect(normaliseNumber(raw)).toBe(expected));
  it('normalising twice changes nothing', () => fc.assert(fc.property(fc.stringMatching(/^\+?[\d -]{3,20}$/), (n) => normaliseNumber(normaliseNumber(n, '0451'), '0451') === normaliseNumber(n, '0451')), { numRuns: 500 }));
  it.each([['13812345678', '138****5678'], ['045187654321', '0451****4321'], ['01062345678', '010****5678'], ['8021', '8**21'], ['110', '110'], ['95598', '9**98'], ['+12025550100', '+12****0100']])('%s is masked as %s', (n, masked) => expect(maskNumber(n)).toBe(masked));
  it('a masked mobile number never holds its middle four digits', () => fc.assert(fc.property(fc.stringMatching(/^1[3-9]\d{9}$/), (n) => maskNumber(n).length === 11 && maskNumber(n).slice(3, 7) === '****')));
});

describe('passwords', () => {
  const hasher = new PasswordHasher({ rounds: 2_000 });
  it('verify, are salted, and do not hold the password', async () => {
    const a = await hasher.hash('Ronghu#2026');
    expect(await hasher.verify('Ronghu#2026', a)).toBe(true);
    expect(await hasher.verify('Ronghu＃２０２６', a)).toBe(true);
    expect(await hasher.verify('ronghu#2026', a)).toBe(false);
    expect(a).not.toBe(await hasher.hash('Ronghu#2026'));
    expect(a).not.toContain('Ronghu');
  });
  it('of an unknown login and a damaged hash are refused, not thrown', async () => {
    expect(await hasher.verify('x', null)).toBe(false);
    for (const stored of ['', 'plain', 'sm3-pbkdf2$9999999$AAAA$AAAA', 'md5$1$a$b']) expect(await hasher.verify('x', stored)).toBe(false);
  });
  it('are tuned to the machine, never below 20,000 rounds, and a weaker hash is stale', async () => {
    const real = new PasswordHasher({ targetMs: 1 });
    expect(Number((await real.hash('x')).split('$')[1])).toBe(20_000);
    expect(await real.isStale(await hasher.hash('x'))).toBe(true);
    expect(await real.isStale(await real.hash('x'))).toBe(false);
  });
  it('made at random hold four kinds of characters', () => { for (let i = 0; i < 50; i++) expect(randomPassword()).toMatch(/^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*[#%+=?@]).{14}$/); });
});

describe('SM2', () => {
  it('signs and verifies a text; another text or key does not pass', () => {
    const [a, b] = [sm2.generateKeyPairHex(), sm2.generateKeyPairHex()];
    const signature = sm2Sign('段首', a.privateKey, a.publicKey);
    expect(sm2Verify('段首', signature, a.publicKey)).toBe(true);
    expect(sm2Verify('段尾', signature, a.publicKey)).toBe(false);
    expect(sm2Verify('段首', signature, b.publicKey)).toBe(false);
    expect(sm2Verify('段首', 'zz', a.publicKey)).toBe(false);
  });
  it('opens a password sealed by the browser, with or without the leading 04, in the worker too', async () => {
    const pair = sm2.generateKeyPairHex();
    const worker = new Sm2Worker();
    const sealed = sm2Encrypt('{"password":"密码"}', pair.publicKey);
    for (const text of [sealed, `04${sealed}`, sealed.toUpperCase()]) { expect(sm2Decrypt(text, pair.privateKey)).toBe('{"password":"密码"}'); expect(await worker.decrypt(text, pair.privateKey)).toBe('{"password":"密码"}'); }
    // one seal in 256 begins with 04 of its own
    let own = sealed;
    while (!own.startsWith('04')) own = sm2Encrypt('own', pair.publicKey);
    for (const text of [own, `04${own}`]) { expect(sm2Decrypt(text, pair.privateKey)).toBe('own'); expect(await worker.decrypt(text, pair.privateKey)).toBe('own'); }
    for (const text of ['', 'zz'.repeat(100), '04'.repeat(98)]) expect(() => sm2Decrypt(text, pair.privateKey)).toThrow('not sealed for this key');
    await expect(worker.decrypt(sealed.replace(/.$/, (c) => (c === '0' ? '1' : '0')), pair.privateKey)).rejects.toThrow('not sealed for this key');
    await expect(worker.decrypt('ab'.repeat(100), pair.privateKey)).rejects.toThrow();
    const signature = await worker.sign('m', pair.privateKey, pair.publicKey);
    expect(sm2Verify('m', signature, pair.publicKey)).toBe(true);
    expect(await worker.verify('n', signature, pair.publicKey)).toBe(false);
    await worker.close();
    expect(await worker.verify('m', signature, pair.publicKey)).toBe(true);
    await worker.close();
  });
});
