// Two hosts from the bundle, really booted, with an external database, the proxy and the floating address: how the group is operated while people work. Then a third.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { createConnection, createServer } from 'node:net';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { signIn, switchControl, until } from '../harness/product.mjs';
import { readyAgent, residentCalls } from '../harness/telephone.mjs';
import { kingbaseServer } from './kingbase.mjs';
import { machine, sh } from './machines.mjs';
import { copyInto, variant } from './place.mjs';

const { Client } = createRequire(import.meta.url)('pg');
const DB_PASSWORD = 'Kb-口令1', PG = 15432, KINGBASE = 54321, EVENTS = 18021, CONTROL = 18090, NAME = 'kf.ronghu.test', HTTP = 8080;
const SOURCES = 24, ENOUGH = 5; // orders a phase at least, so that its figure says something
/** What the new version has that the old one does not know: a column that may be empty, one with a default, a table. */
const MIGRATION = `
const order = exports.allTables.find((table) => table.name === 'work_order');
order.columns.trial_note = { kind: 'text', length: 40, nullable: true, comment: '升级试验' };
order.columns.trial_count = { kind: 'int', default: 0, comment: '升级试验计数' };
exports.allTables.push({ name: 'trial_upgrade', comment: '升级试验', shard: 'group', primaryKey: ['id'], columns: { id: { kind: 'id', comment: '编号' } } });
`;
/**
 * @param given net, bundle() as made, saved() → the folder of a backup of the single host, password() of its accounts, passphrase, makeSums, out (a folder for new versions).
 * @returns { tests, onFailure(), close() } for the runner of the suite.
 */
export function hostTests({ net, bundle, saved, password, passphrase, makeSums, out }) {
  const shared = mkdtempSync('/var/tmp/ronghu-shared-'), databaseDir = mkdtempSync('/var/tmp/ronghu-database-'), children = new Set(), doors = new Map(), url = `kingbase://ronghu:${encodeURIComponent(DB_PASSWORD)}@${net.address(30)}:${KINGBASE}/ronghu`, vip = net.address(9);
  for (const dir of [shared, databaseDir]) chmodSync(dir, 0o755);
  const inS = net.namespace('s', 30), inFront = net.namespace('f', 40), machines = {}, versions = {};
  let sim, control, crowd, batch, batches = 0, call, sysadmin, backupDir;
  const well = (done) => { assert.equal(done.code, 0, done.out); return done.out; };
  const ronghu = (at, ...args) => at.exec(['/usr/local/bin/ronghu', ...args]), secret = ['--passphrase-file', '/root/passphrase'];
  /** A program of ours that stays; resolves when it says `ready`. */
  function stays(command, args, ready = 'ready', env = {}) {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    children.add(child);
    let text = '';
    const ended = new Promise((r) => child.once('exit', r));
    return new Promise((resolve, reject) => {
      const take = (chunk) => { text = (text + chunk).slice(-4e6); if (text.includes(ready)) resolve({ child, text: () => text, ended }); };
      child.stdout.on('data', take); child.stderr.on('data', take);
      child.once('exit', (code, signal) => { children.delete(child); reject(new Error(`${command} ${args.slice(0, 6).join(' ')} ended (${signal ?? code}):\n${text.slice(-3000)}`)); });
    });
  }
  const end = async ({ child, ended }, signal = 'SIGTERM') => { if (child.exitCode === null && child.signalCode === null) { child.kill(signal); await ended; } };
  const inNs = (ns, args, ...more) => stays('ip', ['netns', 'exec', ns, ...args], ...more);
  /** This host's own port without its proxy, for asking one host and no other. */
  async function door(at) {
    const pid = at.leader(), have = doors.get(at.name);
    if (have?.pid !== pid) { if (have) await end(have.way); doors.set(at.name, { pid, way: await stays('nsenter', ['-t', String(pid), '-n', process.execPath, resolve('test/hosts/forward.cjs'), at.address, String(HTTP)]) }); }
    return `http://${at.address}:${HTTP}`;
  }
  async function database() {
    const running = await inNs(inS, [process.execPath, kingbaseServer({ data: databaseDir, out, address: net.address(30), ports: { plain: PG, kingbase: KINGBASE }, password: DB_PASSWORD })]);
    return () => end(running);
  }
  let stopDatabase = async () => undefined;
  /** The switch that all hosts command: the simulator with the configuration that the first host generated, in its root. */
  async function startSwitch(at) {
    const { uid, gid } = statSync(at.at('/var/lib/ronghu'));
    await inNs(inS, ['sh', '-c', `mount --bind "$1" "$2/mnt/ronghu" && exec chroot --userspec=${uid}:${gid} "$2" /opt/ronghu/current/node/bin/node /opt/ronghu/current/packages/switch-simulator/dist/main.js --config /var/lib/ronghu/switch --event-port ${EVENTS} --http-port ${CONTROL} --password-file /var/lib/ronghu/switch/event-password`, 'sh', shared, at.dir], '模拟交换已启动');
    await inNs(inS, [process.execPath, resolve('test/hosts/forward.cjs'), net.address(30), String(EVENTS), String(CONTROL)]);
    // its control page answers its own machine only: a way in on ours
    control = createServer((from) => { const to = createConnection(CONTROL, net.address(30)); for (const [a, b] of [[from, to], [to, from]]) { a.on('error', () => b.destroy()); a.pipe(b); } });
    await new Promise((r) => control.listen(0, '127.0.0.1', r));
    sim = switchControl(`http://127.0.0.1:${control.address().port}`);
  }
  async function install(at, more) {
    copyInto(bundle().dir, at.at('/root/bundle'));
    writeFileSync(at.at('/root/passphrase'), `${passphrase}\n`, { mode: 0o600 });
    const answers = { form: 'standby', serverName: NAME, hostAddress: at.address, hosts: [1, 2].map(net.address).join(','), virtualAddress: vip, database: 'external', databaseUrl: url, sharedFolder: '/mnt/ronghu', switch: 'freeswitch', switchHost: net.address(30), switchPort: String(EVENTS), ...more };
    writeFileSync(at.at('/root/answers.json'), JSON.stringify(answers));
    well(at.exec(['sh', '/root/bundle/install.sh', '--answers', '/root/answers.json']));
  }
  const serves = (at, ms = 60000) => until(`${at.name} serves`, () => ronghu(at, 'status', '--quiet').code === 0, ms, 200).catch((error) => { throw new Error(`${error.message}\n${ronghu(at, 'status').out}${at.exec(['sh', '-c', 'tail -n 20 /var/log/ronghu/*.log']).out}`); });
  /** The daemons of the system with what the installer generated, as the manual says. */
  function surround(at) {
    well(at.exec(['sh', '-c', 'cp /etc/ronghu/proxy/nginx-ronghu.conf /etc/nginx/conf.d/ && rm -f /etc/nginx/sites-enabled/default && nginx -t -q && systemctl start nginx']));
    well(at.exec(['sh', '-c', 'cp -p /etc/ronghu/keepalived/keepalived.conf /etc/keepalived/ && systemctl start keepalived']));
  }
  const holder = () => Object.values(machines).filter((at) => at.exec(['ip', '-o', 'addr', 'show', 'dev', 'eth0']).out.includes(`${vip}/`));
  /** Where the floating address is, when exactly one host has it. */
  const held = async (who, ms = 30000) => { const begin = performance.now(); await until(`the floating address is at ${who.name}`, () => { const have = holder(); return have.length === 1 && have[0] === who; }, ms, 100); return Math.round(performance.now() - begin); };
  const versionAt = (at) => /融呼 (\S+?)（/.exec(ronghu(at, 'version').out)?.[1];
  const trusted = () => ({ NODE_EXTRA_CA_CERTS: machines.a.at('/var/lib/ronghu/tls/authority.crt') });
  /** People come by the name of the certificate, which leads to this address. */
  const work = async (to, clerks = 3) => { batch = `不停机${++batches}`; crowd = await stays(process.execPath, [resolve('test/deploy/residents.mjs'), `https://${NAME}`, password(), String(clerks), batch], 'ready', { ...trusted(), RESOLVE: `${NAME}=${to}` }); };
  /** The host whose certificate somebody at `from` meets behind the balancer. */
  const answeredBy = (from) => new Promise((resolve, reject) => {
    const asked = request({ host: net.address(40), port: 443, path: '/healthz', localAddress: from, servername: NAME, agent: false, ca: readFileSync(machines.a.at('/var/lib/ronghu/tls/authority.crt')), headers: { host: NAME } }, (answer) => {
      const { fingerprint256 } = answer.socket.getPeerX509Certificate();
      answer.resume().on('end', () => resolve(Object.values(machines).find((at) => new X509Certificate(readFileSync(at.at('/var/lib/ronghu/tls/server.crt'))).fingerprint256 === fingerprint256)?.name));
    });
    asked.on('error', reject).end();
  });
  const phase = async (name) => { crowd.child.stdin.write(`phase ${name}\n`); };
  const rest = async () => { await wait(1200); };
  async function finishWork() {
    crowd.child.stdin.write('end\n');
    assert.equal(await crowd.ended, 0, crowd.text().slice(-2000));
    const done = JSON.parse(crowd.text().trim().split('\n').pop());
    crowd = null;
    for (const p of done.phases.slice(1)) console.log(`  ${p.name}: ${p.orders} orders, the longest took ${p.longestMs} ms${Object.keys(p.again).length ? `, asked again after ${Object.entries(p.again).map(([why, n]) => `${why} ×${n}`).join(', ')}` : ', none asked again'}`);
    return done;
  }
  /** Every order acknowledged is in its company's table once, and no other of its name is. */
  async function nothingLost({ acknowledged, given }) {
    assert.deepEqual(given, [], 'every clerk got an answer');
    const client = new Client({ host: net.address(30), port: PG, user: 'ronghu', password: 'test-only', database: 'ronghu' });
    await client.connect();
    try {
      const rows = [];
      for (const companyId of new Set(acknowledged.map((o) => o.companyId))) rows.push(...(await client.query(`select id, description from ronghu_c${companyId}.work_order where description like '${batch} %'`)).rows);
      const once = new Set(rows.map((r) => Number(r.id)));
      assert.equal(rows.length, acknowledged.length, 'none lost, none doubled');
      for (const order of acknowledged) assert.ok(once.has(order.id), order.orderNo);
    } finally { await client.end(); }
    console.log(`  ${acknowledged.length} orders acknowledged, each there once`);
  }
  const bridged = async () => Boolean((await sim('GET', '/state')).channels.find((c) => c.uuid === call)?.bridgedTo);
  async function newVersion(version, changes) {
    const dir = join(out, version);
    await variant(bundle().dir, dir, version, changes, makeSums);
    versions[version] = dir;
  }
  const upgrade = (at, version, ...args) => { rmSync(at.at('/root/next'), { recursive: true, force: true }); copyInto(versions[version], at.at('/root/next')); return ronghu(at, 'upgrade', '/root/next', '--no-backup', ...args); };
  const boot = async (name, n) => { machines[name] = await machine(net, name, n, shared); await machines[name].boot(); };

  const tests = [
    ['two machines boot; the first is installed on an external database that speaks as KingbaseES does, and takes over what the single host had', async () => {
      const ready = database();
      await Promise.all([boot('a', 1), boot('b', 2)]);
      stopDatabase = await ready;
      const { a } = machines;
      await install(a, { start: 'restore' });
      copyInto(saved(), a.at('/root/backup'));
      const begin = Date.now(), restored = well(ronghu(a, 'restore', '/root/backup', ...secret));
      assert.match(restored, /行数与 SM3 全部与备份相符/);
      console.log(`  ${/恢复完成.*/.exec(restored)[0]} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
      well(a.exec(['systemctl', 'start', 'ronghu-prepare']));
      await startSwitch(a);
      well(a.exec(['systemctl', 'start', 'ronghu.target']));
      await serves(a);
    }],
    ['the second joins by the sealed file: same authority, its own certificate, and the proxies and the floating address stand', async () => {
      const { a, b } = machines;
      well(ronghu(a, 'join-file', '/mnt/ronghu/join.json', ...secret));
      await install(b, { join: '/mnt/ronghu/join.json', joinPassphraseFile: '/root/passphrase' });
      well(b.exec(['systemctl', 'start', 'ronghu.target']));
      await serves(b);
      surround(a);
      await held(a);
      surround(b);
      const read = (at, file) => readFileSync(at.at(`/var/lib/ronghu/tls/${file}`), 'utf8');
      assert.equal(read(a, 'authority.crt'), read(b, 'authority.crt'));
      assert.notEqual(read(a, 'server.crt'), read(b, 'server.crt'));
      assert.match(well(ronghu(b, 'doctor')), new RegExp(`其他主机：${a.address} 正常，${bundle().version}`));
      const [one, two] = [a, b].map((at) => JSON.parse(readFileSync(at.at('/var/lib/ronghu/ronghu.config.json'), 'utf8')));
      assert.equal(one.link.token, two.link.token);
      assert.deepEqual(two.link.urls, [a, b].map((at) => `wss://${at.address}:18091`));
      const keys = [a, b].map((at) => at.at('/var/lib/ronghu/keys/keystore.json'));
      assert.ok(readFileSync(keys[0]).equals(readFileSync(keys[1])) && (statSync(keys[1]).mode & 0o777) === 0o600);
      // the address stays where it is when the second comes up
      assert.deepEqual(holder().map((at) => at.name), ['a']);
    }],
    ['an attachment given to one host is read at the other; a host whose service is down hands its people on', async () => {
      const { a, b } = machines, there = await signIn(await door(b), 'agent', 'agent05', password()), here = await signIn(await door(a), 'agent', 'agent05', password());
      const companyId = (await (await signIn(await door(a), 'admin', 'admin', password())).call('GET', '/houses?size=1')).rows[0].companyId, form = new FormData(), bytes = Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...Buffer.from('JFIF'.padEnd(600, '.'))]);
      form.append('companyId', String(companyId)); form.append('file', new Blob([bytes]), '现场.jpg');
      const sent = await fetch(`${there.root}/attachments`, { method: 'POST', headers: { 'x-ronghu': '1', 'idempotency-key': crypto.randomUUID(), cookie: there.cookie() }, body: form }), file = await sent.json();
      assert.equal(sent.status, 200, JSON.stringify(file));
      const got = await fetch(`${here.root}/attachments/${companyId}/${file.id}`, { headers: { cookie: here.cookie() } });
      assert.ok(Buffer.from(await got.arrayBuffer()).equals(bytes), 'the same bytes');
      well(b.exec(['systemctl', 'stop', 'ronghu-server']));
      const through = (header) => sh(process.execPath, '-e', `const https=require('https');https.get({host:'${b.address}',port:443,path:'/readyz',servername:'${NAME}',rejectUnauthorized:false,headers:{host:'${NAME}',${header}}},(r)=>{console.log(r.statusCode);r.resume()})`);
      assert.deepEqual([through(''), through("'x-ronghu-passed':'1'")], ['200', '502'], 'once, not round and round');
      well(b.exec(['systemctl', 'start', 'ronghu-server']));
      await serves(b);
    }],
    ['people work and a call talks; a version that cannot start is tried on the second host, which falls back by itself, and the first is not touched', async () => {
      const { a, b } = machines;
      await readyAgent({ sim, client: async (front, login) => signIn(await door(a), front, login, password()) }, 'agent01', { answerAfterMs: 300 });
      sysadmin = await signIn(await door(a), 'admin', 'sysadmin', password());
      call = await residentCalls({ sim }, '13900001234', '1');
      await until('the call talks', bridged, 30000, 100);
      await work(vip);
      await phase('as usual');
      await newVersion('0.1.1', { 'server/dist/roles/server.js': "throw new Error('this version cannot start');\n" });
      await rest();
      await phase('a bad version tried on b');
      const before = a.exec(['systemctl', 'show', '-p', 'MainPID', 'ronghu-server', 'ronghu-director']).out, begin = Date.now(), tried = upgrade(b, '0.1.1', '--timeout', '60');
      assert.equal(tried.code, 1, tried.out);
      assert.match(tried.out, new RegExp(`ronghu-server 不能启动[\\s\\S]*已退回 ${bundle().version}，服务正常`));
      assert.deepEqual([versionAt(b), versionAt(a)], [bundle().version, bundle().version]);
      assert.equal(a.exec(['systemctl', 'show', '-p', 'MainPID', 'ronghu-server', 'ronghu-director']).out, before);
      console.log(`  tried and backed out in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    }],
    ['one host after the other goes to the new version with its new columns, and one back: no order lost or doubled, nobody waits long, the call talks on', async () => {
      const { a, b } = machines, { directorEpoch: before } = await sysadmin.call('GET', '/system/state'), timed = async (name, what) => { await phase(name); const begin = Date.now(); well(await what()); await rest(); console.log(`  ${name}: ${((Date.now() - begin) / 1000).toFixed(1)} s`); };
      await newVersion('0.1.2', { 'server/dist/app/tables.js': `${readFileSync(join(bundle().dir, 'server/dist/app/tables.js'), 'utf8')}${MIGRATION}` });
      await timed('b upgraded', () => upgrade(b, '0.1.2'));
      assert.match(well(ronghu(b, 'doctor')), /版本不同：升级尚未完成/);
      assert.equal(versionAt(a), bundle().version);
      well(ronghu(a, 'doctor')); // the old version on the new tables
      await timed('a upgraded', () => upgrade(a, '0.1.2'));
      assert.deepEqual([versionAt(a), versionAt(b)], ['0.1.2', '0.1.2']);
      assert.match(well(ronghu(a, 'doctor')), new RegExp(`其他主机：${b.address} 正常，0\\.1\\.2`));
      await timed('b rolled back', () => ronghu(b, 'rollback'));
      assert.deepEqual([versionAt(a), versionAt(b)], ['0.1.2', bundle().version]);
      const done = await finishWork(), worst = Math.max(...done.phases.slice(1).map((p) => p.longestMs));
      for (const p of done.phases.slice(1)) assert.ok(p.orders >= ENOUGH, p.name);
      await nothingLost(done);
      for (const at of [a, b]) assert.doesNotMatch(readFileSync(at.at('/var/log/ronghu/server.log'), 'utf8'), /no wake-ups/);
      assert.ok(worst < 5000, `${worst} ms`);
      assert.ok(await bridged(), 'the resident is still joined to the agent');
      const { directorEpoch, switchConnected } = await (await signIn(await door(b), 'admin', 'sysadmin', password())).call('GET', '/system/state');
      assert.ok(switchConnected && directorEpoch > before, 'the switch was handed over');
      const hangUp = (await signIn(await door(b), 'agent', 'agent01', password())).call;
      await until('the agent hangs up through the other host', async () => { await hangUp('POST', '/phone/commands', { command: 'hangUp' }).catch((error) => { if (error.status !== 409) throw error; }); return !(await bridged()); }, 20000, 300);
    }],
    ['the floating address leaves a host whose proxy is gone, stays away when it is well again, and comes back when the service of the other fails', async () => {
      const { a, b } = machines, [now] = holder(), other = now === a ? b : a;
      well(now.exec(['systemctl', 'stop', 'nginx']));
      const away = await held(other);
      well(now.exec(['systemctl', 'start', 'nginx']));
      await wait(5000); // longer than it takes to be found well
      assert.deepEqual(holder(), [other], 'nobody takes it back');
      well(other.exec(['systemctl', 'stop', 'ronghu-server']));
      const back = await held(now);
      well(other.exec(['systemctl', 'start', 'ronghu-server']));
      await serves(other);
      console.log(`  moved ${away} ms after the proxy stopped, back ${back} ms after the service of the other did`);
    }],
    ['firewalld takes the generated rules: people reach the proxy, the director only its peers, and the floating address still moves', async () => {
      const { a, b } = machines, opens = (ns, port) => { try { return sh('ip', 'netns', 'exec', ns, process.execPath, '-e', `const s=require('net').connect({host:'${b.address}',port:${port},timeout:1500},()=>{console.log('open');process.exit()});for(const e of['error','timeout'])s.on(e,()=>{console.log('shut');process.exit()})`); } catch (error) { return error.message; } };
      const listening = async () => (await door(b)).length > 0;
      assert.ok(await listening());
      assert.equal(opens(inFront, HTTP), 'open', 'a port of ours that nothing guards yet');
      well(b.exec(['systemctl', 'start', 'firewalld']));
      well(b.exec(['sh', '/etc/ronghu/firewall/firewalld.sh']));
      assert.deepEqual([opens(inFront, 443), opens(inFront, HTTP), opens(inFront, 18091)], ['open', 'shut', 'shut']);
      const rules = well(b.exec(['firewall-cmd', '--list-all']));
      assert.ok(rules.includes('443/tcp') && rules.includes(a.address), rules);
      // what its own host says through it: VRRP still comes in, so the address is held once
      await wait(2500);
      assert.equal(holder().length, 1);
      well(b.exec(['systemctl', 'stop', 'firewalld']));
      well(b.exec(['nft', '-f', '/etc/ronghu/firewall/ronghu.nft']));
      assert.deepEqual([opens(inFront, 443), opens(inFront, HTTP), opens(inFront, 18091)], ['open', 'shut', 'shut']);
      well(b.exec(['nft', 'delete', 'table', 'inet', 'ronghu']));
    }],
    ['a backup taken from the second host while people work comes back into the same two hosts: what came later is gone, what was there is there', async () => {
      const { a, b } = machines, admin = await signIn(await door(b), 'admin', 'admin', password()), clerk = await signIn(await door(b), 'agent', 'agent02', password()), house = (await admin.call('GET', '/houses?size=1')).rows[0], { repairAt } = await import('../harness/orders.mjs');
      const kept = await clerk.call('POST', '/orders', repairAt(house, '备份之前'));
      const made = well(ronghu(b, 'backup', '/mnt/ronghu/backups', '--with-recordings', ...secret));
      assert.match(made, /备份完成/);
      console.log(`  ${/备份完成.*/.exec(made)[0]}`);
      backupDir = `/mnt/ronghu/backups/${readdirSync(join(shared, 'backups'))[0]}`;
      const manifest = JSON.parse(readFileSync(join(shared, 'backups', readdirSync(join(shared, 'backups'))[0], 'manifest.json'), 'utf8'));
      assert.match(manifest.database, /^KingbaseES/);
      assert.ok(manifest.blobs.length >= 1 && manifest.recordings.length >= 1, 'the attachment and the recording of the call');
      const lost = await clerk.call('POST', '/orders', repairAt(house, '备份之后'));
      for (const at of [a, b]) well(at.exec(['systemctl', 'stop', 'ronghu.target', 'ronghu-server', 'ronghu-director']));
      assert.match(well(ronghu(a, 'restore', backupDir, '--force', ...secret)), /行数与 SM3 全部与备份相符/);
      for (const at of [a, b]) well(at.exec(['systemctl', 'start', 'ronghu.target']));
      await Promise.all([serves(a), serves(b)]);
      const again = await signIn(await door(b), 'agent', 'agent02', password());
      assert.equal((await again.call('GET', `/orders/${kept.companyId}/${kept.id}`)).orderNo, kept.orderNo);
      await assert.rejects(again.call('GET', `/orders/${lost.companyId}/${lost.id}`), (error) => error.status === 404);
    }],
    ['a third host joins, the two learn of it one after the other, and a balancer with the generated configuration spreads people over the three, each with its own TLS', async () => {
      const { a, b } = machines, all = [1, 2, 3].map(net.address).join(',');
      await boot('c', 3);
      const { c } = machines;
      await install(c, { form: 'cluster', hosts: all, virtualAddress: '', join: '/mnt/ronghu/join.json', joinPassphraseFile: '/root/passphrase' });
      for (const at of [b, a]) {
        assert.match(well(ronghu(at, 'hosts', all)), /多机/);
        well(at.exec(['systemctl', 'stop', 'keepalived'])); // the balancer's address is the group's from now on
        well(at.exec(['systemctl', 'restart', 'ronghu-director', 'ronghu-server']));
        await serves(at);
        well(at.exec(['sh', '-c', 'cp /etc/ronghu/proxy/nginx-ronghu.conf /etc/nginx/conf.d/ && nginx -t -q && systemctl reload nginx']));
      }
      well(c.exec(['systemctl', 'start', 'ronghu.target']));
      await serves(c);
      well(c.exec(['sh', '-c', 'cp /etc/ronghu/proxy/nginx-ronghu.conf /etc/nginx/conf.d/ && rm -f /etc/nginx/sites-enabled/default && nginx -t -q && systemctl start nginx']));
      assert.equal((well(ronghu(c, 'doctor', '--json')).match(/正常，/g) ?? []).length, 2, 'it sees the two others');
      writeFileSync(c.at('/root/front.conf'), `load_module modules/ngx_stream_module.so;\npid /run/front.pid;\nerror_log stderr notice;\ndaemon off;\nevents {}\n${readFileSync(c.at('/etc/ronghu/proxy/nginx-stream.conf'), 'utf8')}`);
      await inNs(inFront, ['chroot', c.dir, '/usr/sbin/nginx', '-c', '/root/front.conf'], 'start worker process');
      const seen = new Map();
      for (let i = 0; i < SOURCES; i++) sh('ip', 'addr', 'add', `${net.address(100 + i)}/24`, 'dev', net.bridge);
      for (let i = 0; i < SOURCES; i++) { const who = await answeredBy(net.address(100 + i)); seen.set(who, (seen.get(who) ?? 0) + 1); }
      console.log(`  ${SOURCES} addresses: ${[...seen].map(([who, n]) => `${who} ×${n}`).join(', ')}`);
      assert.equal(seen.size, 3);
    }],
    ['the power of the host on which everybody is gets cut: the others carry on', async () => {
      await work(net.address(40), 3);
      await phase('three hosts, as usual');
      await rest();
      const victim = machines[await answeredBy(net.address(254))], others = Object.values(machines).filter((at) => at !== victim);
      await phase(`the power of ${victim.name} cut`);
      await victim.cut();
      const watcher = await signIn(await door(others[0]), 'admin', 'sysadmin', password()), begin = performance.now();
      await until('the switch is commanded', async () => { const state = await watcher.call('GET', '/system/state'); return state.switchConnected && state.directorConnected; }, 30000, 100);
      console.log(`  the switch is commanded again ${Math.round(performance.now() - begin)} ms after the cut was over`);
      await wait(6500); // longer than everybody's first wait
      await phase('after it');
      await rest();
      const done = await finishWork();
      for (const p of done.phases.slice(1)) assert.ok(p.orders >= (p.name.includes('cut') ? 3 : ENOUGH), p.name);
      await nothingLost(done);
      assert.ok(done.phases.find((p) => p.name.includes('cut')).longestMs < 15000);
    }],
  ];
  return {
    tests,
    onFailure() { for (const at of Object.values(machines)) try { console.log(`--- ${at.name}\n${at.exec(['sh', '-c', 'tail -n 12 /var/log/ronghu/*.log; systemctl --failed --no-pager; journalctl -n 15 --no-pager -u keepalived -u nginx']).out}`); } catch (error) { console.log(`--- ${at.name}: ${error.message}`); } if (crowd) console.log(`--- residents\n${crowd.text().slice(-1500)}`); },
    async close() {
      for (const child of children) child.kill('SIGTERM');
      for (const at of Object.values(machines)) await at.close();
      control?.close();
      await stopDatabase();
      for (const child of children) child.kill('SIGKILL');
      for (const dir of [shared, databaseDir]) rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
