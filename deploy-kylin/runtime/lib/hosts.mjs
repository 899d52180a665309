// The other hosts of the group: whether they serve, and how a host is told of more of them.
import { chmodSync, chownSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { questions } from './answers.mjs';
import { writeSurroundings } from './generate.mjs';
import { configFile, readConfig } from './layout.mjs';

/** Numbers travel on the link: between hosts it is encrypted, with certificates of the authority that they share. */
export const linkTls = (data) => ({ certFile: join(data, 'tls/server.crt'), keyFile: join(data, 'tls/server.key'), caFile: join(data, 'tls/authority.crt') });
export const linkUrls = (hosts, port, encrypted) => hosts.map((host) => `${encrypted ? 'wss' : 'ws'}://${host}:${port}`);
/** Marks a request that a host handed on: the next one answers it itself or not at all. */
export const PASSED = 'x-ronghu-passed';
function ask(inst, host, path, headers = { [PASSED]: '1' }, ms = 4000) {
  const authority = join(inst.data, 'tls/authority.crt'), own = !inst.tlsCert && existsSync(authority);
  return new Promise((resolve, reject) => {
    const out = request({ host, port: inst.httpsPort, path, timeout: ms, servername: /^[\d.]+$/.test(inst.serverName) ? '' : inst.serverName, headers: { ...headers, host: inst.serverName }, ...(own ? { ca: readFileSync(authority) } : { rejectUnauthorized: false }) }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk) => { body += chunk; }).on('end', () => resolve({ status: answer.statusCode, body })).on('error', reject);
    });
    out.on('timeout', () => out.destroy(new Error('没有应答'))).on('error', reject).end();
  });
}
/** Null when people who come to this host's door are served, by it or by another one behind it; else a Chinese sentence. */
export const doorShut = (inst) => ask(inst, '127.0.0.1', '/readyz', {}).then(({ status }) => (status === 200 ? null : `HTTPS 端口 ${inst.httpsPort} 答复 ${status}`), (error) => `HTTPS 端口 ${inst.httpsPort} 没有应答（${error.code ?? error.message}）`);
/** What each other host says of itself: [{ host, version, why }], `why` null when it serves. Asked by its HTTPS door, as people come in. */
export const askPeers = (inst) => Promise.all(inst.hosts.filter((h) => h !== inst.hostAddress).map(async (host) => {
  try {
    const ready = await ask(inst, host, '/readyz'), health = await ask(inst, host, '/healthz'), { version = null } = health.status === 200 ? JSON.parse(health.body) : {};
    return { host, version, why: ready.status === 200 ? null : `/readyz 答复 ${ready.status}` };
  } catch (error) { return { host, version: null, why: error.code ?? error.message }; }
}));
/** A further host, or one less: this host's list, links and generated configuration. Takes effect when the processes start again. @throws Error in Chinese for a list that cannot be. */
export function setHosts(inst, list) {
  const hosts = list.split(',').map((h) => h.trim()), wrong = questions.find((q) => q.key === 'hosts').check(list);
  if (inst.form === 'single') throw new Error('单机不能直接加主机：须先改用外部数据库与共享目录（备份后以双机或多机形态安装，再恢复）');
  if (wrong) throw new Error(wrong);
  if (new Set(hosts).size !== hosts.length) throw new Error('主机地址有重复');
  if (!hosts.includes(inst.hostAddress)) throw new Error(`列表中没有本机地址 ${inst.hostAddress}`);
  const next = { ...inst, hosts, form: hosts.length === 2 && inst.virtualAddress ? 'standby' : 'cluster' }, config = readConfig(inst), at = configFile(inst), { uid, gid } = statSync(at);
  config.link.urls = linkUrls(hosts, inst.linkPort, Boolean(config.link.tls));
  for (const [path, value, mode, owner] of [[at, config, 0o600, [uid, gid]], [join(inst.base, 'installation.json'), next, 0o644, null]]) {
    writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode });
    chmodSync(`${path}.new`, mode);
    if (owner && process.getuid() === 0) chownSync(`${path}.new`, ...owner);
    renameSync(`${path}.new`, path);
  }
  writeSurroundings(next);
  console.log(`本组主机：${hosts.join('，')}（${next.form === 'cluster' ? '多机' : '双机主备'}）。${inst.etc} 中的配置已重新生成；逐台重启后生效：systemctl restart ronghu-director ronghu-server，再更新反向代理与防火墙`);
}
