import type { OrderState, Permission } from '@ronghu/contract';
import { FINAL_STATES, INTERVENTIONS, TRANSITIONS, type Actor, type OrderEvent } from './order-table';
import { newOrder, step, type OrderCore, type OrderInput } from './work-order.rules';

/** A small generator of its own (mulberry32): the same seed walks the same way on every machine. */
function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => { a = (a + 0x6d2b79f5) >>> 0; let t = Math.imul(a ^ (a >>> 15), 1 | a); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; };
}
const PEOPLE: { id: number; rights: Actor[] }[] = [
  { id: 1, rights: ['order.read', 'order.intake', 'order.arrange', 'order.revisit'] }, { id: 2, rights: ['order.read', 'order.station', 'order.approve'] }, { id: 3, rights: ['order.read', 'order.field'] }, { id: 4, rights: ['order.read', 'order.field'] },
  { id: 5, rights: ['order.read', 'order.override', 'order.arrange', 'order.approve'] }, { id: 6, rights: ['order.read', 'order.supervise', 'order.override', 'order.approve'] }, { id: 7, rights: ['order.read' as Permission] }, { id: 0, rights: ['system'] },
];
const EVENTS = [...new Set(TRANSITIONS.map((t) => t.event))] as OrderEvent[];
const TIMERS: OrderEvent[] = ['nearDue', 'overdue', 'progressMissed', 'approvalOverdue', 'dispatchPushed'];
/** Every (event, from, to) that the table or the monitor centre's list knows; `same` keeps the state; asking an approval keeps it too. */
const lawful = new Set<string>();
for (const row of TRANSITIONS) for (const from of row.from === 'none' ? ['draft' as OrderState] : row.from) { lawful.add(`${row.event} ${from} ${row.to === 'same' ? from : row.to}`); if (row.approval) lawful.add(`${row.event} ${from} ${from}`); if (row.toWithoutStation) lawful.add(`${row.event} ${from} ${row.toWithoutStation}`); }
for (const [event, way] of Object.entries(INTERVENTIONS)) for (const from of way.from) { lawful.add(`${event} ${from} ${way.to === 'same' ? from : way.to}`); lawful.add(`${event} ${from} ${from}`); }
const approvable = TRANSITIONS.filter((t) => t.approval);

/** Faults: a command sent twice, a stale version, a command lost on the way, a crash between the step and its commit (the stored order stays), two people at once, a clock that stands. */
test('1,000,000 random steps with faults close no order without revisit or exemption, lose none and leave the table never', () => {
  const rnd = random(20261121), pick = <T>(list: readonly T[]): T => list[Math.floor(rnd() * list.length)] as T;
  const STEPS = 1_000_000, LIVE = 400;
  let now = 1_700_000_000_000, born = 0, ended = 0, accepted = 0, crashes = 0, doubled = 0, stale = 0;
  const closedBy: Record<string, number> = {}, finals: Record<string, number> = {};
  const stored: OrderCore[] = [], last: (OrderInput | null)[] = [], versions: number[] = [];
  const birth = (slot: number) => {
    const result = step(newOrder(now, now + 4 * 3_600_000), { event: 'intake', actorId: 1, rights: PEOPLE[0]?.rights ?? [], approvals: { return: true, void: true, secondDispatch: true } }, now);
    if (!result.ok) throw new Error(result.message);
    stored[slot] = result.order; last[slot] = null; versions[slot] = result.order.version; born += 1;
  };
  for (let i = 0; i < LIVE; i++) birth(i);
  const problems: string[] = [];
  for (let n = 0; n < STEPS && problems.length === 0; n++) {
    const slot = Math.floor(rnd() * LIVE), order = stored[slot] as OrderCore;
    now += rnd() < 0.02 ? 0 : Math.floor(rnd() * 60_000);
    const fault = rnd();
    let input: OrderInput;
    const repeated = last[slot];
    if (fault < 0.05 && repeated) { input = repeated; doubled += 1; } else {
      const person = pick(PEOPLE), event = person.id === 0 ? pick(TIMERS) : rnd() < 0.3 && order.pending ? pick(['approve', 'reject', 'withdraw'] as const) : pick(EVENTS);
      input = { event, actorId: person.id, rights: person.rights, version: fault < 0.1 ? order.version - 1 : order.version, reason: rnd() < 0.9 ? '说明' : '', stationId: rnd() < 0.9 ? 70 + Math.floor(rnd() * 3) : undefined, workerId: rnd() < 0.5 ? 3 : 4, newDueAt: now + 7_200_000, dueAt: now + 14_400_000, outcome: rnd() < 0.8 ? 'fixed' : 'unfixed', approvals: { return: rnd() < 0.5, void: rnd() < 0.5, secondDispatch: rnd() < 0.5 } };
    }
    const before = n % 50 === 0 ? JSON.stringify(order) : '';
    const result = step(order, input, now);
    if (n % 50 === 0 && JSON.stringify(order) !== before) problems.push('the order passed in was changed');
    last[slot] = input;
    if (!result.ok) { if (result.code === 'CONFLICT') stale += 1; if (!result.message) problems.push('a refusal without a sentence'); continue; }
    const next = result.order;
    accepted += 1;
    const event = order.pending && input.event === 'approve' ? order.pending.event : input.event;
    if (!lawful.has(`${event} ${order.state} ${next.state}`) && !lawful.has(`${input.event} ${order.state} ${next.state}`)) problems.push(`outside the table: ${input.event} ${order.state} -> ${next.state}`);
    if (next.version !== order.version + 1) problems.push('version did not rise by one');
    if (next.round < order.round) problems.push('a round went back');
    if (order.signed && next.round === order.round && (!next.signed || next.outcome !== order.outcome)) problems.push('signed evidence changed');
    if (order.pending && !next.pending && !result.effects.some((e) => e.kind === 'approvalDecided')) problems.push('a request vanished unsaid');
    if (!result.effects.some((e) => e.kind === 'history' && e.version === next.version)) problems.push('a step without history');
    if ((FINAL_STATES as readonly string[]).includes(next.state) && next.pending) problems.push('an ended order still waits for an approval');
    if (next.state === 'closed' && !(next.closeKind === 'revisited' && event === 'revisitSatisfied') && !(next.closeKind === 'exempt' && input.event === 'approve' && event === 'requestExemption')) problems.push(`closed by ${input.event} as ${next.closeKind}`);
    if (['assigned', 'accepted', 'onSite'].includes(next.state) && next.workerId === null) problems.push(`${next.state} without a worker`);
    if (['dispatched', 'confirmed'].includes(next.state) && next.stationId === null) problems.push(`${next.state} without a station`);
    const done = next.completedAt !== null;
    if (next.state === 'completed' ? !done : done && !(FINAL_STATES as readonly string[]).includes(next.state)) problems.push(`completion time does not fit ${next.state}`);
    if (rnd() < 0.03) { crashes += 1; continue; } // crash before the commit: the store keeps the former order
    stored[slot] = next; versions[slot] = next.version;
    if ((FINAL_STATES as readonly string[]).includes(next.state)) { ended += 1; finals[next.state] = (finals[next.state] ?? 0) + 1; if (next.closeKind) closedBy[next.closeKind] = (closedBy[next.closeKind] ?? 0) + 1; birth(slot); }
  }
  expect(problems).toEqual([]);
  expect(born).toBe(ended + LIVE); // every order ever taken in is either ended or still held
  expect(stored.every((o, i) => o.version === versions[i])).toBe(true);
  for (const state of FINAL_STATES) expect(finals[state]).toBeGreaterThan(20);
  expect((closedBy.revisited ?? 0) + (closedBy.exempt ?? 0)).toBe(finals.closed);
  for (const count of [accepted, crashes, doubled, stale]) expect(count).toBeGreaterThan(1000);
  expect(approvable.length).toBeGreaterThanOrEqual(6);
}, 180_000);
