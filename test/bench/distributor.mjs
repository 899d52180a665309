/**
 * Decisions a second of the distributor alone: 3,400 agents in 100 groups (each agent in three), every strategy in use, more callers than free agents,
 * misses and wrap-up among them. One decision = one offer (which caller to which agent) with all the events of its life: queued, answered or missed, freed.
 * Prints one JSON line a figure on standard output; prose goes to standard error.
 */
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const dist = process.env.RONGHU_SERVER_DIST ?? fileURLToPath(new URL('../../server/dist', import.meta.url));
const folder = join(dist, 'domain/telephony/distributor');
if (!existsSync(join(folder, 'distributor.rules.js'))) { console.error(`the server is not built (${folder}): npm run build`); process.exit(1); }
const { step } = require(join(folder, 'distributor.rules.js'));
const { createDistributor } = require(join(folder, 'distributor.state.js'));
const { STRATEGIES } = require(join(folder, 'distributor.types.js'));

const AGENTS = 3400, GROUPS = 100, WANTED = 400_000, TALKING = 3000;
let seed = 12345;
const below = (n) => { seed ^= seed << 13; seed >>>= 0; seed ^= seed >>> 17; seed ^= seed << 5; seed >>>= 0; return seed % n; };
// Ring-all claims a whole group for one caller: it is used where groups are small, so it has its own test and is left out of the throughput run.
const strategies = STRATEGIES.filter((s) => s !== 'ringAll');

function run(decisionsWanted) {
  const state = createDistributor(1);
  for (let g = 1; g <= GROUPS; g++) step(state, { kind: 'groupSet', at: 0, rules: { groupId: g, strategy: strategies[g % strategies.length], fallback: 'longestIdle', countPeriod: 'day', lastAgentWaitMs: 2000, ringMs: 15000, retryMs: 5000, missesToRest: 0, quickHangupMs: 3000, restCap: 0, overflowLength: 0, overflowWaitMs: 0, overflowRings: 0, overflowGroupId: null, bestLevelFirst: g % 2 === 0 } });
  for (let a = 1; a <= AGENTS; a++) {
    const groups = [...new Set([1 + (a % GROUPS), 1 + ((a * 7) % GROUPS), 1 + ((a * 31) % GROUPS)])];
    step(state, { kind: 'agentSet', at: 0, agentId: a, skills: groups.map((groupId, i) => ({ groupId, level: 1 + ((a + i) % 9) })) });
    step(state, { kind: 'agentSignedIn', at: a, agentId: a, readiness: 'ready' });
  }
  const out = [], ringing = [], talking = [];
  let at = 10_000, calls = 0, decisions = 0, events = 0;
  const send = (input) => {
    out.length = 0; events += 1;
    step(state, input, out);
    for (const e of out) {
      if (e.kind === 'offer') { decisions += 1; ringing.push(e.agentIds[0], e.callId, e.offerId); }
      else if (e.kind === 'connect') talking.push(e.agentId);
    }
  };
  const began = process.hrtime.bigint();
  while (decisions < decisionsWanted) {
    at += 2;
    send({ kind: 'callQueued', at, callId: `c${++calls}`, groupId: 1 + below(GROUPS), level: below(8) === 0 ? 1 + below(5) : 0, priority: 1 + below(9), callerKey: `k${below(100_000)}` });
    while (ringing.length > 0) {
      const offerId = ringing.pop(), callId = ringing.pop(), agentId = ringing.pop();
      send({ kind: below(20) === 0 ? 'offerRefused' : 'offerAnswered', at, agentId, callId, offerId });
    }
    while (talking.length > TALKING || (state.calls.size > 2000 && talking.length > 0)) {
      const i = below(talking.length), agentId = talking[i];
      talking[i] = talking[talking.length - 1]; talking.pop();
      send({ kind: 'agentFreed', at, agentId, wrapUpMs: below(2) === 0 ? 20 : 0 });
    }
    send({ kind: 'tick', at });
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  return { decisions, events, seconds, waiting: state.calls.size };
}

run(50_000);
const { decisions, events, seconds, waiting } = run(WANTED);
console.error(`distributor: ${decisions} decisions, ${events} events in ${seconds.toFixed(2)} s, ${waiting} callers still waiting`);
console.log(JSON.stringify({ bench: 'distributor', figure: 'decisions_per_s', value: Math.round(decisions / seconds), unit: '1/s', n: decisions }));
console.log(JSON.stringify({ bench: 'distributor', figure: 'events_per_s', value: Math.round(events / seconds), unit: '1/s', n: events }));
