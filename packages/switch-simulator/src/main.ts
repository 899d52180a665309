import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startSimulator } from './simulator';

const USAGE = '用法：node main.js --config <含 freeswitch.xml 的目录> [--event-port N] [--http-port N] [--password-file 文件] [--outside-answers-ms N|hand]\n';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, 'event-port': { type: 'string' }, 'http-port': { type: 'string' }, 'password-file': { type: 'string' }, 'outside-answers-ms': { type: 'string' } } });
  if (!values.config) { process.stderr.write(USAGE); process.exitCode = 2; return; }
  const outside = values['outside-answers-ms'];
  const simulator = await startSimulator({
    config: values.config, ...(values['event-port'] === undefined ? {} : { eventPort: Number(values['event-port']) }), httpPort: Number(values['http-port'] ?? 8088),
    ...(values['password-file'] ? { password: readFileSync(values['password-file'], 'utf8').trim() } : {}), ...(outside === undefined ? {} : { outsideAnswersAfterMs: outside === 'hand' ? null : Number(outside) }),
  });
  process.stdout.write(`模拟交换已启动：事件口 127.0.0.1:${simulator.eventPort}，操作页面 http://127.0.0.1:${simulator.httpPort}/\n`);
  const stop = (): void => { void simulator.stop().then(() => process.exit(0)); };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => { process.stderr.write(`模拟交换未能启动：${error instanceof Error ? error.message : String(error)}\n`); process.exitCode = 1; });
