// The questions of the installer: one table for the wizard, the answers file and the command line.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';

const address = (text) => (/^[A-Za-z0-9_.:-]{1,253}$/.test(text) ? null : '应为主机名或 IP 地址');
const port = (text) => (Number.isInteger(Number(text)) && Number(text) >= 1 && Number(text) <= 65535 ? null : '应为 1 到 65535 的端口号');
const oneOf = (...names) => (text) => (names.includes(text) ? null : `应为 ${names.join('、')} 之一`);
const folder = (text) => (/^\/[^\s"'\\$`;|&<>]*$/.test(text) ? null : '应为不含空格与特殊字符的绝对路径');
const optionalFolder = (text) => (text === '' ? null : folder(text));
const several = (a) => a.form !== 'single';
/** In the order asked. `when`: asked only then; otherwise the default holds. */
export const questions = [
  { key: 'form', text: '部署形态：single 单机，standby 双机主备，cluster 多机', default: 'single', check: oneOf('single', 'standby', 'cluster') },
  { key: 'serverName', text: '用户访问的域名或地址（写入证书）', default: '127.0.0.1', check: address },
  { key: 'hostAddress', text: '本机地址（主机之间互访）', default: '', check: address, when: several },
  { key: 'hosts', text: '全部主机地址，逗号分隔（含本机）', default: '', check: (text) => (text.split(',').length >= 2 && text.split(',').every((h) => address(h.trim()) === null) ? null : '应为至少两个主机地址，逗号分隔'), when: several },
  { key: 'virtualAddress', text: '浮动地址（由 keepalived 在两机间切换）', default: '', check: address, when: (a) => a.form === 'standby' },
  { key: 'join', text: '首台主机导出的加入文件（首台主机留空）', default: '', check: optionalFolder, when: several },
  { key: 'joinPassphraseFile', text: '加入文件的口令所在文件', default: '', check: optionalFolder, when: (a) => several(a) && a.join !== '' },
  { key: 'database', text: '数据库：embedded 随包内嵌，external 已有数据库', default: 'embedded', check: oneOf('embedded', 'external') },
  { key: 'databaseUrl', text: '数据库连接串（例如 kingbase://用户:口令@主机:54321/ronghu）', default: '', check: (text) => (/^[a-z]+:\/\/[^\s]+$/.test(text) ? null : '应为连接串'), when: (a) => a.database === 'external', secret: true },
  { key: 'shards', text: '各公司数据：schemas 同库分模式，databases 每公司一库', default: 'schemas', check: oneOf('schemas', 'databases') },
  { key: 'proxy', text: '反向代理：nginx，tong 东方通 TongHttpServer，none 不使用（服务直接提供 HTTPS）', default: 'nginx', check: oneOf('nginx', 'tong', 'none') },
  { key: 'httpsPort', text: '对外 HTTPS 端口（不使用反向代理时须大于 1023）', default: '443', check: port },
  { key: 'httpPort', text: '服务在本机的端口（经反向代理时）', default: '8080', check: port, when: (a) => a.proxy !== 'none' },
  { key: 'tlsCert', text: '服务器证书文件（留空则由本机根证书签发）', default: '', check: optionalFolder },
  { key: 'tlsKey', text: '服务器私钥文件', default: '', check: optionalFolder, when: (a) => a.tlsCert !== '' },
  { key: 'switch', text: '语音交换：freeswitch 真实节点，simulated 模拟（试用）', default: 'freeswitch', check: oneOf('freeswitch', 'simulated') },
  { key: 'switchHost', text: '语音节点事件套接字地址', default: '127.0.0.1', check: address, when: (a) => a.switch === 'freeswitch' },
  { key: 'switchPort', text: '事件套接字端口', default: '18021', check: port },
  { key: 'sharedFolder', text: '各主机共享的目录（附件与录音；单机留空）', default: '', check: optionalFolder },
  { key: 'start', text: '数据：new 全新，restore 稍后由备份恢复', default: 'new', check: oneOf('new', 'restore') },
  { key: 'demo', text: '生成演示数据：yes 或 no', default: 'no', check: oneOf('yes', 'no'), when: (a) => a.start === 'new' },
  { key: 'houses', text: '演示房屋数', default: '2000', check: (text) => (Number(text) >= 100 && Number(text) <= 1e6 ? null : '应为 100 到 1000000'), when: (a) => a.demo === 'yes' },
  { key: 'user', text: '运行服务的操作系统用户（没有则新建）', default: 'ronghu', check: (text) => (/^[a-z_][a-z0-9_-]{0,30}$/.test(text) ? null : '应为小写字母开头的用户名') },
  { key: 'memoryMax', text: '服务进程的内存上限', default: '1500M', check: (text) => (/^\d+[MG]$/.test(text) ? null : '应为例如 1500M、2G') },
  { key: 'base', text: '程序目录', default: '/opt/ronghu', check: folder },
  { key: 'data', text: '数据目录', default: '/var/lib/ronghu', check: folder },
  { key: 'log', text: '日志目录', default: '/var/log/ronghu', check: folder },
  { key: 'etc', text: '生成的系统配置目录', default: '/etc/ronghu', check: folder },
  { key: 'bin', text: 'ronghu 命令所在目录', default: '/usr/local/bin', check: folder },
  { key: 'linkPort', text: '话务调度端口', default: '18091', check: port },
  { key: 'databasePort', text: '内嵌数据库端口', default: '15432', check: port, when: (a) => a.database === 'embedded' },
  { key: 'simulatorPort', text: '模拟交换的操作页端口', default: '18090', check: port, when: (a) => a.switch === 'simulated' },
];
/** `--key value` of every question, `--answers file.json`, `--yes`. @throws Error in Chinese for an option there is not. */
export function parseInstallArgs(args) {
  const given = {}, options = { interactive: true, help: false };
  for (let i = 0; i < args.length; i++) {
    const name = /^--([A-Za-z]+)$/.exec(args[i])?.[1];
    if (name === 'help') { options.help = true; continue; }
    if (name === 'yes') { options.interactive = false; continue; }
    const value = args[i + 1];
    if (!name || value === undefined || (name !== 'answers' && !questions.some((q) => q.key === name))) throw new Error(`不认识的选项 ${args[i]}；--help 列出全部选项`);
    i += 1;
    if (name === 'answers') { Object.assign(given, Object.fromEntries(Object.entries(JSON.parse(readFileSync(value, 'utf8'))).map(([k, v]) => [k, String(v)]))); options.interactive = false; } else given[name] = value;
  }
  const unknown = Object.keys(given).find((key) => !questions.some((q) => q.key === key));
  if (unknown) throw new Error(`答案文件中有不认识的项 ${unknown}`);
  return { given, ...options };
}
/** Rules over several answers. Returns a Chinese sentence, or null when all is well. */
export function contradiction(a) {
  if (several(a) && a.database !== 'external') return '双机与多机须使用各主机都能访问的外部数据库（database=external）：内嵌数据库只在一台主机上';
  if (several(a) && a.sharedFolder === '') return '双机与多机须有各主机共享的目录（sharedFolder）：附件与录音要在每台主机上都能读到';
  if (several(a) && !a.hosts.split(',').map((h) => h.trim()).includes(a.hostAddress)) return '本机地址 hostAddress 不在 hosts 之中';
  if (a.form === 'standby' && a.hosts.split(',').length !== 2) return '双机主备应恰有两个主机地址';
  if (a.proxy === 'none' && Number(a.httpsPort) < 1024) return '不使用反向代理时服务以普通用户运行，httpsPort 须大于 1023';
  if (a.demo === 'yes' && several(a)) return '演示数据只用于单机试用';
  return null;
}
/** Asks what was not given (interactive) or takes defaults. @throws Error in Chinese naming the answer that is wrong. */
export async function collectAnswers({ given, interactive }, io = { input: process.stdin, output: process.stdout }) {
  const answers = {}, ask = interactive && io.input.isTTY ? createInterface(io) : null;
  try {
    for (const q of questions) {
      if (q.when && !q.when(answers)) { answers[q.key] = q.default; continue; }
      let value = given[q.key];
      if (value === undefined && ask) for (;;) {
        value = (await ask.question(`${q.text}${q.default ? ` [${q.default}]` : ''}：`)).trim() || q.default;
        const wrong = q.check(value);
        if (!wrong) break;
        io.output.write(`  ${wrong}\n`);
      }
      value ??= q.default;
      const wrong = q.check(value);
      if (wrong) throw new Error(`${q.key}（${q.text}）：${value === '' ? '没有填写' : `“${q.secret ? '***' : value}”不可用`}，${wrong}`);
      answers[q.key] = value;
    }
  } finally { ask?.close(); }
  const wrong = contradiction(answers);
  if (wrong) throw new Error(wrong);
  return answers;
}
