import { AppError } from '../../../platform/errors/app-error';

const LONGEST = 60 * 1024;

/**
 * A line of the event socket. A line break would begin a second command, so it is refused, never cut out or escaped.
 * @throws AppError BAD_INPUT
 */
export function commandLine(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new AppError('BAD_INPUT', '发往语音交换的指令中不能含有换行或空字符');
  if (text.trim() === '') throw new AppError('BAD_INPUT', '发往语音交换的指令是空的');
  if (text.length > LONGEST) throw new AppError('BAD_INPUT', '发往语音交换的指令过长');
  return text;
}

/**
 * `sendmsg` or `sendevent` with headers and body.
 * @throws AppError BAD_INPUT for a header name or value that could break out of its line.
 */
export function messageText(firstLine: string, headers: Readonly<Record<string, string>>, body?: string): string {
  let text = `${commandLine(firstLine)}\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name) || name.toLowerCase() === 'content-length') throw new AppError('BAD_INPUT', '发往语音交换的消息头名称不正确');
    if (/[\r\n\0]/.test(value) || value.length > LONGEST) throw new AppError('BAD_INPUT', '发往语音交换的消息头中不能含有换行或空字符');
    text += `${name}: ${value}\n`;
  }
  if (body === undefined || body === '') return text;
  return `${text}content-length: ${Buffer.byteLength(body)}\n\n${body}`;
}

const BARE = /^[A-Za-z0-9_./:@-]+$/;

/**
 * Channel variables of an originate: `{a=1,b='two words'}`. Values are quoted for the switch's own parser.
 * @throws AppError BAD_INPUT for a value that the parser of the switch could read as something else (quote, backslash, bracket, `$`).
 */
export function channelVariables(variables: Readonly<Record<string, string | number | boolean>>): string {
  const parts = Object.entries(variables).map(([name, raw]) => {
    const value = String(raw);
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,60}$/.test(name)) throw new AppError('BAD_INPUT', '通道变量名称不正确');
    if (/['"\\{}[\]<>$\r\n\0^|]/.test(value)) throw new AppError('BAD_INPUT', '通道变量的值中含有不允许的字符');
    return BARE.test(value) ? `${name}=${value}` : `${name}='${value}'`;
  });
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
