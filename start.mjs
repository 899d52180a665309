#!/usr/bin/env node
// `npm start`: installs, builds and runs the whole product on this machine; needs only Node 20 and npm. See README.md.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
process.chdir(root);
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 12)) { console.error(`需要 Node.js 20.12 或更高版本，当前为 ${process.versions.node}`); process.exit(1); }
const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log('用法: npm start -- [选项]\n  --fresh        删除演示数据，重新开始\n  --lan          以 HTTPS 对局域网开放，生成新的随机口令\n  --port N       网页端口（默认 8080）\n  --no-demo      不生成演示数据\n  --data DIR     数据目录（默认 .data）\n  --api N --workers N  网页接口、后台任务各用 N 个进程（默认合为一个进程）\n  --directors 2  话务调度一主一备\n外部数据库与语音交换的连接方式见 docs/配置.md');
  process.exit(0);
}
const stamp = join(root, 'node_modules', '.ronghu-stamp');
const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  // install, not ci: registries that lack some other platform's optional parts make ci refuse a sound lock file
  console.log('[1/5] 安装依赖（首次约 1 至 3 分钟）…');
  const result = spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: 'inherit' });
  if (result.status !== 0) { console.error('依赖安装失败：请检查网络或 npm 源后重试'); process.exit(1); }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lock);
}
const { build } = await import('./scripts/build.mjs');
await build({ onStart: (label) => console.log(`[2/5] 构建 ${label} …`) }).catch((error) => { console.error(error.message); process.exit(1); });
const child = spawn(process.execPath, ['--enable-source-maps', 'server/dist/app/launch.js', ...args], { stdio: 'inherit', env: { ...process.env, RONGHU_ROOT: root } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)); // the launcher stops everything, then ends
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
