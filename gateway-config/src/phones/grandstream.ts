import { element, escapeXml } from '../xml';
import type { PhoneProfile, ProvisionedFile } from './provision';

/** `cfg<mac>.xml`: P-values as children of `config`. */
export function grandstream(phone: PhoneProfile): ProvisionedFile {
  const values: [string, string | number][] = [
    ['P271', 1], ['P47', `${phone.server}:${phone.port}`], ['P35', phone.extension], ['P36', phone.extension], ['P34', phone.password], ['P3', phone.displayName], ['P270', phone.displayName],
    ['P31', 1], ['P32', 5], ['P130', 0], ['P57', 8], ['P58', 0], ['P850', 101], ['P79', 101], ['P50', 0], ['P91', 1], ['P191', 0],
    ['P1362', 'zh'], ['P64', 'CST-8'], ['P30', phone.ntp], ['P2', phone.adminPassword],
    ...(phone.provisioningUrl ? [['P237', phone.provisioningUrl.replace(/^https?:\/\//, '')], ['P212', phone.provisioningUrl.startsWith('https') ? 2 : 1], ['P194', 1], ['P193', 1440]] as [string, string | number][] : []),
  ];
  const config = element('config', { version: 1 }, values.map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`));
  return { name: `cfg${phone.mac}.xml`, content: `<?xml version="1.0" encoding="UTF-8"?>\n${element('gs_provision', { version: 1 }, [`<mac>${phone.mac}</mac>`, config])}\n` };
}
