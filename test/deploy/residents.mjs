// Clerks who take orders all the time, by the door that residents' people use, trusting nothing but the installation's authority (NODE_EXTRA_CA_CERTS of this process).
// Usage: residents.mjs BASE PASSWORD CLERKS BATCH (how their orders begin); RESOLVE=name=address in place of a name server. Standard input: `phase NAME` begins a phase, `end` ends the work and prints what happened as one line of JSON.
import dns from 'node:dns';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { repairAt } from '../harness/orders.mjs';
import { elsewhere, signIn } from '../harness/product.mjs';

const [base, password, count, batch] = process.argv.slice(2), PATIENCE_MS = 3000, GIVE_UP_MS = 60000, acknowledged = [], phases = [], given = [];
const [known, at] = (process.env.RESOLVE ?? '').split('='), { lookup } = dns;
dns.lookup = (name, options, done) => (name === known ? process.nextTick(() => (options.all ? done(null, [{ address: at, family: 4 }]) : done(null, at, 4))) : lookup(name, options, done));
let going = true;
const begin = (name) => phases.push({ name, orders: 0, longestMs: 0, again: {} });
const lasting = async (what) => { for (const end = Date.now() + GIVE_UP_MS; ;) try { return await what(); } catch (error) { if (Date.now() > end) throw error; await wait(100); } };
async function clerk(n, client, houses) {
  const { ask } = elsewhere(client, base, PATIENCE_MS);
  for (let i = 0; going; i++) {
    const key = crypto.randomUUID(), description = `${batch} ${n}-${i}`, body = repairAt(houses[(n * 7 + i) % houses.length], description), first = performance.now();
    for (;;) {
      const phase = phases.at(-1);
      let why;
      try {
        const { status, json } = await ask('POST', '/orders', body, key);
        if (status === 200) { const ms = performance.now() - first; acknowledged.push({ id: json.id, orderNo: json.orderNo, companyId: json.companyId, description }); phase.orders += 1; phase.longestMs = Math.max(phase.longestMs, Math.round(ms)); break; }
        why = `${status}${json?.code ? ` ${json.code}` : ''}`;
        if (status >= 400 && status < 500 && json?.code !== 'STATE_CONFLICT') throw Object.assign(new Error(`an order was refused: ${why} ${json?.message ?? ''}`), { refused: true });
      } catch (error) { if (error.refused) throw error; why = error.cause?.code ?? error.name; }
      phase.again[why] = (phase.again[why] ?? 0) + 1;
      if (performance.now() - first > GIVE_UP_MS) { given.push(`${description}: ${why}`); break; }
      await wait(50);
    }
    await wait(60);
  }
}
begin('start');
const admin = await lasting(() => signIn(base, 'admin', 'admin', password)), { rows } = await admin.call('GET', '/houses?size=20'), work = [];
for (let n = 0; n < Number(count); n++) work.push(clerk(n, await lasting(() => signIn(base, 'agent', `agent0${n + 2}`, password)), rows));
for (const one of work) one.catch((error) => { console.error(error); process.exit(1); });
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('phase ')) begin(line.slice(6));
  if (line === 'end') break;
}
going = false;
await Promise.all(work);
process.stdout.write(`${JSON.stringify({ acknowledged, phases, given })}\n`, () => process.exit(0));
