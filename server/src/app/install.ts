import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { randomPassword } from '../platform/crypto';
import type { ShardLayout } from '../platform/database/places';

/** What an installation decides once and keeps (0600, beside the data): ports, secrets, where the database and the switch are. See docs/配置.md. */
export interface Installation {
  demo: boolean; demoPassword: string | null;
  http: { host: string; port: number };
  database: { url?: string; shards?: ShardLayout; embeddedPort?: number; embeddedPassword?: string; maxConnections?: number };
  link: { port: number; token: string };
  switch: { simulated: boolean; simulatorPort?: number; nodes: SwitchNode[]; recordingsDir: string; spoolDir: string; configDir: string; nodeApi?: string };
}
/** `description` is merged over what the first node's configuration is generated with: addresses, ports, trunks (see docs/接入FreeSWITCH.md). */
export interface SwitchNode { name: string; host: string; port: number; password: string; description?: { trunks?: { name: string }[] } & Record<string, unknown> }
const free = (wanted: number): Promise<number> => new Promise((resolve) => {
  const probe = (port: number) => { const s = createServer(); s.once('error', () => probe(port === 0 || port + 1 > wanted + 200 ? 0 : port + 1)); s.listen(port, '127.0.0.1', () => { const at = (s.address() as { port: number }).port; s.close(() => resolve(at)); }); };
  probe(wanted);
});
/** Free ports from `from` upward; given out at once, so that none is given twice. */
export async function freePorts(count: number, from: number): Promise<number[]> {
  const out: number[] = [];
  for (let next = from; out.length < count; next = (out[out.length - 1] as number) + 1) out.push(await free(next));
  return out;
}
const secret = (): string => randomBytes(24).toString('base64url');

/** Reads the installation of a data folder or makes one with free ports and fresh secrets. */
export async function loadOrMakeInstallation(dataDir: string, options: { demo: boolean; httpPort?: number; anyPorts?: boolean }): Promise<{ installation: Installation; made: boolean }> {
  const file = join(dataDir, 'ronghu.config.json');
  if (existsSync(file)) return { installation: JSON.parse(readFileSync(file, 'utf8')) as Installation, made: false };
  mkdirSync(dataDir, { recursive: true });
  const near = (port: number) => free(options.anyPorts ? 0 : port);
  const installation: Installation = {
    demo: options.demo, demoPassword: options.demo ? randomPassword(14) : null,
    http: { host: '127.0.0.1', port: await free(options.httpPort ?? 8080) },
    database: { embeddedPort: await near(15432), embeddedPassword: secret() },
    link: { port: await near(18091), token: secret() },
    switch: { simulated: true, simulatorPort: await near(18090), nodes: [{ name: 'node1', host: '127.0.0.1', port: await near(18021), password: secret() }], recordingsDir: join(dataDir, 'recordings'), spoolDir: join(dataDir, 'spool'), configDir: join(dataDir, 'switch') },
  };
  saveInstallation(dataDir, installation);
  return { installation, made: true };
}
export function saveInstallation(dataDir: string, installation: Installation): void {
  const file = join(dataDir, 'ronghu.config.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(installation, null, 2)}\n`, { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}
