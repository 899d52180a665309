// Asks the running server whether it serves.
import { existsSync, readFileSync } from 'node:fs';
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { join } from 'node:path';
import { readConfig } from './layout.mjs';

/** One GET of the server's own port on this host. Returns { status, body, type }. @throws Error when nothing answers within `ms`. */
export function get(inst, path, ms = 5000) {
  const config = readConfig(inst), tls = config.http.tls, authority = join(inst.data, 'tls/authority.crt');
  return new Promise((resolve, reject) => {
    // to its own loopback: the name in an operator's certificate is another one
    const options = { host: '127.0.0.1', port: config.http.port, path, timeout: ms, headers: { 'x-forwarded-proto': 'https' }, ...(tls ? { ca: existsSync(authority) && !inst.tlsCert ? readFileSync(authority) : undefined, rejectUnauthorized: !inst.tlsCert } : {}) };
    const out = (tls ? https : http)(options, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk) => { body += chunk; }).on('end', () => resolve({ status: answer.statusCode, body, type: answer.headers['content-type'] ?? '' })).on('error', reject);
    });
    out.on('timeout', () => out.destroy(new Error(`${ms} 毫秒内没有应答`))).on('error', reject).end();
  });
}
/** Null when the server is ready, else a Chinese sentence. Readiness where the version has it, otherwise the portal's page. */
export async function unready(inst) {
  try {
    for (const path of ['/readyz', '/healthz']) {
      const answer = await get(inst, path);
      if (answer.status === 404 || answer.type.includes('text/html')) continue;
      if (answer.status === 200) return null;
      return `${path} 答复 ${answer.status}：${answer.body.slice(0, 200)}`;
    }
    const page = await get(inst, '/admin/');
    return page.status === 200 && page.body.includes('<html') ? null : `/admin/ 答复 ${page.status}`;
  } catch (error) { return `服务没有应答（${error.message}）`; }
}
/** Waits until ready. Returns null, or why not after `ms`. */
export async function waitReady(inst, ms) {
  const end = Date.now() + ms;
  for (;;) {
    const why = await unready(inst);
    if (why === null || Date.now() > end) return why;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
