import { AppError } from '../../../platform/errors/app-error';
import { channelVariables } from './command-text';
import { EventSocketLink } from './event-socket-link';
import type { SwitchEvent, SwitchLinkOptions, SwitchLinkState } from './switch-link';
import { apiReply, commandReply, FakeSwitch, frame, until } from './testing/fake-switch';

let fake: FakeSwitch; let port: number; let link: EventSocketLink; let states: SwitchLinkState[];
const make = (more: Partial<SwitchLinkOptions> = {}): EventSocketLink => {
  link = new EventSocketLink({ name: 'centre', host: '127.0.0.1', port, password: 'secret', backoff: { firstMs: 10, largestMs: 40 }, ...more });
  states = [];
  link.onState((state) => states.push(state));
  return link;
};
const echo = (command: string): string | null => command.startsWith('api ') ? apiReply(`${command.slice(4)}\n`) : commandReply('+OK');
const code = async (promise: Promise<unknown>): Promise<string> => promise.then(() => 'resolved', (error: unknown) => error instanceof AppError ? error.code : String(error));

beforeEach(async () => { fake = new FakeSwitch(); fake.answer = echo; port = await fake.listen(); });
afterEach(async () => { await link.close(); await fake.stop(); });

describe('a link that stands', () => {
  it('opens two connections, subscribes on one only, and answers pipelined commands first in, first out', async () => {
    await make().connect();
    expect(fake.connections).toBe(2);
    const answers = await Promise.all(Array.from({ length: 200 }, (_, number) => link.api(`echo ${number}`)));
    expect(answers.map((answer) => answer.text)).toEqual(Array.from({ length: 200 }, (_, number) => `echo ${number}`));
  });

  it('takes -ERR for an answer, not for an accident', async () => {
    fake.answer = () => apiReply('-ERR No such channel!\n');
    await make().connect();
    await expect(link.api('uuid_kill x')).resolves.toEqual({ ok: false, text: '-ERR No such channel!' });
  });

  it('sends a percent sign as it is', async () => {
    await make().connect();
    await link.api('uuid_broadcast x tone_stream://%(200,0,500) %s %d %n');
    expect(fake.commands).toEqual(['api uuid_broadcast x tone_stream://%(200,0,500) %s %d %n']);
  });

  it('refuses a line break, sends nothing and stays up', async () => {
    await make().connect();
    expect(await code(link.api('status\n\napi fsctl shutdown'))).toBe('BAD_INPUT');
    expect(await code(link.bgapi('originate a\r\nb'))).toBe('BAD_INPUT');
    expect(await code(link.sendmsg('leg', { 'execute-app-arg': 'a\nb' }))).toBe('BAD_INPUT');
    expect(await code(link.sendmsg('leg', { 'a: b\nc': 'x' }))).toBe('BAD_INPUT');
    expect(await code(link.sendmsg('leg\n\napi x', {}))).toBe('BAD_INPUT');
    expect(await code(link.sendevent('MESSAGE\nx', {}))).toBe('BAD_INPUT');
    expect(await code(link.api('   '))).toBe('BAD_INPUT');
    expect(fake.commands).toEqual([]);
    expect(link.state).toBe('up');
  });

  it('locks the queue of a leg for sendmsg', async () => {
    await make().connect();
    await link.sendmsg('leg-1', { 'call-command': 'execute', 'execute-app-name': 'playback', 'execute-app-arg': 'a.wav' });
    expect(fake.commands[0]).toBe('sendmsg leg-1\nevent-lock: true\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: a.wav');
  });

  it('gives the result of a job by its id, also when the job overtakes its acceptance', async () => {
    fake.answer = (command) => {
      const id = /Job-UUID: (\S+)/.exec(command)?.[1] ?? '';
      fake.event({ 'Event-Name': 'BACKGROUND_JOB', 'Job-UUID': id, _body: command.includes('second') ? '-ERR NO_ANSWER\n' : '+OK uuid-1\n' });
      return commandReply(`+OK Job-UUID: ${id}`);
    };
    await make().connect();
    const [first, second] = await Promise.all([link.bgapi('originate first'), link.bgapi('originate second')]);
    expect(first).toEqual({ ok: true, text: '+OK uuid-1' });
    expect(second).toEqual({ ok: false, text: '-ERR NO_ANSWER' });
  });

  it('sends a command with the same key once', async () => {
    await make().connect();
    const [one, two] = await Promise.all([link.api('originate x', { key: 'k1' }), link.api('originate x', { key: 'k1' })]);
    await link.api('originate x', { key: 'k1' });
    expect(one).toEqual(two);
    expect(fake.commands).toHaveLength(1);
  });

  it('throws a late answer away instead of giving it to the next command', async () => {
    fake.answer = (command, socket) => {
      if (command === 'api slow') { setTimeout(() => socket.write(apiReply('late') + apiReply('fast')), 60); return null; }
      return command === 'api next' ? null : apiReply('other');
    };
    await make().connect();
    const slow = code(link.api('slow', { timeoutMs: 20 }));
    const next = link.api('next', { timeoutMs: 1_000 });
    expect(await slow).toBe('SWITCH_UNAVAILABLE');
    expect((await next).text).toBe('fast');
  });

  it('is silent when the lease of the director does not allow commands, and the key stays free', async () => {
    let allowed = false;
    await make({ mayCommand: () => allowed }).connect();
    expect(await code(link.api('uuid_kill a', { key: 'k' }))).toBe('DIRECTOR_UNAVAILABLE');
    allowed = true;
    expect((await link.api('uuid_kill a', { key: 'k' })).ok).toBe(true);
    expect(fake.commands).toHaveLength(1);
  });

  it('survives a listener that throws and gives the event to the others', async () => {
    const seen: string[] = [];
    await make().connect();
    link.onEvent(() => { throw new Error('bug'); });
    link.onEvent((event) => seen.push(event.uuid));
    fake.event({ 'Event-Name': 'CHANNEL_CREATE', 'Unique-ID': 'leg-1' });
    await until(() => seen.length === 1);
    expect(link.state).toBe('up');
  });

  it('reads on while a slow listener works, and keeps the order', async () => {
    const seen: number[] = [];
    await make().connect();
    link.onEvent((event) => { const end = performance.now() + 1; while (performance.now() < end); seen.push(Number(event.uuid)); });
    for (let number = 0; number < 300; number++) fake.event({ 'Event-Name': 'DTMF', 'Unique-ID': String(number) });
    await until(() => link.backlog > 20);
    expect((await link.api('status')).text).toBe('status');
    await until(() => seen.length === 300, 8_000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});

describe('a link that breaks', () => {
  const broken: [string, (fake: FakeSwitch) => void][] = [
    ['a cut cable', (each) => each.cut()],
    ['garbage on the event connection', (each) => { each.eventSocket?.write('\x00\x01 garbage\n\n'); }],
    ['a giant length', (each) => { each.eventSocket?.write('Content-Type: text/event-json\nContent-Length: 999999999\n\n'); }],
    ['a wrong length', (each) => { each.eventSocket?.write('Content-Type: text/event-json\nContent-Length: 9\n\n{"Event-Name":"DTMF"}'); }],
    ['an event without a name', (each) => { each.eventSocket?.write(frame('text/event-json', '{"a":"b"}')); }],
    ['an answer that nobody asked for', (each) => { each.commandSocket?.write(apiReply('surprise')); }],
    ['an unknown content type', (each) => { each.commandSocket?.write(frame('text/strange', 'x')); }],
    ['a goodbye', (each) => { each.commandSocket?.write(frame('text/disconnect-notice', 'bye')); }],
  ];
  it.each(broken)('comes back after %s and works on', async (_, hurt) => {
    await make().connect();
    hurt(fake);
    await until(() => states.filter((state) => state === 'up').length === 2);
    expect((await link.api('status')).text).toBe('status');
    expect(states).toEqual(['connecting', 'up', 'down', 'connecting', 'up']);
  });

  it('comes back when an event is broken inside its braces', async () => {
    await make().connect();
    link.onEvent((event) => { event.get('x'); });
    fake.eventSocket?.write(frame('text/event-json', '{"Event-Name":"DTMF","Unique-ID":"a",,}'));
    await until(() => states.filter((state) => state === 'up').length === 2);
  });

  it('rejects what was in flight as unknown, and does not repeat a keyed command after the reconnection', async () => {
    fake.answer = (command) => { if (command.startsWith('api status')) return apiReply('fine'); setTimeout(() => fake.cut(), 5); return null; };
    await make().connect();
    expect(await code(link.api('originate x', { key: 'ring-1' }))).toBe('SWITCH_UNAVAILABLE');
    await until(() => link.state === 'up');
    expect(await code(link.api('originate x', { key: 'ring-1' }))).toBe('SWITCH_UNAVAILABLE');
    expect(fake.commands.filter((command) => command.includes('originate'))).toHaveLength(1);
  });

  it('rejects running jobs when the link goes', async () => {
    fake.answer = () => commandReply('+OK');
    await make().connect();
    const job = code(link.bgapi('originate x'));
    await until(() => fake.commands.length === 1);
    fake.cut();
    expect(await job).toBe('SWITCH_UNAVAILABLE');
  });

  it('says up before it gives the first event of the new connection', async () => {
    const order: string[] = [];
    make();
    link.onState((state) => { if (state === 'up') order.push('up'); });
    link.onEvent((event: SwitchEvent) => order.push(event.uuid));
    await link.connect();
    fake.event({ 'Event-Name': 'DTMF', 'Unique-ID': 'one' });
    await until(() => order.length === 2);
    expect(order).toEqual(['up', 'one']);
  });

  it('waits for a switch that is not there yet', async () => {
    await fake.stop();
    const connecting = make().connect();
    await until(() => states.includes('down'));
    fake = new FakeSwitch(); fake.answer = echo;
    await fake.listen(port);
    await connecting;
    expect(link.state).toBe('up');
  });

  it('gives up at once on a wrong password at the first connection', async () => {
    fake.password = 'another';
    expect(await code(make().connect())).toBe('SWITCH_UNAVAILABLE');
    expect(link.state).toBe('idle');
  });

  it('closes a connection that is silent for too long', async () => {
    await make({ silenceMs: 80 }).connect();
    await until(() => states.filter((state) => state === 'up').length >= 2);
  });

  it('refuses commands while it is down, without waiting', async () => {
    await make().connect();
    await fake.stop();
    await until(() => link.state === 'down' || link.state === 'connecting');
    expect(await code(link.api('status'))).toBe('SWITCH_UNAVAILABLE');
    fake = new FakeSwitch();
  });
});

describe('channel variables', () => {
  it('quotes what needs quoting and leaves plain values alone', () => {
    expect(channelVariables({ origination_uuid: 'a-1', effective_caller_id_name: '张 三,', ignore_early_media: true })).toBe("{origination_uuid=a-1,effective_caller_id_name='张 三,',ignore_early_media=true}");
  });
  it.each(["a'b", 'a}b', '${x}', 'a\nb', 'a\\b', '[x]'])('refuses %j', (value) => { expect(() => channelVariables({ name: value })).toThrow(AppError); });
});
