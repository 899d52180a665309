// `ronghu backup` and `ronghu restore` of an installation whose database is a server of its own: while the product runs, into an empty database on the same server.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @returns { tables, rows } restored, each table's count and SM3 compared by the restore itself. @throws Error naming what differs. */
export async function backUpAndRestore({ dataDir, url }) {
  const place = mkdtempSync(join(tmpdir(), 'ronghu-backup-')), installation = JSON.parse(readFileSync(join(dataDir, 'ronghu.config.json'), 'utf8'));
  try {
    cpSync('deploy-kylin/runtime', join(place, 'deploy'), { recursive: true });
    symlinkSync(join(process.cwd(), 'server'), join(place, 'server')); // what runs from there finds its packages where the checkout has them
    writeFileSync(join(place, 'VERSION.json'), JSON.stringify({ product: 'ronghu', version: '0.0.1', commit: 'test' }));
    const make = (name, database) => {
      const data = join(place, name);
      mkdirSync(join(data, 'keys'), { recursive: true });
      mkdirSync(join(data, 'recordings'));
      writeFileSync(join(data, 'ronghu.config.json'), JSON.stringify({ ...installation, http: { ...installation.http, port: 1 }, database, switch: { ...installation.switch, recordingsDir: join(data, 'recordings') } }));
      return { base: place, data, embedded: false, user: 'root', form: 'single' };
    };
    const { shards } = installation.database, from = make('from', { url, shards }), empty = new URL(url);
    for (const part of ['keys', 'blobs', 'anchor']) if (existsSync(join(dataDir, part))) cpSync(join(dataDir, part), join(from.data, part), { recursive: true });
    empty.pathname = '/restored';
    const { backup } = await import(join(place, 'deploy/lib/backup.mjs')), { restore } = await import(join(place, 'deploy/lib/restore.mjs')), passphrase = 'Ronghu-Backup-2026';
    const { dir, manifest } = await backup(from, join(place, 'backups'), { passphrase });
    const { tables, rows } = await restore(make('to', { url: empty.toString(), shards }), dir, { passphrase });
    return { tables, rows, database: manifest.database };
  } finally { rmSync(place, { recursive: true, force: true }); }
}
