// Where an installation lives, and how its parts are loaded from the version in use.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The bundle that this file is part of. */
export const bundleDir = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const versionOf = (dir) => JSON.parse(readFileSync(join(dir, 'VERSION.json'), 'utf8'));
/** What the installer wrote of itself: paths, user, form; no secrets. @throws Error in Chinese when nothing is installed there. */
export function readInstallation(base = process.env.RONGHU_BASE ?? '/opt/ronghu') {
  const file = join(base, 'installation.json');
  if (!existsSync(file)) throw new Error(`${base} 中没有融呼：请先运行安装包中的 install.sh，或用环境变量 RONGHU_BASE 指定安装目录`);
  return JSON.parse(readFileSync(file, 'utf8'));
}
export const configFile = (inst) => join(inst.data, 'ronghu.config.json');
export const readConfig = (inst) => JSON.parse(readFileSync(configFile(inst), 'utf8'));
/** Requires from a version's own packages and compiled server: `product(dir)('pg')`, `product(dir).server('app/seed.js')`. */
export function product(dir = bundleDir) {
  const require = createRequire(join(dir, 'server/package.json'));
  return Object.assign(require, { server: (path) => require(join(dir, 'server/dist', path)) });
}
/** The database as the compiled server wants it. */
export const databaseTarget = (config) => ({ url: config.database.url, shards: config.database.shards });
export const runFile = (inst) => join(inst.data, 'ronghu-run.json');
/** The foreground supervisor that runs now, or null. */
export function running(inst) {
  const file = runFile(inst);
  if (!existsSync(file)) return null;
  const run = JSON.parse(readFileSync(file, 'utf8'));
  try { process.kill(run.pid, 0); return run; } catch (error) { if (error.code === 'EPERM') return run; return null; }
}
export const hasSystemd = () => existsSync('/run/systemd/system');
/** Gives up root's rights for those of the installation's user; what the product does needs no more. Without effect for anyone else. */
export function becomeUser(inst) {
  if (process.getuid() !== 0 || inst.user === 'root') return;
  process.initgroups(inst.user, inst.group);
  process.setgid(inst.group);
  process.setuid(inst.user);
}
/** Chinese message on standard error and exit code 1, for commands. */
export function fail(error) { console.error(error instanceof Error ? error.message : String(error)); process.exit(1); }
