import { SWITCH } from '@ronghu/contract';
import type { NodeDescription } from './node-description';
import { element, params, type Attributes } from './xml';

/** Two SIP profiles: `phones` asks everybody for a password, `trunk` lets in only the addresses of the trunks. */
export function sofia(node: NodeDescription): string {
  return element('configuration', { name: 'sofia.conf' }, [
    element('global_settings', {}, params({ 'log-level': 0, 'debug-presence': 0 })),
    element('profiles', {}, [
      profile(SWITCH.profile.phones, [], {
        ...common(node), 'sip-port': node.listen.phonesPort, context: SWITCH.context.phones,
        'auth-calls': true, 'accept-blind-reg': false, 'accept-blind-auth': false, 'auth-subscriptions': true, 'inbound-reg-force-matching-username': true,
        'force-register-domain': SWITCH.domain, 'force-subscription-domain': SWITCH.domain, 'force-register-db-domain': SWITCH.domain,
        'challenge-realm': SWITCH.domain, 'log-auth-failures': true, 'nonce-ttl': 60, 'max-registrations-per-extension': 2, 'sip-force-expires': 300, 'sip-expires-max-deviation': 60,
        // A transfer by the phone's own key would leave the director's sight; it is offered on the screen instead.
        'disable-transfer': true,
      }),
      profile(SWITCH.profile.trunk, node.trunks.map((trunk) => gateway(trunk)), {
        ...common(node), 'sip-port': node.listen.trunkPort, context: SWITCH.context.public,
        'auth-calls': false, 'apply-inbound-acl': 'trunks', 'disable-register': true, 'disable-transfer': true, 'log-auth-failures': true,
      }),
    ]),
  ]);
}

function common(node: NodeDescription): Attributes {
  return {
    'sip-ip': node.listen.address, 'rtp-ip': node.listen.address, dialplan: 'XML', 'user-agent-string': 'Ronghu', 'username': 'Ronghu',
    'inbound-codec-prefs': 'PCMA,PCMU', 'outbound-codec-prefs': 'PCMA,PCMU', 'inbound-codec-negotiation': 'generous', 'inbound-late-negotiation': false,
    'dtmf-type': 'rfc2833', 'rfc2833-pt': 101, 'dtmf-duration': 2000, 'rtp-timer-name': 'soft', 'hold-music': SWITCH.music,
    'manage-presence': false, 'manage-shared-appearance': false, 'track-calls': true, 'max-proceeding': 1_000,
    'session-timeout': 1_800, 'minimum-session-expires': 120, 'enable-100rel': false, 'tls': false, 'sip-trace': false, 'sip-capture': false,
  };
}

function profile(name: string, gateways: readonly string[], values: Attributes): string {
  return element('profile', { name }, [element('gateways', {}, gateways), element('domains'), element('settings', {}, params(values))]);
}

function gateway(trunk: NodeDescription['trunks'][number]): string {
  return element('gateway', { name: trunk.name }, params({
    proxy: `${trunk.address}:${trunk.port}`, realm: trunk.address, register: trunk.register !== undefined,
    username: trunk.register?.username ?? 'ronghu', password: trunk.register?.password ?? 'not-used', 'from-domain': trunk.address,
    'caller-id-in-from': true, 'extension-in-contact': true, ping: trunk.optionsSeconds, 'ping-max': 3, 'ping-min': 1, 'retry-seconds': 20, 'expire-seconds': 600,
  }));
}

/** Users with passwords. `auth-acl` (not `apply-register-acl`, which registers a listed address without any password) keeps foreign networks out. */
export function directory(node: NodeDescription): string {
  return element('section', { name: 'directory' }, [
    element('domain', { name: SWITCH.domain }, [
      element('params', {}, params({ 'dial-string': `{presence_id=\${dialed_user}@\${dialed_domain}}\${sofia_contact(*/\${dialed_user}@\${dialed_domain})}` })),
      element('groups', {}, [element('group', { name: 'phones' }, [element('users', {}, node.phones.map((phone) => element('user', { id: phone.extension }, [
        element('params', {}, params({ password: phone.password, 'auth-acl': 'phones' })),
        element('variables', {}, [
          variable('user_context', SWITCH.context.phones), variable('effective_caller_id_name', phone.name || phone.extension), variable('effective_caller_id_number', phone.extension),
          variable('ronghu_extension', phone.extension),
        ]),
      ])))])]),
    ]),
  ]);
}

function variable(name: string, value: string): string { return element('variable', { name, value }); }
