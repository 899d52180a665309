import type { PhoneProfile, ProvisionedFile } from './provision';

/** `<mac>.cfg` in Fanvil's `<<VOIP CONFIG FILE>>` form. */
export function fanvil(phone: PhoneProfile): ProvisionedFile {
  const line = (key: string, value: string | number): string => `${key.padEnd(18)}:${value}`;
  const sections: [string, string[]][] = [
    ['SIP CONFIG MODULE', [
      '--SIP Line List--  :', line('SIP1 Enable Reg', 1), line('SIP1 Phone Number', phone.extension), line('SIP1 Display Name', phone.displayName), line('SIP1 Register Addr', phone.server), line('SIP1 Register Port', phone.port),
      line('SIP1 Register User', phone.extension), line('SIP1 Register Pswd', phone.password), line('SIP1 Register TTL', 300), line('SIP1 DTMF Mode', 1), line('SIP1 VoiceCodecMap', 'PCMA,PCMU'),
    ]],
    ['PHONE FEATURE MODULE', ['--Phone Feature--  :', line('Call Waiting', 0), line('Enable DND', 0), line('Default Language', 'cn')]],
    ['DATE TIME MODULE', ['--Date Time--      :', line('SNTP Server', phone.ntp), line('Time Zone', 32), line('Enable SNTP', 1)]],
    ['WEB ACCOUNT MODULE', ['--WEB Account--    :', line('Account1 Name', 'admin'), line('Account1 Pswd', phone.adminPassword), line('Account1 Level', 10)]],
    ...(phone.provisioningUrl ? [['AUTOUPDATE CONFIG MODULE', ['--Auto Update--    :', line('Auto Server Addr', phone.provisioningUrl), line('Auto Pbx Url', phone.provisioningUrl), line('Download Mode', 1), line('Download Interval', 24)]] as [string, string[]]] : []),
  ];
  return { name: `${phone.mac}.cfg`, content: `<<VOIP CONFIG FILE>>Version:2.0000000000\n\n${sections.map(([title, lines]) => `<${title}>\n${lines.join('\n')}\n`).join('\n')}\n<<END OF FILE>>\n` };
}
