import { ok as expect } from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../harness/figures.mjs';
import { until } from '../harness/product.mjs';
import { finish, runTests } from '../harness/runner.mjs';
import { has } from '../prerequisites.mjs';
import { startBaresip } from './baresip.mjs';
import { AGENT, number, RESIDENT, sipEnds, voices } from './sip-ends.mjs';
import { longestSilence, readWav, secondsOf, share, toneWav } from './wav.mjs';

const require = createRequire(import.meta.url), { answers } = require('../harness/ports.cjs'), LIMIT_MS = 150_000;

const reason = await whyNot();
if (reason) { console.error(`对端测试未执行：${reason}`); finish({ passed: 0, failed: 0, skipped: 9 }); }

const node = JSON.parse(readFileSync(process.env.RONGHU_FREESWITCH_NODE, 'utf8'));
node.eventSocket.address ??= '127.0.0.1';
const base = Number(process.env.RONGHU_FREESWITCH_PORTS ?? 22100), callCount = Number(process.env.RONGHU_FREESWITCH_CALLS ?? 100), phoneCount = Math.min(Number(process.env.RONGHU_FREESWITCH_PHONES ?? 20), node.phones.length);
const host = node.listen.address, phonesPort = node.listen.phonesPort ?? 5060, trunkPort = node.listen.trunkPort ?? 5080, trunk = node.trunks[0];
const folder = mkdtempSync(join(tmpdir(), 'ronghu-peers-'));
writeFileSync(join(folder, 'agent.wav'), toneWav(AGENT, 30));
const log = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, (text, detail) => { if (level === 'warn' || level === 'error' || process.env.RONGHU_PEERS_VERBOSE) console.log(`  [${level}] ${text} ${JSON.stringify(detail ?? {}, (_, value) => (value instanceof Error ? value.message : value)).slice(0, 300)}`); }]));
const { startCentre } = await import('./centre.mjs');
const { EventSocketLink, claimLease, renewLease, releaseLease } = require('../../server/dist/domain/telephony/switch/index.js');

let cleanups;
const ends = sipEnds({ folder, host, phonesPort, trunkPort, hotline: node.hotlines[0], base, passwordOf: (extension) => node.phones.find((phone) => phone.extension === extension).password }), { phones, residents } = ends;
async function link() {
  const made = new EventSocketLink({ name: node.name, host: node.eventSocket.address, port: node.eventSocket.port, password: node.eventSocket.password });
  await made.connect();
  cleanups.push(() => made.close());
  return made;
}
async function quiet() {
  const control = await link();
  await control.api('hupall MANAGER_REQUEST');
  await until('the switch is quiet', async () => /^0 total/.test((await control.api('show channels count')).text.trim()), 8000);
  await control.api('global_setvar ronghu_lease_until=0');
}
const centre = async (options) => { const made = await startCentre({ node, folder, log, ...options }); cleanups.push(() => made.stop()); return made; };
const extensions = (n, from = 0) => node.phones.slice(from, from + n).map((phone) => phone.extension);
/** What happened to a call, for a failure that has to explain itself. */
const trailOf = (office, record) => office.memory.events.filter((event) => event.callId === record.callId).map((event) => `${event.at - record.startedAt} ${event.event} ${event.agentId ?? ''} ${event.text}`);
const recordingOf = (record) => join(node.directories.recordings, `${record.callId}.wav`);

const tests = {
  'without a centre a caller reaches the local phones, is recorded in stereo and leaves a record': async () => {
    await phones(node.localHuntGroup.slice(0, 1), base, { ringMs: 400, talkMs: 4000 });
    const before = new Set(readdirSync(node.directories.spool));
    const caller = await residents([number(1)]).done;
    expect(caller.ok === 1, `the call failed: ${caller.out.slice(-400)}`);
    const name = await until('the record in the spool', () => readdirSync(node.directories.spool).find((each) => !before.has(each)), 5000);
    const { variables } = await until('a whole record', () => { try { return JSON.parse(readFileSync(join(node.directories.spool, name), 'utf8')); } catch { return null; } });
    expect(variables.ronghu_served_by === 'local' && variables.ronghu_call_id === variables.uuid, 'the record does not say that the station served');
    const heard = voices(readWav(variables.ronghu_recording));
    expect(heard.resident > 3 && heard.agent > 2.5, 'the two voices are not on their channels');
  },
  'a lease that lapses sends a waiting caller to the station, within a turn and the lease': async () => {
    await phones(node.localHuntGroup.slice(0, 1), base, { ringMs: 300, talkMs: 3000 });
    const control = await link(), epoch = Math.floor(Date.now() / 1000), stages = [];
    control.onEvent((event) => { if (event.subclass === 'ronghu::call') stages.push({ stage: event.get('Ronghu-Stage'), at: Date.now() }); if (event.name === 'CHANNEL_BRIDGE') stages.push({ stage: 'bridged', at: Date.now() }); });
    expect(await claimLease(control, epoch), 'the node is claimed by somebody else');
    await renewLease(control, epoch);
    const timer = setInterval(() => void renewLease(control, epoch).catch(() => undefined), 1000);
    cleanups.push(() => clearInterval(timer));
    const { done } = residents([number(2)]);
    await until('the caller waits', () => stages.find((each) => each.stage === 'waiting'));
    await sleep(2500);
    clearInterval(timer);
    const lost = Date.now(), { at } = await until('a local phone', () => stages.find((each) => each.stage === 'bridged'), 20000);
    console.log(`  lease lost → local phone talking: ${at - lost} ms`);
    expect(at - lost < 3000 + ((node.turnSeconds ?? 5) + 1) * 1000 + 1500, `it took ${at - lost} ms`);
    await done;
    await control.api('global_setvar ronghu_lease_epoch=');
  },
  'a director with an older epoch commands nothing on the node': async () => {
    const control = await link();
    await control.api('global_setvar ronghu_lease_epoch=');
    expect(await claimLease(control, 50) && !(await claimLease(control, 49)), 'an older epoch was let in');
    expect(await renewLease(control, 50) && !(await renewLease(control, 49)), 'an older epoch renewed the lease');
    await releaseLease(control, 50);
    await control.api('global_setvar ronghu_lease_epoch=');
  },
  'IVR, queue, offer, talk, rating: one call by keys, stereo without a gap': async () => {
    const [extension] = extensions(1);
    await phones([extension], base, { ringMs: 1500, talkMs: 3000 });
    const office = await centre({ agents: [extension], ivr: true });
    await office.ready(101);
    const { done } = residents([number(3)], { keys: '11', afterMs: 14000, talkMs: 60000 });
    const offer = await until('the pop', () => office.offers[0], 30000);
    expect(office.agent(101).callState === 'ringing', 'the pop did not come while it rang');
    expect(offer.call.clearNumber === number(3), `the pop names ${offer.call.clearNumber}`);
    expect(offer.call.ivrPath.some((step) => step.digits === '1'), 'the key is not in the path');
    await done;
    const record = await until('the record', () => office.ended.find((each) => each.clearNumber === number(3)), 10000);
    expect(record.endReason === 'completed' && record.agentId === 101, `it ended ${record.endReason}`);
    expect(record.rating === 1, `the rating is ${record.rating}`);
    const recording = await until('the recording', () => existsSync(recordingOf(record)) && readWav(recordingOf(record))), { agent } = voices(recording);
    expect(recording.channels.length === 2, 'not stereo');
    expect(agent > 2, 'the agent is not heard on channel 1');
    console.log(`  recording ${(recording.channels[0].length / recording.rate).toFixed(1)} s, agent ${agent} s on channel 1, rating ${record.rating}`);
  },
  'a missed offer goes to the next agent and the caller keeps the place': async () => {
    const [deaf, willing] = extensions(2);
    await phones([deaf], base, { ringMs: 60000 });
    await phones([willing], base + 2, { ringMs: 300, talkMs: 2000 });
    const office = await centre({ agents: [deaf, willing], ringMs: 2500, rating: false });
    await office.ready(101); await sleep(50); await office.ready(102);
    const { done } = residents([number(4)], { talkMs: 30000 });
    await done;
    const record = await until('the record', () => office.ended.find((each) => each.clearNumber === number(4)));
    expect(record.agentId === 102 && record.misses === 1 && record.endReason === 'completed', JSON.stringify({ agent: record.agentId, misses: record.misses, end: record.endReason, trail: trailOf(office, record) }));
  },
  'hold, resume, mute, consult and back, transfer to a colleague': async () => {
    const [first, second] = extensions(2);
    await phones([first], base, { ringMs: 300, talkMs: 60000 });
    await phones([second], base + 2, { ringMs: 300, talkMs: 60000 });
    const office = await centre({ agents: [first, second], rating: false });
    await office.ready(101);
    const { done } = residents([number(5)], { talkMs: 17000 });
    const state = (id) => office.agent(id)?.callState;
    await until('talking', () => state(101) === 'talking');
    await office.ready(102);
    await office.phone(102, { command: 'setReadiness', readiness: 'busy' });
    await sleep(1500);
    await office.phone(101, { command: 'hold' });
    await until('held', () => state(101) === 'held');
    await sleep(2000);
    await office.phone(101, { command: 'resume' });
    await until('talking again', () => state(101) === 'talking');
    await office.phone(101, { command: 'mute' });
    await until('muted', () => office.agent(101).muted);
    await sleep(1200);
    await office.phone(101, { command: 'unmute' });
    await sleep(500);
    await office.phone(101, { command: 'consult', to: { kind: 'agent', agentId: 102 } });
    await until('consulting', () => state(101) === 'consulting' && state(102) !== 'idle');
    await sleep(1500);
    await office.phone(101, { command: 'retrieve' });
    await until('back with the customer', () => state(101) === 'talking');
    await sleep(1000);
    await office.phone(102, { command: 'setReadiness', readiness: 'ready' });
    await office.phone(101, { command: 'transfer', to: { kind: 'agent', agentId: 102 } });
    await until('the colleague talks', () => state(102) === 'talking', 8000);
    await until('the first is free', () => ['idle'].includes(state(101)), 5000);
    await done;
    const record = await until('the record', () => office.ended.find((each) => each.clearNumber === number(5)));
    expect(record.endReason === 'completed' && record.transfers === 1, JSON.stringify({ end: record.endReason, transfers: record.transfers }));
    const { rate, channels } = readWav(recordingOf(record));
    console.log(`  recording ${(channels[0].length / rate).toFixed(1)} s, agent ${secondsOf(channels[1], rate, AGENT)} s, longest silence to the customer ${longestSilence(channels[1], rate).toFixed(2)} s`);
    expect(secondsOf(channels[1], rate, AGENT) > 5, 'the agents are not on the recording');
  },
  'a revisit: the agent’s phone rings, then the resident, and both are recorded': async () => {
    const [extension] = extensions(1);
    await phones([extension], base, { ringMs: 300, talkMs: 60000 });
    ends.outside(trunk.port, { ringMs: 800, talkMs: 4000 });
    const control = await link();
    await until('the trunk answers', async () => { await sleep(500); return /Status\s+UP/.test((await control.api(`sofia status gateway ${trunk.name}`)).text); }, 60000);
    const office = await centre({ agents: [extension], rating: false });
    await office.ready(101);
    await office.phone(101, { command: 'dial', purpose: 'revisit', orderId: 77, companyId: 11 }, number(6));
    await until('talking', () => office.agent(101).callState === 'talking', 15000);
    const record = await until('the record', () => office.ended.find((each) => each.clearNumber === number(6)), 15000);
    expect(record.direction === 'outbound' && record.purpose === 'revisit' && record.endReason === 'completed', JSON.stringify({ direction: record.direction, purpose: record.purpose, end: record.endReason }));
    expect(record.recordingPath !== null, 'the call names no recording');
    const heard = voices(readWav(record.recordingPath.startsWith('/') ? record.recordingPath : join(node.directories.recordings, record.recordingPath)));
    expect(heard.resident > 2.5 && heard.agent > 2.5, 'the two voices are not on their channels');
  },
  'baresip as the bound phone hears the resident, and the resident hears it': async () => {
    expect(has('baresip'), 'baresip is not installed');
    const phone = node.phones[2];
    const end = startBaresip({ folder, extension: phone.extension, password: phone.password, host, port: phonesPort, sipPort: base + 80, rtpFirst: base + 9500, source: join(folder, 'agent.wav') });
    cleanups.push(() => end.stop());
    const office = await centre({ agents: [phone.extension], rating: false });
    await until('baresip is registered', () => office.agent(101).phoneOnline, 15000);
    await office.ready(101);
    const { done } = residents([number(7)], { talkMs: 8000 });
    await until('talking', () => office.agent(101).callState === 'talking', 15000);
    await done;
    const record = await until('the record', () => office.ended.find((each) => each.clearNumber === number(7)));
    const { rate, channels } = readWav(recordingOf(record));
    expect(secondsOf(channels[1], rate, AGENT) > 4, 'the resident did not hear baresip');
    const [heard] = await until('baresip’s dump', () => { const found = end.heard(); return found.length ? found : null; });
    const wav = readWav(heard);
    console.log(`  baresip heard ${secondsOf(wav.channels[0], wav.rate, RESIDENT)} s of the resident; the resident ${secondsOf(channels[1], rate, AGENT)} s of baresip`);
    expect(secondsOf(wav.channels[0], wav.rate, RESIDENT) > 4, 'baresip did not hear the resident');
  },
  [`${process.env.RONGHU_FREESWITCH_CALLS ?? 100} calls on ${process.env.RONGHU_FREESWITCH_PHONES ?? 20} phones: every one answered and recorded`]: async () => {
    const lines = extensions(phoneCount);
    await phones(lines, base, { ringMs: 500, talkMs: 3000 });
    const office = await centre({ agents: lines, rating: false });
    await office.ready(...lines.map((_, index) => 101 + index));
    const before = new Map(), joins = [], control = await link();
    control.onEvent((event) => { if (event.name === 'CHANNEL_ANSWER' && event.variable('ronghu_role') === 'agent') before.set(event.variable('ronghu_call_id'), performance.now()); if (event.name === 'CHANNEL_BRIDGE' && before.has(event.uuid)) { joins.push(performance.now() - before.get(event.uuid)); before.delete(event.uuid); } });
    const callers = await residents(Array.from({ length: callCount }, (_, index) => number(100 + index)), { rate: 4, talkMs: 180000 }).done;
    expect(callers.ok === callCount, `${callers.ok} of ${callCount} calls went well, ${callers.failed} failed`);
    const mine = () => office.ended.filter((each) => Number(each.clearNumber.slice(3)) >= 10000100);
    await until('all records', () => mine().length === callCount, 20000);
    const completed = mine().filter((record) => record.endReason === 'completed'), files = completed.filter((record) => existsSync(recordingOf(record)));
    expect(completed.length === callCount, `${completed.length} of ${callCount} completed: ${JSON.stringify([...new Set(mine().map((record) => record.endReason))])}`);
    const sound = files.filter((record) => { const { rate, channels } = readWav(recordingOf(record)); return channels.length === 2 && secondsOf(channels[1], rate, AGENT) > 2 && share(channels[0].subarray(0, rate * 2), rate, RESIDENT) > 0.3; });
    const waits = mine().map((record) => record.waitSeconds);
    console.log(`  ${callCount} calls, ${completed.length} completed, ${files.length} recordings, ${sound.length} with both voices; agent answered → joined p50 ${percentile(joins, 0.5).toFixed(0)} ms, p95 ${percentile(joins, 0.95).toFixed(0)} ms; longest wait ${Math.max(...waits)} s`);
    expect(sound.length === callCount, `${sound.length} recordings hold both voices`);
    expect(office.client.agents.size === lines.length && [...office.client.agents.values()].every((agent) => agent.callState === 'idle'), 'an agent is stuck');
  },
};

const result = await runTests(Object.entries(tests), {
  limitMs: LIMIT_MS,
  before: () => { cleanups = []; return quiet(); },
  after: async () => {
    for (const clean of cleanups.reverse()) await Promise.resolve(clean()).catch((error) => console.log(`  cleaning up: ${error.message}`));
    await ends.stop();
  },
});
rmSync(folder, { recursive: true, force: true });
finish(result);

/** What is missing for this suite, in one sentence; null when all is there. */
async function whyNot() {
  const file = process.env.RONGHU_FREESWITCH_NODE;
  if (!file) return '没有设置 RONGHU_FREESWITCH_NODE（真实 FreeSWITCH 的节点描述文件，见 test/peers/README.md）';
  if (!existsSync(file)) throw new Error(`RONGHU_FREESWITCH_NODE 指向的文件不存在：${file}`);
  if (!has('sipp')) return '没有安装 SIPp';
  const { eventSocket } = JSON.parse(readFileSync(file, 'utf8'));
  // Somebody named a switch and it is not there: that is a failure, not a reason to skip.
  if (!(await answers(eventSocket.port, eventSocket.address))) throw new Error(`指定的 FreeSWITCH 没有应答：${eventSocket.address ?? '127.0.0.1'}:${eventSocket.port}`);
  return null;
}
