// Two hosts and a third for database and switch, each a network namespace of its own with an own address; no containers. One host is killed as by a power cut
// (every process -9, cable out); the other carries on. Host a runs an api+worker server and the active director, host b the same with the standby.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repairAt } from '../harness/orders.mjs';
import { elsewhere, signIn, startProduct, switchControl, until } from '../harness/product.mjs';
import { finish, runTests } from '../harness/runner.mjs';
import { readyAgent, residentCalls } from '../harness/telephone.mjs';

const sh = (...args) => { const done = spawnSync(args[0], args.slice(1), { encoding: 'utf8' }); if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.stderr || done.error?.message}`); return done.stdout.trim(); };
const skip = (why) => { console.error(`双机测试未执行：${why}`); finish({ passed: 0, failed: 0, skipped: 5 }); };
if (process.getuid?.() !== 0) skip('需要 root 才能建立网络命名空间');
if (spawnSync('ip', ['netns', 'list']).status !== 0) skip('没有 ip 命令（软件包 iproute2），或内核不允许网络命名空间');

const tag = `rh${process.pid % 10000}`, NET = 10 + (process.pid % 200), address = (host) => `10.77.${NET}.${{ a: 1, b: 2, s: 3 }[host]}`, bridge = `${tag}br`, ns = (host) => `${tag}${host}`;
const HTTP = 8080, LINK = 8091, children = new Set(), cleanups = [], said = new Map();
const folder = mkdtempSync(join(tmpdir(), 'ronghu-hosts-'));
chmodSync(folder, 0o755);
/** Runs Node within a host; resolves when it says `ready…`. */
function within(host, name, args, { env = {}, ready = 'ready' } = {}) {
  const child = spawn('ip', ['netns', 'exec', ns(host), process.execPath, '--enable-source-maps', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let out = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} on host ${host} is not ready:\n${out}`)), 60000);
    const take = (chunk) => { out = (out + chunk).slice(-6000); said.set(`${host}/${name}`, out); if (out.split('\n').some((line) => line.startsWith(ready))) { clearTimeout(timer); resolve({ child, out: () => out }); } };
    child.stdout.on('data', take); child.stderr.on('data', take);
    child.once('exit', (code, signal) => { clearTimeout(timer); reject(new Error(`${name} on host ${host} ended (${signal ?? code}):\n${out}`)); });
  });
}
/** A power cut: the cable first, so that nobody says goodbye. */
function powerCut(host) {
  sh('ip', 'link', 'set', `${ns(host)}v`, 'down');
  for (const pid of sh('ip', 'netns', 'pids', ns(host)).split('\n').filter(Boolean)) try { process.kill(Number(pid), 'SIGKILL'); } catch (error) { if (error.code !== 'ESRCH') throw error; }
  return performance.now();
}
const startHost = async (host, { data, env, standby }) => {
  const own = { ...env, RONGHU_DATA: data, RONGHU_HTTP_HOST: '0.0.0.0', RONGHU_HTTP_PORT: String(HTTP), RONGHU_LINK_HOST: '0.0.0.0', RONGHU_LINK_PORT: String(LINK) };
  await within(host, 'director', ['server/dist/roles/director.js'], { env: own, ready: standby ? 'standby' : 'ready' });
  await within(host, 'server', ['server/dist/roles/server.js', '--role', 'api,worker'], { env: own });
};

async function main() {
  // Installed and filled as on one host; then taken apart over the three.
  const dataDir = join(folder, 'a');
  mkdirSync(dataDir);
  const first = await startProduct({ keep: dataDir, houses: 400 }), { password } = first;
  await first.stop();
  const installation = JSON.parse(readFileSync(join(dataDir, 'ronghu.config.json'), 'utf8')), { database: d, switch: sw } = installation, [node] = sw.nodes;
  sh('ip', 'link', 'add', bridge, 'type', 'bridge');
  cleanups.push(() => sh('ip', 'link', 'del', bridge));
  sh('ip', 'addr', 'add', `10.77.${NET}.254/24`, 'dev', bridge);
  sh('ip', 'link', 'set', bridge, 'up');
  for (const host of ['a', 'b', 's']) {
    sh('ip', 'netns', 'add', ns(host));
    cleanups.push(() => sh('ip', 'netns', 'del', ns(host)));
    sh('ip', 'link', 'add', `${ns(host)}v`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', ns(host));
    sh('ip', 'link', 'set', `${ns(host)}v`, 'master', bridge, 'up');
    for (const args of [['addr', 'add', `${address(host)}/24`, 'dev', 'eth0'], ['link', 'set', 'eth0', 'up'], ['link', 'set', 'lo', 'up']]) sh('ip', '-n', ns(host), ...args);
  }
  const starter = join(folder, 'database.cjs');
  writeFileSync(starter, `const { startEmbedded } = require(${JSON.stringify(join(process.cwd(), 'server/dist/platform/database/embedded.js'))});\nstartEmbedded(${JSON.stringify(join(dataDir, 'db'))}, ${d.embeddedPort}, ${JSON.stringify(d.embeddedPassword)}).then((running) => { console.log('ready'); process.on('SIGTERM', () => running.stop().then(() => process.exit(0))); setInterval(() => undefined, 1e6); });\n`, { mode: 0o600 });
  await within('s', 'database', [starter]);
  await within('s', 'switch', ['packages/switch-simulator/dist/main.js', '--config', sw.configDir, '--event-port', String(node.port), '--http-port', String(sw.simulatorPort), '--password-file', join(sw.configDir, 'event-password')], { ready: '模拟交换已启动' });
  await within('s', 'forward', ['test/hosts/forward.cjs', address('s'), String(d.embeddedPort), String(node.port), String(sw.simulatorPort)]);
  // Host b has its own folder; the keys are the same, recordings and attachments lie on storage that both mount.
  const dataB = join(folder, 'b');
  mkdirSync(dataB);
  for (const name of ['keys', 'ronghu.config.json']) cpSync(join(dataDir, name), join(dataB, name), { recursive: true });
  mkdirSync(join(dataDir, 'blobs'), { recursive: true });
  for (const name of ['blobs', 'recordings', 'spool', 'switch']) symlinkSync(join(dataDir, name), join(dataB, name));
  const env = {
    RONGHU_DATABASE_URL: `postgres://ronghu:${encodeURIComponent(d.embeddedPassword)}@${address('s')}:${d.embeddedPort}/ronghu`, RONGHU_SWITCH_HOST: address('s'), RONGHU_SWITCH_PORT: String(node.port), RONGHU_SWITCH_PASSWORD: node.password,
    RONGHU_LINK_TOKEN: installation.link.token, RONGHU_LINK_URLS: ['a', 'b'].map((host) => `ws://${address(host)}:${LINK}`).join(','), RONGHU_DEMO: '1',
  };
  await startHost('a', { data: dataDir, env, standby: false });
  await startHost('b', { data: dataB, env, standby: true });
  // The switch's control page answers its own machine only: a way in on ours.
  const control = createServer((from) => { const to = createConnection(sw.simulatorPort, address('s')); for (const [a, b] of [[from, to], [to, from]]) { a.on('error', () => b.destroy()); a.pipe(b); } });
  await new Promise((resolve) => control.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => control.close());
  const base = (host) => `http://${address(host)}:${HTTP}`;
  const sim = switchControl(`http://127.0.0.1:${control.address().port}`), onHost = (client, host) => elsewhere(client, base(host), 3000).call;
  const sysadmin = await signIn(base('a'), 'admin', 'sysadmin', password), { client: agent } = await readyAgent({ sim, client: (front, login) => signIn(base('a'), front, login, password) }, 'agent01', { answerAfterMs: 300 }), onA = onHost(agent, 'a'), onB = onHost(agent, 'b');
  const houses = (await onA('GET', '/houses?size=20')).rows, intake = (i) => repairAt(houses[i % houses.length], `双机 ${i}`);
  const command = (call, body) => call('POST', '/phone/commands', body);
  const talks = async (call) => (await call('GET', '/phone/state')).agent.callState === 'talking';
  const ring = () => residentCalls({ sim }, '13900001234', '1');

  let talking, cut, acknowledged = [];
  const tests = [
    ['both hosts serve one system: what is written through one is read through the other', async () => {
      const order = await onA('POST', '/orders', intake(0));
      assert.equal((await onB('GET', `/orders/${order.companyId}/${order.id}`)).orderNo, order.orderNo);
      talking = await ring();
      await until('the agent talks, seen from both hosts', async () => (await talks(onA)) && (await talks(onB)), 30000, 100);
    }],
    ['the power of the active host is cut in a talking call and a stream of orders: the other takes orders and commands the switch', async () => {
      let going = true, i = 1, firstOnB = null, again = null;
      const pending = [];
      const stream = (async () => {
        for (; going; i++) {
          const key = crypto.randomUUID(), body = intake(i);
          try { acknowledged.push((await onA('POST', '/orders', body, key)).id); } catch {
            pending.push([key, body]); // the clerk presses again: same key, the other host
            for (;;) try { acknowledged.push((await onB('POST', '/orders', body, key)).id); again ??= performance.now(); break; } catch (error) { if (performance.now() - cut > 30000) throw error; await new Promise((r) => setTimeout(r, 50)); }
            if (pending.length >= 5) going = false;
          }
        }
      })();
      await until('orders flow', () => acknowledged.length > 20, 20000, 20);
      const { directorEpoch: before } = await onHost(sysadmin, 'b')('GET', '/system/state');
      cut = powerCut('a');
      await until('the standby commands the switch', async () => { const state = await onHost(sysadmin, 'b')('GET', '/system/state'); return state.switchConnected && state.directorConnected && state.directorEpoch > before; }, 30000, 50);
      const director = performance.now() - cut;
      for (let k = 0; firstOnB === null || k < houses.length; k++) { const key = crypto.randomUUID();
        for (;;) try { acknowledged.push((await onB('POST', '/orders', intake(1000 + k), key)).id); firstOnB ??= performance.now(); break; } catch (error) { if (performance.now() - cut > 40000) throw error; }
      }
      await stream;
      console.log(`  host cut → switch commanded by the other after ${Math.round(director)} ms, first new order taken there after ${Math.round(firstOnB - cut)} ms, the one that was under way, asked again by its key, after ${Math.round(again - cut)} ms`);
      assert.ok(director < 15000);
    }],
    ['no acknowledged order is lost and none doubled', async () => {
      const admin = await signIn(base('b'), 'admin', 'admin', password), found = [];
      for (let page = 1; ; page++) { const { rows } = await admin.call('GET', `/orders?q=${encodeURIComponent('双机')}&size=200&page=${page}`).catch(() => ({ rows: [] })); found.push(...rows); if (rows.length < 200) break; }
      assert.equal(new Set(acknowledged).size, acknowledged.length, 'one answer an order');
      for (const id of acknowledged.slice(-40)) { const house = houses[0]; assert.ok(await Promise.any([...new Set(houses.map((h) => h.companyId))].map((companyId) => admin.call('GET', `/orders/${companyId}/${id}`))), `order ${id} of ${house.companyId}`); }
      console.log(`  ${acknowledged.length} orders acknowledged, all there`);
    }],
    ['the call that was talking talks on, and its agent hangs up through the other host', async () => {
      const channel = (await sim('GET', '/state')).channels.find((c) => c.uuid === talking);
      assert.ok(channel?.bridgedTo, 'the resident is still joined');
      await until('the other host knows the call', () => talks(onB), 20000, 100);
      await command(onB, { command: 'hangUp' });
      await until('the resident is asked for a rating', async () => !(await sim('GET', '/state')).channels.find((c) => c.uuid === talking)?.bridgedTo, 15000, 100);
    }],
    ['the next resident is answered through the other host', async () => {
      const state = await onB('GET', '/phone/state');
      if (state.agent.readiness === 'wrapUp') await command(onB, { command: 'endWrapUp' });
      await command(onB, { command: 'setReadiness', readiness: 'ready' }).catch(() => undefined);
      const next = await ring();
      await until('the agent talks again', () => talks(onB), 30000, 100);
      await sim('POST', `/calls/${next}/hangup`, {});
    }],
  ];
  return runTests(tests, { chained: true, onFailure: () => { for (const [who, text] of said) console.log(`--- ${who}\n${text.slice(-1500)}`); } });
}
let result = { passed: 0, failed: 1 };
try { result = await main(); } catch (error) { console.error(error); } finally {
  for (const child of children) child.kill('SIGTERM');
  const quiet = Date.now() + 8000;
  for (const host of ['a', 'b', 's']) for (const pid of spawnSync('ip', ['netns', 'pids', ns(host)], { encoding: 'utf8' }).stdout?.split('\n').filter(Boolean) ?? []) try { process.kill(Number(pid), host === 's' ? 'SIGINT' : 'SIGKILL'); } catch (error) { if (error.code !== 'ESRCH') console.error(error.message); }
  while (Date.now() < quiet && spawnSync('ip', ['netns', 'pids', ns('s')], { encoding: 'utf8' }).stdout?.trim()) await new Promise((r) => setTimeout(r, 100));
  for (const clean of cleanups.reverse()) try { await clean(); } catch (error) { if (!/No such|Cannot|not exist/i.test(error.message)) console.error(`cleaning up: ${error.message}`); }
  rmSync(folder, { recursive: true, force: true });
}
finish(result);
