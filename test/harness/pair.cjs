// A primary and its standby by PostgreSQL's own streaming replication, synchronous: what was committed is on both. For the tests of a database that changes its host.
const { spawnSync } = require('node:child_process');
const { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { Client } = require('pg');
const { freePort } = require('./ports.cjs');

const UNPRIVILEGED = '65534:65534', PASSWORD = 'pair-only';
/**
 * @returns { url (with both addresses), primary(), standby(): { kill(), stop(), go() } of the whole server, promote(): makes the standby the one that takes writes,
 * clientOf(which): a connected client, close() }.
 */
async function startPair() {
  const { startEmbedded } = require('../../server/dist/platform/database/embedded.js'), dir = mkdtempSync(join(tmpdir(), 'ronghu-pair-')), ports = [await freePort(), await freePort()], servers = [null, null];
  chmodSync(dir, 0o755);
  const settings = { max_connections: '200', wal_level: 'replica', max_wal_senders: '5', hot_standby: 'on', wal_receiver_timeout: '5s', wal_sender_timeout: '5s' };
  const at = (i) => `postgres://ronghu:${PASSWORD}@127.0.0.1:${ports[i]}/ronghu`;
  const clientOf = async (i) => { const client = new Client({ connectionString: at(i) }); client.on('error', () => undefined); await client.connect(); return client; };
  const asked = async (i, ...texts) => { const client = await clientOf(i); try { let out; for (const text of texts) out = await client.query(text); return out.rows; } finally { await client.end(); } };
  servers[0] = await startEmbedded(join(dir, 'a'), ports[0], PASSWORD, settings);
  const copy = join(dir, 'b'), keeper = await clientOf(0);
  await keeper.query("select pg_backup_start('standby', true)");
  cpSync(join(dir, 'a'), copy, { recursive: true, filter: (path) => !/postmaster\.(pid|opts)$|postgres\.log$/.test(path) });
  const { rows: [{ labelfile }] } = await keeper.query('select labelfile from pg_backup_stop(false)');
  await keeper.end();
  writeFileSync(join(copy, 'pgdata/backup_label'), labelfile);
  writeFileSync(join(copy, 'pgdata/standby.signal'), '');
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', UNPRIVILEGED, copy]);
  chmodSync(join(copy, 'pgdata'), 0o700);
  servers[1] = await startEmbedded(copy, ports[1], PASSWORD, { ...settings, primary_conninfo: `host=127.0.0.1 port=${ports[0]} user=ronghu password=${PASSWORD}` });
  await asked(0, "alter system set synchronous_standby_names = '*'", 'select pg_reload_conf()');
  for (let i = 0; i < 200 && (await asked(0, "select 1 from pg_stat_replication where sync_state = 'sync'")).length === 0; i++) await pause(50);
  const hand = (i) => { const signal = (name) => { try { process.kill(-servers[i].pid, name); } catch { /* it is gone */ } }; return { kill: () => signal('SIGKILL'), stop: () => signal('SIGSTOP'), go: () => signal('SIGCONT') }; };
  return {
    url: `${at(0)}?peers=127.0.0.1:${ports[1]}`, clientOf, primary: () => hand(0), standby: () => hand(1),
    promote: () => asked(1, 'select pg_promote(true, 20)'),
    async close() { for (const i of [0, 1]) { hand(i).go(); hand(i).kill(); } await pause(200); rmSync(dir, { recursive: true, force: true }); },
  };
}
module.exports = { startPair };
