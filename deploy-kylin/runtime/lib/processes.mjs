// The processes of one host: the same list for systemd's units and for the foreground supervisor.
import { join } from 'node:path';
import { readConfig } from './layout.mjs';

/** @returns in the order of starting: { name, script (below the version), args, readyLine, memory, stopSeconds (longest orderly end; 20) }. The embedded database comes before, `prepare` after it. */
export function processesOf(inst) {
  const config = readConfig(inst), sw = config.switch, out = [];
  if (sw.simulated) out.push({ name: 'simulator', title: '模拟语音交换', script: 'packages/switch-simulator/dist/main.js', args: ['--config', sw.configDir, '--event-port', String(sw.nodes[0].port), '--http-port', String(sw.simulatorPort), '--password-file', join(sw.configDir, 'event-password')], readyLine: '模拟交换已启动', memory: '512M' });
  out.push({ name: 'director', title: '话务调度', script: 'server/dist/roles/director.js', args: [], readyLine: inst.form === 'single' ? 'ready' : 'standby', againLine: 'standby', memory: '1G' });
  out.push({ name: 'server', title: '服务', script: 'server/dist/roles/server.js', args: ['--role', 'api,worker'], readyLine: 'ready', memory: inst.memoryMax, stopSeconds: 15 + Math.ceil((config.http.drainMs ?? 0) / 1000) + 10 });
  return out;
}
/** What every process is told; all else is in `ronghu.config.json`. */
export function environment(inst) {
  const config = readConfig(inst), trunk = config.switch.nodes[0]?.description?.trunks?.[0]?.name;
  return { RONGHU_DATA: inst.data, RONGHU_BASE: inst.base, NODE_PATH: join(inst.base, 'drivers/node_modules'), ...(trunk ? { RONGHU_TRUNK: trunk } : {}) };
}
