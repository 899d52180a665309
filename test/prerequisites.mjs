// Sees to what the tests need beyond npm: a browser, Chinese fonts, a Redis server, Java with Maven for RocketMQ. As root it installs them by apt; otherwise it
// names what is missing. Without an optional one its suite is skipped, which is printed there with the reason.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
const browserPath = () => [process.env.RONGHU_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
const needs = [
  { name: 'Chromium', package: 'chromium', present: () => Boolean(browserPath()) },
  { name: '中文字体 Noto Sans CJK', package: 'fonts-noto-cjk', present: () => existsSync('/usr/share/fonts/opentype/noto') || spawnSync('sh', ['-c', 'fc-list :lang=zh | grep -q .'], { stdio: 'ignore' }).status === 0 },
  { name: 'Redis', package: 'redis-server', optional: true, present: () => has(process.env.RONGHU_REDIS_SERVER ?? 'redis-server') },
  { name: 'Java 17', package: 'default-jre-headless', optional: true, present: () => has('java') },
  { name: 'Maven', package: 'maven', optional: true, present: () => has('mvn') },
];
export function ensurePrerequisites() {
  const missing = needs.filter((need) => !need.present());
  if (missing.length) {
    const packages = missing.map((need) => need.package);
    const must = missing.filter((need) => !need.optional), unable = process.getuid?.() !== 0 || !has('apt-get');
    if (unable && must.length === 0) { console.error(`缺少（相关测试组将跳过）：${missing.map((m) => `${m.name}（软件包 ${m.package}）`).join('、')}`); return { chromium: browserPath() }; }
    if (unable) throw new Error(`缺少：${missing.map((m) => `${m.name}（软件包 ${m.package}）`).join('、')}。请安装后重试，例如：apt-get install ${packages.join(' ')}`);
    console.error(`安装 ${packages.join(' ')} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const update = spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
    if (update.status === 0) spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { stdio: ['ignore', 'ignore', 'inherit'], env });
    const still = needs.filter((need) => !need.present());
    if (still.some((need) => !need.optional)) throw new Error(`不能安装：${still.map((m) => m.name).join('、')}`);
    if (still.length) console.error(`不能安装（相关测试组将跳过）：${still.map((m) => m.name).join('、')}`);
  }
  return { chromium: browserPath() };
}
