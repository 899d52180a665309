// The whole product (API, director, database) in command of a real FreeSWITCH, with SIPp as residents and desk phones. RONGHU_FREESWITCH_BIN names the switch.
import { ok as expect } from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repairAt } from '../harness/orders.mjs';
import { startProduct, until } from '../harness/product.mjs';
import { finish, runTests } from '../harness/runner.mjs';
import { agentAt } from '../harness/telephone.mjs';
import { has } from '../prerequisites.mjs';
import { number, sipEnds, voices } from './sip-ends.mjs';
import { startSwitch } from './switch.mjs';
import { longestSilence, readWav } from './wav.mjs';

const require = createRequire(import.meta.url), KNOWN = '15400009973';
const callCount = Number(process.env.RONGHU_FREESWITCH_CALLS ?? 60), waitMinutes = Number(process.env.RONGHU_WAIT_MINUTES ?? 0), base = Number(process.env.RONGHU_FREESWITCH_PORTS ?? 24100);
const host = '127.0.0.1', phonesPort = base, trunkPort = base + 1, outsidePort = base + 2;

const binary = process.env.RONGHU_FREESWITCH_BIN;
if (!binary || !has('sipp')) { console.error(`整机对端测试未执行：${binary ? '没有安装 SIPp' : '没有设置 RONGHU_FREESWITCH_BIN（真实 FreeSWITCH 的程序路径，见 test/peers/README.md）'}`); finish({ passed: 0, failed: 0, skipped: 6 }); }
expect(existsSync(binary), `RONGHU_FREESWITCH_BIN 指向的文件不存在：${binary}`);

const folder = mkdtempSync(join(tmpdir(), 'ronghu-whole-')), dataDir = mkdtempSync(join(tmpdir(), 'ronghu-whole-data-'));
const { loadOrMakeInstallation, saveInstallation } = require('../../server/dist/app/install.js');
const { installation } = await loadOrMakeInstallation(dataDir, { demo: true, httpPort: 0, anyPorts: true });
installation.switch.simulated = false;
const [node] = installation.switch.nodes;
node.description = { listen: { address: host, phonesPort, trunkPort }, rtp: { first: base + 6000, last: base + 7998 }, trunks: [{ name: 'carrier', address: host, port: outsidePort, allowFrom: ['127.0.0.0/8'] }] };
saveInstallation(dataDir, installation);
const product = await startProduct({ keep: dataDir, houses: 1500 });
const conf = join(dataDir, 'switch'), startNode = () => startSwitch({ conf, work: join(folder, 'switch'), port: node.port });
let fs = await startNode();
const sysadmin = await product.client('admin', 'sysadmin'), admin = await product.client('admin', 'admin');
const served = () => until('the switch is served', async () => (await sysadmin.call('GET', '/system/state')).switchConnected, 30000, 100);
await served();
const passwords = new Map([...readFileSync(join(conf, 'freeswitch.xml'), 'utf8').matchAll(/<user id="(\d+)">[\s\S]*?name="password" value="([^"]+)"/g)].map(([, id, password]) => [id, password]));

const ends = sipEnds({ folder, host, phonesPort, trunkPort, hotline: '96777', base, passwordOf: (extension) => passwords.get(extension) }), { phones } = ends;
/** Residents who choose repairs in the menu. */
const residents = (numbers, options) => ends.residents(numbers, { keys: '1', ...options });
const seats = new Map();
async function seat(login) {
  if (!seats.has(login)) seats.set(login, await agentAt(product, login, 30000));
  return seats.get(login);
}
async function ready(who) {
  await who.is('the phone is registered', (s) => s.agent.phoneOnline, 15000);
  if ((await who.state()).agent.presence !== 'signedIn') await who.command({ command: 'signIn' });
  await who.command({ command: 'setReadiness', readiness: 'ready' });
}
const away = async (...people) => { for (const who of people) { const { agent } = await who.state(); if (agent.presence === 'signedIn') { if (agent.readiness === 'wrapUp') await who.command({ command: 'endWrapUp' }); await who.command({ command: 'signOut' }); } } };
const callOf = (clear, test = (c) => c.endedAt !== null) => until(`the record of ${clear}`, async () => (await admin.call('GET', `/calls?number=${clear}&size=5`)).rows.find(test), 30000, 200);
/** The recording as a listener gets it: through the API, with its permission. */
async function recordingOf(call) {
  const id = call.recordingId ?? (await until('the recording is filed', async () => (await admin.call('GET', `/calls/${call.callId}`)).recordingId, 20000, 200));
  const response = await fetch(`${admin.root}/recordings/${id}`, { headers: { cookie: admin.cookie() } });
  expect(response.status === 200, `the recording answers ${response.status}`);
  const file = join(folder, `${call.callId}.wav`);
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  return readWav(file);
}

const tests = {
  'steps 1 to 4: menu by key, pop while it rings, hold, mute, consult and back, order, record and recording by the API': async () => {
    const agent = await seat('agent01'), other = await seat('agent03');
    await phones([agent.extension], base + 20, { ringMs: 4000, talkMs: 90000 });
    await phones([other.extension], base + 30, { ringMs: 300, talkMs: 60000 });
    await ready(agent);
    const { done } = residents([KNOWN], { talkMs: 60000 });
    const ringing = await agent.is('rings', (s) => s.agent.callState === 'ringing', 40000);
    const pop = await agent.client.call('GET', `/pops/calls/${ringing.call.callId}`);
    expect(JSON.stringify(pop).includes('154****9973'), 'the pop does not name the resident while it rings');
    expect((await agent.state()).agent.callState === 'ringing', 'the pop came only after the answer');
    await agent.is('talks', (s) => s.agent.callState === 'talking');
    await sleep(1500);
    await agent.command({ command: 'hold' }); await agent.is('held', (s) => s.agent.callState === 'held'); await sleep(1500);
    await agent.command({ command: 'resume' }); await agent.is('talks again', (s) => s.agent.callState === 'talking');
    await agent.command({ command: 'mute' }); await agent.is('muted', (s) => s.agent.muted); await sleep(500);
    await agent.command({ command: 'unmute' }); await agent.is('heard again', (s) => !s.agent.muted);
    await ready(other);
    await agent.command({ command: 'consult', to: { kind: 'agent', agentId: other.agentId } });
    await other.is('is asked', (s) => s.agent.callState === 'talking'); await sleep(1500);
    await agent.command({ command: 'retrieve' }); await agent.is('is back', (s) => s.agent.callState === 'talking'); await sleep(2500);
    const house = (await agent.client.call('GET', '/houses?size=1')).rows[0];
    const order = await agent.client.call('POST', '/orders', repairAt(house, '客厅不热，室温十五度', { urgency: 'urgent', number: KNOWN, callId: ringing.call.callId }));
    expect(/^[A-Z]{2}\d{13}$/.test(order.orderNo ?? order.no ?? ''), `the order has the number ${order.orderNo ?? order.no}`);
    await agent.command({ command: 'hangUp' });
    await agent.is('wraps up', (s) => s.agent.readiness === 'wrapUp');
    await done;
    const call = await callOf(KNOWN, (c) => c.callId === ringing.call.callId && c.endedAt !== null);
    expect(call.endReason === 'completed' && call.agentId === agent.agentId, `it ended ${call.endReason}`);
    const recording = await recordingOf(call), heard = voices(recording);
    console.log(`  recording ${(recording.channels[0].length / recording.rate).toFixed(1)} s, resident ${heard.resident} s, agent ${heard.agent} s`);
    expect(heard.resident > 8 && heard.agent > 2.5, 'the two voices are not on their channels');
    await away(agent, other);
  },
  'a missed offer goes to the next agent, who transfers to the group; the caller keeps the place': async () => {
    const [first, second, third] = [await seat('agent05'), await seat('agent07'), await seat('agent09')];
    await phones([first.extension], base + 20, { ringMs: 90000 });
    await phones([second.extension, third.extension], base + 30, { ringMs: 300, talkMs: 60000 });
    await ready(first); await sleep(300); await ready(second);
    const { done } = residents([number(1)], { talkMs: 90000 });
    await first.is('rings', (s) => s.agent.callState === 'ringing', 40000);
    const began = Date.now();
    await second.is('talks', (s) => s.agent.callState === 'talking', 60000);
    console.log(`  next agent talking ${((Date.now() - began) / 1000).toFixed(1)} s after the first rang`);
    await away(first);
    const { skillGroups } = await second.client.call('GET', '/phone/targets');
    await ready(third);
    await second.command({ command: 'transfer', to: { kind: 'skillGroup', skillGroupId: skillGroups.find((g) => g.code === 'repair' || /报修/.test(g.name)).id } });
    await third.is('talks', (s) => s.agent.callState === 'talking', 30000);
    await sleep(2000);
    await third.command({ command: 'hangUp' });
    await done;
    const call = await callOf(number(1));
    expect(call.endReason === 'completed' && call.agentId === third.agentId, JSON.stringify({ end: call.endReason, agent: call.agentName }));
    await away(second, third);
  },
  'step 7: one click calls the resident of a completed order, recorded on two channels': async () => {
    const agent = await seat('agent01');
    await phones([agent.extension], base + 20, { ringMs: 300, talkMs: 60000 });
    ends.outside(outsidePort, { ringMs: 800, talkMs: 5000 });
    await sleep(25000); // two OPTIONS of the trunk
    await ready(agent);
    const [order] = (await agent.client.call('GET', '/orders?pool=revisit&size=1')).rows;
    expect(order, 'no order waits for its revisit');
    const full = await agent.client.call('GET', `/orders/${order.companyId}/${order.id}`);
    await agent.command({ command: 'dial', ref: full.number.ref, purpose: 'revisit', orderId: order.id, companyId: order.companyId });
    const { call } = await agent.is('talks to the resident', (s) => s.agent.callState === 'talking' && s.call?.purpose === 'revisit', 30000);
    await agent.is('is free when the resident hangs up', (s) => s.agent.callState === 'idle', 30000);
    const record = await until('the record', async () => { const found = await admin.call('GET', `/calls/${call.callId}`); return found.endedAt && found; }, 20000, 200);
    expect(record.direction === 'outbound' && record.endReason === 'completed' && record.orderId === order.id, JSON.stringify({ end: record.endReason, order: record.orderId }));
    const heard = voices(await recordingOf(record));
    expect(heard.resident > 2.5 && heard.agent > 2.5, 'the two voices are not on their channels');
    await away(agent);
  },
  'kill -9 of the switch in a talking call: the record closes, a new switch is served, the next call goes through': async () => {
    const agent = await seat('agent11');
    await phones([agent.extension], base + 20, { ringMs: 300, talkMs: 90000 });
    await ready(agent);
    residents([number(2)], { talkMs: 90000 });
    await agent.is('talks', (s) => s.agent.callState === 'talking', 40000);
    await sleep(2000);
    await fs.kill();
    const began = Date.now();
    fs = await startNode();
    await served();
    await agent.is('free again', (s) => s.agent.callState === 'idle', 30000);
    console.log(`  killed → agent free on the new switch: ${((Date.now() - began) / 1000).toFixed(1)} s`);
    const lost = await callOf(number(2));
    console.log(`  the call on the dead switch ended as ${lost.endReason}`);
    await ends.stop();
    await phones([agent.extension], base + 20, { ringMs: 300, talkMs: 3000 });
    if ((await agent.state()).agent.readiness === 'wrapUp') await agent.command({ command: 'endWrapUp' });
    await ready(agent);
    await residents([number(3)], { talkMs: 60000 }).done;
    expect((await callOf(number(3))).endReason === 'completed', 'the next call failed');
    await away(agent);
  },
  [`${callCount} calls of residents who press nothing on 20 phones: every one answered, recorded and on file`]: async () => {
    const people = [];
    for (const no of Array.from({ length: 21 }, (_, i) => 2 * i + 2).filter((no) => no !== 34)) people.push(await seat(`agent${String(no).padStart(2, '0')}`));
    const setting = await sysadmin.call('GET', '/settings/skillGroups');
    await sysadmin.call('PUT', '/settings/skillGroups', { value: ['repair', 'billing', 'service'].map((code) => ({ code, wrapUpSeconds: 0, missesToRest: 0 })), baseVersion: setting.version, reason: '压测：不设话后处理' });
    await phones(people.map((p) => p.extension), base + 20, { ringMs: 500, talkMs: 3000 });
    for (const who of people) await ready(who);
    const numbers = Array.from({ length: callCount }, (_, i) => number(1000 + i)), began = Date.now();
    const callers = await residents(numbers, { rate: 3, keys: '', talkMs: 180000 }).done;
    expect(callers.ok === callCount, `${callers.ok} of ${callCount} calls went well, ${callers.failed} failed`);
    const rows = await until('all records', async () => { const found = (await admin.call('GET', `/calls?from=${began - 1000}&size=200`)).rows.filter((c) => c.endedAt !== null); return found.length >= callCount && found; }, 60000, 500);
    const completed = rows.filter((c) => c.endReason === 'completed');
    let sound = 0;
    for (const call of completed) { const heard = voices(await recordingOf(call)); if (heard.resident > 2 && heard.agent > 2) sound++; }
    console.log(`  ${callCount} calls, ${completed.length} completed, ${sound} recordings with both voices, longest wait ${Math.max(...rows.map((c) => c.waitSeconds))} s; switch ${Math.round(fs.rssKb() / 1024)} MB`);
    expect(completed.length === callCount && sound === callCount, 'not every call was answered and recorded');
    for (const who of people) await who.is('is free', (s) => s.agent.callState === 'idle', 10000);
    await away(...people);
  },
  [`a caller waits ${waitMinutes || 2} minutes: memory and event size bounded, place and music kept, then served`]: async () => {
    const minutes = waitMinutes || 2, agent = await seat('agent13');
    await phones([agent.extension], base + 20, { ringMs: 300, talkMs: 3000 });
    const { EventSocketLink } = require('../../server/dist/domain/telephony/switch/index.js');
    const link = new EventSocketLink({ name: node.name, host, port: node.port, password: node.password });
    await link.connect();
    const started = Date.now(), { done } = residents([number(4)], { talkMs: (minutes + 5) * 60000 });
    const waiting = await until('the caller waits', async () => (await admin.call('GET', '/calls/waiting')).find((c) => c.state === 'queued'), 40000, 200);
    const second = residents([number(5)], { talkMs: (minutes + 5) * 60000, port: base + 40 });
    await until('a second caller waits behind', async () => (await admin.call('GET', '/calls/waiting')).filter((c) => c.state === 'queued').length === 2, 40000, 200);
    const looks = [];
    for (let minute = 0; minute <= minutes; minute++) {
      const dump = await link.api(`uuid_dump ${waiting.callId} json`, { unfenced: true }), place = (await admin.call('GET', '/calls/waiting')).find((c) => c.callId === waiting.callId);
      looks.push({ minute, rssKb: fs.rssKb(), dumpBytes: dump.text.length, position: place?.position ?? null });
      if (minute % 5 === 0) console.log(`  ${JSON.stringify(looks.at(-1))}`);
      if (minute < minutes) await sleep(60000);
    }
    link.close();
    await phones([agent.extension], base + 50, { ringMs: 300, talkMs: 3000 }); // its registration has long lapsed
    const from = looks[Math.min(2, looks.length - 2)], to = looks.at(-1), perMinute = (to.rssKb - from.rssKb) / Math.max(1, to.minute - from.minute);
    expect(looks.every((look) => look.position === 1), 'the caller lost the place');
    expect(to.dumpBytes - from.dumpBytes < 512, `the event grew by ${to.dumpBytes - from.dumpBytes} bytes`);
    expect(perMinute < 100, `the switch grows by ${perMinute.toFixed(0)} KB a minute`);
    await ready(agent);
    await agent.is('talks to the first', (s) => s.agent.callState === 'talking' && s.call.callId === waiting.callId, 20000);
    // the resident, who presses nothing, is asked for the rating twice: 30 s behind the talk
    const call = await until('the record', async () => { const found = await admin.call('GET', `/calls/${waiting.callId}`); return found.endedAt && found; }, 60000, 200);
    await agent.is('the second is served after the first', (s) => s.agent.today.answered >= 1, 60000);
    await away(agent).catch(() => undefined);
    // what the caller hears until the agent answers: the rating afterwards has its silences, in which a key is waited for
    const { rate, channels } = await recordingOf(call), waited = (Date.now() - started) / 1000, silence = longestSilence(channels[1].subarray(0, Math.round(((call.answeredAt - call.startedAt) / 1000) * rate)), rate);
    console.log(`  waited ${call.waitSeconds} s; switch ${from.rssKb} → ${to.rssKb} KB (${perMinute.toFixed(1)} KB a minute with two callers), event ${from.dumpBytes} → ${to.dumpBytes} bytes, recording ${(channels[0].length / rate).toFixed(0)} s, longest silence to the caller ${silence.toFixed(2)} s, size ${Math.round(statSync(join(folder, `${call.callId}.wav`)).size / 1e6)} MB`);
    expect(silence < 3, 'the music stopped');
    expect(channels[0].length / rate > Math.min(waited, minutes * 60) - 5, 'the recording is shorter than the wait');
    await done; await second.done;
  },
};

const result = await runTests(Object.entries(tests), {
  onFailure: async () => { for (const who of seats.values()) await away(who).catch((problem) => console.log(`  cleaning up: ${problem.message}`)); },
  after: () => ends.stop(),
});
await fs.stop();
await product.stop();
if (result.failed && process.env.RONGHU_KEEP) console.log(`kept: ${folder} ${dataDir}`); else for (const each of [folder, dataDir]) rmSync(each, { recursive: true, force: true });
finish(result);
