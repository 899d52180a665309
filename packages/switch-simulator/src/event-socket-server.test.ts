import { connect } from 'node:net';
import { readConfiguration, startSimulator, type Simulator } from './index';
import { Controller } from './testing/controller';

const XML = '<document type="freeswitch/xml"><section name="configuration"><configuration name="sofia.conf"><profiles><profile name="trunk"><settings><param name="context" value="public"/></settings></profile></profiles></configuration></section><section name="dialplan"><context name="public"><extension name="x"><condition field="destination_number" expression="^1$"><action application="answer"/><action application="park"/></condition></extension></context></section></document>';
let simulator: Simulator;
beforeEach(async () => { simulator = await startSimulator({ config: readConfiguration(XML), eventPort: 0, httpPort: 0, password: 'secret', log: () => undefined }); });
afterEach(async () => { await simulator.stop(); });

/** Sends raw bytes and gives all that came back until the switch closes or falls silent. */
const raw = (text: string): Promise<string> => new Promise((resolve) => {
  const socket = connect(simulator.eventPort, '127.0.0.1');
  let said = '';
  socket.on('data', (chunk) => { said += chunk.toString('utf8'); });
  socket.on('close', () => resolve(said));
  socket.on('error', () => resolve(said));
  socket.write(text);
  setTimeout(() => { socket.destroy(); }, 150);
});

describe('the event socket of the simulated switch', () => {
  it('answers a command before the password as the switch does, and does not run it', async () => expect(await raw('api status\n\n')).toBe('Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: -ERR command not found\n\n'));
  it('closes after a wrong password', async () => expect(await raw('auth ClueCon\n\napi status\n\n')).toContain('-ERR invalid\n\nContent-Type: text/disconnect-notice'));
  it('says goodbye on exit', async () => expect(await raw('auth secret\n\nexit\n\n')).toContain('+OK bye'));
  it('answers pipelined commands in order', async () => {
    const control = await Controller.open(simulator.eventPort, 'secret');
    const answers = await Promise.all(Array.from({ length: 50 }, (_, number) => control.api(`echo ${number}`)));
    expect(answers).toEqual(Array.from({ length: 50 }, (_, number) => String(number)));
    control.close();
  });
  it('gives the answers of a switch to unknown commands, legs and variables', async () => {
    const control = await Controller.open(simulator.eventPort, 'secret');
    expect(await control.api('nosuch')).toBe('-ERR nosuch Command not found!\n');
    expect(await control.api('uuid_kill nobody')).toBe('-ERR No such channel!\n');
    expect(await control.api('uuid_kill')).toBe('-USAGE: <uuid> [cause]\n');
    expect(await control.api('uuid_bridge a b')).toBe('-ERR Invalid uuid\n');
    expect(await control.api('uuid_hold nobody')).toBe('+OK Success\n');
    expect(await control.api('uuid_exists nobody')).toBe('false');
    expect(await control.api('global_getvar nothing')).toBe('-ERR no reply\n');
    expect(await control.api('originate')).toMatch(/^-USAGE: <call url>/);
    expect(await control.api('originate user/8001@ronghu &park()')).toBe('-ERR SUBSCRIBER_ABSENT\n');
    expect(await control.api('originate sofia/gateway/none/138 &park()')).toBe('-ERR INVALID_GATEWAY\n');
    expect(await control.command('sendmsg nobody\ncall-command: hangup')).toBe('-ERR invalid session id [nobody]');
    expect(await control.command('nosuch')).toBe('-ERR command not found');
    expect(await control.command('event json NOSUCHEVENT!')).toBe('-ERR no keywords supplied');
    control.close();
  });
  it('keeps the lease with the very command of the director, and lets an older epoch do nothing', async () => {
    const control = await Controller.open(simulator.eventPort, 'secret');
    await control.api('global_setvar ronghu_lease_epoch=7');
    const fenced = (epoch: number): Promise<string> => control.api(`expand expand \${cond('\${ronghu_lease_epoch}' == '${epoch}' ? global_setvar : echo ronghu_fenced)} ronghu_lease_until=\${expr(\${strepoch()}+3)}`);
    expect(await fenced(6)).toMatch(/^ronghu_fenced/);
    expect(await fenced(7)).toBe('+OK\n');
    expect(Number(await control.api('global_getvar ronghu_lease_until')) - Date.now() / 1000).toBeGreaterThan(1.5);
    control.close();
  });
  it('lets through only what the filters allow', async () => {
    const control = await Controller.open(simulator.eventPort, 'secret');
    await control.command('noevents');
    await control.command('filter Event-Name /^(?!CHANNEL_EXECUTE_COMPLETE$)/');
    await control.command('filter Application-UUID /^rh-/');
    await control.command('event json CHANNEL_CREATE CHANNEL_PARK CHANNEL_EXECUTE_COMPLETE');
    const leg = simulator.core.outside.call('13800138000', '1');
    const uuid = leg?.uuid ?? '';
    await control.of('CHANNEL_PARK', uuid);
    await control.command(`sendmsg ${uuid}\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=b\nevent-uuid: rh-9`);
    await control.until((event) => event['Application-UUID'] === 'rh-9');
    expect(control.events.map((event) => event['Event-Name'])).toEqual(['CHANNEL_CREATE', 'CHANNEL_PARK', 'CHANNEL_EXECUTE_COMPLETE']);
    control.close();
  });
  it('runs messages in order when they are locked', async () => {
    const control = await Controller.open(simulator.eventPort, 'secret');
    const leg = simulator.core.outside.call('13800138000', '1');
    const uuid = leg?.uuid ?? '';
    await control.of('CHANNEL_PARK', uuid);
    for (const [id, ms] of [['rh-1', 60], ['rh-2', 10], ['rh-3', 1]] as const) await control.command(`sendmsg ${uuid}\ncall-command: execute\nexecute-app-name: sleep\nexecute-app-arg: ${ms}\nevent-lock: true\nevent-uuid: ${id}`);
    await control.until((event) => event['Event-Name'] === 'CHANNEL_EXECUTE_COMPLETE' && event['Application-UUID'] === 'rh-3');
    expect(control.events.filter((event) => event['Event-Name'] === 'CHANNEL_EXECUTE_COMPLETE' && String(event['Application-UUID']).startsWith('rh-')).map((event) => event['Application-UUID'])).toEqual(['rh-1', 'rh-2', 'rh-3']);
    control.close();
  });
  it('refuses a call when the switch is full', async () => {
    const full = await startSimulator({ config: { ...readConfiguration(XML), maxSessions: 1 }, eventPort: 0, log: () => undefined });
    expect(full.core.outside.call('1380', '1')).not.toBeNull();
    expect(full.core.outside.call('1381', '1')).toBeNull();
    await full.stop();
  });
});

describe('the control interface', () => {
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await fetch(`http://127.0.0.1:${simulator.httpPort}${path}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  it('places a call, presses keys and hangs up', async () => {
    const control = await Controller.open(simulator.eventPort, 'secret');
    const { body } = await post('/calls', { from: '13800138000', to: '1' });
    await control.of('CHANNEL_PARK', String(body['uuid']));
    expect((await post(`/calls/${String(body['uuid'])}/dtmf`, { digits: '12#' })).status).toBe(200);
    await control.until((event) => event['Event-Name'] === 'DTMF' && event['DTMF-Digit'] === '#');
    expect((await post(`/calls/${String(body['uuid'])}/hangup`, {})).status).toBe(200);
    await control.of('CHANNEL_DESTROY', String(body['uuid']));
    expect((await post(`/calls/${String(body['uuid'])}/hangup`, {})).status).toBe(404);
    control.close();
  });
  it.each([['letters for a number', '/calls', { from: 'x', to: '1' }], ['no body', '/calls', ''], ['a body that is no JSON', '/calls', '{'], ['a list', '/calls', '[]'], ['a number that is no text', '/calls', { from: 1, to: 2 }]])('refuses %s in Chinese', async (_, path, body) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(400);
    expect(String(answer.body['error'])).toMatch(/[\u4e00-\u9fff]/);
  });
  it('refuses a page of another origin', async () => expect((await post('/calls', { from: '13800138000', to: '1' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(400));
  it('does not know other addresses', async () => expect((await post('/nothing', {})).status).toBe(404));
  it('shows the page', async () => expect(await (await fetch(`http://127.0.0.1:${simulator.httpPort}/`)).text()).toContain('模拟交换'));
});
