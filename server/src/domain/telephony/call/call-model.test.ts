import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { activityOf, liveCall, recordOf, type Names } from './call-view';
import { createCall, stepCall } from './call-model.rules';
import { shownState, type CallEffect, type CallInput, type CallModel } from './call.types';
import { readLegEvent, type EventLike } from './switch-events';

type Row = { at: number } & Record<string, string | number>;
const names: Names = { agent: (id) => (id === 101 ? { name: '张敏', extension: '8001', stationId: 7 } : id === 102 ? { name: '李强', extension: '8002', stationId: 7 } : null), skillGroup: (id) => (id === 1 ? '报修组' : null) };
const rowsOf = (name: string): Row[] => JSON.parse(readFileSync(join(__dirname, 'fixtures', `${name}.json`), 'utf8')) as Row[];
const like = (row: Row): EventLike => ({ name: String(row['Event-Name']), subclass: String(row['Event-Subclass'] ?? ''), uuid: String(row['Unique-ID'] ?? ''), get: (h) => (row[h] === undefined ? undefined : String(row[h])), variable: (v) => (row[`variable_${v}`] === undefined ? undefined : String(row[`variable_${v}`])) });

/** Replays what a real switch said; `doings` are what the director did, by the row before which it did them. The first outbound leg is agent 101, the second 102. */
function replay(name: string, doings: Record<number, CallInput[]> = {}, third: 'agent' | 'consulted' = 'consulted') {
  const call = createCall({ callId: 'A', direction: 'inbound', clearNumber: '13812345678', calledNumber: '96000', startedAt: 0 });
  const states: string[] = [], effects: CallEffect[] = [], linesOf: Record<number, (string | null)[]> = { 101: [], 102: [] };
  const feed = (input: CallInput): void => {
    for (const e of stepCall(call, input)) { effects.push(e); if (e.kind === 'line') linesOf[e.agentId]?.push(e.state); }
    if (states[states.length - 1] !== shownState(call)) states.push(shownState(call));
  };
  let connected = false;
  rowsOf(name).forEach((row, i) => {
    for (const input of doings[i] ?? []) feed(input);
    const event = like(row), uuid = event.uuid;
    if (event.name === 'CHANNEL_CREATE') feed({ kind: 'legCreated', at: row.at, uuid, role: uuid === 'A' ? 'customer' : uuid === 'B' ? 'agent' : third, agentId: uuid === 'A' ? null : uuid === 'B' ? 101 : 102, label: uuid === 'B' ? '8001' : '8002' });
    if (event.name === 'CHANNEL_CREATE' && uuid === 'B') { feed({ kind: 'queued', at: row.at, skillGroupId: 1, priority: 5 }); feed({ kind: 'offered', at: row.at, agentId: 101 }); }
    if (event.name === 'CHANNEL_PARK' && uuid === 'B' && !connected) { connected = true; feed({ kind: 'connected', at: row.at, agentId: 101, legUuid: 'B' }); }
    const input = readLegEvent(event, row.at);
    if (input) feed(input);
  });
  return { call, states, effects, lines: linesOf };
}

describe('transcripts of a real switch replayed', () => {
  test('t03 the agent hangs up: completed, ended by the agent', () => {
    const { call, states, lines } = replay('t03_bridge_agent_hangs_up');
    expect(states).toEqual(['ivr', 'offered', 'talking', 'ended'].filter((s) => s !== 'queued').reduce<string[]>((all, s) => (s === 'offered' ? [...all, 'queued', s] : [...all, s]), []));
    expect(call).toMatchObject({ endReason: 'completed', endedBy: 'agent', phase: 'ended' });
    expect(lines[101]).toEqual(['ringing', 'talking', null]);
    expect(recordOf(call, names, 101, 99_000)).toMatchObject({ talkSeconds: 3, agentName: '张敏', stationId: 7, endReason: 'completed' });
  });
  test('t03b the customer parks after the agent hung up: the call goes on until the customer leaves', () => {
    const { call } = replay('t03b_bridge_park_after');
    expect(call).toMatchObject({ endReason: 'completed', endedBy: 'agent' });
  });
  test('t03d the customer hangs up in the bridge', () => {
    const { call, effects } = replay('t03d_caller_hangs_up_bridged');
    expect(call).toMatchObject({ endReason: 'completed', endedBy: 'customer' });
    expect(effects.filter((e) => e.kind === 'ended')).toHaveLength(1);
  });
  test('t04 the caller goes while the agent rings: that ring must be killed by us', () => {
    const { call, effects } = replay('t04_caller_gone_while_ringing');
    expect(call.endReason).toBe('abandonedRinging');
    expect(effects).toContainEqual({ kind: 'kill', uuid: 'B', cause: 'ORIGINATOR_CANCEL' });
  });
  test('t05 the agent does not answer', () => {
    const { call } = replay('t05_agent_no_answer', { 7: [{ kind: 'unoffered', at: 1300, missed: true, agentId: 101 }] });
    expect(call).toMatchObject({ endReason: 'abandonedInQueue', misses: 1 });
  });
  test('t06b the hold key of the desk phone shows as held and comes back', () => {
    const { states, lines } = replay('t06b_phone_holds');
    expect(states).toEqual(['ivr', 'queued', 'offered', 'talking', 'held', 'talking', 'ended']);
    expect(lines[101]).toEqual(['ringing', 'talking', 'held', 'talking', null]);
  });
  test('t07d the transfer key of the desk phone (REFER) hands the call to the next agent', () => {
    const { call, lines } = replay('t07d_phone_refers', {}, 'agent');
    expect(call).toMatchObject({ agentId: 102, transfers: 1, endedBy: 'customer', endReason: 'completed' });
    expect(lines[102]).toEqual(['ringing', 'talking', null]);
  });
  test('t08 consult, then complete: the consulted agent owns the call', () => {
    const rows = rowsOf('t08_consult_then_complete');
    const first = rows.findIndex((r) => r['Event-Name'] === 'CHANNEL_CREATE' && r['Unique-ID'] === 'C');
    const { call, states, lines, effects } = replay('t08_consult_then_complete', { [first]: [{ kind: 'wants', at: 1700, want: 'consult', by: 101 }] });
    expect(states).toEqual(['ivr', 'queued', 'offered', 'talking', 'consulting', 'talking', 'ended']);
    expect(lines[101]).toEqual(['ringing', 'talking', 'consulting', 'talking', null]);
    expect(lines[102]).toEqual(['ringing', 'talking', null]);
    expect(call.agentId).toBe(102);
    expect(effects.some((e) => e.kind === 'requeue' || e.kind === 'reconnect')).toBe(false);
  });
  test('t08b three in a conference: the first agent leaves and the call goes on with the other', () => {
    const rows = rowsOf('t08b_three_way_conference');
    const at = rows.findIndex((r) => r['Event-Name'] === 'CHANNEL_UNBRIDGE');
    const { call, states } = replay('t08b_three_way_conference', { [at]: [{ kind: 'wants', at: 1230, want: 'conference', by: 101 }] });
    expect(states).toEqual(['ivr', 'queued', 'offered', 'talking', 'conferencing', 'talking', 'ended']);
    expect(call).toMatchObject({ agentId: 102, endReason: 'completed' });
  });
  test('t08c att_xfer with the late unbridge and the roles reversed ends on the third leg', () => {
    const rows = rowsOf('t08c_att_xfer');
    const at = rows.findIndex((r) => r['Event-Name'] === 'CHANNEL_CREATE' && r['Unique-ID'] === 'C');
    // The phone's own attended transfer: the agent leaves by hanging up, so the customer must not be sent anywhere else meanwhile.
    const { call } = replay('t08c_att_xfer', { [at]: [{ kind: 'wants', at: 1, want: 'consult', by: 101 }], [rows.findIndex((r) => r['Event-Name'] === 'CHANNEL_HANGUP' && r['Unique-ID'] === 'B')]: [{ kind: 'transferred', at: 2, to: '8002' }] });
    expect(call).toMatchObject({ agentId: 102, endReason: 'completed', endedBy: 'customer' });
  });
  test('t10 a killed agent leg ends the call once', () => {
    const { call, effects } = replay('t10_uuid_kill');
    expect(call.endReason).toBe('completed');
    expect(effects.filter((e) => e.kind === 'ended')).toHaveLength(1);
  });
  test('t12 the recording is known with its file', () => {
    const { call } = replay('t12_record');
    expect(call.recordingPath).toMatch(/\.wav$/);
    expect(call.recording).toBe(false);
  });
});

describe('rules', () => {
  const talking = (): { call: CallModel; feed: (input: CallInput) => CallEffect[] } => {
    const call = createCall({ callId: 'A', direction: 'inbound', clearNumber: '1', calledNumber: '96000', startedAt: 0 });
    const feed = (input: CallInput) => stepCall(call, input);
    feed({ kind: 'legCreated', at: 1, uuid: 'A', role: 'customer' }); feed({ kind: 'legAnswered', at: 1, uuid: 'A' });
    feed({ kind: 'queued', at: 2, skillGroupId: 1, priority: 5 }); feed({ kind: 'legCreated', at: 3, uuid: 'B', role: 'agent', agentId: 101, label: '8001', offerId: 9 });
    feed({ kind: 'offered', at: 3, agentId: 101 }); feed({ kind: 'legAnswered', at: 4, uuid: 'B' }); feed({ kind: 'connected', at: 4, agentId: 101, legUuid: 'B' }); feed({ kind: 'bridged', at: 5, a: 'A', b: 'B' });
    return { call, feed };
  };
  test('duplicates and strangers change nothing', () => {
    const { feed } = talking();
    expect(feed({ kind: 'legAnswered', at: 9, uuid: 'B' })).toEqual([]);
    expect(feed({ kind: 'legGone', at: 9, uuid: 'nobody', cause: 'X' })).toEqual([]);
    expect(feed({ kind: 'bridged', at: 9, a: 'A', b: 'nobody' })).toEqual([]);
    feed({ kind: 'legGone', at: 10, uuid: 'A', cause: 'NORMAL_CLEARING' });
    expect(feed({ kind: 'legGone', at: 10, uuid: 'A', cause: 'NORMAL_CLEARING' })).toEqual([]);
  });
  test('the agent hangs up a held call: the customer goes to the rating instead of hearing music for ever', () => {
    const { feed } = talking();
    feed({ kind: 'wants', at: 6, want: 'hold', by: 101 }); feed({ kind: 'unbridged', at: 6, a: 'A', b: 'B' });
    expect(feed({ kind: 'legGone', at: 7, uuid: 'B', cause: 'NORMAL_CLEARING' })).toContainEqual({ kind: 'toRating', customer: 'A' });
  });
  test('the consulted one hangs up: the customer comes back to the agent', () => {
    const { feed, call } = talking();
    feed({ kind: 'wants', at: 6, want: 'consult', by: 101 }); feed({ kind: 'unbridged', at: 6, a: 'A', b: 'B' }); feed({ kind: 'legCreated', at: 7, uuid: 'C', role: 'consulted', agentId: 102, label: '8002' });
    expect(feed({ kind: 'legGone', at: 8, uuid: 'C', cause: 'NO_ANSWER' })).toContainEqual({ kind: 'reconnect', customer: 'A', agent: 'B' });
    expect(shownState(call)).toBe('talking');
  });
  test('the agent drops out of a consultation: the customer goes back to the queue, the other phone is freed', () => {
    const { feed } = talking();
    feed({ kind: 'wants', at: 6, want: 'consult', by: 101 }); feed({ kind: 'unbridged', at: 6, a: 'A', b: 'B' }); feed({ kind: 'legCreated', at: 7, uuid: 'C', role: 'consulted', agentId: 102, label: '8002' });
    const effects = feed({ kind: 'legGone', at: 8, uuid: 'B', cause: 'NORMAL_CLEARING' });
    expect(effects).toContainEqual({ kind: 'requeue' });
    expect(effects).toContainEqual({ kind: 'kill', uuid: 'C', cause: 'NORMAL_CLEARING' });
  });
  test('the agent answers and drops before the bridge stood: the caller goes back to the queue, not to the rating', () => {
    const call = createCall({ callId: 'A', direction: 'inbound', clearNumber: '1', calledNumber: '96000', startedAt: 0 });
    for (const input of [{ kind: 'legCreated', at: 1, uuid: 'A', role: 'customer' }, { kind: 'queued', at: 2, skillGroupId: 1, priority: 5 }, { kind: 'legCreated', at: 3, uuid: 'B', role: 'agent', agentId: 101 }, { kind: 'offered', at: 3, agentId: 101 }, { kind: 'legAnswered', at: 4, uuid: 'B' }, { kind: 'connected', at: 4, agentId: 101, legUuid: 'B' }] as CallInput[]) stepCall(call, input);
    const effects = stepCall(call, { kind: 'legGone', at: 5, uuid: 'B', cause: 'NORMAL_CLEARING' });
    expect(effects).toContainEqual({ kind: 'requeue' });
    expect(effects.some((e) => e.kind === 'toRating')).toBe(false);
  });
  test('mute is a flag of the line, not a state', () => {
    const { feed, call } = talking();
    expect(feed({ kind: 'muted', at: 6, uuid: 'B', muted: true })).toContainEqual({ kind: 'line', agentId: 101, uuid: 'B', state: 'talking', muted: true });
    expect(activityOf(call, names)).toBe('与 张敏 8001 通话，坐席已静音');
  });
  test('an outbound call counts as answered when the customer answers, not when the agent does', () => {
    const call = createCall({ callId: 'x', direction: 'outbound', clearNumber: '138', calledNumber: '138', startedAt: 0, agentId: 101 });
    stepCall(call, { kind: 'legCreated', at: 1, uuid: 'B', role: 'agent', agentId: 101, label: '8001' });
    stepCall(call, { kind: 'legAnswered', at: 2, uuid: 'B' });
    expect(shownState(call)).toBe('dialing');
    stepCall(call, { kind: 'legCreated', at: 3, uuid: 'A', role: 'customer' });
    stepCall(call, { kind: 'bridged', at: 4, a: 'A', b: 'B' });
    expect(call.answeredAt).toBeNull();
    stepCall(call, { kind: 'legAnswered', at: 9, uuid: 'A' });
    expect(call.answeredAt).toBe(9);
    expect(shownState(call)).toBe('talking');
  });
  test('a busy customer gives the reason busy and frees the agent', () => {
    const call = createCall({ callId: 'x', direction: 'outbound', clearNumber: '138', calledNumber: '138', startedAt: 0, agentId: 101 });
    stepCall(call, { kind: 'legCreated', at: 1, uuid: 'B', role: 'agent', agentId: 101, label: '8001' });
    stepCall(call, { kind: 'legAnswered', at: 2, uuid: 'B' });
    stepCall(call, { kind: 'legCreated', at: 3, uuid: 'A', role: 'customer' });
    const effects = stepCall(call, { kind: 'legGone', at: 5, uuid: 'A', cause: 'USER_BUSY' });
    expect(call.endReason).toBe('busy');
    expect(effects).toContainEqual({ kind: 'kill', uuid: 'B', cause: 'NORMAL_CLEARING' });
  });
  test('the view says who hears whom and never shows a masked number as clear', () => {
    const { call } = talking();
    const view = liveCall(call, names, null);
    expect(view).toMatchObject({ callId: 'A', state: 'talking', agentName: '张敏', clearNumber: '1', skillGroupName: '报修组' });
    expect(view.legs.map((l) => [l.label, l.state])).toEqual([['客户', 'talking'], ['张敏', 'talking']]);
  });
});

describe('the picture of a call', () => {
  const queuedCall = () => {
    const call = createCall({ callId: 'c', direction: 'inbound', clearNumber: '13800000000', calledNumber: '96777', startedAt: 1000 });
    stepCall(call, { kind: 'legCreated', at: 1000, uuid: 'A', role: 'customer' });
    stepCall(call, { kind: 'queued', at: 5000, skillGroupId: 1, priority: 5 });
    return call;
  };
  test('a caller who still waits has waited until now', () => {
    expect(recordOf(queuedCall(), names, null, 12_000)).toMatchObject({ waitSeconds: 7, talkSeconds: 0, endedAt: 12_000 });
  });
  test('a call that came to the queue after an answer never shows a negative wait', () => {
    const call = queuedCall();
    call.answeredAt = 3000;
    expect(recordOf(call, names, 101, 9000).waitSeconds).toBe(0);
  });
  test('its history says in Chinese why a leg went, and nothing of the switch\'s own words', () => {
    const told = (cause: string) => stepCall(queuedCall(), { kind: 'legGone', at: 9000, uuid: 'A', cause }).flatMap((e) => (e.kind === 'journal' && e.event === 'hangup' ? [e.text] : []));
    expect([told('NORMAL_CLEARING'), told('USER_BUSY'), told('SOMETHING_NEW')].flat()).toEqual(['客户挂机', '客户挂机（占线）', '客户挂机（线路故障）']);
  });
});
