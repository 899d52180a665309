// `ronghu restore` and `ronghu verify`: a backup back into an empty installation, and proof that it is the same.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, createReadStream, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { unready } from './health.mjs';
import { bundleDir, configFile, databaseTarget, product, readConfig, running, versionOf } from './layout.mjs';
import { FORMAT, KEYS } from './backup.mjs';
import { copyIn } from './copy.mjs';
import { macWith, passphraseFrom, unseal } from './seal.mjs';
import { withDatabase } from './services.mjs';
import { sm3File } from './sums.mjs';
import { qualified, readTable, shardsOf, snapshots, tablesOf } from './tables.mjs';

const newer = (a, b) => { const x = a.split('.').map(Number), y = b.split('.').map(Number); for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return (x[i] ?? 0) > (y[i] ?? 0); return false; };
const inside = (path) => { if (path.startsWith('/') || path.split('/').includes('..')) throw new Error(`备份清单中有越界的路径 ${path}`); return path; };
/** Reads a backup and holds every file against the manifest, and the manifest against the passphrase. @throws Error in Chinese naming what is wrong. */
export async function openBackup(dir, passphrase) {
  const read = (name) => { const file = join(dir, name); if (!existsSync(file)) throw new Error(`${dir} 不是完整的备份：缺少 ${name}`); return readFileSync(file, 'utf8'); };
  const text = read('manifest.json'), sealed = JSON.parse(read('keys.sealed.json')), secrets = JSON.parse(unseal(KEYS, passphrase, sealed));
  if (read('manifest.mac').trim() !== macWith(passphrase, sealed, text)) throw new Error('备份清单 manifest.json 被改动，拒绝使用');
  const manifest = JSON.parse(text), bad = [];
  if (manifest.format !== FORMAT) throw new Error(`备份格式是 ${manifest.format}，本版本只认识 ${FORMAT}`);
  const check = async (path, sm3) => { const file = join(dir, inside(path)); if (!existsSync(file)) bad.push(`${path}：缺失`); else if ((await sm3File(file)) !== sm3) bad.push(`${path}：内容被改动`); };
  for (const shard of manifest.shards) for (const table of shard.tables) await check(table.file, table.fileSm3);
  for (const [folder, list] of [['blobs', manifest.blobs], ['anchor', manifest.anchor], ...(manifest.recordingsCopied ? [['recordings', manifest.recordings]] : [])]) for (const file of list) await check(`${folder}/${inside(file.path)}`, file.sm3);
  if (bad.length) throw new Error(`备份已损坏，没有恢复任何数据：\n  ${bad.slice(0, 10).join('\n  ')}`);
  return { manifest, secrets };
}
/** An installation is empty until its first contents are whole. */
async function filled(config) {
  const { Places } = product().server('platform/database/places.js'), { engineOf } = product().server('platform/database/engine/index.js'), place = new Places(databaseTarget(config)).group(), engine = engineOf(place.url);
  await engine.makePlace(place);
  const connection = await engine.connect(place);
  try { const tables = await engine.catalog(connection, place.schema); return tables.has('lease') && (await connection.run("select name from lease where name = 'installed'", [])).records.length > 0; } finally { await connection.close(); }
}
/**
 * Loads every table in one transaction a database, reads each back in order and compares counts and SM3 with the manifest before anything is committed.
 * Returns { tables, rows }. @throws Error in Chinese, leaving the database as it was.
 */
async function load(config, dir, manifest, say) {
  const target = databaseTarget(config), { migrate } = product().server('platform/database/migrate.js'), { allTables } = product().server('app/tables.js');
  await migrate(target, allTables, manifest.companies);
  const shards = await shardsOf(config, manifest.companies), snap = await snapshots(shards, 'begin');
  let tables = 0, rows = 0;
  try {
    for (const saved of manifest.shards) {
      const shard = shards.find((s) => s.part === saved.part), client = snap.of(shard.url), have = new Map((await tablesOf(client, shard.schema)).map((t) => [t.name, t]));
      if (have.size) await client.query(`truncate ${[...have.keys()].map((name) => qualified(shard.schema, name)).join(', ')}`);
      for (const table of saved.tables) {
        const columns = new Set(have.get(table.name)?.columns.map((c) => c.name)), lost = table.columns.find((c) => !columns.has(c.name));
        if (lost) throw new Error(`本版本没有备份中的 ${table.name}.${lost.name}`);
        const source = createReadStream(join(dir, table.file)).pipe(createGunzip()), count = await copyIn(client, qualified(shard.schema, table.name), table.columns.map((c) => c.name), source);
        const read = await readTable(client, shard.schema, table);
        if (count !== table.rows || read.rows !== table.rows || read.sm3 !== table.sm3) throw new Error(`${saved.part}.${table.name} 恢复后与备份不符：${read.rows} 行（应为 ${table.rows}）`);
        tables += 1;
        rows += count;
      }
      say(`  ${saved.part}：${saved.tables.length} 张表，行数与 SM3 全部相符`);
    }
    for (const client of snap.all) await client.query('commit');
  } catch (error) { for (const client of snap.all) await client.query('rollback').catch(() => undefined); throw error; } finally { await snap.close(); }
  await migrate(target, allTables, manifest.companies); // the ledger is the backup's now
  const { createShards } = product().server('platform/database/shards.js'), opened = await createShards({ ...target, maxConnections: 4, companyIds: manifest.companies });
  try { await opened.analyze(); } finally { await opened.close(); }
  return { tables, rows };
}
function placeFiles(inst, config, dir, manifest, secrets) {
  const owner = statSync(inst.data), keep = (path, data, mode) => { mkdirSync(dirname(path), { recursive: true }); writeFileSync(`${path}.new`, data, { mode }); chmodSync(`${path}.new`, mode); if (process.getuid() === 0) chownSync(`${path}.new`, owner.uid, owner.gid); renameSync(`${path}.new`, path); };
  const keys = join(inst.data, 'keys');
  for (const name of readdirSync(keys)) if (!(name in secrets.keys)) rmSync(join(keys, name), { recursive: true }); // a key of the empty installation opens nothing
  for (const [name, text] of Object.entries(secrets.keys)) keep(join(keys, inside(name)), Buffer.from(text, 'base64'), 0o600);
  for (const [folder, to, list] of [['blobs', join(inst.data, 'blobs'), manifest.blobs], ['anchor', inst.data, manifest.anchor], ...(manifest.recordingsCopied ? [['recordings', config.switch.recordingsDir, manifest.recordings]] : [])]) for (const file of list) {
    mkdirSync(dirname(join(to, file.path)), { recursive: true });
    copyFileSync(join(dir, folder, file.path), join(to, file.path));
  }
  if (process.getuid() === 0) {
    const done = spawnSync('chown', ['-R', `${owner.uid}:${owner.gid}`, ...['blobs', 'anchor', 'keys'].map((n) => join(inst.data, n)).filter(existsSync), config.switch.recordingsDir], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`不能把恢复的文件交给服务用户：${done.stderr}`);
  }
  const old = JSON.parse(Buffer.from(secrets.config, 'base64').toString()), node = old.switch.nodes[0];
  // ports, addresses and the database are this host's own; what belongs to the data or is known to the switch comes along
  const merged = { ...config, demo: old.demo, demoPassword: old.demoPassword, ...(old.timeZone ? { timeZone: old.timeZone } : {}), switch: { ...config.switch, nodes: old.switch.simulated || config.switch.simulated ? config.switch.nodes : [{ ...config.switch.nodes[0], password: node.password, ...(node.description ? { description: node.description } : {}) }] } };
  keep(configFile(inst), `${JSON.stringify(merged, null, 2)}\n`, 0o600);
}
/** @throws Error in Chinese when the product runs, the backup is unsound or newer, or the installation holds data and `force` is not set. */
export async function restore(inst, from, { passphrase, force = false, say = () => undefined }) {
  const dir = resolve(from), config = readConfig(inst);
  if (running(inst) || (await unready(inst)) === null) throw new Error('融呼正在运行：请先停止（systemctl stop ronghu-server ronghu-director，或结束 ronghu run），再恢复');
  say('检查备份 …');
  const { manifest, secrets } = await openBackup(dir, passphrase), own = versionOf(bundleDir).version;
  if (newer(manifest.product, own)) throw new Error(`备份来自较新的版本 ${manifest.product}，本机是 ${own}：请先升级`);
  return withDatabase(inst, async () => {
    if (!force && (await filled(config))) throw new Error('本机已有数据，没有改动：只恢复到空的安装；确要覆盖请加 --force');
    say('装入数据 …');
    const loaded = await load(config, dir, manifest, say);
    placeFiles(inst, config, dir, manifest, secrets);
    return { ...loaded, blobs: manifest.blobs.length };
  });
}
export async function verifyCommand(dir, values) {
  const { manifest } = await openBackup(resolve(dir), passphraseFrom(values['passphrase-file']));
  console.log(`备份完整：${manifest.product}，${manifest.at}，${manifest.shards.reduce((n, s) => n + s.tables.length, 0)} 张表，${manifest.shards.reduce((n, s) => n + s.tables.reduce((m, t) => m + t.rows, 0), 0)} 行，附件 ${manifest.blobs.length} 个`);
}
export async function restoreCommand(inst, dir, values) {
  const passphrase = passphraseFrom(values['passphrase-file']), begin = Date.now();
  const done = await restore(inst, dir, { passphrase, force: values.force, say: console.log });
  console.log(`恢复完成，用时 ${((Date.now() - begin) / 1000).toFixed(1)} 秒：${done.tables} 张表、${done.rows} 行、${done.blobs} 个附件，行数与 SM3 全部与备份相符`);
}
