// `ronghu doctor`: what an operator wants to know before a call to support. Each check says what it saw and, when it is not well, what to do.
import { X509Certificate } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, readdirSync, statSync, statfsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bundleDir, configFile, databaseTarget, hasSystemd, product, running, versionOf } from './layout.mjs';
import { unready } from './health.mjs';
import { askPeers } from './hosts.mjs';
import { processesOf } from './processes.mjs';
import { certificatePem } from './services.mjs';
import { verifySums } from './sums.mjs';

const DAY = 86_400_000, GB = 2 ** 30;
const ok = (text) => ({ level: 'ok', text }), warn = (text) => ({ level: 'warn', text }), bad = (text) => ({ level: 'fail', text });
const connects = (host, port, ms = 3000) => new Promise((resolve) => { const s = createConnection({ host, port, timeout: ms }, () => { s.destroy(); resolve(null); }); s.on('error', (e) => resolve(e.code ?? e.message)).on('timeout', () => { s.destroy(); resolve('超时'); }); });

/** Signs in to the event socket as the director does, and leaves. Returns null, or a sentence. */
function eventSocket({ host, port, password }) {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 5000 });
    let text = '', sent = false;
    const end = (why) => { socket.destroy(); resolve(why); };
    socket.on('error', (error) => end(`连不上 ${host}:${port}（${error.code ?? error.message}）`)).on('timeout', () => end(`${host}:${port} 没有应答`)).on('close', () => end(`${host}:${port} 断开了连接（来源地址可能不被允许）`));
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (!sent && text.includes('auth/request')) { sent = true; text = ''; socket.write(`auth ${password}\n\n`); } else if (sent && text.includes('+OK')) { socket.write('exit\n\n'); end(null); } else if (sent && text.includes('-ERR')) end('事件套接字口令不对');
    });
  });
}
/** Everyone but the owner is shut out, and the owner is the service's user. */
function closed(path, uid) {
  const { mode, uid: owner } = statSync(path);
  if (mode & 0o077) return `${path} 可被其他用户读取（权限 ${(mode & 0o777).toString(8)}），请执行 chmod 600 ${path}`;
  return uid !== null && owner !== uid ? `${path} 的属主不是服务用户` : null;
}
const checks = (inst, config) => ({
  '程序校验': async () => { const { files, bad: wrong } = await verifySums(bundleDir); return wrong.length ? bad(`${wrong.length} 个文件不符：${wrong.slice(0, 5).join('；')}`) : ok(`${files} 个文件的 SM3 相符`); },
  '运行时': async () => { const v = versionOf(bundleDir); return process.versions.node === v.node ? ok(`Node.js ${v.node}，${v.arch}，glibc ${process.report.getReport().header.glibcVersionRuntime ?? '?'}（要求 ${v.needs.glibc}）`) : bad(`Node.js 是 ${process.versions.node}，安装包应为 ${v.node}`); },
  '服务': async () => { const why = await unready(inst); return why === null ? ok(`端口 ${config.http.port} 应答正常`) : bad(why); },
  '进程': async () => {
    const run = running(inst);
    if (run) { const dead = Object.entries(run.pids).filter(([, pid]) => pid && !existsSync(`/proc/${pid}`)).map(([name]) => name); return dead.length ? warn(`前台运行，${dead.join('、')} 正在重新启动`) : ok(`前台运行，进程 ${run.pid}`); }
    if (!hasSystemd()) return bad('没有在运行：ronghu run');
    const down = processesOf(inst).map((p) => `ronghu-${p.name}`).filter((name) => spawnSync('systemctl', ['is-active', '--quiet', name]).status !== 0);
    return down.length ? bad(`${down.join('、')} 没有运行：systemctl status ${down[0]}`) : ok('各单元运行中');
  },
  ...(inst.form === 'single' ? {} : { '其他主机': async () => {
    const own = versionOf(bundleDir).version, list = await askPeers(inst), text = list.map((p) => `${p.host} ${p.why ?? `正常，${p.version}`}`).join('；');
    return list.some((p) => p.why !== null || p.version !== own) ? warn(list.some((p) => p.why === null && p.version !== own) ? `${text}（本机 ${own}，版本不同：升级尚未完成）` : text) : ok(text);
  } }),
  '话务调度端口': async () => { const why = await connects(config.link.host, config.link.port); return why === null ? ok(`${config.link.host}:${config.link.port}`) : inst.form === 'single' ? bad(`${config.link.port} 连不上（${why}）`) : warn(`${config.link.port} 连不上（${why}）；备用主机上的调度在接管时才打开端口`); },
  '数据库': async () => {
    const { Places } = product().server('platform/database/places.js'), { engineOf } = product().server('platform/database/engine/index.js'), { digestOf, knownCompanies } = product().server('platform/database/migrate.js'), { allTables } = product().server('app/tables.js');
    const target = databaseTarget(config), place = new Places(target).group(), engine = engineOf(place.url), began = performance.now(), connection = await engine.connect(place);
    try {
      const ms = Math.round(performance.now() - began), [row] = (await connection.run(engine.name === 'dm' ? 'select banner as v from v$version' : 'select version() as v', [])).records;
      const [ledger] = (await connection.run('select digest from schema_ledger where digest = $1', [digestOf(allTables.filter((t) => t.shard !== 'company'))])).records, companies = await knownCompanies(target);
      const text = `${String(row.v).split(',')[0].slice(0, 80)}，连接用时 ${ms} 毫秒，${companies.length} 家公司`;
      return ledger ? ok(text) : bad(`${text}；表结构不是本版本的：ronghu service migrate`);
    } finally { await connection.close(); }
  },
  '时钟': async () => {
    const built = Date.parse(versionOf(bundleDir).builtFrom);
    if (Date.now() < built) return bad(`本机时间 ${new Date().toISOString()} 早于程序的制作时间，请校时`);
    if (!['postgres', 'kingbase'].includes(config.database.url.split(':')[0].replace('postgresql', 'postgres'))) return ok('本机时间合理；与数据库的偏差在此类数据库上不检查');
    const { Places } = product().server('platform/database/places.js'), { engineOf } = product().server('platform/database/engine/index.js'), place = new Places(databaseTarget(config)).group(), connection = await engineOf(place.url).connect(place);
    try {
      const before = Date.now(), [row] = (await connection.run('select extract(epoch from clock_timestamp()) * 1000 as at', [])).records, skew = Math.abs(Number(row.at) - (before + Date.now()) / 2);
      return skew > 1000 ? bad(`与数据库相差 ${Math.round(skew)} 毫秒，请在各主机启用 chronyd`) : ok(`与数据库相差 ${Math.round(skew)} 毫秒`);
    } finally { await connection.close(); }
  },
  '磁盘': async () => {
    const out = [['数据', inst.data], ['日志', inst.log]].map(([name, dir]) => { const s = statfsSync(dir), free = s.bavail * s.bsize, share = s.bavail / s.blocks; return { name, free, share }; }), text = out.map((d) => `${d.name}可用 ${(d.free / GB).toFixed(1)} GB（${Math.round(d.share * 100)}%）`).join('，');
    return out.some((d) => d.free < GB) ? bad(`${text}：不足 1 GB`) : out.some((d) => d.free < 5 * GB || d.share < 0.1) ? warn(text) : ok(text);
  },
  '语音节点': async () => { for (const node of config.switch.nodes) { const why = await eventSocket(node); if (why) return bad(`${node.name}：${why}`); } return ok(`${config.switch.nodes.map((n) => `${n.name} ${n.host}:${n.port}`).join('，')} 已认证${inst.simulated ? '（模拟）' : ''}`); },
  '录音目录': async () => { const dir = config.switch.recordingsDir; if (!existsSync(dir)) return bad(`${dir} 不存在`); try { accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK); } catch { return bad(`${dir} 不能读写`); } return ok(dir); },
  '密钥权限': async () => {
    const uid = inst.user === 'root' ? 0 : statSync(inst.data).uid, dir = join(inst.data, 'keys'), names = existsSync(dir) ? readdirSync(dir) : [];
    if (names.length === 0) return bad(`${dir} 中没有密钥`);
    const wrong = [configFile(inst), ...names.map((n) => join(dir, n))].map((path) => closed(path, uid)).filter(Boolean);
    return wrong.length ? bad(wrong.join('；')) : ok('配置与密钥只有服务用户可读');
  },
  '证书': async () => {
    const pem = certificatePem(inst);
    if (!pem) return bad('没有服务器证书：重新启动会签发');
    const days = Math.floor((new X509Certificate(pem).validToDate ?? new Date(new X509Certificate(pem).validTo)) - Date.now()) / DAY, text = `还有 ${Math.floor(days)} 天到期`;
    return days < 0 ? bad(`已过期 ${Math.ceil(-days)} 天`) : days < 30 ? warn(inst.tlsCert ? text : `${text}；重新启动会续签`) : ok(text);
  },
});
/** Prints each check; exit code 1 when one fails. A check that breaks is a failed check, with its reason. */
export async function doctor(inst, { json }) {
  const config = JSON.parse(readFileSync(configFile(inst), 'utf8')), results = [];
  for (const [name, check] of Object.entries(checks(inst, config))) {
    const result = await check().catch((error) => bad(error.message));
    results.push({ name, ...result });
    if (!json) console.log(`${{ ok: '[正常]', warn: '[注意]', fail: '[异常]' }[result.level]} ${name}：${result.text}`);
  }
  const failed = results.filter((r) => r.level === 'fail').length, warned = results.filter((r) => r.level === 'warn').length;
  console.log(json ? JSON.stringify({ results, failed, warned }, null, 2) : failed ? `\n${failed} 项异常，${warned} 项注意` : `\n全部 ${results.length} 项合格${warned ? `，其中 ${warned} 项注意` : ''}`);
  process.exit(failed ? 1 : 0);
}
