import type { PhoneProfile, ProvisionedFile } from './provision';

/** `<mac>.cfg`, lower case; the first line is required by the phone. */
export function yealink(phone: PhoneProfile): ProvisionedFile {
  const values: [string, string | number][] = [
    ['account.1.enable', 1], ['account.1.label', phone.displayName], ['account.1.display_name', phone.displayName], ['account.1.user_name', phone.extension], ['account.1.auth_name', phone.extension], ['account.1.password', phone.password],
    ['account.1.sip_server.1.address', phone.server], ['account.1.sip_server.1.port', phone.port], ['account.1.sip_server.1.expires', 300], ['account.1.transport', 0],
    ['account.1.codec.1.enable', 1], ['account.1.codec.1.payload_type', 'PCMA'], ['account.1.codec.1.priority', 1], ['account.1.codec.2.enable', 1], ['account.1.codec.2.payload_type', 'PCMU'], ['account.1.codec.2.priority', 2],
    ['account.1.dtmf.type', 1], ['account.1.dtmf.dtmf_payload', 101], ['account.1.nat.udp_update_enable', 1], ['account.1.blf.blf_list_uri', ''],
    ['voice.vad', 0], ['call_waiting.enable', 0], ['features.dnd.allow', 0], ['forward.always.enable', 0], ['forward.busy.enable', 0], ['forward.no_answer.enable', 0], ['features.intercom.allow', 0],
    ['lang.gui', 'Chinese_S'], ['lang.wui', 'Chinese_S'], ['local_time.time_zone', '+8'], ['local_time.ntp_server1', phone.ntp],
    ['static.security.user_password', `admin:${phone.adminPassword}`], ['static.network.pnp_enable', 0], ['static.auto_provision.dhcp_option.enable', 0],
    ...(phone.provisioningUrl ? [['static.auto_provision.server.url', phone.provisioningUrl], ['static.auto_provision.repeat.enable', 1], ['static.auto_provision.repeat.minutes', 1440]] as [string, string | number][] : []),
  ];
  return { name: `${phone.mac}.cfg`, content: `#!version:1.0.0.1\n${values.map(([key, value]) => `${key} = ${value}`).join('\n')}\n` };
}
