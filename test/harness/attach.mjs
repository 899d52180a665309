// A product that is already running, by its data folder: for trying things by hand.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signIn } from './product.mjs';

export function attachProduct(dataDir) {
  const run = () => JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')), { base, simulator, password } = run();
  return {
    base, simulator, password, dataDir, run, client: (front, login) => signIn(base, front, login, password), kill: (name, signal = 'SIGKILL') => process.kill(run().pids[name], signal), log: (name) => readFileSync(join(dataDir, 'logs', `${name}.log`), 'utf8'),
    async sim(method, path, body) {
      const response = await fetch(`${simulator}${path}`, { method, headers: { 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) }), text = await response.text();
      if (!response.ok) throw new Error(`simulator ${method} ${path}: ${response.status} ${text}`);
      return text ? JSON.parse(text) : null;
    },
  };
}
