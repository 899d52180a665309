import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../testing/database';

/** Why there is no Redis server to test with, or null. `RONGHU_REDIS_SERVER` names another program (of TongRDS, for example). */
export const redisProgram = process.env.RONGHU_REDIS_SERVER ?? 'redis-server';
export function noRedis(): string | null { return spawnSync(redisProgram, ['--version']).status === 0 ? null : `${redisProgram} is not installed (apt-get install redis-server)`; }
export interface RedisServer { url: string; kill(): Promise<void>; start(): Promise<void>; pause(): void; resume(): void; stop(): Promise<void> }
const answers = (port: number): Promise<boolean> => new Promise((resolve) => { const s = createConnection(port, '127.0.0.1', () => { s.destroy(); resolve(true); }); s.on('error', () => resolve(false)); });

/** A real server on a free port that keeps nothing on the disk; `kill` is kill -9. @param tls it speaks TLS only. */
export async function startRedis(tls?: { certFile: string; keyFile: string }): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-redis-')), port = await freePort();
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    child = spawn(redisProgram, [...(tls ? ['--port', '0', '--tls-port', String(port), '--tls-cert-file', tls.certFile, '--tls-key-file', tls.keyFile, '--tls-auth-clients', 'no'] : ['--port', String(port)]), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir], { stdio: 'ignore' });
    const until = Date.now() + 5000;
    while (!(await answers(port))) { if (Date.now() > until) throw new Error('redis-server does not come up'); await new Promise((r) => setTimeout(r, 20)); }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((r) => running.once('exit', r));
    running.kill(signal);
    await ended;
  };
  await start();
  return { url: `redis${tls ? 's' : ''}://127.0.0.1:${port}/0`, start, kill: () => end('SIGKILL'), pause: () => { child?.kill('SIGSTOP'); }, resume: () => { child?.kill('SIGCONT'); }, stop: async () => { child?.kill('SIGCONT'); await end('SIGKILL'); rmSync(dir, { recursive: true, force: true }); } };
}
