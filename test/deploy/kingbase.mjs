// The external database of several hosts: a PostgreSQL behind a server that answers as KingbaseES does (SCRAM-SM3 alone), both reached from other machines.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const require = createRequire(import.meta.url), ts = require('typescript');
/**
 * Writes a program that runs both until SIGTERM and says `ready`. Returns its path.
 * @param given data (a folder), out (where the program goes), address and ports { plain, kingbase } to listen on, password of Kingbase's `ronghu`; PostgreSQL's is test-only.
 */
export function kingbaseServer({ data, out, address, ports, password }) {
  const driver = resolve('packages/kingbase-driver'), starter = join(out, 'database.cjs');
  const text = ts.transpileModule(readFileSync(join(driver, 'src/testing/kingbase-proxy.ts'), 'utf8'), { compilerOptions: { module: 'commonjs', target: 'es2022' } }).outputText;
  writeFileSync(join(out, 'kingbase-proxy.cjs'), text.replace('"../scram-sm3"', JSON.stringify(join(driver, 'dist/scram-sm3.js'))).replace('require("pg")', `require(${JSON.stringify(require.resolve('pg'))})`));
  writeFileSync(starter, `const { createServer, createConnection } = require('node:net');
const { startEmbedded } = require(${JSON.stringify(resolve('server/dist/platform/database/embedded.js'))}), { startKingbaseProxy } = require('./kingbase-proxy.cjs');
startEmbedded(${JSON.stringify(join(data, 'db'))}, ${ports.plain}, 'test-only', { max_connections: '300' }).then(async (running) => {
  const proxy = await startKingbaseProxy({ backend: running.url, password: ${JSON.stringify(password)} });
  const way = (port, to) => new Promise((resolve) => createServer((from) => { const there = createConnection(to, '127.0.0.1'); for (const [a, b] of [[from, there], [there, from]]) { a.on('error', () => b.destroy()); a.pipe(b); } }).listen(port, ${JSON.stringify(address)}, resolve));
  await way(${ports.kingbase}, proxy.port);
  await way(${ports.plain}, ${ports.plain});
  console.log('ready');
  process.on('SIGTERM', () => running.stop().then(() => process.exit(0)));
});
`, { mode: 0o600 });
  return starter;
}
