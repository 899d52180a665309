// Starts the whole product as `npm start` does, on free ports with a data folder of its own, for stories, faults and benchmarks.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const sm2 = require('sm-crypto-v2').sm2;
const alive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };

/**
 * @param options houses: number of demo houses (default 1500); keep: a data folder to use and keep; env: further environment; args: further arguments.
 * @returns { base, admin, agent, mobile, simulator, dataDir, password, run(), stop(), kill(name), client(front, login) }
 */
export async function startProduct(options = {}) {
  const dataDir = options.keep ?? mkdtempSync(join(tmpdir(), 'ronghu-product-'));
  chmodSync(dataDir, 0o755);
  const child = spawn(process.execPath, ['--enable-source-maps', 'server/dist/app/launch.js', '--data', dataDir, '--free-ports', '--houses', String(options.houses ?? 1500), ...(options.args ?? [])], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, RONGHU_ROOT: process.cwd(), ...options.env } });
  let out = '';
  const take = (chunk) => { out = (out + chunk).slice(-20000); if (options.verbose) process.stderr.write(chunk); };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const runFile = join(dataDir, 'run.json');
  const begin = Date.now();
  while (!(existsSync(runFile) && JSON.parse(readFileSync(runFile, 'utf8')).ready)) {
    if (child.exitCode !== null) throw new Error(`the product did not start:\n${out}`);
    if (Date.now() - begin > 180000) { child.kill('SIGKILL'); throw new Error(`the product was not ready within 180 s:\n${out}`); }
    await new Promise((r) => setTimeout(r, 50));
  }
  const run = () => JSON.parse(readFileSync(runFile, 'utf8'));
  const { base, simulator, password } = run();
  const product = {
    base, simulator, dataDir, password, run, startMs: Date.now() - begin, output: () => out,
    log: (name) => { const file = join(dataDir, 'logs', `${name}.log`); return existsSync(file) ? readFileSync(file, 'utf8') : ''; },
    /** kill -9 of one process of the product: 'director', 'server', 'simulator', 'database'. The launcher brings it back. */
    kill(name, signal = 'SIGKILL') { const pid = run().pids[name]; if (!pid || !alive(pid)) throw new Error(`${name} is not running`); process.kill(pid, signal); return pid; },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((r) => child.once('exit', r));
        child.kill('SIGTERM');
        const hard = setTimeout(() => child.kill('SIGKILL'), 30000);
        await ended;
        clearTimeout(hard);
      }
      if (!options.keep) rmSync(dataDir, { recursive: true, force: true });
    },
    client: (front, login, withPassword = password) => signIn(base, front, login, withPassword),
    /** The simulated switch's control page, for calls and phones. */
    async sim(method, path, body) {
      const response = await fetch(`${simulator}${path}`, { method, headers: { 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
      const text = await response.text();
      if (!response.ok) throw new Error(`simulator ${method} ${path}: ${response.status} ${text}`);
      return text ? JSON.parse(text) : null;
    },
  };
  return product;
}

const PATHS = { admin: '/admin', agent: '/agent', mobile: '/m' };
/** A signed-in client of the API. `call(method, path, body, key)` answers the JSON or throws { status, code, message }. */
export async function signIn(base, front, login, password) {
  const root = `${base}${PATHS[front]}/api`;
  let cookie = '';
  const call = async (method, path, body, key) => {
    const response = await fetch(root + path, { method, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(method === 'GET' ? {} : { 'x-ronghu': '1', 'idempotency-key': key ?? crypto.randomUUID() }), cookie }, body: body === undefined ? undefined : JSON.stringify(body) });
    const set = response.headers.getSetCookie();
    if (set.length) cookie = set.map((c) => c.split(';')[0]).join('; ');
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${response.status} ${json.code ?? ''} ${json.message ?? text}`), { status: response.status, code: json.code, details: json.details });
    return json;
  };
  const { publicKey, nonce } = await call('GET', '/identity/sign-in-key');
  const me = await call('POST', '/identity/sign-in', { login, sealed: sm2.doEncrypt(JSON.stringify({ password, nonce }), publicKey, 1) });
  return { me, call, root, cookie: () => cookie, front };
}
/** Polls until `check` gives something truthy. @throws Error naming `what` after `ms`. */
export async function until(what, check, ms = 10000, every = 50) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    try { const got = await check(); if (got) return got; last = undefined; } catch (error) { last = error; }
    if (Date.now() > end) throw new Error(`timed out after ${ms} ms: ${what}${last ? ` (${last.message})` : ''}`);
    await new Promise((r) => setTimeout(r, every));
  }
}
