import { phonesContext, publicContext } from './dialplan';
import type { NodeDescription } from './node-description';
import { directory, sofia } from './sofia';
import { element, params, settings } from './xml';

/** Nothing is loaded that the dialplan does not use: each module is a door. */
const MODULES = ['mod_console', 'mod_logfile', 'mod_commands', 'mod_dptools', 'mod_expr', 'mod_hash', 'mod_dialplan_xml', 'mod_sndfile', 'mod_native_file', 'mod_tone_stream', 'mod_local_stream', 'mod_conference', 'mod_json_cdr', 'mod_sofia', 'mod_event_socket'];

/**
 * The whole configuration of a FreeSWITCH node in one file.
 * @param node a description that `readDescription` accepted.
 */
export function freeswitchXml(node: NodeDescription): string {
  const document = element('document', { type: 'freeswitch/xml' }, [
    element('section', { name: 'configuration' }, configurations(node)),
    element('section', { name: 'dialplan' }, [publicContext(node), phonesContext(node)]),
    directory(node),
    element('section', { name: 'languages' }),
  ]);
  return `<?xml version="1.0" encoding="utf-8"?>\n<!-- 由融呼生成，请勿手改：改节点描述后重新生成。 -->\n${document}\n`;
}

function configurations(node: NodeDescription): string[] {
  return [
    settings('switch.conf', {
      'switchname': node.name, 'max-sessions': node.limits.sessions, 'sessions-per-second': node.limits.sessionsPerSecond, 'rtp-start-port': node.rtp.first, 'rtp-end-port': node.rtp.last,
      loglevel: 'warning', 'colorize-console': false, 'dump-cores': false, 'rtp-enable-zrtp': false, 'event-heartbeat-interval': 15, 'max-dtmf-duration': 192_000, 'default-dtmf-duration': 2_000,
    }),
    element('configuration', { name: 'modules.conf' }, [element('modules', {}, MODULES.map((module) => element('load', { module })))]),
    element('configuration', { name: 'post_load_modules.conf' }, [element('modules')]),
    settings('post_load_switch.conf', {}),
    settings('console.conf', { loglevel: 'warning' }, [element('mappings', {}, [element('map', { name: 'all', value: 'console,notice,warning,err,crit,alert' })])]),
    settings('logfile.conf', { 'rotate-on-hup': true }, [element('profiles', {}, [element('profile', { name: 'default' }, [
      element('settings', {}, params({ rollover: 50_000_000, 'maximum-rotate': 10 })), element('mappings', {}, [element('map', { name: 'all', value: 'notice,warning,err,crit,alert' })]),
    ])])]),
    settings('event_socket.conf', {
      'nat-map': false, 'listen-ip': node.eventSocket.address, 'listen-port': node.eventSocket.port, password: node.eventSocket.password, 'apply-inbound-acl': 'control', 'stop-on-bind-error': true,
    }),
    element('configuration', { name: 'acl.conf' }, [element('network-lists', {}, [
      accessList('control', node.eventSocket.allowFrom), accessList('phones', node.phonesFrom), accessList('trunks', node.trunks.flatMap((trunk) => trunk.allowFrom)),
    ])]),
    element('configuration', { name: 'timezones.conf' }, [element('timezones')]),
    element('configuration', { name: 'hash.conf' }, [element('remotes')]),
    element('configuration', { name: 'local_stream.conf' }, [element('directory', { name: 'moh', path: node.directories.music }, params({ rate: 8_000, channels: 1, interval: 20, shuffle: false, 'timer-name': 'soft' }))]),
    element('configuration', { name: 'conference.conf' }, [
      element('caller-controls', {}, [element('group', { name: 'default' })]),
      element('profiles', {}, [element('profile', { name: 'default' }, params({ rate: 8_000, interval: 20, 'energy-level': 0, 'comfort-noise': false, 'caller-controls': 'none' }))]),
    ]),
    settings('json_cdr.conf', {
      'log-b-leg': false, 'prefix-a-leg': false, 'encode-values': false, encode: false, 'log-dir': node.directories.spool, 'err-log-dir': node.directories.spool, 'log-errors-to-disk': true,
      ...(node.records ? { url: node.records.url, cred: `${node.records.username}:${node.records.password}`, 'auth-scheme': 'basic', retries: 2, delay: 1, timeout: 3, 'log-http-and-disk': false } : {}),
    }),
    sofia(node),
  ];
}

/** Everybody else is denied. */
function accessList(name: string, allowed: readonly string[]): string {
  return element('list', { name, default: 'deny' }, [...new Set(allowed)].map((cidr) => element('node', { type: 'allow', cidr })));
}
