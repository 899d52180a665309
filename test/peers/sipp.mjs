import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const scenarios = new URL('./scenarios/', import.meta.url);

/** SIPp processes of one run: files in one folder, all of them ended by `stop`. */
export class Sipp {
  constructor(folder) { this.folder = folder; this.children = new Set(); this.count = 0; }

  scenario(name, values) {
    let text = readFileSync(new URL(`${name}.xml`, scenarios), 'utf8');
    for (const [key, value] of Object.entries(values)) text = text.replaceAll(`{{${key}}}`, String(value));
    const left = /\{\{\w+\}\}/.exec(text);
    if (left) throw new Error(`scenario ${name}: ${left[0]} is not filled in`);
    const file = join(this.folder, `${++this.count}-${name}.xml`);
    writeFileSync(file, text);
    return file;
  }
  table(rows) {
    const file = join(this.folder, `${++this.count}.csv`);
    writeFileSync(file, `SEQUENTIAL\n${rows.map((row) => row.join(';')).join('\n')}\n`);
    return file;
  }
  /** Starts SIPp; `done` resolves with its counts. */
  start(args) {
    const child = spawn('sipp', ['-nostdin', '-i', '127.0.0.1', '-mi', '127.0.0.1', ...args.map(String)], { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.children.add(child);
    let out = '';
    const take = (chunk) => { out = (out + chunk).slice(-200000); };
    child.stdout.on('data', take); child.stderr.on('data', take);
    const number = (name) => Number([...out.matchAll(new RegExp(`${name}\\s*\\|\\s*\\d+\\s*\\|\\s*(\\d+)`, 'g'))].pop()?.[1] ?? 0);
    const done = new Promise((resolve) => child.on('close', (code) => { this.children.delete(child); resolve({ code, ok: number('Successful call'), failed: number('Failed call'), out }); }));
    return { child, done };
  }
  async stop() {
    for (const child of this.children) child.kill('SIGTERM');
    const end = Date.now() + 3000;
    while (this.children.size && Date.now() < end) await new Promise((r) => setTimeout(r, 50));
    for (const child of this.children) child.kill('SIGKILL');
  }
}
