// The installer: called by install.sh from the unpacked bundle. Needs no network.
import { spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, chownSync, closeSync, cpSync, existsSync, lstatSync, mkdirSync, openSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { collectAnswers, parseInstallArgs, questions } from './lib/answers.mjs';
import { bundleDir, configFile, hasSystemd, versionOf } from './lib/layout.mjs';
import { passphraseFrom, unseal } from './lib/seal.mjs';
import { SYSTEM_UNITS, writeAll, writeSurroundings } from './lib/generate.mjs';
import { linkTls, linkUrls } from './lib/hosts.mjs';
import { verifySums } from './lib/sums.mjs';
import { logrotate } from './lib/surroundings.mjs';
import { logNames, systemdUnits } from './lib/units.mjs';

const JOIN = 'ronghu-join', say = (line) => console.log(line), isRoot = process.getuid() === 0, secret = (bytes = 24) => randomBytes(bytes).toString('base64url');
const run = (command, args) => { const done = spawnSync(command, args, { encoding: 'utf8' }); if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}：${(done.stderr || String(done.error ?? '')).trim()}`); return done.stdout.trim(); };
const idOf = (flag, user) => { const done = spawnSync('id', [flag, user], { encoding: 'utf8' }); return done.status === 0 ? done.stdout.trim() : null; };
/** Letters and digits in every group, easy to read out; as the portal's own initial passwords. */
const password = () => Array.from({ length: 14 }, () => 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789'[randomInt(55)]).join('');

/** What a stopping server waits for: behind a proxy of its own the other hosts take over by themselves; without one, keepalived's two questions have to come first. */
const DRAIN_MS = { nginx: 1000, tong: 1000, none: 6000 };
function makeUser(name, home) {
  if (!isRoot) return { user: idOf('-un', String(process.getuid())), group: idOf('-gn', String(process.getuid())), uid: process.getuid(), gid: process.getgid() };
  if (idOf('-u', name) === null) run('useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', home, '--shell', existsSync('/usr/sbin/nologin') ? '/usr/sbin/nologin' : '/sbin/nologin', name]);
  return { user: name, group: idOf('-gn', name), uid: Number(idOf('-u', name)), gid: Number(idOf('-g', name)) };
}
const makeConfig = (a, inst, joined) => {
  const embeddedPassword = secret(), node = joined?.switchNode ?? { name: 'node1', host: a.switch === 'freeswitch' ? a.switchHost : '127.0.0.1', port: Number(a.switchPort), password: secret(18) };
  return {
    production: a.demo !== 'yes', demo: a.demo === 'yes', demoPassword: a.demo === 'yes' ? password() : null, ...joined?.installation,
    http: { drainMs: a.form === 'single' ? 0 : DRAIN_MS[a.proxy], ...(a.proxy === 'none' ? { host: '0.0.0.0', port: Number(a.httpsPort), trustProxy: false, tls: { certFile: a.tlsCert || join(a.data, 'tls/server.crt'), keyFile: a.tlsKey || join(a.data, 'tls/server.key') } } : { host: '127.0.0.1', port: Number(a.httpPort), trustProxy: true }) },
    database: { ...(inst.embedded ? { embeddedPort: Number(a.databasePort), embeddedPassword, url: `postgres://ronghu:${encodeURIComponent(embeddedPassword)}@127.0.0.1:${a.databasePort}/ronghu` } : { url: a.databaseUrl }), shards: { mode: a.shards } },
    link: { host: a.form === 'single' ? '127.0.0.1' : a.hostAddress, port: Number(a.linkPort), token: joined?.linkToken ?? secret(), tls: a.form === 'single' ? null : linkTls(a.data), urls: linkUrls(a.form === 'single' ? ['127.0.0.1'] : inst.hosts, a.linkPort, a.form !== 'single') },
    switch: { simulated: a.switch === 'simulated', simulatorPort: Number(a.simulatorPort), nodes: [node], recordingsDir: join(a.data, 'recordings'), spoolDir: join(a.data, 'spool'), configDir: join(a.data, 'switch') },
  };
};
function place(inst, to) {
  const target = join(inst.base, 'versions', to), current = join(inst.base, 'current');
  if (resolve(target) !== bundleDir) {
    rmSync(`${target}.new`, { recursive: true, force: true });
    cpSync(bundleDir, `${target}.new`, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    rmSync(target, { recursive: true, force: true });
    renameSync(`${target}.new`, target);
  }
  rmSync(`${current}.new`, { force: true });
  symlinkSync(join('versions', to), `${current}.new`);
  renameSync(`${current}.new`, current);
  mkdirSync(join(inst.base, 'bin'), { recursive: true });
  cpSync(join(bundleDir, 'deploy/ronghu'), join(inst.base, 'bin/ronghu'));
  chmodSync(join(inst.base, 'bin/ronghu'), 0o755);
}

async function main() {
  const parsed = parseInstallArgs(process.argv.slice(2));
  if (parsed.help) { say(`用法: sh install.sh [--answers 文件.json] [--yes] [选项]\n不带选项时逐项询问；--yes 未给出的用默认值\n${questions.map((q) => `  --${q.key.padEnd(20)}${q.text}${q.default ? `（默认 ${q.default}）` : ''}`).join('\n')}`); return; }
  const version = versionOf(bundleDir);
  say(`融呼 ${version.version}（${version.arch}）离线安装`);
  const a = await collectAnswers(parsed);
  say('校验程序包 …');
  const sums = await verifySums(bundleDir);
  if (sums.bad.length) throw new Error(`程序包校验失败，未安装：\n  ${sums.bad.slice(0, 10).join('\n  ')}${sums.bad.length > 10 ? `\n  等 ${sums.bad.length} 处` : ''}`);
  say(`  ${sums.files} 个文件的 SM3 全部相符`);
  if (existsSync(join(a.base, 'installation.json'))) throw new Error(`${a.base} 已安装融呼：升级请用 ronghu upgrade 安装包`);
  if (existsSync(join(a.data, 'ronghu.config.json'))) throw new Error(`数据目录 ${a.data} 已有配置，没有改动它；请换目录，或先移走`);
  const joined = a.join ? JSON.parse(unseal(JOIN, passphraseFrom(a.joinPassphraseFile || undefined), JSON.parse(readFileSync(a.join, 'utf8')))) : null;
  const who = makeUser(a.user, a.data);
  const inst = {
    form: a.form, base: a.base, data: a.data, log: a.log, etc: a.etc, bin: a.bin, user: who.user, group: who.group, embedded: a.database === 'embedded', simulated: a.switch === 'simulated', serverName: a.serverName, hostAddress: a.hostAddress, hosts: a.form === 'single' ? [] : a.hosts.split(',').map((h) => h.trim()),
    virtualAddress: a.virtualAddress, proxy: a.proxy, httpPort: Number(a.httpPort), httpsPort: Number(a.httpsPort), linkPort: Number(a.linkPort), databasePort: Number(a.databasePort), simulatorPort: Number(a.simulatorPort), switchPort: Number(a.switchPort), tlsCert: a.tlsCert, tlsKey: a.tlsKey, sharedFolder: a.sharedFolder,
    start: a.start, houses: Number(a.houses), memoryMax: a.memoryMax, installedAt: new Date().toISOString(),
  };
  say('放置程序 …');
  mkdirSync(a.base, { recursive: true, mode: 0o755 });
  place(inst, version.version);
  say('建立目录与配置 …');
  const own = (path, mode) => { mkdirSync(path, { recursive: true }); chmodSync(path, mode); if (isRoot) chownSync(path, who.uid, who.gid); };
  own(a.data, 0o750);
  own(a.log, 0o750);
  for (const [name, mode] of [['keys', 0o700], ['tls', 0o700], ['spool', 0o770], ['switch', 0o750], ['db', 0o700]]) own(join(a.data, name), mode);
  for (const name of ['blobs', 'recordings']) {
    const at = join(a.data, name);
    if (!a.sharedFolder) { own(at, name === 'recordings' ? 0o770 : 0o750); continue; }
    own(join(a.sharedFolder, name), 0o770);
    if (!existsSync(at)) symlinkSync(join(a.sharedFolder, name), at);
    else if (!lstatSync(at).isSymbolicLink() || readlinkSync(at) !== join(a.sharedFolder, name)) throw new Error(`${at} 已存在，不能改为指向共享目录`);
  }
  const keep = (path, text) => { writeFileSync(path, text, { mode: 0o600 }); chmodSync(path, 0o600); if (isRoot) chownSync(path, who.uid, who.gid); };
  const config = makeConfig(a, inst, joined);
  keep(configFile(inst), `${JSON.stringify(config, null, 2)}\n`);
  for (const [name, text] of Object.entries(joined?.keys ?? {})) keep(join(a.data, 'keys', name), Buffer.from(text, 'base64'));
  for (const [name, text] of Object.entries(joined?.tls ?? {})) keep(join(a.data, 'tls', name), Buffer.from(text, 'base64'));
  writeFileSync(join(a.base, 'installation.json'), `${JSON.stringify(inst, null, 2)}\n`, { mode: 0o644 });
  mkdirSync(a.bin, { recursive: true });
  rmSync(join(a.bin, 'ronghu'), { force: true });
  symlinkSync(join(a.base, 'bin/ronghu'), join(a.bin, 'ronghu'));

  say('生成系统配置 …');
  const units = systemdUnits(inst);
  writeSurroundings(inst);
  const systemd = isRoot && hasSystemd();
  if (systemd) {
    for (const name of logNames(inst)) { const file = join(a.log, `${name}.log`); closeSync(openSync(file, 'a', 0o640)); chownSync(file, who.uid, who.gid); }
    writeAll(SYSTEM_UNITS, units);
    if (existsSync('/etc/logrotate.d')) writeAll('/etc/logrotate.d', { ronghu: logrotate(inst) });
    run('systemctl', ['daemon-reload']);
    run('systemctl', ['enable', ...Object.keys(units)]);
  }
  say(`\n安装完成：程序 ${a.base}，数据 ${a.data}，系统配置 ${a.etc}`);
  const steps = [
    a.start === 'restore' ? `恢复数据：ronghu restore 备份目录 --passphrase-file 口令文件` : null,
    systemd ? '启动：systemctl start ronghu.target' : `本机没有 systemd：用 ronghu run 在前台启动（单元文件在 ${join(a.etc, 'systemd')}）`,
    a.proxy === 'nginx' ? `反向代理：把 ${join(a.etc, 'proxy/nginx-ronghu.conf')} 放入 /etc/nginx/conf.d/` : a.proxy === 'tong' ? `反向代理：按 ${join(a.etc, 'proxy/tong-ronghu.conf')} 配置 TongHttpServer（此文件未在真实产品上试过）` : null,
    `防火墙：firewalld 用 sh ${join(a.etc, 'firewall/firewalld.sh')}，nftables 用 nft -f ${join(a.etc, 'firewall/ronghu.nft')}`,
    a.form === 'standby' ? `浮动地址：核对网卡名后把 ${join(a.etc, 'keepalived/keepalived.conf')} 放入 /etc/keepalived/` : null,
    a.form !== 'single' && !a.join ? '其余主机：启动后运行 ronghu join-file 文件 --passphrase-file 口令文件，在其余主机安装时用 --join 指定该文件' : null,
    a.switch === 'freeswitch' ? `语音节点：按 ${join(dirname(configFile(inst)), 'switch')} 的生成配置部署 FreeSWITCH，见 docs/接入FreeSWITCH.md` : null,
    a.start === 'new' && a.demo !== 'yes' ? `初始管理员 admin 的口令在首次启动时写入 ${join(a.log, 'prepare.log')}（或 ronghu run 的输出），只出现一次` : null,
    '检查：ronghu doctor',
  ].filter(Boolean);
  say(steps.map((text, i) => `  ${i + 1}. ${text}`).join('\n'));
}
main().catch((error) => { console.error(error.message); process.exit(1); });
