import { z } from 'zod';

const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;
/** Absolute, and free of signs that mean something in the dialplan (`$`, comma, quotes, spaces). */
const Directory = z.string().regex(/^\/[A-Za-z0-9_./-]{1,200}$/, '目录必须是绝对路径，且只含字母、数字、点、横线和下划线');
const Address = z.union([z.ipv4(), z.ipv6()], '地址必须是 IP 地址');
const Cidr = z.union([z.cidrv4(), z.cidrv6()], '网段必须写成 192.168.1.0/24 的形式');
const Port = z.number().int().min(1).max(65_535);
const Extension = z.string().regex(/^\d{3,8}$/, '分机号必须是 3 到 8 位数字');
const Number_ = z.string().regex(/^\+?\d{3,20}$/, '号码必须是 3 到 20 位数字');

/** Passwords that a scanner tries first. FreeSWITCH is shipped with `ClueCon` for its event socket and `1234` for its phones. */
const KNOWN = new Set(['cluecon', 'freeswitch', 'password', 'passw0rd', 'admin', 'administrator', 'default', 'secret', 'changeme', 'letmein', 'qwerty', 'ronghu', 'asterisk', 'yealink', 'fanvil', 'grandstream']);

/**
 * Why a password is refused, or null. Refused are shipped and well-known ones (also with digits or signs around), short ones, the
 * extension itself, one character or a run of digits, and signs that a configuration file or the event socket cannot carry.
 */
export function passwordFault(password: string, forbidden: readonly string[] = [], shortest = 12): string | null {
  const lower = password.toLowerCase();
  const core = lower.replace(/^[^a-z]+|[^a-z]+$/g, '');
  if (KNOWN.has(lower) || KNOWN.has(core) || lower.includes('cluecon')) return '是出厂或常见口令';
  if (!/^[\x21-\x7e]+$/.test(password)) return '含有空格、换行或非 ASCII 字符';
  if (/["'<>&\\$`{}]/.test(password)) return '含有引号、尖括号、& 或 $ 等不允许的符号';
  if (password.length < shortest) return `少于 ${shortest} 位`;
  if (forbidden.some((word) => word !== '' && lower.includes(word.toLowerCase()))) return '含有分机号或节点名称';
  if (new Set(lower).size < 6 || '01234567890123456789'.includes(lower) || '98765432109876543210'.includes(lower)) return '过于简单';
  return null;
}

const Trunk = z.strictObject({
  name: z.string().regex(NAME, '中继名称只能含小写字母、数字和横线'), address: z.string().regex(/^[A-Za-z0-9.-]{1,100}$/), port: Port.default(5060),
  /** Where calls of this trunk may come from. */
  allowFrom: z.array(Cidr).min(1),
  /** Only for a trunk that wants a registration. */
  register: z.strictObject({ username: z.string().regex(/^[A-Za-z0-9_.+-]{1,60}$/), password: z.string().min(1).max(100) }).optional(),
  /** Seconds between two SIP OPTIONS; an unanswered one marks the trunk DOWN. */
  optionsSeconds: z.number().int().min(5).max(600).default(20),
});

const Phone = z.strictObject({ extension: Extension, password: z.string(), name: z.string().max(40).default('') });

/** One node of the telephone network, as a person or the settings page describes it. */
export const NodeDescription = z.strictObject({
  name: z.string().regex(NAME, '节点名称只能含小写字母、数字和横线'),
  listen: z.strictObject({ address: Address, phonesPort: Port.default(5060), trunkPort: Port.default(5080) }),
  eventSocket: z.strictObject({ address: Address.default('127.0.0.1'), port: Port.default(8021), password: z.string(), allowFrom: z.array(Cidr).default(['127.0.0.0/8']) }),
  rtp: z.strictObject({ first: Port, last: Port }).default({ first: 16_384, last: 32_768 }),
  directories: z.strictObject({ recordings: Directory, spool: Directory, prompts: Directory, music: Directory }),
  /** Where call records are POSTed; a refused one goes to the spool. Without it every record goes to the spool. */
  records: z.strictObject({ url: z.url({ protocol: /^https?$/ }), username: z.string().max(60), password: z.string().max(100) }).optional(),
  phones: z.array(Phone).max(2_000),
  phonesFrom: z.array(Cidr).min(1),
  trunks: z.array(Trunk).max(50),
  hotlines: z.array(Number_).min(1).max(100),
  localHuntGroup: z.array(Extension).max(50),
  /** Seconds a local phone rings before the caller hears music again. */
  huntSeconds: z.number().int().min(5).max(120).default(20),
  /** Length of a turn of the waiting room: shorter rescues sooner, longer costs the switch less. */
  turnSeconds: z.number().int().min(2).max(15).default(5),
  limits: z.strictObject({ sessions: z.number().int().min(10).max(20_000), sessionsPerSecond: z.number().int().min(5).max(1_000) }).default({ sessions: 1_000, sessionsPerSecond: 100 }),
}).superRefine((node, context) => {
  const fault = (path: (string | number)[], message: string): void => { context.addIssue({ code: 'custom', path, message }); };
  const eventFault = passwordFault(node.eventSocket.password, [node.name], 16);
  if (eventFault) fault(['eventSocket', 'password'], `事件口令${eventFault}`);
  const seen = new Set<string>();
  node.phones.forEach((phone, index) => {
    const phoneFault = passwordFault(phone.password, [phone.extension]);
    if (phoneFault) fault(['phones', index, 'password'], `分机 ${phone.extension} 的口令${phoneFault}`);
    if (seen.has(phone.extension)) fault(['phones', index, 'extension'], `分机 ${phone.extension} 重复`);
    seen.add(phone.extension);
  });
  node.localHuntGroup.forEach((extension, index) => { if (!seen.has(extension)) fault(['localHuntGroup', index], `寻线组中的分机 ${extension} 不在本节点`); });
  node.trunks.forEach((trunk, index) => {
    if (node.trunks.findIndex((other) => other.name === trunk.name) !== index) fault(['trunks', index, 'name'], `中继 ${trunk.name} 重复`);
    if (trunk.register && passwordFault(trunk.register.password, [], 8) === '是出厂或常见口令') fault(['trunks', index, 'register', 'password'], `中继 ${trunk.name} 的口令是出厂或常见口令`);
  });
  if (node.rtp.last - node.rtp.first < 20) fault(['rtp'], '媒体端口范围过小');
  if (node.listen.phonesPort === node.listen.trunkPort) fault(['listen'], '话机端口与中继端口不能相同');
  if (seen.size > 0 && node.hotlines.some((hotline) => seen.has(hotline))) fault(['hotlines'], '热线号码不能与分机号相同');
  if (!/^(127\.|::1$)/.test(node.eventSocket.address) && node.eventSocket.allowFrom.some((cidr) => /\/0$/.test(cidr))) fault(['eventSocket', 'allowFrom'], '事件口不能对所有地址开放');
});
export type NodeDescription = z.infer<typeof NodeDescription>;
export type NodeDescriptionInput = z.input<typeof NodeDescription>;

/** Faults of a description, each with the place it was found at, in Chinese. */
export class DescriptionError extends Error {
  constructor(readonly faults: readonly { path: string; message: string }[]) { super(faults.map((fault) => `${fault.path}：${fault.message}`).join('\n')); }
}

/** @throws DescriptionError with every fault at once. */
export function readDescription(input: unknown): NodeDescription {
  const result = NodeDescription.safeParse(input);
  if (result.success) return result.data;
  throw new DescriptionError(result.error.issues.map((issue) => ({ path: issue.path.join('.') || '节点描述', message: issue.message })));
}
