import { answerLeg } from './applications';
import { startRecording } from './on-answer';
import { SILENCE } from './audio';
import { Bridge } from './bridge';
import type { Core } from './core';
import { eventHead, localStamp } from './event';
import { condition, arithmetic } from './expand';
import type { Leg } from './leg';
import { dial, splitOutside } from './originate';
import type { Job } from './thread';

type Command = (core: Core, argument: string) => string | Promise<string>;
const NO_CHANNEL = '-ERR No such channel!\n';
const OK = '+OK\n';

/** Runs an API command as `api` or a job; gives the text of the answer, with the line break that the switch sends. */
export async function runCommand(core: Core, line: string): Promise<string> {
  const space = line.indexOf(' ');
  const name = space < 0 ? line : line.slice(0, space);
  const argument = space < 0 ? '' : line.slice(space + 1).trim();
  const command = COMMANDS[name];
  if (!command) return `-ERR ${name} Command not found!\n`;
  const answer = await command(core, argument);
  return answer === '' ? '-ERR no reply\n' : answer;
}

/** A command of one leg: `uuid rest…`. */
const onLeg = (usage: string, act: (leg: Leg, rest: string, core: Core) => string | Promise<string>, missing = NO_CHANNEL): Command => (core, argument) => {
  if (argument === '') return `-USAGE: ${usage}\n`;
  const [uuid = '', ...rest] = argument.split(' ');
  const leg = core.legs.get(uuid);
  return leg && !leg.over ? act(leg, rest.join(' ').trim(), core) : missing;
};

const COMMANDS: Readonly<Record<string, Command>> = {
  status, version: () => 'FreeSWITCH Version 1.11.1-simulator (Ronghu switch simulator)\n\n', hostname: (core) => core.configuration.switchName, show, originate,
  echo: (_, text) => text, strepoch: (core) => String(Math.floor(core.now() / 1000)), create_uuid: (core) => core.uuid(), cond: (_, text) => condition(text), expr: (_, text) => arithmetic(text),
  global_setvar: (core, text) => { const at = text.indexOf('='); if (at < 1) return '-ERR no reply\n'; const value = text.slice(at + 1); if (value === '') core.globals.delete(text.slice(0, at)); else core.globals.set(text.slice(0, at), value); return OK; },
  global_getvar: (core, text) => core.globals.get(text) ?? '',
  expand: async (core, text) => {
    const space = text.indexOf(' ');
    const line = space < 0 ? text : `${text.slice(0, space)} ${core.expand(text.slice(space + 1), null)}`;
    const name = line.split(' ')[0] ?? '';
    return COMMANDS[name] ? runCommand(core, line) : 'INVALID COMMAND!\n-ERR Cannot execute command\n';
  },
  uuid_exists: (core, uuid) => String(core.legs.has(uuid)),
  uuid_kill: onLeg('<uuid> [cause]', (leg, cause, core) => { core.hangUp(leg, cause === '' ? 'NORMAL_CLEARING' : cause); return OK; }),
  uuid_answer: onLeg('<uuid>', (leg) => { answerLeg(leg); return OK; }),
  uuid_setvar: onLeg('<uuid> <var> [value]', (leg, rest) => { const [name = '', ...value] = rest.split(' '); leg.set(name, value.join(' ')); return OK; }),
  uuid_setvar_multi: onLeg('<uuid> <var>=<value>;<var>=<value>...', (leg, rest) => { for (const part of rest.split(';')) { const at = part.indexOf('='); leg.set(at < 0 ? part : part.slice(0, at), at < 0 ? '' : part.slice(at + 1)); } return OK; }),
  uuid_getvar: onLeg('<uuid> <var>', (leg, name) => leg.variables.get(name) ?? '_undef_'),
  uuid_dump: onLeg('<uuid> [format]', (leg, format, core) => {
    const headers = { ...eventHead('CHANNEL_DATA', '', 0, core.now(), core.coreUuid, core.configuration.switchName), ...leg.headers(true) };
    return format === 'json' ? JSON.stringify(headers) : `${Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`).join('\n')}\n\n`;
  }),
  uuid_bridge: bridgeLegs, uuid_transfer: onLeg('<uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]', transferLeg), uuid_dual_transfer: onLeg('<uuid> <A-dest-exten>[/<A-dialplan>][/<A-context>] <B-dest-exten>[/<B-dialplan>][/<B-context>]', dualTransfer),
  uuid_park: onLeg('<uuid>', (leg) => { leg.thread.start({ kind: 'park' }); return OK; }),
  uuid_break: onLeg('<uuid> [all]', (leg, rest) => { leg.thread.break(rest === 'all'); return OK; }),
  uuid_broadcast: onLeg('<uuid> <path> [aleg|bleg|holdb|both]', (leg, rest) => { const [what = ''] = rest.split(' '); const app = /^([a-z_]+)::(.*)$/.exec(what); leg.thread.send({ application: app?.[1] ?? 'playback', data: app?.[2] ?? what, uuid: leg.core.uuid(), locked: true }); return '+OK Message sent\n'; }),
  uuid_audio: onLeg('<uuid> [start [read|write] [mute|level <level>]|stop]', muteLeg),
  uuid_hold: async (core, argument) => { const parts = argument.split(' '); const leg = core.legs.get(parts.at(-1) ?? '') ?? core.legs.get(parts[0] ?? ''); if (leg) core.hold(leg, parts[0] !== 'off' && parts[0] !== 'toggle' ? true : parts[0] === 'toggle' ? leg.callState !== 'HELD' : false, false); return '+OK Success\n'; },
  uuid_phone_event: onLeg('<uuid> talk|hold', (leg, what) => (leg.far.press(leg, what === 'hold' ? 'hold' : 'talk') ? OK : '-ERR Operation failed\n'), '-ERR Operation failed\n'),
  uuid_record: onLeg('<uuid> [start|stop|mask|unmask] <path> [<limit>]', (leg, rest, core) => {
    const [verb = '', path = ''] = rest.split(' ');
    if (verb === 'start') return startRecording(leg, path) ? `+OK Success\n` : '-ERR Cannot record session!\n';
    if (verb === 'stop') return core.stopRecordings(leg, path) ? '+OK Success\n' : '-ERR Cannot stop record session!\n';
    for (const recording of leg.recordings.values()) { const mask = verb === 'mask'; recording.note(0, mask ? SILENCE : leg.voice, core.now()); recording.note(1, mask ? SILENCE : leg.hearing, core.now()); }
    return '+OK Success\n';
  }, '-ERR Cannot locate session!\n'),
  uuid_recv_dtmf: onLeg('<uuid> <dtmf_data>', (leg, digits, core) => { for (const digit of digits) core.digit(leg, digit); return OK; }, '-ERR no reply\n'),
  uuid_send_dtmf: onLeg('<uuid> <dtmf_data>', () => OK, '-ERR no reply\n'),
  uuid_flush_dtmf: onLeg('<uuid>', (leg) => { leg.thread.digits.length = 0; return OK; }),
  sofia_contact: (core, text) => core.phones.contact(text),
  sofia, reloadxml: () => '+OK [Success]\n', sched_hangup: onLeg('[+]<time> <uuid>', () => OK), uuid_media: onLeg('<uuid>', () => OK), hupall: (core, cause) => { for (const leg of [...core.legs.values()]) core.hangUp(leg, cause === '' ? 'MANAGER_REQUEST' : cause); return OK; },
  conference: (core, text) => (text.endsWith('list') || text === '' ? `${core.conferences.list().map((room) => `Conference ${room.name} (${room.members} members)`).join('\n') || 'No active conferences.'}\n` : '-ERR Conference not found\n'),
  fsctl: () => OK, limit_usage: () => '0', log: () => OK, msleep: async (_, text) => { await new Promise((resolve) => setTimeout(resolve, Number(text) || 0)); return OK; },
};

function status(core: Core): string {
  const up = Math.floor((Date.now() - core.startedAt) / 1000);
  return `UP 0 years, ${Math.floor(up / 86_400)} days, ${Math.floor(up / 3_600) % 24} hours, ${Math.floor(up / 60) % 60} minutes, ${up % 60} seconds, 0 milliseconds, 0 microseconds\nFreeSWITCH (Version 1.11.1-simulator 64bit) is ready\n${core.sessionsEver} session(s) since startup\n${core.legs.size} session(s) - peak ${core.legs.size}, last 5min ${core.legs.size} \n0 session(s) per Sec out of max ${core.configuration.sessionsPerSecond}, peak 0, last 5min 0 \n${core.configuration.maxSessions} session(s) max\nmin idle cpu 0.00/100.00\n`;
}

function channelRow(leg: Leg): Record<string, string> {
  const outbound = leg.options.direction === 'outbound';
  return {
    uuid: leg.uuid, direction: leg.options.direction, created: localStamp(leg.createdAt), created_epoch: String(Math.floor(leg.createdAt / 1000)), name: leg.options.name, state: leg.state, cid_name: leg.options.callerName, cid_num: leg.options.number, ip_addr: '127.0.0.1', dest: leg.destination,
    application: leg.application, application_data: leg.applicationData, dialplan: outbound ? '' : 'XML', context: leg.context, read_codec: leg.answered ? 'PCMA' : '', read_rate: leg.answered ? '8000' : '', read_bit_rate: leg.answered ? '64000' : '', write_codec: leg.answered ? 'PCMA' : '', write_rate: leg.answered ? '8000' : '', write_bit_rate: leg.answered ? '64000' : '',
    secure: '', hostname: leg.core.configuration.switchName, presence_id: leg.options.presenceId ?? '', presence_data: '', accountcode: '', callstate: leg.callState, callee_name: '', callee_num: outbound ? leg.initialDestination : '', callee_direction: outbound ? 'SEND' : '', call_uuid: leg.callUuid, sent_callee_name: '', sent_callee_num: '',
    initial_cid_name: leg.options.callerName, initial_cid_num: leg.options.number, initial_ip_addr: '127.0.0.1', initial_dest: leg.initialDestination, initial_dialplan: outbound ? '' : 'XML', initial_context: outbound ? '' : leg.context,
  };
}

function show(core: Core, text: string): string {
  const [what = '', ...rest] = text.split(' ');
  const count = rest[0] === 'count';
  const like = rest[0] === 'like' ? rest[1] ?? '' : '';
  let rows: Record<string, string>[];
  if (what === 'channels') rows = [...core.legs.values()].filter((leg) => !leg.over).map(channelRow).filter((row) => like === '' || Object.values(row).some((value) => value.includes(like)));
  else if (what === 'calls' || what === 'bridged_calls') rows = callRows(core, what === 'bridged_calls');
  else if (what === 'registrations') rows = core.phones.list().filter((phone) => phone.registered).map((phone) => ({ reg_user: phone.extension, realm: core.configuration.domain, token: `reg-${phone.extension}@127.0.0.1`, url: `sofia/${phone.profile}/sip:${phone.extension}@127.0.0.1:${phone.port}`, expires: String(Math.floor(core.now() / 1000) + 300), network_ip: '127.0.0.1', network_port: String(phone.port), network_proto: 'udp', hostname: core.configuration.switchName, metadata: '' }));
  else return '-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like <match string>]|calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|chat|management|modules|nat_map|say|interfaces|interface_types|tasks|limits|status\n';
  if (count) return `\n${rows.length} total.\n`;
  if (/ as json$/.test(text)) return JSON.stringify(rows.length > 0 ? { row_count: rows.length, rows } : { row_count: 0 });
  const names = Object.keys(rows[0] ?? {});
  return rows.length === 0 ? '\n0 total.\n' : `${names.join(',')}\n${rows.map((row) => names.map((name) => row[name] ?? '').join(',')).join('\n')}\n\n${rows.length} total.\n`;
}

/** Pairs of bridged legs, and single legs too: as the switch lists them. */
function callRows(core: Core, bridgedOnly: boolean): Record<string, string>[] {
  const rows: Record<string, string>[] = [];
  const NAMES = ['uuid', 'direction', 'created', 'created_epoch', 'name', 'state', 'cid_name', 'cid_num', 'ip_addr', 'dest', 'presence_id', 'presence_data', 'accountcode', 'callstate', 'callee_name', 'callee_num', 'callee_direction'];
  for (const leg of core.legs.values()) {
    const { bridge } = leg.thread;
    if (leg.over || (bridge && bridge.follower === leg)) continue;
    if (!bridge && bridgedOnly) continue;
    const a = channelRow(leg); const b = bridge ? channelRow(bridge.follower) : {};
    rows.push(Object.fromEntries([...NAMES.map((name) => [name, a[name] ?? '']), ['call_uuid', leg.callUuid], ['hostname', core.configuration.switchName], ...NAMES.map((name) => [`b_${name}`, (b as Record<string, string>)[name] ?? '']), ['call_created_epoch', bridge ? String(Math.floor(leg.times.bridged / 1000)) : '']]));
  }
  return rows;
}

async function originate(core: Core, text: string): Promise<string> {
  const usage = '-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]\n';
  const parts = splitOutside(text, ' ');
  const [target, then, , context = 'default'] = parts;
  if (!target || !then) return usage;
  const result = await dial(core, target, null, null);
  if (!result.leg) return `-ERR ${result.cause}\n`;
  const { leg } = result;
  const application = /^&([a-z_]+)(?:\((.*)\))?$/.exec(then);
  // The job's answer comes before the leg begins what it was called for.
  setTimeout(() => {
    if (leg.over) return;
    const job: Job = application ? { kind: 'inline', actions: [{ application: application[1] ?? '', data: application[2] ?? '' }] } : { kind: 'dialplan', destination: then, context, transferred: false };
    leg.thread.start(job);
  }, 5);
  return `+OK ${leg.uuid}\n`;
}

function bridgeLegs(core: Core, text: string): string {
  const [first = '', second = ''] = text.split(' ');
  if (first === '' || second === '') return '-USAGE: <uuid> <other_uuid>\n';
  const a = core.legs.get(first); const b = core.legs.get(second);
  if (!a || !b || a.over || b.over || a === b) return '-ERR Invalid uuid\n';
  if (!a.answered || !b.answered) return '-ERR Channels not ready\n';
  const bridge = new Bridge(a, b, true);
  // A leg that goes from one bridge to the next leaves the first one's other leg to its own variables.
  for (const leg of [a, b]) leg.thread.start({ kind: 'bridge', bridge });
  return `+OK ${b.uuid}\n`;
}

function placeOf(leg: Leg, text: string): Job {
  const [destination = '', dialplan = 'XML', context = leg.context] = text.split('/');
  return place(leg, destination, dialplan, context);
}

function place(leg: Leg, destination: string, dialplan: string, context: string): Job {
  leg.set('transfer_source', `${Math.floor(leg.core.now() / 1000)}:${leg.uuid}:bl_xfer:${destination}/${context}/${dialplan}`);
  leg.set('transfer_history', [leg.variable('transfer_history'), leg.variable('transfer_source')].filter((part) => part !== '').join('|:'));
  if (dialplan === 'inline') return { kind: 'inline', actions: destination.split(',').map((part) => { const at = part.indexOf(':'); return { application: at < 0 ? part : part.slice(0, at), data: at < 0 ? '' : part.slice(at + 1) }; }) };
  return { kind: 'dialplan', destination, context, transferred: true };
}

function transferLeg(leg: Leg, rest: string): string {
  const words = rest.split(' ');
  const which = words[0] === '-bleg' || words[0] === '-both' ? words.shift() : undefined;
  const [destination = '', dialplan = 'XML', context = leg.context] = words;
  if (destination === '') return '-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n';
  const peer = leg.thread.bridge?.peer(leg);
  if (which && !peer) return '-ERR No such channel!\n';
  const targets = which === '-bleg' ? [peer] : which === '-both' ? [leg, peer] : [leg];
  for (const target of targets) target?.thread.start(place(target, destination, dialplan, context));
  return OK;
}

function dualTransfer(leg: Leg, rest: string): string {
  const [first = '', second = ''] = rest.split(' ');
  const peer = leg.thread.bridge?.peer(leg);
  if (first === '' || second === '') return '-USAGE: <uuid> <A-dest-exten>[/<A-dialplan>][/<A-context>] <B-dest-exten>[/<B-dialplan>][/<B-context>]\n';
  if (!peer) return NO_CHANNEL;
  peer.thread.start(placeOf(peer, second));
  leg.thread.start(placeOf(leg, first));
  return OK;
}

function muteLeg(leg: Leg, rest: string): string {
  const [verb = '', side = '', what = '', level = '1'] = rest.split(' ');
  if (verb === 'stop') leg.muted = false;
  else if (verb === 'start' && side === 'read' && what === 'mute') leg.muted = level !== '0';
  leg.voiceChanged();
  return '+OK Success\n';
}

function sofia(core: Core, text: string): string {
  const gateway = /^status gateway (\S+)$/.exec(text);
  if (gateway) {
    const known = core.configuration.gateways.get(gateway[1] ?? '');
    return known ? `Name    \t${known.name}\nProfile \t${known.profile}\nState   \tNOREG\nStatus  \t${core.outside.trunkUp ? 'UP' : 'DOWN'}\n` : 'Invalid Gateway!\n';
  }
  return text.startsWith('status') || text.startsWith('recover') ? OK : '-ERR Invalid command\n';
}
