// Starts the whole product as `npm start` does, on free ports with a data folder of its own, for stories, faults and benchmarks.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const require = createRequire(import.meta.url), { sm2 } = require('sm-crypto-v2'), { Client } = require('pg'), { createConnection } = require('mysql2/promise'), { connectKingbase } = require('../../packages/kingbase-driver/dist/index.js');
const alive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };

/**
 * A product that runs, by its data folder: whatever tests and hands do with it.
 * @returns { base, simulator, dataDir, password, run(), log(name), kill(name), client(front, login), sim(method, path, body), sql(text, params) }
 */
export function attachProduct(dataDir, databaseUrl = null) {
  const run = () => JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')), { base, simulator, password } = run();
  return {
    base, simulator, dataDir, password, run,
    log: (name) => { const file = join(dataDir, 'logs', `${name}.log`); return existsSync(file) ? readFileSync(file, 'utf8') : ''; },
    /** kill -9 of one process of the product: 'director', 'server', 'simulator', 'database'. The launcher brings it back. */
    kill(name, signal = 'SIGKILL') { const pid = run().pids[name]; if (!pid || !alive(pid)) throw new Error(`${name} is not running`); process.kill(pid, signal); return pid; },
    client: (front, login, withPassword = password) => signIn(base, front, login, withPassword),
    sim: switchControl(simulator),
    /** Rows of a statement on the product's database: its own (embedded) one, with parameters, or the server it was started on (on MySQL's wire without parameters). */
    async sql(text, params = []) {
      if (databaseUrl?.startsWith('kingbase:')) {
        const client = await connectKingbase({ connectionString: databaseUrl });
        try { return (await client.query(text, params)).rows; } finally { await client.end(); }
      }
      if (databaseUrl) {
        const { hostname: host, port, username: user } = new URL(databaseUrl), wire = await createConnection({ host, port: Number(port), user });
        try { return (await wire.query(text))[0]; } finally { await wire.end(); }
      }
      const { database: d } = JSON.parse(readFileSync(join(dataDir, 'ronghu.config.json'), 'utf8')), client = new Client({ connectionString: `postgres://ronghu:${encodeURIComponent(d.embeddedPassword)}@127.0.0.1:${d.embeddedPort}/ronghu` });
      await client.connect();
      try { return (await client.query(text, params)).rows; } finally { await client.end(); }
    },
  };
}
/** The simulated switch's control page, for calls and phones. */
export const switchControl = (url) => async (method, path, body) => {
  const response = await fetch(`${url}${path}`, { method, headers: { 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) }), text = await response.text();
  if (!response.ok) throw new Error(`simulator ${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
};
/**
 * @param options houses: number of demo houses (default 1500); keep: a data folder to use and keep; env: further environment; args: further arguments.
 * @returns what `attachProduct` gives, with startMs, output() and stop().
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
    await wait(50);
  }
  return {
    ...attachProduct(dataDir, options.env?.RONGHU_DATABASE_URL ?? process.env.RONGHU_DATABASE_URL), startMs: Date.now() - begin, output: () => out,
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
  };
}

const PATHS = { admin: '/admin', agent: '/agent', mobile: '/m' };
/** One request of a session. @returns { response, json }, json being text where the answer is none. */
async function ask(url, cookie, method, body, key = crypto.randomUUID(), signal = undefined) {
  const response = await fetch(url, { method, signal, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(method === 'GET' ? {} : { 'x-ronghu': '1', 'idempotency-key': key }), cookie }, body: body === undefined ? undefined : JSON.stringify(body) }), text = await response.text();
  return { response, json: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text };
}
/** What was answered. @throws { status, code, message, details } for a refusal. */
const accepted = ({ response, json }, what) => { if (!response.ok) throw Object.assign(new Error(`${what}: ${response.status} ${json.code ?? ''} ${json.message ?? json}`), { status: response.status, code: json.code, details: json.details }); return json; };
/** A signed-in client of the API. `call(method, path, body, key)` answers the JSON or throws { status, code, message }. */
export async function signIn(base, front, login, password) {
  const root = `${base}${PATHS[front]}/api`;
  let cookie = '';
  const call = async (method, path, body, key) => {
    const answer = await ask(root + path, cookie, method, body, key), set = answer.response.headers.getSetCookie();
    if (set.length) cookie = set.map((c) => c.split(';')[0]).join('; ');
    return accepted(answer, `${method} ${path}`);
  };
  const { publicKey, nonce } = await call('GET', '/identity/sign-in-key');
  const me = await call('POST', '/identity/sign-in', { login, sealed: sm2.doEncrypt(JSON.stringify({ password, nonce }), publicKey, 1) });
  return { me, call, root, cookie: () => cookie, front };
}
/** The same session, asked of another process or host. @returns { ask(method, path, body, key) → { status, json }, call(…) as the client's own }, each given up after `timeoutMs`. */
export function elsewhere(client, base, timeoutMs = 60000) {
  const root = client.root.replace(/^http:\/\/[^/]+/, base), send = (method, path, body, key) => ask(root + path, client.cookie(), method, body, key, AbortSignal.timeout(timeoutMs));
  return { ask: async (...request) => { const { response, json } = await send(...request); return { status: response.status, json }; }, call: async (method, path, body, key) => accepted(await send(method, path, body, key), `${method} ${path} on ${base}`) };
}
/** Polls until `check` gives something truthy. @throws Error naming `what` after `ms`. */
export async function until(what, check, ms = 10000, every = 50) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    try { const got = await check(); if (got) return got; last = undefined; } catch (error) { last = error; }
    if (Date.now() > end) throw new Error(`timed out after ${ms} ms: ${what}${last ? ` (${last.message})` : ''}`);
    await wait(every);
  }
}
