// `npm run bench [name…]`: one JSON line a figure on standard output, nothing else there; `-- --list` names the benches.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../scripts/build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const all = readdirSync(here).filter((f) => f.endsWith('.mjs') && f !== 'run.mjs').map((f) => f.slice(0, -4)).sort();
const wanted = process.argv.slice(2).filter((a) => !a.startsWith('--'));
if (process.argv.includes('--list')) { console.log(all.join('\n')); process.exit(0); }
for (const name of wanted) if (!all.includes(name)) { console.error(`没有基准 ${name}；可选：${all.join('、')}`); process.exit(2); }
await build({ onStart: (label) => console.error(`构建 ${label} …`) });
let failed = 0;
for (const name of wanted.length ? wanted : all) {
  console.error(`— ${name}`);
  const code = await new Promise((resolve) => {
    const child = spawn(process.execPath, ['--enable-source-maps', join(here, `${name}.mjs`)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    child.stdout.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) { try { if (JSON.parse(line).bench) { process.stdout.write(`${line}\n`); continue; } } catch { /* not a figure: prose belongs to standard error */ } process.stderr.write(`${line}\n`); }
    });
    child.on('close', resolve);
  });
  if (code !== 0) { failed += 1; console.error(`基准 ${name} 失败（${code}）`); }
}
process.exit(failed ? 1 : 0);
