import { z } from 'zod';
import { DescriptionError, passwordFault } from '../node-description';
import { fanvil } from './fanvil';
import { grandstream } from './grandstream';
import { yealink } from './yealink';

export type PhoneVendor = 'yealink' | 'grandstream' | 'fanvil';
export interface ProvisionedFile { name: string; content: string }

const TEXT = /^[^\u0000-\u001f\u007f]*$/;
const Phone = z.strictObject({
  vendor: z.enum(['yealink', 'grandstream', 'fanvil']),
  mac: z.string().transform((mac) => mac.replace(/[-:.\s]/g, '').toLowerCase()).pipe(z.string().regex(/^[0-9a-f]{12}$/, 'MAC 地址不正确')),
  extension: z.string().regex(/^\d{3,8}$/, '分机号必须是 3 到 8 位数字'), password: z.string(), displayName: z.string().max(40).regex(TEXT, '显示名不能含控制字符').default(''),
});

/** The phones of one station and the node they register at (CC-179). */
export const StationProvisioning = z.strictObject({
  station: z.string().max(60).regex(TEXT), server: z.string().regex(/^[A-Za-z0-9.:-]{1,100}$/), port: z.number().int().min(1).max(65_535).default(5060), ntp: z.string().regex(/^[A-Za-z0-9.-]{1,100}$/),
  /** Password of the phones' own web page: the shipped one is known to everybody. */
  adminPassword: z.string(),
  /** Where a phone comes back for its file. */
  provisioningUrl: z.url({ protocol: /^https?$/ }).optional(),
  phones: z.array(Phone).min(1).max(500),
}).superRefine((station, context) => {
  const adminFault = passwordFault(station.adminPassword);
  if (adminFault) context.addIssue({ code: 'custom', path: ['adminPassword'], message: `话机管理口令${adminFault}` });
  const macs = new Set<string>(); const extensions = new Set<string>();
  station.phones.forEach((phone, index) => {
    const fault = passwordFault(phone.password, [phone.extension]);
    if (fault) context.addIssue({ code: 'custom', path: ['phones', index, 'password'], message: `分机 ${phone.extension} 的口令${fault}` });
    if (macs.has(phone.mac)) context.addIssue({ code: 'custom', path: ['phones', index, 'mac'], message: `MAC 地址 ${phone.mac} 重复` });
    if (extensions.has(phone.extension)) context.addIssue({ code: 'custom', path: ['phones', index, 'extension'], message: `分机 ${phone.extension} 重复` });
    macs.add(phone.mac); extensions.add(phone.extension);
  });
});
export type StationProvisioning = z.infer<typeof StationProvisioning>;

/** One phone with what its station gives it. */
export interface PhoneProfile { mac: string; extension: string; password: string; displayName: string; server: string; port: number; ntp: string; adminPassword: string; provisioningUrl: string | undefined }

const WRITERS: Readonly<Record<PhoneVendor, (phone: PhoneProfile) => ProvisionedFile>> = { yealink, grandstream, fanvil };

/** The file that a phone of this make asks for by its MAC address. */
export function provisionPhone(vendor: PhoneVendor, phone: PhoneProfile): ProvisionedFile { return WRITERS[vendor](phone); }

/** All files of a station. @throws DescriptionError with all faults in Chinese */
export function provisionStation(input: unknown): ProvisionedFile[] {
  const result = StationProvisioning.safeParse(input);
  if (!result.success) throw new DescriptionError(result.error.issues.map((issue) => ({ path: issue.path.join('.') || '站点描述', message: issue.message })));
  const { server, port, ntp, adminPassword, provisioningUrl, phones } = result.data;
  return phones.map(({ vendor, mac, extension, password, displayName }) => provisionPhone(vendor, { mac, extension, password, displayName: displayName || extension, server, port, ntp, adminPassword, provisioningUrl }));
}
