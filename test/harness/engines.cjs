// Real database servers for the tests, started by hand as an unprivileged user in folders of their own: MariaDB (the wire of OceanBase's MySQL mode),
// OceanBase's own engine from its embeddable package, and what answers as KingbaseES does (kingbase.cjs). Each answers { url, restart(), stop() } or { skipped: 'why' }.
const { spawn, spawnSync } = require('node:child_process');
const { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { startKingbase } = require('./kingbase.cjs');
const { answers, freePort } = require('./ports.cjs');

const UNPRIVILEGED = 65534;
const asUser = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
const SEEKDB_VERSION = '1.4.0.post1';
const SEEKDB_HOME = process.env.RONGHU_SEEKDB_HOME ?? resolve(__dirname, '../../node_modules/.cache/ronghu/seekdb');
const found = (paths) => paths.find((path) => existsSync(path));

/** One server process that can be killed and started again on the same data. */
async function keep({ name, command, args, dir, port, url, options }) {
  let child;
  const log = join(dir, `${name}.log`);
  const start = async () => {
    const out = openSync(log, 'a');
    child = spawn(command, args, { stdio: ['ignore', out, out], ...options });
    let ended = false;
    child.on('exit', () => { ended = true; });
    const { createConnection: connect } = require('mysql2');
    for (let i = 0; i < 600; i++) {
      if (ended) throw new Error(`${name} did not start:\n${readFileSync(log, 'utf8').split('\n').slice(-8).join('\n')}`);
      if (await answers(port)) {
        const wire = connect({ host: '127.0.0.1', port, user: 'root' });
        const ready = await new Promise((done) => { wire.on('error', () => done(false)); wire.query('select 1', (error) => done(!error)); });
        wire.destroy();
        if (ready) return;
      }
      await pause(100);
    }
    throw new Error(`${name} did not answer on port ${port}`);
  };
  const kill = async () => { if (child.exitCode !== null || child.signalCode !== null) return; const gone = new Promise((done) => child.once('exit', done)); child.kill('SIGKILL'); await gone; };
  await start();
  return { url, name, restart: async () => { await kill(); await pause(300); await start(); }, stop: async () => { await kill(); rmSync(dir, { recursive: true, force: true }); } };
}
function folder(prefix) {
  const dir = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(dir, 0o755);
  if (asUser.uid) chownSync(dir, asUser.uid, asUser.gid);
  return dir;
}
const mariaDb = () => ({ server: found(['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd']), install: found(['/usr/bin/mariadb-install-db', '/usr/local/bin/mariadb-install-db']) });
/** Why MariaDB cannot be had, or null. */
const mariaDbMissing = () => (mariaDb().server && mariaDb().install ? null : '未安装 MariaDB（Debian：apt-get install mariadb-server-core mariadb-client-core）');
/** @param more further arguments of the server. */
async function startMariaDb(more = []) {
  const { server, install } = mariaDb(), why = mariaDbMissing();
  if (why) return { skipped: why };
  const dir = folder('ronghu-mariadb-'), port = await freePort();
  const made = spawnSync(install, ['--no-defaults', `--datadir=${join(dir, 'data')}`, '--auth-root-authentication-method=normal', '--skip-test-db'], { encoding: 'utf8', cwd: dir, ...asUser });
  if (made.status !== 0) { rmSync(dir, { recursive: true, force: true }); return { skipped: `MariaDB 不能初始化：${(made.stderr || made.error?.message || '').slice(-300)}` }; }
  const args = ['--no-defaults', `--datadir=${join(dir, 'data')}`, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(dir, 's.sock')}`, `--pid-file=${join(dir, 'pid')}`, '--innodb-flush-log-at-trx-commit=2', '--innodb-buffer-pool-size=256M', '--skip-log-bin', '--max-connections=300', ...more];
  return keep({ name: 'mariadb', command: server, args, dir, port, url: `oceanbase://root@127.0.0.1:${port}/`, options: { cwd: dir, ...asUser } });
}
const seekdbProgram = () => (process.env.RONGHU_SEEKDB ?? found(['3.11', '3.12', '3.13', '3.14'].map((v) => join(SEEKDB_HOME, 'lib', `python${v}`, 'site-packages/pylibseekdb/seekdb'))));
/** Gets OceanBase's engine from PyPI into the cache of this checkout. Returns why not, or null. */
function installSeekDb() {
  if (seekdbProgram()) return null;
  if (process.platform !== 'linux') return 'OceanBase 引擎（pylibseekdb）只有 Linux 版';
  const python = ['python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3'].find((p) => spawnSync(p, ['-c', 'import sys, venv; sys.exit(0 if sys.version_info >= (3, 11) else 1)'], { stdio: 'ignore' }).status === 0);
  if (!python) return 'OceanBase 引擎（pylibseekdb）需要 Python 3.11 及以上';
  mkdirSync(SEEKDB_HOME, { recursive: true });
  const venv = spawnSync(python, ['-m', 'venv', SEEKDB_HOME], { encoding: 'utf8' });
  if (venv.status !== 0) return `不能建立 Python 环境：${(venv.stderr || '').slice(-200)}`;
  const pip = spawnSync(join(SEEKDB_HOME, 'bin', 'pip'), ['install', '-q', `pylibseekdb==${SEEKDB_VERSION}`], { encoding: 'utf8' });
  return pip.status === 0 && seekdbProgram() ? null : `不能从 PyPI 安装 pylibseekdb ${SEEKDB_VERSION}：${(pip.stderr || '').slice(-200)}`;
}
async function startSeekDb() {
  const why = installSeekDb();
  if (why) return { skipped: why };
  const dir = folder('ronghu-seekdb-'), port = await freePort(), program = seekdbProgram(), base = join(dir, 'base');
  mkdirSync(base, { recursive: true });
  const args = ['--nodaemon', '--port', String(port), '--base-dir', base, '--log-level', 'ERROR', '--parameter', 'memory_limit=3G', '--parameter', 'log_disk_size=4G', '--parameter', 'datafile_size=1G'];
  try { return await keep({ name: 'seekdb', command: program, args, dir, port, url: `oceanbase://root@127.0.0.1:${port}/`, options: { cwd: dir } }); } catch (error) { rmSync(dir, { recursive: true, force: true }); return { skipped: `OceanBase 引擎在本机不能启动：${error.message.slice(0, 300)}` }; }
}
/** Why OceanBase's engine cannot be had, or null; gets nothing (see installSeekDb). */
const seekDbMissing = () => (seekdbProgram() ? null : `没有 OceanBase 引擎（pylibseekdb ${SEEKDB_VERSION}）；npm test 会从 PyPI 取`);
/** By the name used in commands: kingbase, mariadb or seekdb. */
const startServer = (name) => ({ kingbase: startKingbase, mariadb: startMariaDb, seekdb: startSeekDb })[name]();
module.exports = { startServer, startKingbase, startMariaDb, startSeekDb, installSeekDb, mariaDbMissing, seekDbMissing, SEEKDB_VERSION };
