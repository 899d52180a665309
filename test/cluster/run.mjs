// Two API processes, two workers and two directors on one database, asked by their own ports: whatever one process does is at once true in the others.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { setTimeout as wait } from 'node:timers/promises';
import { repairAt } from '../harness/orders.mjs';
import { elsewhere, signIn, startProduct, until } from '../harness/product.mjs';
import { finish, runTests } from '../harness/runner.mjs';
import { readyAgent } from '../harness/telephone.mjs';

const { sm2 } = createRequire(import.meta.url)('sm-crypto-v2');
const product = await startProduct({ houses: 400, args: ['--api', '2', '--workers', '2', '--directors', '2'], verbose: process.env.RONGHU_VERBOSE === '1', env: process.env.RONGHU_CACHE_URL ? { RONGHU_CACHE_URL: process.env.RONGHU_CACHE_URL } : {} });
const [A, B] = product.run().processes.filter((p) => p.name.startsWith('api')).map((p) => `http://127.0.0.1:${p.port}`);
const at = (base, front, login) => signIn(base, front, login, product.password);
async function listen(base, client) {
  const socket = io(base, { path: `/${client.front === 'mobile' ? 'm' : client.front}/live`, transports: ['websocket'], extraHeaders: { cookie: client.cookie() }, reconnection: false }), heard = [];
  socket.on('live', (m) => heard.push({ ...m, heardAt: performance.now() }));
  let gone = false;
  socket.on('disconnect', () => { gone = true; });
  await new Promise((resolve, reject) => { socket.on('connect', resolve); socket.on('connect_error', reject); });
  const { heads } = await socket.emitWithAck('resume', { rooms: {} });
  return { socket, heard, heads, gone: () => gone, rooms: async () => Object.keys((await socket.emitWithAck('resume', { rooms: {} })).heads) };
}
const admin = await at(A, 'admin', 'admin');
const houses = (await admin.call('GET', '/houses?size=50')).rows;
const intake = (i, text) => repairAt(houses[i % houses.length], text);

const tests = [
  ['an order taken in through A is on a socket of B and of A within 500 ms, once', async () => {
    const agent = await at(A, 'agent', 'agent02'), watcher = await at(B, 'admin', 'admin'), b = await listen(B, watcher), a = await listen(A, admin), times = [];
    for (let i = 0; i < 10; i++) {
      const order = await agent.call('POST', '/orders', intake(i, `跨进程 ${i}`)), begin = performance.now();
      const mine = (heard) => heard.filter((m) => m.event.kind === 'order' && m.event.order.id === order.id && m.event.change === 'intake' || (m.event.kind === 'order' && m.event.order.id === order.id));
      await until('both heard', () => mine(a.heard).length && mine(b.heard).length, 3000, 5);
      times.push(Math.max(mine(a.heard)[0].heardAt, mine(b.heard)[0].heardAt) - begin);
      await wait(150);
      for (const heard of [a.heard, b.heard]) assert.equal(new Set(mine(heard).map((m) => `${m.room}/${m.seq}`)).size, mine(heard).length, 'no message twice');
    }
    times.sort((x, y) => x - y);
    console.log(`  intake answered → on both sockets: median ${Math.round(times[5])} ms, worst ${Math.round(times[9])} ms`);
    assert.ok(times[9] < 500, `worst ${times[9]} ms`);
    a.socket.close();
    b.socket.close();
  }],
  ['the key of A signs in at B, once; five wrong passwords spread over both lock the account', async () => {
    const call = async (base, method, path, body) => { const r = await fetch(`${base}/agent/api${path}`, { method, headers: { 'x-ronghu': '1', 'content-type': 'application/json' }, body: body && JSON.stringify(body) }); return { status: r.status, json: await r.json(), cookie: r.headers.getSetCookie()[0]?.split(';')[0] }; };
    const { json: { publicKey, nonce } } = await call(A, 'GET', '/identity/sign-in-key'), body = (password) => ({ login: 'agent03', sealed: sm2.doEncrypt(JSON.stringify({ password, nonce }), publicKey, 1) }), sealed = body(product.password);
    const both = await Promise.all([call(B, 'POST', '/identity/sign-in', sealed), call(A, 'POST', '/identity/sign-in', sealed)]);
    assert.deepEqual(both.map((r) => r.status).sort(), [200, 401], 'the number counts once, wherever it comes');
    assert.equal((await call(B, 'POST', '/identity/sign-in', { ...sealed, sealed: sm2.doEncrypt(JSON.stringify({ password: product.password, nonce: nonce.replace(/.$/, (c) => (c === '0' ? '1' : '0')) }), publicKey, 1) })).status, 401, 'a number made up');
    for (let i = 0; i < 5; i++) { const base = i % 2 ? A : B, key = (await call(base === A ? B : A, 'GET', '/identity/sign-in-key')).json; assert.equal((await call(base, 'POST', '/identity/sign-in', { login: 'agent04', sealed: sm2.doEncrypt(JSON.stringify({ password: 'wrong', nonce: key.nonce }), key.publicKey, 1) })).status, 401); }
    for (const base of [A, B]) await assert.rejects(at(base, 'agent', 'agent04'), (e) => e.code === 'ACCOUNT_LOCKED');
    const [{ id }] = await product.sql("select id from ronghu_group.account where login = 'agent04'");
    await admin.call('POST', `/accounts/${id}/unlock`);
    await at(B, 'agent', 'agent04');
  }],
  ['signing out on A ends the session on B at once: its next request and its socket', async () => {
    const client = await at(A, 'admin', 'leader'), { ask: onB } = elsewhere(client, B), b = await listen(B, client);
    assert.equal((await onB('GET', '/identity/me')).status, 200);
    const begin = performance.now();
    await client.call('POST', '/identity/sign-out');
    await until('B cuts the socket', () => b.gone(), 2000, 5);
    console.log(`  sign-out asked on A → socket of B cut: ${Math.round(performance.now() - begin)} ms`);
    assert.equal((await onB('GET', '/identity/me')).status, 401);
    assert.ok(b.heard.some((m) => m.event.kind === 'session' && m.event.reason === 'signedOut'));
  }],
  ['rights taken away on A leave the room on B, and come back', async () => {
    const [row] = await product.sql("select a.id, a.login, a.person_name, a.org_id from ronghu_group.account a where login = 'banzhang'"), client = await at(B, 'admin', 'banzhang'), b = await listen(B, client);
    assert.ok((await b.rooms()).some((r) => r.startsWith('board:')), 'the shift leader sees boards');
    const roles = (await admin.call('GET', '/roles')).find((r) => r.code === 'supervisor');
    const sysadmin = await at(A, 'admin', 'sysadmin'), begin = performance.now();
    await sysadmin.call('PUT', '/roles/supervisor', { permissions: roles.permissions.filter((p) => p !== 'board.read'), reason: '测试' });
    await until('B leaves the room', async () => !(await b.rooms()).some((r) => r.startsWith('board:')), 2000, 10);
    console.log(`  right taken away on A → room left on B: ${Math.round(performance.now() - begin)} ms`);
    assert.equal((await elsewhere(client, B).ask('GET', '/board')).status, 403);
    await sysadmin.call('PUT', '/roles/supervisor', { permissions: roles.permissions, reason: '测试' });
    await until('B joins again', async () => (await b.rooms()).some((r) => r.startsWith('board:')), 2000, 10);
    assert.ok(row.id && !b.gone());
    b.socket.close();
  }],
  ['the same key sent to A and B at once makes one order, with one answer', async () => {
    const agent = await at(A, 'agent', 'agent02'), { ask: onB } = elsewhere(agent, B), { ask: onA } = elsewhere(agent, A), key = randomUUID(), body = intake(3, '同一操作');
    const answers = await Promise.all([onA, onB, onA, onB].map((send) => send('POST', '/orders', body, key)));
    assert.deepEqual(new Set(answers.map((r) => r.status)), new Set([200]));
    assert.equal(new Set(answers.map((r) => r.json.orderNo)).size, 1);
  }],
  ['a setting saved and a station renamed on A are read on B at once', async () => {
    const { ask: onB } = elsewhere(admin, B), before = await admin.call('GET', '/settings/restReasons'), name = `站${Date.now() % 1e6}`;
    await admin.call('PUT', '/settings/restReasons', { value: ['用餐', '培训', '跨进程'], baseVersion: before.version, reason: '测试' });
    assert.equal((await onB('GET', '/settings/restReasons')).json.version, before.version + 1);
    const station = (await admin.call('GET', '/org/tree')).find((n) => n.kind === 'station'), begin = performance.now();
    await admin.call('PUT', `/org/nodes/${station.id}`, { name });
    await until('B knows the name', async () => (await onB('GET', '/org/tree')).json.find((n) => n.id === station.id)?.name === name, 2000, 5);
    console.log(`  station renamed on A → read on B: ${Math.round(performance.now() - begin)} ms`);
    await admin.call('PUT', `/org/nodes/${station.id}`, { name: station.name });
  }],
  ['a company added on A is served by B at once, and a worker takes its shard', async () => {
    const { ask: onB } = elsewhere(admin, B), parent = (await admin.call('GET', '/org/tree')).find((n) => n.kind === 'division'), mark = Date.now() % 1e6;
    const company = await admin.call('POST', '/org/nodes', { parentId: parent.id, kind: 'company', name: `新区供热${mark}`, code: `XQ${mark}` }), begin = performance.now();
    const source = { companyId: company.id, parentId: null, kind: 'heatSource', name: '一号热源' }, key = randomUUID(), made = await until('B serves the company', async () => { const answer = await onB('POST', '/areas', source, key); return answer.status === 200 && answer.json; }, 1000, 5);
    console.log(`  company made by A → a heat source of it made by B: ${Math.round(performance.now() - begin)} ms`);
    assert.deepEqual((await admin.call('GET', `/areas?companyId=${company.id}`)).map((n) => n.id), [made.id]);
    const now = async () => (await product.sql(`select holder from ronghu_c${company.id}.lease where name like 'relay:%' and until_at > $1`, [Date.now()])).length;
    await until('a worker has taken the relay of its shard', now, 5000, 50);
  }],
  ['a page that comes back on the other process is told to load anew', async () => {
    const a = await listen(A, admin), room = Object.keys(a.heads).find((r) => r.startsWith('orders:'));
    const b = await listen(B, admin), answer = await b.socket.emitWithAck('resume', { rooms: { [room]: a.heads[room] } });
    assert.equal(answer.rooms[room], 'snapshot');
    a.socket.close();
    b.socket.close();
  }],
  ['what the director says reaches sockets of both, and a dial key sent to both places one call', async () => {
    const watchA = await listen(A, admin), watchB = await listen(B, admin), agent = await readyAgent(product, 'agent01', { answerAfterMs: 100 });
    for (const w of [watchA, watchB]) await until('the agent is told', () => w.heard.some((m) => m.event.kind === 'agent' && m.event.agent.agentId === agent.agentId && m.event.agent.readiness === 'ready'), 3000);
    const key = randomUUID(), send = (base) => elsewhere(agent.client, base).ask('POST', '/phone/commands', { command: 'dial', number: '13922220000' }, key);
    assert.deepEqual((await Promise.all([send(A), send(B)])).map((r) => r.status), [200, 200]);
    await agent.is('talking', (s) => s.agent.callState === 'talking', 20000);
    assert.equal((await product.sim('GET', '/state')).channels.filter((c) => c.outside).length, 1);
    await agent.command({ command: 'hangUp' });
    await agent.is('free', (s) => s.agent.callState === 'idle');
    watchA.socket.close();
    watchB.socket.close();
  }],
  ['the workers share the shards; kill -9 of one and the other has them all, nothing lost, nothing told twice', async () => {
    const holders = async () => { const rows = await product.sql("select holder from ronghu_group.lease where name = 'relay:group' and until_at > $1", [Date.now()]); for (const { nspname } of await product.sql("select nspname from pg_namespace where nspname like 'ronghu_c%'")) rows.push(...(await product.sql(`select holder from ${nspname}.lease where name like 'relay:%' and until_at > $1`, [Date.now()]))); return rows.map((r) => r.holder); };
    const shards = 1 + new Set(houses.map((h) => h.companyId)).size;
    await until('each shard has its relay', async () => (await holders()).length >= shards, 10000);
    const before = new Set(await holders());
    console.log(`  relays on ${before.size} workers`);
    const agent = await at(A, 'agent', 'agent02'), b = await listen(B, await at(B, 'admin', 'admin')), orders = [];
    const victim = product.kill('worker1');
    const begin = performance.now();
    for (let i = 0; i < 20; i++) orders.push((await agent.call('POST', '/orders', intake(i, `接管 ${i}`))).id);
    await until('all reach the page', () => orders.every((id) => b.heard.some((m) => m.event.kind === 'order' && m.event.order.id === id)), 20000);
    console.log(`  worker killed → all its events told: ${Math.round(performance.now() - begin)} ms`);
    await until('nothing is held by the dead one', async () => { const now = await holders(); return now.length >= shards && now.every((h) => Number(h.split(':')[1]) !== victim); }, 10000, 100);
    const created = new Map();
    for (const m of b.heard) if (m.event.kind === 'order' && orders.includes(m.event.order.id)) { const key = `${m.room}|${m.event.order.id}|${m.event.change}|${m.event.order.version}`; created.set(key, (created.get(key) ?? 0) + 1); }
    assert.ok([...created.values()].every((n) => n === 1), 'each change once a room');
    b.socket.close();
  }],
  ['kill -9 of an API process: the front passes it over, requests go on', async () => {
    const client = await product.client('agent', 'agent02');
    product.kill('api1');
    for (let i = 0; i < 20; i++) assert.equal((await client.call('GET', '/identity/me')).login, 'agent02');
    await until('it is back', async () => (await fetch(`${A}/admin/`)).ok, 20000, 100);
  }],
  ['kill -9 of the active director: the standby serves both API processes within its budget, and the call talks on', async () => {
    const agent = await readyAgent(product, 'agent05', { answerAfterMs: 100 }), sysadmin = await product.client('admin', 'sysadmin'), times = [];
    await agent.command({ command: 'dial', number: '13922223333' });
    await agent.is('talking', (s) => s.agent.callState === 'talking', 20000);
    for (let turn = 0; turn < 3; turn++) {
      const epoch = (await sysadmin.call('GET', '/system/state')).directorEpoch, onBoth = [A, B].map((base) => elsewhere(sysadmin, base).ask);
      await wait(3000); // the other one is a standby again
      const [{ holder }] = await product.sql("select holder from ronghu_group.lease where name like 'director%'"), pid = Number(holder.split(':')[1]), name = Object.entries(product.run().pids).find(([, p]) => p === pid)?.[0];
      assert.ok(name?.startsWith('director'), `the lease is a director's: ${holder}`);
      const begin = performance.now();
      product.kill(name);
      await until('the standby serves', async () => (await Promise.all(onBoth.map((ask) => ask('GET', '/system/state')))).every(({ json }) => json.directorConnected && json.directorEpoch > epoch && json.switchConnected), 20000, 20);
      await until('the agent is talking still', async () => { const s = await agent.state(); return s.agent.callState === 'talking'; }, 10000, 20);
      times.push(performance.now() - begin);
    }
    console.log(`  takeovers by the standby: ${times.map((t) => Math.round(t)).join(', ')} ms`);
    // the budget itself (3 s) is the bench's; here a machine busy with other suites may be slower once
    assert.ok(Math.min(...times) < 3000 && Math.max(...times) < 8000, String(times));
    await agent.command({ command: 'hangUp' });
  }],
];
let result;
try {
  result = await runTests(tests, { onFailure: () => { for (const process of ['api1', 'api2', 'worker1', 'worker2', 'director', 'director2']) console.log(`--- ${process} log\n${product.log(process).split('\n').slice(-8).join('\n').slice(-1800)}`); } });
} finally { await product.stop(); }
finish(result);
