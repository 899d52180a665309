/**
 * Switch event → painted pop in a real page of the workstation, while 20 calls a second come in and 1,000 further live connections hold on.
 * The measured seat (agent01) is the only one of the repair group, its calls ring and are given up once the panel is painted; the crowd of the billing group
 * answers, talks and hangs up. Budget: p99 ≤ 150 ms; the server's process (api and worker in one) ≤ 350 MB with all of them connected (`api_rss_mb`). `POP_SECONDS`, `POP_RATE`, `POP_CONNECTIONS` change the run.
 */
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { launchBrowser, openAs } from '../harness/browser.mjs';
import { percentile } from '../harness/figures.mjs';
import { startProduct, until } from '../harness/product.mjs';
import { HOTLINE } from '../harness/telephone.mjs';

const require = createRequire(import.meta.url);
const SECONDS = Number(process.env.POP_SECONDS ?? 90), RATE = Number(process.env.POP_RATE ?? 20), CONNECTIONS = Number(process.env.POP_CONNECTIONS ?? 1000);
const WARM_SECONDS = 15, CROWD = 70, ANSWER_MS = 300, TALK_MS = 1500, WAITING = 6, ACCOUNTS = 100;
const say = (figure, value, unit, n) => console.log(JSON.stringify({ bench: 'pop', figure, value, unit, n }));
/** Numbers that are on file, so that every pop has its customer: read from the demo data with the installation's own keys. */
async function knownNumbers(product, count) {
  const dist = process.env.RONGHU_SERVER_DIST ?? fileURLToPath(new URL('../../server/dist', import.meta.url));
  const { CryptoBox, loadOrCreateKeys } = require(join(dist, 'platform/crypto/index.js')), { Client } = require('pg');
  const installation = JSON.parse(readFileSync(join(product.dataDir, 'ronghu.config.json'), 'utf8')), { database } = installation;
  const url = process.env.RONGHU_DATABASE_URL ?? database.url ?? `postgres://ronghu:${encodeURIComponent(database.embeddedPassword)}@127.0.0.1:${database.embeddedPort}/ronghu`;
  const crypto = new CryptoBox(loadOrCreateKeys(join(product.dataDir, 'keys'))), client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query('select number_sealed from ronghu_group.work_order_index where number_sealed is not null and customer_id is not null limit $1', [count]);
    return rows.map((row) => crypto.open(row.number_sealed));
  } finally { await client.end(); }
}

const product = await startProduct({ houses: Number(process.env.POP_HOUSES ?? 5000) });
let browser = null, crowd = null;
try {
  const numbers = await knownNumbers(product, 2000);
  const admin = await product.client('admin', 'sysadmin'), setting = await admin.call('GET', '/settings/skillGroups');
  await admin.call('PUT', '/settings/skillGroups', { value: ['repair', 'billing', 'service'].map((code) => ({ code, wrapUpSeconds: 0, missesToRest: 0 })), baseVersion: setting.version, reason: '压测：不设话后处理' });

  const logins = ['agent01', ...Array.from({ length: 200 }, (_, i) => 2 * i + 2).filter((no) => no !== 34).slice(0, CROWD).map((no) => `agent${String(no).padStart(2, '0')}`)];
  const ready = async (login) => {
    const client = await product.client('agent', login), { agent } = await until('the telephone serves', () => client.call('GET', '/phone/state'), 15000, 200);
    await product.sim('POST', `/phones/${agent.extension}/register`, {});
    await product.sim('POST', `/phones/${agent.extension}/behaviour`, { answerAfterMs: login === 'agent01' ? null : ANSWER_MS });
    await client.call('POST', '/phone/commands', { command: 'signIn' });
    await client.call('POST', '/phone/commands', { command: 'setReadiness', readiness: 'ready' });
    return client;
  };
  const clients = [];
  for (const login of logins) clients.push(await ready(login));
  const cookies = clients.map((client) => client.cookie());
  for (let no = 401; cookies.length < ACCOUNTS; no += 2) cookies.push((await product.client('agent', `agent${no}`)).cookie());
  console.error(`${logins.length} agents ready, opening ${CONNECTIONS} live connections`);

  crowd = fork(fileURLToPath(new URL('./pop.connections.cjs', import.meta.url)));
  const told = () => new Promise((resolve) => crowd.once('message', resolve));
  let answer = told();
  crowd.send({ base: product.base, cookies, count: CONNECTIONS });
  const opened = await answer;
  if (opened.failed || opened.ready !== CONNECTIONS) throw new Error(`live connections: ${JSON.stringify(opened)}`);

  browser = await launchBrowser();
  const seat = await openAs(browser, product, 'agent', 'agent01');
  // told by the page as it paints: a page that is asked again and again has less time to paint
  const painted = [];
  await seat.page.exposeFunction('__popPainted', (pop) => { painted.push(pop); });
  await seat.page.evaluate(() => { window.addEventListener('ronghu-pop', (event) => void window.__popPainted(event.detail)); });

  // calls come evenly; one look at the switch six times a second presses keys and hangs up
  let placed = 0, refused = 0, running = true, measuredFrom = Infinity, repairPlaced = 0;
  const keys = new Map(), keyed = new Set(), talkingSince = new Map(), popped = new Map(), gone = new Set();
  const channelsNow = async () => (await product.sim('GET', '/state').catch(() => ({ channels: [] }))).channels; // a look that failed is taken again
  const hangUp = async (uuid) => { if (gone.has(uuid)) return; gone.add(uuid); await product.sim('POST', `/calls/${uuid}/hangup`, {}).catch(() => undefined); };
  const place = async (key) => {
    const from = numbers[placed % numbers.length] ?? '13900000000';
    placed += 1;
    try { const { uuid } = await product.sim('POST', '/calls', { from, to: HOTLINE }); keys.set(uuid, key); } catch { refused += 1; }
  };
  // a loop that fails ends the run by its error, and the product is stopped all the same
  let failure = null;
  const loop = (work) => work().catch((error) => { failure ??= error; running = false; });
  const generator = loop(async () => {
    const begin = performance.now();
    for (let due = 0; running; due += 1000 / RATE) {
      const wait = begin + due - performance.now();
      if (wait > 0) await sleep(wait);
      const waiting = [...keys].filter(([uuid, key]) => key === '1' && !gone.has(uuid)).length, repair = waiting < WAITING && placed % 5 === 0;
      if (repair) repairPlaced += 1;
      void place(repair ? '1' : '2');
    }
  });
  const hand = loop(async () => {
    while (running) {
      const live = new Map((await channelsNow()).map((c) => [c.uuid, c])), now = performance.now();
      if (live.size === 0) { await sleep(50); continue; }
      for (const [uuid, key] of keys) {
        const channel = live.get(uuid);
        if (!channel) { if (keyed.has(uuid) || gone.has(uuid)) keys.delete(uuid); continue; }
        if (!keyed.has(uuid)) { if (/menu/.test(String(channel.hears))) { keyed.add(uuid); void product.sim('POST', `/calls/${uuid}/dtmf`, { digits: key }).catch(() => undefined); } continue; }
        if (channel.bridgedTo && !talkingSince.has(uuid)) talkingSince.set(uuid, now);
        if (key === '2' && now - (talkingSince.get(uuid) ?? now) > TALK_MS) void hangUp(uuid);
      }
      await sleep(150);
    }
  });
  const reader = loop(async () => {
    while (running) {
      for (const pop of painted.splice(0)) {
        if (!popped.has(pop.callId) && pop.switchAt >= measuredFrom) popped.set(pop.callId, pop);
        const channel = (await channelsNow()).find((c) => (c.callId ?? c.uuid) === pop.callId && c.outside);
        if (channel) { gone.delete(channel.uuid); await hangUp(channel.uuid); }
      }
      await sleep(40);
    }
  });
  await until('the first pop', async () => (await seat.page.evaluate(() => window.__ronghuPop?.callId)) ?? false, 60000, 200);
  console.error('first pop painted, warming up');
  await sleep(WARM_SECONDS * 1000);
  const placedBefore = placed;
  measuredFrom = Date.now();
  await sleep(SECONDS * 1000);
  const calls = placed - placedBefore;
  running = false;
  await Promise.all([generator, hand, reader]);
  if (failure) throw failure;
  answer = told();
  crowd.send({ report: true });
  const others = await answer, { processes } = await admin.call('GET', '/system/state'), api = processes.find((p) => p.role.includes('api'));

  const pops = [...popped.values()], panel = pops.map((p) => p.paintedAt - p.switchAt).sort((a, b) => a - b), band = pops.map((p) => p.bandAt - p.switchAt).sort((a, b) => a - b);
  if (pops.length === 0) throw new Error('no pop was painted while measuring');
  console.error(`${calls} calls in ${SECONDS} s (${refused} refused), ${repairPlaced} for the measured seat, ${pops.length} pops; ${others.open} of ${CONNECTIONS} connections open, ${others.heard} messages heard; page errors: ${seat.problems().length}`);
  for (const problem of seat.problems().slice(0, 5)) console.error(problem);
  for (const [figure, p] of [['p50_ms', 0.5], ['p95_ms', 0.95], ['p99_ms', 0.99]]) say(figure, percentile(panel, p), 'ms', panel.length);
  say('band_p99_ms', percentile(band, 0.99), 'ms', band.length);
  say('calls_per_s', Math.round((calls / SECONDS) * 10) / 10, '1/s', calls);
  say('connections_open', others.open, 'connections', CONNECTIONS);
  say('api_rss_mb', Math.round(api.rssBytes / 1e6), 'MB', api.connections);
  if (others.open < CONNECTIONS) throw new Error(`${CONNECTIONS - others.open} live connections were lost: ${JSON.stringify(others.reasons)}`);
} finally {
  crowd?.disconnect();
  await browser?.close();
  await product.stop();
}
