import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { until } from '../harness/product.mjs';

const require = createRequire(import.meta.url);
const dist = '../../server/dist/';
const { DirectorProcess } = require(`${dist}domain/telephony/director/director-process.js`);
const { DirectorClient } = require(`${dist}domain/telephony/director-client.js`);
const { DIRECTOR_PATH } = require(`${dist}domain/telephony/director-protocol.js`);
const { DEFAULT_FLOW } = require(`${dist}domain/telephony/ivr/ivr.schema.js`);
const { createIds } = require(`${dist}platform/database/ids.js`);

/** What the director needs of a database, in memory: the telephone alone is on trial here, the database has its own suites. */
class Memory {
  records = new Map(); events = []; recordings = []; states = new Map(); holder = null; until = 0; epoch = Math.floor(Date.now() / 1000);
  constructor(config) { this.config = config; }
  async load() { return this.config; }
  async blocklist() { return new Map(); }
  async agentStates() { return [...this.states.values()]; }
  async calls() { return []; }
  async callers() { return []; }
  async agentDays() { return []; }
  async write(batch) {
    for (const row of batch.calls) { const known = this.records.get(row.record.callId); if (!(known?.final && (row.source === 'spool' || !row.final))) this.records.set(row.record.callId, row); }
    this.events.push(...batch.events); this.recordings.push(...batch.recordings);
    for (const state of batch.agentStates) this.states.set(state.agentId, state);
  }
  lease(holder) {
    return {
      take: async () => { const now = Date.now(); if (this.holder !== holder && this.until > now) return null; if (this.holder !== holder) { this.holder = holder; this.epoch += 1; } this.until = now + 1500; return this.epoch; },
      release: async () => { if (this.holder === holder) this.until = 0; },
    };
  }
}

/** A director in command of the node, with one agent a phone. @param agents extensions in the order of their agent ids (101, 102 …) */
export async function startCentre({ node, agents, folder, ivr = false, rating = true, ringMs = 8000, wrapUpMs = 200, log }) {
  const group = (groupId, name, code) => ({ rules: { groupId, strategy: 'longestIdle', fallback: 'longestIdle', countPeriod: 'day', lastAgentWaitMs: 0, ringMs, retryMs: 200, missesToRest: 3, quickHangupMs: 0, restCap: 0, overflowLength: 0, overflowWaitMs: 0, overflowRings: 0, overflowGroupId: null, bestLevelFirst: false }, name, code, wrapUpMs, rating, direction: 'inbound' });
  const memory = new Memory({
    agents: agents.map((extension, index) => ({ agentId: 101 + index, accountId: 201 + index, workNo: String(1001 + index), name: `座席${extension}`, stationId: 31, companyId: 11, extension, skills: [1, 2, 3].map((groupId) => ({ groupId, level: 5 })) })),
    groups: [group(1, '人工组', 'service'), group(2, '报修组', 'repair'), group(3, '缴费组', 'billing')],
    accessNumbers: node.hotlines.map((calledNumber) => (ivr ? { calledNumber, targetKind: 'ivr', skillGroupId: null, ivrCode: DEFAULT_FLOW.code, priority: 5, companyId: null } : { calledNumber, targetKind: 'skillGroup', skillGroupId: 1, ivrCode: null, priority: 5, companyId: null })), flows: [DEFAULT_FLOW], restReasons: ['用餐'],
  });
  const token = randomUUID(), lost = [];
  const start = async () => {
    const director = new DirectorProcess({
      node: { name: node.name, host: node.eventSocket.address ?? '127.0.0.1', port: node.eventSocket.port, password: node.eventSocket.password }, link: { host: '127.0.0.1', port: 0, token }, spoolDir: node.directories.spool, dataDir: folder, config: memory, sink: memory, lease: memory.lease(randomUUID()),
      blind: (number) => `blind:${number}`, ids: createIds(Math.floor(Math.random() * 200), Date.now), clock: { now: Date.now }, log,
      settings: { node: node.name, recordingsDir: node.directories.recordings, promptsDir: node.directories.prompts, trunk: node.trunks[0].name, displayNumber: node.hotlines[0], timeZone: 'Asia/Shanghai', dialSeconds: 20, repeatWindowMs: 86400000, signInReadiness: 'ready' },
      onLost: (why) => lost.push(why), spoolEveryMs: 1000,
    });
    if (!(await director.start())) throw new Error('the director did not start');
    return director;
  };
  // Records that another run left in the spool are taken in too, as they should be: they are not this centre's calls.
  const ended = [], offers = [], began = Date.now();
  let director = await start(), client = null;
  const attach = async () => {
    client?.stop();
    client = new DirectorClient({ url: `ws://127.0.0.1:${director.port}${DIRECTOR_PATH}`, token, retryMs: 50, timeoutMs: 8000 });
    client.on('callEnded', (record) => { if (record.startedAt >= began) ended.push(record); });
    client.on('offer', (offer) => offers.push({ ...offer, at: Date.now() }));
    client.start();
    await client.ready(10000);
    await until('the switch is served', () => client.health?.switchConnected, 15000);
  };
  await attach();
  const phone = (agentId, command, clearNumber) => client.request('phone', { agentId, command, ...(clearNumber ? { clearNumber } : {}) }, randomUUID());
  return {
    memory, ended, offers, lost, get client() { return client; }, phone,
    ready: async (...ids) => { for (const id of ids) { await phone(id, { command: 'signIn' }); await phone(id, { command: 'setReadiness', readiness: 'ready' }); } },
    agent: (id) => client.agents.get(id), calls: () => [...client.calls.values()],
    stop: async () => { client?.stop(); await director.stop(); },
  };
}
