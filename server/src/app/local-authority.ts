import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as never);
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
const serial = (): string => Buffer.from(webcrypto.getRandomValues(new Uint8Array(12))).toString('hex').replace(/^[89a-f]/, '1');
const pem = async (key: webcrypto.CryptoKey): Promise<string> => x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');

/** IPv4 addresses of this machine that phones on the LAN can reach. */
export const lanAddresses = (): string[] => Object.values(networkInterfaces()).flat().filter((a) => a && a.family === 'IPv4' && !a.internal).map((a) => (a as { address: string }).address);

/**
 * The installation's own authority and a server certificate for the names given: phones trust the authority once and then have a secure origin,
 * which the offline app needs. Both are kept (0600); the server's is made anew when an address is missing from it or it ends within 30 days.
 * Returns PEM files.
 */
export async function localAuthority(dir: string, names: string[], now: number): Promise<{ certFile: string; keyFile: string; authorityFile: string }> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const files = { certFile: join(dir, 'server.crt'), keyFile: join(dir, 'server.key'), authorityFile: join(dir, 'authority.crt') }, authorityKey = join(dir, 'authority.key');
  if (!existsSync(authorityKey)) {
    const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    const cert = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(), name: 'CN=Ronghu Local Authority', notBefore: new Date(now - DAY), notAfter: new Date(now + 3650 * DAY), signingAlgorithm: ALGORITHM, keys: keys as never,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)],
    });
    writeFileSync(authorityKey, await pem(keys.privateKey), { mode: 0o600 });
    writeFileSync(files.authorityFile, cert.toString('pem'));
  }
  const wanted = [...new Set(['localhost', '127.0.0.1', ...names])];
  if (existsSync(files.certFile)) {
    const have = new x509.X509Certificate(readFileSync(files.certFile, 'utf8')), alt = have.getExtension(x509.SubjectAlternativeNameExtension)?.names.items.map((n) => n.value) ?? [];
    if (have.notAfter.getTime() > now + 30 * DAY && wanted.every((name) => alt.includes(name))) return files;
  }
  const issuer = new x509.X509Certificate(readFileSync(files.authorityFile, 'utf8'));
  const signingKey = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(readFileSync(authorityKey, 'utf8')), ALGORITHM, false, ['sign']);
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serial(), subject: 'CN=Ronghu', issuer: issuer.subject, notBefore: new Date(now - DAY), notAfter: new Date(now + 390 * DAY), signingAlgorithm: ALGORITHM, publicKey: keys.publicKey as never, signingKey: signingKey as never,
    extensions: [new x509.SubjectAlternativeNameExtension(wanted.map((value) => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value }))), new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]), new x509.BasicConstraintsExtension(false, undefined, true)],
  });
  writeFileSync(files.keyFile, await pem(keys.privateKey), { mode: 0o600 });
  writeFileSync(files.certFile, cert.toString('pem'));
  return files;
}
