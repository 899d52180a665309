import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '@ronghu/switch-simulator';
import { freeswitchXml } from './freeswitch-xml';
import { generateNode } from './generate';
import { DescriptionError, passwordFault, readDescription, type NodeDescriptionInput } from './node-description';
import { exampleNode } from './testing/example-node';

const faults = (change: (node: NodeDescriptionInput) => void): string[] => {
  const node = structuredClone(exampleNode('/var/lib/ronghu'));
  change(node);
  try { readDescription(node); return []; } catch (error) { return (error as DescriptionError).faults.map((fault) => `${fault.path} ${fault.message}`); }
};

describe('configuration of a FreeSWITCH node', () => {
  const xml = freeswitchXml(readDescription(exampleNode('/var/lib/ronghu')));

  it('is the file that was proved on a real switch', () => {
    expect(xml).toBe(readFileSync(join(__dirname, 'fixtures', 'example.freeswitch.xml'), 'utf8'));
  });

  it('can be read back by the simulated switch', () => {
    const configuration = readConfiguration(xml);
    expect([...configuration.contexts.keys()].sort()).toEqual(['phones', 'public']);
    expect([...configuration.users.keys()]).toEqual(['8001', '8002', '8003']);
    expect([...configuration.profiles.keys()]).toEqual(['phones', 'trunk']);
    expect(configuration.gateways.get('pstn')?.profile).toBe('trunk');
  });

  it('changes what FreeSWITCH is shipped with: address, password, rate, sessions', () => {
    expect(xml).not.toContain('ClueCon');
    expect(xml).toContain('<param name="listen-ip" value="127.0.0.1"/>');
    expect(xml).toContain('<param name="apply-inbound-acl" value="control"/>');
    expect(xml).toContain('<param name="max-sessions" value="1000"/>');
    expect(xml).toContain('<param name="sessions-per-second" value="100"/>');
  });

  it('never registers an address without a password, and lets nobody transfer past the director', () => {
    expect(xml).not.toContain('apply-register-acl');
    expect(xml).toContain('<param name="auth-acl" value="phones"/>');
    expect(xml.match(/name="disable-transfer" value="true"/g)).toHaveLength(2);
  });

  it('writes a record for every call and drops the transfer history at every turn', () => {
    expect(xml).toContain('application="set" data="process_cdr=true"');
    expect(xml).toContain('<param name="log-dir" value="/var/lib/ronghu/spool"/>');
    expect(xml.match(/application="unset" data="transfer_history"/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it('has each context once: a second of the same name would be silently ignored', () => {
    expect(xml.match(/<context name="public">/g)).toHaveLength(1);
  });

  it('escapes a name that looks like XML', () => {
    const node = exampleNode('/var/lib/ronghu');
    if (node.phones[0]) node.phones[0].name = '"><script>&';
    expect(freeswitchXml(readDescription(node))).toContain('value="&quot;&gt;&lt;script&gt;&amp;"');
  });

  it('is readable by its owner only, for it holds passwords', () => {
    const folder = mkdtempSync(join(tmpdir(), 'node-'));
    const { files } = generateNode(exampleNode('/var/lib/ronghu'), folder);
    expect(statSync(files[0] ?? '').mode & 0o777).toBe(0o600);
    rmSync(folder, { recursive: true });
  });
});

describe('a description that is refused', () => {
  it.each([
    ['the shipped event password', (node: NodeDescriptionInput) => { node.eventSocket.password = 'ClueCon'; }, '事件口令是出厂或常见口令'],
    ['the shipped event password with decoration', (node: NodeDescriptionInput) => { node.eventSocket.password = '2024-ClueCon-2025!'; }, '事件口令是出厂或常见口令'],
    ['a short event password', (node: NodeDescriptionInput) => { node.eventSocket.password = 'aB3$5'; }, '事件口令'],
    ['the shipped phone password', (node: NodeDescriptionInput) => { if (node.phones[0]) node.phones[0].password = '1234'; }, '分机 8001 的口令'],
    ['a phone password with the extension in it', (node: NodeDescriptionInput) => { if (node.phones[0]) node.phones[0].password = 'phone-8001-phone'; }, '含有分机号'],
    ['the same extension twice', (node: NodeDescriptionInput) => { if (node.phones[1]) node.phones[1].extension = '8001'; }, '分机 8001 重复'],
    ['a hunt group with a foreign phone', (node: NodeDescriptionInput) => { node.localHuntGroup = ['8009']; }, '8009 不在本节点'],
    ['an event socket open to the world', (node: NodeDescriptionInput) => { node.eventSocket.address = '0.0.0.0'; node.eventSocket.allowFrom = ['0.0.0.0/0']; }, '事件口不能对所有地址开放'],
    ['a path that the dialplan would read as commands', (node: NodeDescriptionInput) => { node.directories.recordings = '/tmp/${system(id)}'; }, '目录必须是绝对路径'],
    ['a hotline with letters', (node: NodeDescriptionInput) => { node.hotlines = ['.*']; }, '号码必须是'],
    ['an unknown field', (node: NodeDescriptionInput) => { Object.assign(node, { debug: true }); }, '节点描述'],
  ])('%s', (_, change, expected) => { expect(faults(change).join('\n')).toContain(expected); });

  it('says all faults at once', () => expect(faults((node) => { node.hotlines = []; node.eventSocket.password = 'x'; }).length).toBeGreaterThanOrEqual(2));
  it('takes a good password', () => expect(passwordFault('xR7-mqLw2_Tz9vKp', ['8001'], 16)).toBeNull());
  it.each(['aaaaaaaaaaaaaaaa', '0123456789012345', 'has space in it 1', 'quote"quote"12345', 'Freeswitch123456'])('refuses %j', (password) => expect(passwordFault(password)).not.toBeNull());
});
