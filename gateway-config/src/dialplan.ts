import { SWITCH, type PromptName } from '@ronghu/contract';
import type { NodeDescription } from './node-description';
import { element } from './xml';

/** Alive while the director's lease lives on the node's own clock. An unset variable gives `-ERR`, so a node without a centre serves locally: fails safe. */
const ALIVE = `\${cond(\${strepoch()} < \${${SWITCH.global.leaseUntil}} ? alive : dead)}`;
const { extension, variable, stage } = SWITCH;
const TURNS = 12;
const [scheme = '', name = ''] = SWITCH.music.split('://'), MUSIC = { scheme, name };

const action = (application: string, data?: string): string => element('action', data === undefined ? { application } : { application, data });
const otherwise = (application: string, data?: string): string => element('anti-action', data === undefined ? { application } : { application, data });
const set = (name: string, value: string): string => action('set', `${name}=${value}`);
const to = (name: string): string => `${name} XML ${SWITCH.context.public}`;
const tell = (name: string, more = ''): string => action('event', `Event-Name=CUSTOM,Event-Subclass=${SWITCH.stageEvent},${SWITCH.stageHeader}=${name}${more}`);
const on = (field: string, expression: string, children: readonly string[] = []): string => element('condition', { field, expression }, children);
const named = (name: string, conditions: readonly string[]): string => element('extension', { name }, conditions);
const simple = (name: string, actions: readonly string[]): string => named(name, [on('destination_number', `^${name}$`, actions)]);

/** Context `public`: callers of the trunks, and the rooms a call is moved to. One context, one file: a second of the same name is silently ignored. */
export function publicContext(node: NodeDescription): string {
  const prompt = (name: PromptName): string => `${node.directories.prompts}/${name}.wav`;
  return element('context', { name: SWITCH.context.public }, [
    incoming(node), waiting(node), hunt(), huntLoop(node, prompt), rating(prompt),
    agentHold(), agentHoldLoop(node),
    simple(extension.blocked, [action('playback', prompt('blocked')), action('hangup', 'CALL_REJECTED')]),
    simple(extension.busy, [action('playback', prompt('all-busy')), action('hangup', 'NORMAL_CLEARING')]),
    named('refuse', [on('destination_number', '.*', [set('process_cdr', 'false'), action('respond', '404 Not Found')])]),
  ]);
}

/** Context `phones`: what a hand may dial on a desk phone. Outside numbers go through the screen while the centre lives, through the trunk when it is away. */
export function phonesContext(node: NodeDescription): string {
  const trunk = node.trunks[0];
  return element('context', { name: SWITCH.context.phones }, [
    named('hotline', [on('destination_number', hotlineExpression(node), [action('transfer', `\${destination_number} XML ${SWITCH.context.public}`)])]),
    named('colleague', [on('destination_number', `^(${node.phones.map((phone) => phone.extension).join('|') || 'none'})$`, [
      set(variable.callId, '${uuid}'), set(variable.direction, 'internal'), set(variable.servedBy, 'local'), set('hangup_after_bridge', 'true'), set('call_timeout', String(node.huntSeconds)),
      action('bridge', `user/\${destination_number}@${SWITCH.domain}`),
    ])]),
    ...(trunk ? [named('outside', [
      on('destination_number', '^\\+?\\d{3,20}$'),
      on(ALIVE, '^alive$', [
        set('process_cdr', 'false'), action('respond', '403 Dial On Screen'),
        otherwise('set', `${variable.callId}=\${uuid}`), otherwise('set', `${variable.direction}=outbound`), otherwise('set', `${variable.servedBy}=local`), otherwise('set', 'hangup_after_bridge=true'),
        otherwise('set', 'RECORD_STEREO=true'), otherwise('set', `${variable.recording}=${node.directories.recordings}/local-\${uuid}.wav`), otherwise('record_session', `\${${variable.recording}}`),
        otherwise('bridge', `sofia/gateway/${trunk.name}/\${destination_number}`),
      ]),
    ])] : []),
    named('refuse', [on('destination_number', '.*', [set('process_cdr', 'false'), action('respond', '404 Not Found')])]),
  ]);
}

function hotlineExpression(node: NodeDescription): string {
  return `^(${node.hotlines.map((hotline) => hotline.replace('+', '\\+')).join('|')})$`;
}

/** Answered and recorded at once, so that the music is heard and nothing of the call is missing from the file. */
function incoming(node: NodeDescription): string {
  return named('in', [
    on('destination_number', hotlineExpression(node)),
    on(ALIVE, '^alive$', [
      ...born(set, `${node.directories.recordings}/\${uuid}.wav`),
      action('transfer', to(extension.wait)),
      ...born((name, value) => otherwise('set', `${name}=${value}`), `${node.directories.recordings}/local-\${uuid}.wav`, otherwise),
      otherwise('transfer', to(extension.hunt)),
    ]),
  ]);
}

/**
 * What every inbound call gets before it goes anywhere. Its record is written whatever becomes of the centre and is deduplicated by
 * the call id; the transfers of the waiting room are many, so their limit is lifted.
 */
function born(put: (name: string, value: string) => string, file: string, act: (application: string, data?: string) => string = action): string[] {
  const alive = act === action;
  return [
    put(variable.callId, '${uuid}'), put(variable.direction, 'inbound'), put(variable.role, 'customer'), put(variable.hotline, '${destination_number}'),
    put(variable.servedBy, alive ? 'centre' : 'local'), put(variable.recording, file),
    // The log of applications grows by three lines a turn and is written out by `track-calls` again and again.
    put('disable_app_log', 'true'), put('process_cdr', 'true'), put('max_session_transfers', '1000000'), put('hold_music', SWITCH.music), put('RECORD_STEREO', 'true'), put('enable_file_write_buffering', 'false'),
    act('answer'), act('record_session', `\${${variable.recording}}`),
    ...(alive ? [tell(stage.waiting)] : []),
  ];
}

/**
 * Turns of the waiting room within one visit of its extension. A transfer leaves a caller profile behind that lives as long as the call (some 35 KB, and
 * more the longer the chain), so the room reuses its own and transfers are rare: one in twelve turns. A turn itself costs 2 KB until the call ends. A turn that begins after the lease has lapsed is 20 ms of silence, so the caller comes to the hunt at most 240 ms after the end of the turn in which it lapsed.
 * The length is set for each turn, because the director takes it away before it plays a prompt into the room.
 * @param sound the stream while the lease lives, by scheme and name: `cond` cannot return a colon.
 */
function turns(node: NodeDescription, sound: { scheme: string; name: string }): string[] {
  const alive = (yes: string, no: string): string => (yes === no ? yes : `\${cond(\${strepoch()} < \${${SWITCH.global.leaseUntil}} ? ${yes} : ${no})}`);
  const data = `${alive(sound.scheme, 'silence_stream')}://${alive(sound.name, '20')}`;
  return Array.from({ length: TURNS }, () => [set('playback_timeout_sec', String(node.turnSeconds)), action('playback', data)]).flat();
}

/** `transfer_history` grows by a line a visit and travels in every event (88 KB after 1,162 turns), so each visit drops it. */
function waiting(node: NodeDescription): string {
  return named(extension.wait, [
    on('destination_number', `^${extension.wait}$`),
    on(ALIVE, '^alive$', [
      action('reuse_caller_profile'), action('unset', 'transfer_history'), ...turns(node, MUSIC), action('transfer', to(extension.wait)),
      otherwise('transfer', to(extension.hunt)),
    ]),
  ]);
}

/** The station alone. A rating asked for by the centre, or a parking, must not catch this bridge. */
function hunt(): string {
  return simple(extension.hunt, [
    action('unset', 'transfer_history'), action('unset', 'transfer_after_bridge'), action('unset', 'park_after_bridge'), action('unset', 'playback_timeout_sec'),
    set(variable.servedBy, 'local'), set('process_cdr', 'true'), set('hangup_after_bridge', 'true'), set('continue_on_fail', 'true'), set('ignore_early_media', 'true'), set('ringback', SWITCH.music), set('transfer_ringback', SWITCH.music),
    tell(stage.local),
    action('transfer', to('hunting')),
  ]);
}

/** Rings all phones of the hunt group, then plays music for a turn and looks whether the centre is back. */
function huntLoop(node: NodeDescription, prompt: (name: PromptName) => string): string {
  const phones = node.localHuntGroup.map((each) => `[${variable.servedExtension}=${each},process_cdr=false]user/${each}@${SWITCH.domain}`).join(',');
  return named('hunting', [
    on('destination_number', '^hunting$'),
    on(ALIVE, '^alive$', [
      set(variable.servedBy, 'centre'), action('unset', 'hangup_after_bridge'), action('unset', 'continue_on_fail'), tell(stage.returned), action('transfer', to(extension.wait)),
      otherwise('reuse_caller_profile'), otherwise('unset', 'transfer_history'),
      ...(phones === '' ? [] : [otherwise('bridge', `{originate_timeout=${node.huntSeconds},ignore_early_media=true}${phones}`)]),
      otherwise('playback', prompt('local-busy')),
      otherwise('set', `playback_timeout_sec=${node.turnSeconds}`), otherwise('playback', SWITCH.music), otherwise('unset', 'playback_timeout_sec'),
      otherwise('transfer', to('hunting')),
    ]),
  ]);
}

function rating(prompt: (name: PromptName) => string): string {
  return simple(extension.rating, [
    action('unset', 'transfer_history'), action('unset', 'playback_timeout_sec'), tell(stage.rating),
    action('play_and_get_digits', `1 1 2 5000 # ${prompt('rating')} ${prompt('invalid')} ${variable.rating} ^[123]$`),
    tell(stage.rated, `,Ronghu-Rating=\${${variable.rating}}`),
    action('playback', prompt('rating-thanks')), action('hangup', 'NORMAL_CLEARING'),
  ]);
}

function agentHold(): string {
  return simple(extension.agentHold, [tell(stage.agentHeld), action('transfer', to('bwait'))]);
}

/** Silence in short turns: `park` would strand the agent's leg when the centre dies, and `park_timeout` would end a long hold. */
function agentHoldLoop(node: NodeDescription): string {
  return named('bwait', [
    on('destination_number', '^bwait$'),
    on(ALIVE, '^alive$', [
      action('reuse_caller_profile'), action('unset', 'transfer_history'), set('max_session_transfers', '1000000'), ...turns(node, { scheme: 'silence_stream', name: '-1' }), action('transfer', to('bwait')),
      otherwise('hangup', 'NORMAL_CLEARING'),
    ]),
  ]);
}
