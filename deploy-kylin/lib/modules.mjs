// Which packages of node_modules a running product needs, for one architecture, and where the parts of another architecture come from.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Proprietary licence: an operator with DM puts it in `drivers/node_modules` himself (docs/部署.md). */
const NEVER_BUNDLED = new Set(['dmdb']);
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const suits = (list, value) => !list || (list.some((item) => !item.startsWith('!')) ? list.includes(value) : !list.includes(`!${value}`));
export const suitsPlatform = (manifest, arch) => suits(manifest.os, 'linux') && suits(manifest.cpu, arch) && !(manifest.libc && !manifest.libc.includes('glibc'));

/** Node's own look-up: the nearest node_modules upward from a package, never outside the tree. */
function locate(root, from, name) {
  for (let dir = from; dir.startsWith(root); dir = dirname(dir)) {
    const at = join(dir, 'node_modules', name);
    if (existsSync(join(at, 'package.json'))) return at;
    if (dir === root) break;
  }
  return null;
}
/**
 * Walks the production dependencies of the workspaces given.
 * @returns `packages`: { name, version, from, to, manifest } with `to` relative to the bundle; `absent`: optional packages that this platform wants and the tree lacks.
 */
export function productionPackages(root, workspaces, arch) {
  const seen = new Map(), absent = new Map();
  const visit = (dir) => {
    const manifest = readJson(join(dir, 'package.json')), optional = new Set(Object.keys(manifest.optionalDependencies ?? {}));
    const peers = Object.keys(manifest.peerDependencies ?? {}).filter((name) => !manifest.peerDependenciesMeta?.[name]?.optional);
    for (const name of new Set([...Object.keys(manifest.dependencies ?? {}), ...optional, ...peers])) {
      if (NEVER_BUNDLED.has(name)) continue;
      const at = locate(root, dir, name);
      if (!at) {
        if (optional.has(name)) absent.set(name, manifest.optionalDependencies[name]);
        else if (!peers.includes(name)) throw new Error(`${name}, needed by ${manifest.name}, is not installed: run npm install first`);
        continue;
      }
      if (seen.has(at)) continue;
      const real = realpathSync(at), own = readJson(join(real, 'package.json'));
      if (!suitsPlatform(own, arch)) { if (!optional.has(name)) throw new Error(`${name} does not run on linux ${arch}, and ${manifest.name} cannot do without`); continue; }
      seen.set(at, { name, version: own.version, from: real, to: relative(root, at).split(sep).join('/'), manifest: own, workspace: !real.includes(`${sep}node_modules${sep}`) });
      visit(real);
    }
  };
  for (const workspace of workspaces) visit(join(root, workspace));
  return { packages: [...seen.values()].sort((a, b) => (a.to < b.to ? -1 : 1)), absent: [...absent].map(([name, version]) => ({ name, version })) };
}
const NEEDLESS = /\.(?:d\.[mc]?ts|map|tsbuildinfo)$/, NEEDLESS_DIRS = new Set(['.github', '.vscode', '.idea', '__tests__', 'coverage', '.nyc_output']);
/** Copies one package without the packages nested in it, types and source maps. */
export function copyPackage(item, bundle) {
  const to = join(bundle, item.to);
  mkdirSync(to, { recursive: true });
  const only = item.workspace ? new Set(['package.json', 'dist', 'README.md']) : null;
  for (const entry of readdirSync(item.from)) {
    if (entry === 'node_modules' || (only && !only.has(entry))) continue;
    cpSync(join(item.from, entry), join(to, entry), { recursive: true, dereference: false, verbatimSymlinks: true, filter: (path) => !NEEDLESS.test(path) && !NEEDLESS_DIRS.has(path.split(sep).pop()) && !(item.workspace && path.endsWith(`${sep}testing`)) }); // our own doubles are for tests
  }
  libraryLinks(to);
}
/** The embedded database's links are made by its install script, which does not run for another architecture. */
function libraryLinks(dir) {
  const list = join(dir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of readJson(list)) {
    const at = join(dir, target);
    rmSync(at, { force: true });
    symlinkSync(relative(dirname(at), join(dir, source)), at);
  }
}
/**
 * Fetches a package of another architecture with npm and holds it against the lock file's checksum.
 * @throws Error saying what to do when the registry cannot be reached or the content differs.
 */
export function fetchPackage(root, { name, version }, cache) {
  const entry = readJson(join(root, 'package-lock.json')).packages[`node_modules/${name}`];
  if (!entry?.integrity || entry.version !== version) throw new Error(`package-lock.json has no checksum for ${name}@${version}: run npm install --package-lock-only first`);
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`), wanted = entry.integrity.split('-');
  const sound = () => existsSync(file) && createHash(wanted[0]).update(readFileSync(file)).digest('base64') === wanted[1];
  if (!sound()) {
    rmSync(file, { force: true });
    const packed = spawnSync('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', cache], { encoding: 'utf8' });
    if (packed.status !== 0) throw new Error(`不能从 npm 源取得 ${name}@${version}（另一架构的原生部件）：${(packed.stderr || String(packed.error ?? '')).trim().split('\n').pop()}\n请在能访问 npm 源的机器上制作，或把 ${file.split(sep).pop()} 放入 ${cache}`);
    if (!sound()) throw new Error(`${file} 与 package-lock.json 中的校验值不符，已拒绝使用`);
  }
  const to = join(cache, `${name.replace('/', '+')}@${version}`);
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const unpacked = spawnSync('tar', ['-xzf', file, '-C', to, '--strip-components=1'], { encoding: 'utf8' });
  if (unpacked.status !== 0) throw new Error(`不能解开 ${file}：${unpacked.stderr}`);
  return { name, version, from: to, to: `node_modules/${name}`, manifest: readJson(join(to, 'package.json')), workspace: false };
}
