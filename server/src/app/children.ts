import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface ChildSpec { name: string; script: string; args?: string[]; env: NodeJS.ProcessEnv; /** Resolves when the process says this line's beginning on standard output. */ readyLine: string; /** The line of a process that was brought back, when that is another one. */ againLine?: string; /** How long it may take for an orderly end; 5 s. */ stopMs?: number }
/** Runs the processes of the product and brings back what dies, with pauses of 0.1 to 5 s. Their output goes to files in the log folder. */
export class Children {
  private readonly running = new Map<string, { spec: ChildSpec; child: ChildProcess | null; failures: number }>();
  private stopping = false;
  constructor(private readonly logDir: string, private readonly say: (line: string) => void) {}

  /** @throws Error with the last lines when the process ends or stays silent for `timeoutMs` before it is ready. */
  start(spec: ChildSpec, timeoutMs = 30000): Promise<string> {
    this.running.set(spec.name, { spec, child: null, failures: 0 });
    return this.run(spec.name, timeoutMs, spec.readyLine);
  }
  pid(name: string): number | undefined { return this.running.get(name)?.child?.pid; }
  private run(name: string, timeoutMs: number, readyLine: string): Promise<string> {
    const entry = this.running.get(name) as { spec: ChildSpec; child: ChildProcess | null; failures: number };
    mkdirSync(this.logDir, { recursive: true });
    const log = createWriteStream(join(this.logDir, `${name}.log`), { flags: 'a' });
    const child = spawn(process.execPath, ['--enable-source-maps', entry.spec.script, ...(entry.spec.args ?? [])], { env: entry.spec.env, stdio: ['ignore', 'pipe', 'pipe'] });
    entry.child = child;
    let tail = '';
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name} 在 ${timeoutMs / 1000} 秒内没有就绪\n${tail}`)), timeoutMs);
      const take = (chunk: Buffer) => {
        log.write(chunk);
        tail = (tail + chunk.toString()).slice(-3000);
        const line = tail.split('\n').find((text) => text.startsWith(readyLine));
        if (line) { clearTimeout(timer); resolve(line.slice(readyLine.length).trim()); }
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        clearTimeout(timer);
        log.end();
        reject(new Error(`${name} 已退出（${signal ?? code}）\n${tail}`));
        if (this.stopping || !this.running.has(name)) return;
        entry.failures += 1;
        const pause = Math.min(5000, 100 * 2 ** Math.min(entry.failures - 1, 6));
        this.say(`${name} 意外退出（${signal ?? code}），${pause} 毫秒后重新启动`);
        setTimeout(() => { if (!this.stopping) this.run(name, 60000, entry.spec.againLine ?? entry.spec.readyLine).then(() => { setTimeout(() => { entry.failures = 0; }, 10000).unref(); }, (error: Error) => this.say(error.message)); }, pause);
      });
    });
  }
  /** Ends all in reverse order; those that do not listen within their time are killed. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const { spec, child } of [...this.running.values()].reverse()) {
      if (!child || child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), spec.stopMs ?? 5000);
      await ended;
      clearTimeout(kill);
    }
  }
}
