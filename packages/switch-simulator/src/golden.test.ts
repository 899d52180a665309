import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, readConfiguration, type Simulator } from './index';
import { Controller } from './testing/controller';
import { decisive, transcriptEvents } from './testing/transcript';

/** The laboratory dialplan with which the recordings were made: answer or ring, then park. */
const laboratory = (extension: string): string => `<document type="freeswitch/xml"><section name="configuration">
 <configuration name="event_socket.conf"><settings><param name="password" value="golden"/></settings></configuration>
 <configuration name="switch.conf"><settings><param name="switchname" value="lab"/></settings></configuration>
 <configuration name="sofia.conf"><profiles><profile name="external"><gateways/><settings><param name="context" value="public"/></settings></profile><profile name="internal"><gateways/><settings><param name="context" value="default"/><param name="auth-calls" value="true"/></settings></profile></profiles></configuration>
</section><section name="dialplan">
 <context name="public"><extension name="in"><condition field="destination_number" expression=".*">${extension}</condition></extension></context>
 <context name="default"><extension name="blind"><condition field="destination_number" expression="^(1\\d\\d\\d)$"><action application="set" data="hangup_after_bridge=true"/><action application="set" data="call_timeout=30"/><action application="bridge" data="user/$1@127.0.0.1"/></condition></extension>
 <extension name="dial"><condition field="destination_number" expression="^b(1\\d\\d\\d)$"><action application="bridge" data="user/$1@127.0.0.1"/></condition></extension></context>
</section><section name="directory"><domain name="127.0.0.1"><users>${['1000', '1001', '1002', '1003'].map((id) => `<user id="${id}"><params><param name="password" value="x"/></params></user>`).join('')}</users></domain></section></document>`;
const ANSWER = '<action application="answer"/><action application="park"/>';
const RING = '<action application="ring_ready"/><action application="park"/>';

let simulator: Simulator; let control: Controller; let folder: string;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const start = async (extension = ANSWER): Promise<void> => {
  simulator = await startSimulator({ config: readConfiguration(laboratory(extension)), eventPort: 0, registerPhones: false, log: (text) => { throw new Error(text); } });
  for (const phone of simulator.core.phones.list()) phone.registered = true;
  control = await Controller.open(simulator.eventPort, 'golden');
};
const caller = async (number = '4008'): Promise<string> => {
  const leg = simulator.core.outside.call('2025550100', number);
  if (!leg) throw new Error('refused');
  await control.of('CHANNEL_PARK', leg.uuid);
  return leg.uuid;
};
let agents = 0;
/** Rings a phone and lets it answer, as the director does. */
const agent = async (extension: string, answers = true): Promise<string> => {
  const uuid = `00000000-0000-4000-8000-${String(++agents).padStart(12, '0')}`;
  void control.command(`bgapi originate {origination_uuid=${uuid},origination_caller_id_number=2025550100,ignore_early_media=true${answers ? '' : ',originate_timeout=1'}}user/${extension}@127.0.0.1 &park()`);
  await control.until((event) => event['Event-Name'] === 'CHANNEL_CALLSTATE' && event['Unique-ID'] === uuid && event['Channel-Call-State'] === 'RINGING');
  if (!answers) return uuid;
  simulator.core.phones.get(extension)?.answer();
  await control.of('CHANNEL_PARK', uuid);
  return uuid;
};
const bridged = async (a: string, b: string): Promise<void> => {
  const before = control.events.length;
  await control.api(`uuid_bridge ${a} ${b}`);
  await control.until((event) => control.events.indexOf(event) >= before && event['Event-Name'] === 'CHANNEL_BRIDGE');
  await sleep(10);
};
const gone = async (...uuids: string[]): Promise<void> => { for (const uuid of uuids) await control.of('CHANNEL_DESTROY', uuid); };
const phone = (extension: string) => { const found = simulator.core.phones.get(extension); if (!found) throw new Error('no phone'); return found; };
const callerHangsUp = (uuid: string): void => { const leg = simulator.core.legs.get(uuid); if (leg) simulator.core.outside.hangUp(leg); };

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'golden-')); });
afterEach(async () => { control.close(); await simulator.stop(); rmSync(folder, { recursive: true, force: true }); });

/** A scenario, played on the simulator. It must give leg by leg what the recording holds. */
const SCENARIOS: Record<string, () => Promise<void>> = {
  t01_inbound_parked: async () => { await start(); const a = await caller(); callerHangsUp(a); await gone(a); },
  t02_ring_park_then_answer: async () => { await start(RING); const a = await caller('41008'); await control.api(`uuid_answer ${a}`); await control.of('CHANNEL_ANSWER', a); await sleep(20); callerHangsUp(a); await gone(a); },
  t03_bridge_agent_hangs_up: async () => { await start(); const a = await caller(); const b = await agent('1001'); await bridged(a, b); phone('1001').hangUp(); await gone(a, b); },
  t03b_bridge_park_after: async () => {
    await start(); const a = await caller(); const b = await agent('1001'); await control.api(`uuid_setvar ${a} park_after_bridge true`); await bridged(a, b); phone('1001').hangUp(); await gone(b); await sleep(30); callerHangsUp(a); await gone(a);
  },
  t03c_dialplan_bridge: async () => {
    await start(); const a = await caller(); await control.api(`uuid_setvar ${a} hangup_after_bridge true`); await control.api(`uuid_transfer ${a} b1001 XML default`);
    await control.until((event) => event['Channel-Call-State'] === 'RINGING' && event['Call-Direction'] === 'outbound'); phone('1001').answer(); await control.of('CHANNEL_BRIDGE', a); await sleep(10); phone('1001').hangUp(); await gone(a);
  },
  t03d_caller_hangs_up_bridged: async () => { await start(); const a = await caller(); const b = await agent('1001'); await bridged(a, b); callerHangsUp(a); await gone(a, b); },
  t04_caller_gone_while_ringing: async () => { await start(); const a = await caller(); const b = await agent('1002', false); callerHangsUp(a); await gone(a); await control.api(`uuid_kill ${b} ORIGINATOR_CANCEL`); await gone(b); },
  t04b_caller_gone_dialplan_bridge: async () => {
    await start(); const a = await caller(); await control.api(`uuid_transfer ${a} b1002 XML default`); await control.until((event) => event['Channel-Call-State'] === 'RINGING' && event['Call-Direction'] === 'outbound'); callerHangsUp(a); await gone(a);
    await control.until((event) => event['Event-Name'] === 'CHANNEL_DESTROY' && event['Call-Direction'] === 'outbound');
  },
  t05_agent_no_answer: async () => { await start(); const a = await caller(); const b = await agent('1002', false); await gone(b); callerHangsUp(a); await gone(a); },
  t06b_phone_holds: async () => {
    await start(); const a = await caller(); const b = await agent('1001'); await control.api(`uuid_setvar ${a} hold_music tone_stream://%(1000,4000,350);loops=-1`); await bridged(a, b);
    phone('1001').hold(true); await sleep(60); phone('1001').hold(false); await sleep(40); phone('1001').hangUp(); await gone(a, b);
  },
  t07_blind_transfer_bleg: async () => {
    await start(); const a = await caller(); const b = await agent('1001'); await bridged(a, b); await control.api(`uuid_transfer ${b} -bleg 1003 XML default`); await gone(b);
    const c = await control.until((event) => event['Event-Name'] === 'CHANNEL_PROGRESS' && event['Caller-Destination-Number'] === '1003'); await sleep(10); phone('1003').answer(); await sleep(30); callerHangsUp(a); await gone(a, String(c['Unique-ID']));
  },
  t08_consult_then_complete: async () => {
    await start(); const a = await caller(); const b = await agent('1001'); for (const leg of [a, b]) await control.api(`uuid_setvar ${leg} park_after_bridge true`); await bridged(a, b);
    await control.api(`uuid_park ${b}`); await sleep(30); const c = await agent('1003'); await control.api(`uuid_setvar ${a} park_after_bridge `); await bridged(b, c); await bridged(a, c);
    phone('1001').hangUp(); await gone(b); callerHangsUp(a); await gone(a, c);
  },
  t10_uuid_kill: async () => { await start(); const a = await caller(); const b = await agent('1001'); await bridged(a, b); await control.api(`uuid_kill ${b} MANAGER_REQUEST`); await gone(a, b); },
  t11_dtmf_digits: async () => {
    await start(); const a = await caller();
    await control.command(`sendmsg ${a}\ncall-command: execute\nexecute-app-name: play_and_get_digits\nexecute-app-arg: 1 6 1 6000 # tone_stream://%(200,0,500) silence_stream://250 lab_digits \\d+\nevent-uuid: rh-1`);
    await control.of('PLAYBACK_STOP', a);
    const leg = simulator.core.legs.get(a); for (const digit of '1234#') { if (leg) simulator.core.digit(leg, digit); await sleep(15); }
    const done = await control.until((event) => event['Event-Name'] === 'CHANNEL_EXECUTE_COMPLETE' && event['Application-UUID'] === 'rh-1');
    expect([done['Application-Response'], done['variable_lab_digits']]).toEqual(['_none_', '1234']);
    callerHangsUp(a); await gone(a);
  },
  t11b_digits_timeout: async () => {
    await start(); const a = await caller();
    await control.command(`sendmsg ${a}\ncall-command: execute\nexecute-app-name: play_and_get_digits\nexecute-app-arg: 1 6 1 100 # tone_stream://%(200,0,500) tone_stream://%(100,0,300) lab_digits \\d+\nevent-uuid: rh-1`);
    await control.until((event) => event['Event-Name'] === 'CHANNEL_EXECUTE_COMPLETE' && event['Application-UUID'] === 'rh-1');
    expect(await control.api(`uuid_getvar ${a} lab_digits`)).toBe('_undef_');
    callerHangsUp(a); await gone(a);
  },
  t12_record: async () => {
    await start(); const a = await caller(); const b = await agent('1001'); await bridged(a, b);
    await control.api(`uuid_record ${a} start ${folder}/t12.wav`); await sleep(30); await control.api(`uuid_record ${a} stop ${folder}/t12.wav`); await sleep(10); await control.api(`uuid_record ${a} start ${folder}/t12b.wav`); await sleep(30); callerHangsUp(a); await gone(a, b);
  },
};

/** What a recording holds beside the scenario: files have other names, the recorded phone re-reported its hold with other music. */
const plain = (legs: Record<string, string[]>): Record<string, string[]> => Object.fromEntries(Object.entries(legs).map(([leg, list]) => [leg, list.map((line) => line.replace(/^X play_and_get_digits.*/, 'X play_and_get_digits').replace(/^X playback.*/, 'X playback').replace(/^(RECORD_ST\w+) .*/, '$1').replace(/bridge\(user\/.*/, 'bridge(user)'))]));

describe('the simulator says what a real switch said', () => {
  it.each(Object.keys(SCENARIOS))('%s', async (name) => {
    await SCENARIOS[name]?.();
    expect(plain(decisive(control.events))).toEqual(plain(decisive(transcriptEvents(join(__dirname, 'fixtures', `${name}.esl.gz`)))));
  });
});
