// `ronghu backup`: everything that a new host needs to go on, in one folder, while the product runs.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleDir, configFile, databaseTarget, product, readConfig, versionOf } from './layout.mjs';
import { macWith, passphraseFrom, seal } from './seal.mjs';
import { withDatabase } from './services.mjs';
import { listFiles, sm3, sm3File } from './sums.mjs';
import { readTable, shardsOf, snapshots, tablesOf } from './tables.mjs';

export const FORMAT = 1, KEYS = 'ronghu-backup-keys';
const filesOf = (dir) => (existsSync(dir) ? listFiles(dir) : []);
/** Copies what is named by its content; a draft that is being written is not part of it. Returns the list with sizes and SM3. */
async function copyTree(from, to, skip = () => false, only = '') {
  const out = [], at = join(from, only), paths = !existsSync(at) ? [] : statSync(at).isFile() ? [only] : listFiles(from, only);
  for (const path of paths) {
    if (skip(path)) continue;
    mkdirSync(join(to, path, '..'), { recursive: true });
    copyFileSync(join(from, path), join(to, path));
    out.push({ path, bytes: statSync(join(to, path)).size, sm3: await sm3File(join(to, path)) });
  }
  return out;
}
/**
 * Tables first, in one snapshot (one a server, where there are several), then the files: a file is written before the row that names it, so every
 * file that a row of the snapshot names is there. Returns { dir, manifest }. Nothing half-made is left under the final name (PF-64).
 */
export async function backup(inst, into, { passphrase, withRecordings = false, say = () => undefined }) {
  const config = readConfig(inst), version = versionOf(bundleDir), at = new Date(), name = `ronghu-backup-${version.version}-${at.toISOString().replace(/[-:]|\.\d+/g, '')}`, dir = join(resolve(into), name), draft = `${dir}.partial`;
  if (existsSync(dir)) throw new Error(`${dir} 已存在`);
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  try {
    const { knownCompanies } = product().server('platform/database/migrate.js'), companyIds = await knownCompanies(databaseTarget(config)), shards = await shardsOf(config, companyIds), snap = await snapshots(shards);
    const manifest = { format: FORMAT, product: version.version, commit: version.commit, at: at.toISOString(), snapshots: snap.all.length, companies: companyIds, shards: [] };
    try {
      manifest.database = (await snap.all[0].query('select version() as v')).rows[0].v;
      for (const shard of shards) {
        const client = snap.of(shard.url), tables = [];
        mkdirSync(join(draft, 'tables', shard.part), { recursive: true });
        for (const table of await tablesOf(client, shard.schema)) {
          const file = `tables/${shard.part}/${table.name}.copy.gz`, read = await readTable(client, shard.schema, table, join(draft, file));
          tables.push({ ...table, ...read, file, fileSm3: await sm3File(join(draft, file)) });
        }
        manifest.shards.push({ part: shard.part, tables });
        say(`  ${shard.part}：${tables.length} 张表，${tables.reduce((n, t) => n + t.rows, 0)} 行`);
      }
    } finally { await snap.close(); }
    manifest.blobs = await copyTree(join(inst.data, 'blobs'), join(draft, 'blobs'), (path) => path.startsWith('tmp/') || path.startsWith('imports/')); // a file under import is gone when its job is over
    manifest.anchor = await copyTree(inst.data, join(draft, 'anchor'), () => false, 'anchor');
    const recordings = config.switch.recordingsDir;
    manifest.recordingsCopied = withRecordings;
    manifest.recordings = withRecordings ? await copyTree(recordings, join(draft, 'recordings')) : await Promise.all(filesOf(recordings).map(async (path) => ({ path, bytes: statSync(join(recordings, path)).size, sm3: await sm3File(join(recordings, path)) })));
    say(`  附件 ${manifest.blobs.length} 个，录音 ${manifest.recordings.length} 个${withRecordings ? '' : '（只列清单）'}`);
    const secrets = { config: readFileSync(configFile(inst)).toString('base64'), keys: Object.fromEntries(filesOf(join(inst.data, 'keys')).map((path) => [path, readFileSync(join(inst.data, 'keys', path)).toString('base64')])) };
    const sealed = seal(KEYS, passphrase, JSON.stringify(secrets));
    writeFileSync(join(draft, 'keys.sealed.json'), `${JSON.stringify(sealed)}\n`, { mode: 0o600 });
    manifest.keysSm3 = sm3(JSON.stringify(sealed));
    const text = `${JSON.stringify(manifest, null, 1)}\n`;
    writeFileSync(join(draft, 'manifest.json'), text, { mode: 0o600 });
    writeFileSync(join(draft, 'manifest.mac'), `${macWith(passphrase, sealed, text)}\n`, { mode: 0o600 });
    renameSync(draft, dir);
    return { dir, manifest };
  } catch (error) { rmSync(draft, { recursive: true, force: true }); throw error; }
}
export async function backupCommand(inst, into, values) {
  const passphrase = passphraseFrom(values['passphrase-file']), begin = Date.now();
  console.log('备份 …');
  const { dir, manifest } = await withDatabase(inst, () => backup(inst, into, { passphrase, withRecordings: values['with-recordings'], say: console.log }));
  console.log(`备份完成，用时 ${((Date.now() - begin) / 1000).toFixed(1)} 秒：${dir}\n${manifest.snapshots > 1 ? `注意：数据分在 ${manifest.snapshots} 个数据库，各自一致，彼此相差数秒\n` : ''}密钥用口令密封在其中：口令丢失则不能恢复`);
}
