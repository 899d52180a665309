// Writes db-scripts from the table definitions. `npm run db-scripts`; with --check it writes nothing and fails when a file is stale.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..'), folder = join(root, 'db-scripts'), check = process.argv.includes('--check');
await build({ only: ['contract', 'kingbase-driver', 'dm-driver', 'server'], onStart: (label) => console.error(`构建 ${label} …`) });
const require = createRequire(import.meta.url), { allTables, schemaVersion } = require('../server/dist/app/tables.js'), { scripts } = require('../server/dist/platform/database/scripts.js');
const byVersion = (a, b) => { const [x, y] = [a, b].map((v) => v.split('.').map(Number)); return x[0] - y[0] || x[1] - y[1] || x[2] - y[2]; };
const names = readdirSync(join(folder, 'versions')).map((name) => name.replace(/\.json$/, '')).filter((v) => v !== schemaVersion).sort(byVersion);
if (names.some((v) => byVersion(v, schemaVersion) > 0)) throw new Error(`db-scripts/versions has a version newer than the program's ${schemaVersion}`);
const versions = [...names.map((version) => ({ version, tables: JSON.parse(readFileSync(join(folder, 'versions', `${version}.json`), 'utf8')) })), { version: schemaVersion, tables: allTables }];
const wanted = new Map([[`versions/${schemaVersion}.json`, `${JSON.stringify(allTables, null, 1)}\n`], ...scripts(versions)]);
const stale = [...wanted].filter(([path, text]) => !existsSync(join(folder, path)) || readFileSync(join(folder, path), 'utf8') !== text).map(([path]) => path);
const extra = ['kingbase', 'dm', 'oceanbase'].flatMap((target) => readdirSync(join(folder, target), { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap((entry) => readdirSync(join(folder, target, entry.name)).map((file) => `${target}/${entry.name}/${file}`))).filter((path) => !wanted.has(path));
if (check) {
  for (const path of [...stale, ...extra]) console.error(`过期：db-scripts/${path}`);
  if (stale.length + extra.length) { console.error('请执行 npm run db-scripts 并提交'); process.exit(1); }
  console.error(`db-scripts 与表定义一致（${wanted.size} 个文件）`);
} else {
  for (const path of extra) rmSync(join(folder, path));
  for (const path of stale) { mkdirSync(dirname(join(folder, path)), { recursive: true }); writeFileSync(join(folder, path), wanted.get(path)); }
  console.error(stale.length + extra.length ? `已更新 ${stale.length} 个文件，删除 ${extra.length} 个` : '没有变化');
}
