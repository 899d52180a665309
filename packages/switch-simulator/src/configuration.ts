import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DialplanAction, DialplanCondition, DialplanContext } from './dialplan';
import { child, paramsOf, parseXml, type XmlElement } from './xml-tree';

export interface ProfileSettings { name: string; context: string; port: number; earlyBeforeAnswer: boolean; needsPassword: boolean }
export interface Gateway { name: string; profile: string }
export interface DirectoryUser { id: string; domain: string; password: string; variables: ReadonlyMap<string, string> }

/** What the simulator takes from a `freeswitch.xml`, the very file that a real node would run. */
export interface Configuration {
  switchName: string; eventPort: number; eventPassword: string; maxSessions: number; sessionsPerSecond: number; rtpStart: number; address: string;
  contexts: ReadonlyMap<string, DialplanContext>; users: ReadonlyMap<string, DirectoryUser>; domain: string; profiles: ReadonlyMap<string, ProfileSettings>; gateways: ReadonlyMap<string, Gateway>;
  streams: ReadonlyMap<string, string>; recordDirectory: string | null; recordErrorDirectory: string | null; recordUrl: string | null; recordCredential: string | null; recordBLegs: boolean; recordPrefix: boolean; modules: ReadonlySet<string>;
}

/** @param directory folder with `freeswitch.xml`. @throws Error naming what is missing */
export function loadConfiguration(directory: string): Configuration {
  return readConfiguration(readFileSync(join(directory, 'freeswitch.xml'), 'utf8'));
}

export function readConfiguration(text: string): Configuration {
  const document = parseXml(text).find((each) => each.name === 'document');
  if (!document) throw new Error('freeswitch.xml has no document element');
  const section = (name: string): XmlElement | undefined => child(document, 'section', { name });
  const part = (name: string): XmlElement | undefined => child(section('configuration'), 'configuration', { name });
  const values = (name: string): Map<string, string> => paramsOf(child(part(name), 'settings'));
  const core = values('switch.conf'); const events = values('event_socket.conf'); const records = values('json_cdr.conf');
  const profileElements = child(part('sofia.conf'), 'profiles')?.children ?? [];
  const domainElement = child(section('directory'), 'domain');
  const domain = domainElement?.attributes['name'] ?? 'local';
  const profiles = new Map<string, ProfileSettings>(); const gateways = new Map<string, Gateway>();
  for (const element of profileElements) {
    const name = element.attributes['name'] ?? ''; const set = paramsOf(child(element, 'settings'));
    profiles.set(name, { name, context: set.get('context') ?? 'public', port: Number(set.get('sip-port') ?? 5060), earlyBeforeAnswer: set.get('inbound-late-negotiation') !== 'false', needsPassword: set.get('auth-calls') === 'true' });
    for (const gateway of child(element, 'gateways')?.children ?? []) gateways.set(gateway.attributes['name'] ?? '', { name: gateway.attributes['name'] ?? '', profile: name });
  }
  return {
    switchName: core.get('switchname') ?? 'simulator', maxSessions: Number(core.get('max-sessions') ?? 1_000), sessionsPerSecond: Number(core.get('sessions-per-second') ?? 100), rtpStart: Number(core.get('rtp-start-port') ?? 16_384),
    eventPort: Number(events.get('listen-port') ?? 8021), eventPassword: events.get('password') ?? '', address: '127.0.0.1',
    contexts: new Map((section('dialplan')?.children ?? []).filter((each) => each.name === 'context').map((each) => [each.attributes['name'] ?? '', readContext(each)] as const).reverse()),
    users: new Map(usersOf(domainElement, domain).map((user) => [user.id, user])), domain, profiles, gateways,
    streams: new Map((part('local_stream.conf')?.children ?? []).filter((each) => each.name === 'directory').map((each) => [each.attributes['name'] ?? '', each.attributes['path'] ?? ''])),
    recordDirectory: records.get('log-dir') ?? null, recordErrorDirectory: records.get('err-log-dir') ?? records.get('log-dir') ?? null, recordUrl: records.get('url') ?? null, recordCredential: records.get('cred') ?? null,
    recordBLegs: records.get('log-b-leg') === 'true', recordPrefix: records.get('prefix-a-leg') === 'true',
    modules: new Set((child(part('modules.conf'), 'modules')?.children ?? []).map((each) => each.attributes['module'] ?? '')),
  };
}

function usersOf(element: XmlElement | undefined, domain: string): DirectoryUser[] {
  const found: DirectoryUser[] = [];
  const walk = (each: XmlElement): void => {
    if (each.name !== 'user') { each.children.forEach(walk); return; }
    found.push({ id: each.attributes['id'] ?? '', domain, password: paramsOf(child(each, 'params')).get('password') ?? '', variables: paramsOf(child(each, 'variables'), 'variable') });
  };
  if (element) walk(element);
  return found;
}

function readContext(element: XmlElement): DialplanContext {
  return {
    name: element.attributes['name'] ?? '',
    extensions: element.children.filter((each) => each.name === 'extension').map((each) => ({ name: each.attributes['name'] ?? '', continues: each.attributes['continue'] === 'true', conditions: each.children.filter((inner) => inner.name === 'condition').map(readCondition) })),
  };
}

function readCondition(element: XmlElement): DialplanCondition {
  const actions = (name: string): DialplanAction[] => element.children.filter((each) => each.name === name).map((each) => ({ application: each.attributes['application'] ?? '', data: each.attributes['data'] ?? '' }));
  return { field: element.attributes['field'] ?? '', expression: new RegExp(element.attributes['expression'] ?? ''), breakWhen: (element.attributes['break'] ?? 'on-false') as DialplanCondition['breakWhen'], actions: actions('action'), antiActions: actions('anti-action') };
}
