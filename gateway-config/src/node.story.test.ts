import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, type Simulator } from '@ronghu/switch-simulator';
import { Controller } from '../../packages/switch-simulator/src/testing/controller';
import { decisive, transcriptEvents } from '../../packages/switch-simulator/src/testing/transcript';
import { generateNode, installSounds } from './generate';
import { exampleNode } from './testing/example-node';

const ALIVE = 'expand global_setvar ronghu_lease_until=${expr(${strepoch()}+3)}';
let folder: string; let simulator: Simulator; let control: Controller; let lease: NodeJS.Timeout | null;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const start = async (change: (node: ReturnType<typeof exampleNode>) => void = () => undefined): Promise<void> => {
  const description = exampleNode(folder);
  change(description);
  const { node } = generateNode(description, join(folder, 'conf'));
  installSounds(node);
  simulator = await startSimulator({ config: join(folder, 'conf'), eventPort: 0, registerPhones: false, log: (text) => { throw new Error(text); } });
  control = await Controller.open(simulator.eventPort, node.eventSocket.password);
};
const keepLease = async (): Promise<void> => { await control.api(ALIVE); lease = setInterval(() => { void control.api(ALIVE); }, 1_000); };
const loseLease = async (): Promise<void> => { if (lease) clearInterval(lease); lease = null; await control.api('global_setvar ronghu_lease_until=0'); };
const register = (extension: string): void => { const phone = simulator.core.phones.get(extension); if (phone) simulator.core.phones.register(phone, true); };
const call = (from = '13800138000'): string => { const leg = simulator.core.outside.call(from, '96060'); if (!leg) throw new Error('refused'); return leg.uuid; };
const stage = (name: string, ms = 5_000) => control.until((event) => event['Event-Subclass'] === 'ronghu::call' && event['Ronghu-Stage'] === name, ms);
const spooled = (): Record<string, unknown>[] => (existsSync(join(folder, 'spool')) ? readdirSync(join(folder, 'spool')).map((name) => (JSON.parse(readFileSync(join(folder, 'spool', name), 'utf8')) as { variables: Record<string, unknown> }).variables) : []);

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'node-')); lease = null; });
afterEach(async () => { if (lease) clearInterval(lease); control.close(); await simulator.stop(); rmSync(folder, { recursive: true, force: true }); });

describe('the generated node, run by the simulated switch', () => {
  it('says, leg by leg, what a real switch said in the same story: wait, prompt, digits, offer, talk, hold, rating', async () => {
    await start();
    await keepLease();
    register('8001');
    const a = call();
    const b = 'aaaaaaaa-0000-4000-8000-00000000000b';
    await stage('waiting');
    await sleep(7_000);
    await control.api(`uuid_setvar ${a} playback_timeout_sec`);
    const send = (application: string, data: string, id: string): Promise<string> => control.command(`sendmsg ${a}\ncall-command: execute\nexecute-app-name: ${application}\nexecute-app-arg: ${data}\nevent-lock: true\nevent-uuid: ${id}`);
    const done = (id: string) => control.until((event) => event['Event-Name'] === 'CHANNEL_EXECUTE_COMPLETE' && event['Application-UUID'] === id, 15_000);
    await send('playback', `${folder}/prompts/transfer.wav`, 'rh-p1');
    await done('rh-p1');
    await send('play_and_get_digits', `1 1 1 4000 # ${folder}/prompts/beep.wav ${folder}/prompts/invalid.wav ronghu_digits ^[120]$`, 'rh-d1');
    await sleep(600);
    await control.api(`uuid_recv_dtmf ${a} 1`);
    expect((await done('rh-d1'))['variable_ronghu_digits']).toBe('1');
    await send('playback', `${folder}/prompts/greeting.wav`, 'rh-p2');
    await sleep(300);
    await control.api(`uuid_break ${a} all`);
    await sleep(100);
    await control.api(`uuid_setvar ${a} transfer_after_bridge rating:XML:public`);
    void control.command(`bgapi originate {origination_uuid=${b},origination_caller_id_number=13800138000,ronghu_call_id=${a},ronghu_role=agent,process_cdr=false,park_timeout=3,originate_timeout=20,ignore_early_media=true}user/8001@ronghu &park()`);
    await control.until((event) => event['Event-Name'] === 'CHANNEL_CALLSTATE' && event['Unique-ID'] === b && event['Channel-Call-State'] === 'RINGING');
    simulator.core.phones.get('8001')?.answer();
    await control.of('CHANNEL_PARK', b);
    await control.command(`bgapi uuid_bridge ${a} ${b}`);
    await control.of('CHANNEL_BRIDGE', a);
    await sleep(200);
    await control.command(`bgapi uuid_dual_transfer ${a} wait/XML/public bpark/XML/public`);
    await stage('agentHeld');
    await sleep(200);
    await control.command(`bgapi uuid_bridge ${a} ${b}`);
    await sleep(200);
    await control.api(`uuid_audio ${b} start read mute 1`);
    await control.api(`uuid_audio ${b} stop`);
    simulator.core.phones.get('8001')?.hangUp();
    await stage('rating');
    await sleep(300);
    await control.api(`uuid_recv_dtmf ${a} 1`);
    await control.of('CHANNEL_DESTROY', a);
    expect(decisive(control.events)).toEqual(decisive(transcriptEvents(join(__dirname, 'fixtures', 'loop.esl.gz'))));
    expect((await control.of('CHANNEL_HANGUP_COMPLETE', a))['variable_ronghu_rating']).toBe('1');
    await simulator.core.settled();
    expect(spooled().map((variables) => [variables['ronghu_call_id'], variables['ronghu_rating'], variables['ronghu_served_by']])).toEqual([[a, '1', 'centre']]);
  }, 40_000);

  it('gives a new caller to the local phones when there is no lease, records it and spools a record', async () => {
    await start();
    register('8001'); register('8002');
    const a = call();
    await stage('local');
    await control.until((event) => event['Event-Name'] === 'CHANNEL_CALLSTATE' && event['Channel-Call-State'] === 'RINGING' && event['Call-Direction'] === 'outbound' && event['Caller-Destination-Number'] === '8002');
    simulator.core.phones.get('8002')?.answer();
    await control.of('CHANNEL_BRIDGE', a);
    await control.until((event) => event['Event-Name'] === 'CHANNEL_HANGUP' && event['Hangup-Cause'] === 'LOSE_RACE');
    await sleep(300);
    simulator.core.phones.get('8002')?.hangUp();
    await control.of('CHANNEL_DESTROY', a);
    await simulator.core.settled();
    expect(spooled()).toHaveLength(1);
    const [record] = spooled();
    expect([record?.['ronghu_served_by'], record?.['ronghu_call_id'], record?.['ronghu_recording']]).toEqual(['local', a, `${folder}/recordings/local-${a}.wav`]);
    expect(String(record?.['originated_legs'])).toContain(`${String(record?.['last_bridge_to'])};Outbound Call;8002`);
  });

  it('rescues a waiting caller within a turn when the lease lapses, and takes it back when the centre returns', async () => {
    await start((node) => { node.turnSeconds = 2; node.huntSeconds = 5; });
    await keepLease();
    const a = call();
    await stage('waiting');
    await loseLease();
    const lost = Date.now();
    await stage('local');
    expect(Date.now() - lost).toBeLessThan(2_500);
    await keepLease();
    await stage('returned', 12_000);
    expect(simulator.core.legs.get(a)?.destination).toBe('wait');
    expect(simulator.core.legs.get(a)?.variable('ronghu_served_by')).toBe('centre');
  }, 30_000);

  it('keeps the variables of a long waiting caller small', async () => {
    await start((node) => { node.turnSeconds = 2; });
    await keepLease();
    const a = call();
    await stage('waiting');
    const before = (await control.api(`uuid_dump ${a} json`)).length;
    await sleep(6_500);
    expect(Math.abs((await control.api(`uuid_dump ${a} json`)).length - before)).toBeLessThan(250);
  }, 15_000);

  it('lets a talking call talk on when the lease lapses', async () => {
    await start();
    await keepLease();
    register('8001');
    const a = call();
    await stage('waiting');
    void control.command(`bgapi originate {origination_uuid=bbbbbbbb-0000-4000-8000-00000000000b,process_cdr=false}user/8001@ronghu &park()`);
    await control.until((event) => event['Event-Name'] === 'CHANNEL_PROGRESS');
    simulator.core.phones.get('8001')?.answer();
    await control.of('CHANNEL_PARK', 'bbbbbbbb-0000-4000-8000-00000000000b');
    await control.command(`bgapi uuid_bridge ${a} bbbbbbbb-0000-4000-8000-00000000000b`);
    await control.of('CHANNEL_BRIDGE', a);
    await loseLease();
    await sleep(1_500);
    expect(simulator.core.legs.get(a)?.thread.bridge).not.toBeNull();
  });

  it('refuses a number that is no hotline, and writes no record of it', async () => {
    await start();
    const leg = simulator.core.outside.call('13800138000', '110');
    await control.of('CHANNEL_DESTROY', leg?.uuid ?? '');
    expect((await control.of('CHANNEL_HANGUP', leg?.uuid ?? ''))['Hangup-Cause']).toBe('UNALLOCATED_NUMBER');
    expect(spooled()).toEqual([]);
  });

  it('ends an agent on hold when the lease lapses, and sends the customer to the station', async () => {
    await start((node) => { node.turnSeconds = 2; });
    await keepLease();
    register('8001');
    const a = call(); const b = 'cccccccc-0000-4000-8000-00000000000b';
    await stage('waiting');
    void control.command(`bgapi originate {origination_uuid=${b},process_cdr=false}user/8001@ronghu &park()`);
    await control.until((event) => event['Event-Name'] === 'CHANNEL_PROGRESS');
    simulator.core.phones.get('8001')?.answer();
    await control.of('CHANNEL_PARK', b);
    await control.command(`bgapi uuid_bridge ${a} ${b}`);
    await control.of('CHANNEL_BRIDGE', a);
    await control.command(`bgapi uuid_dual_transfer ${a} wait/XML/public bpark/XML/public`);
    await stage('agentHeld');
    await loseLease();
    await stage('local');
    await control.of('CHANNEL_DESTROY', b);
    expect(simulator.core.legs.has(a)).toBe(true);
  });

  it('records in stereo: the customer on channel 0, what the customer hears on channel 1', async () => {
    await start();
    await keepLease();
    const a = call();
    const path = join(folder, 'recordings', `${a}.wav`);
    await stage('waiting');
    await sleep(1_200);
    const leg = simulator.core.legs.get(a);
    if (leg) simulator.core.outside.hangUp(leg);
    await control.of('CHANNEL_DESTROY', a);
    await simulator.core.settled();
    const wav = readFileSync(path);
    expect([wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)]).toEqual([2, 8_000, 16]);
    const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44));
    const level = (channel: number): number => { let sum = 0; for (let at = channel; at < samples.length; at += 2) sum += Math.abs(samples[at] ?? 0); return sum / (samples.length / 2); };
    expect(samples.length / 2 / 8_000).toBeGreaterThan(1.1);
    expect(level(0)).toBeGreaterThan(200);
    expect(level(1)).toBeGreaterThan(200);
  });
});
