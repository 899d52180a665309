// Sees to what the tests need beyond npm: a browser, Chinese fonts, a Redis server, and where it can be had a tool that makes a clean root. As root it installs them by apt; otherwise it names what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
const browserPath = () => [process.env.RONGHU_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
const needs = [
  { name: 'Chromium', package: 'chromium', present: () => Boolean(browserPath()) },
  { name: '中文字体 Noto Sans CJK', package: 'fonts-noto-cjk', present: () => existsSync('/usr/share/fonts/opentype/noto') || spawnSync('sh', ['-c', 'fc-list :lang=zh | grep -q .'], { stdio: 'ignore' }).status === 0 },
  { name: 'Redis', package: 'redis-server', present: () => has(process.env.RONGHU_REDIS_SERVER ?? 'redis-server') },
];
/** Without it the deploy suite takes a folder of its own instead of a clean root, and says so. */
const wished = { package: 'debootstrap', present: () => has('debootstrap') };
export function ensurePrerequisites() {
  const missing = needs.filter((need) => !need.present());
  if (missing.length) {
    const packages = missing.map((need) => need.package);
    if (process.getuid?.() !== 0 || !has('apt-get')) throw new Error(`缺少：${missing.map((m) => `${m.name}（软件包 ${m.package}）`).join('、')}。请安装后重试，例如：apt-get install ${packages.join(' ')}`);
    console.error(`安装 ${packages.join(' ')} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const update = spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
    const install = update.status === 0 ? spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { stdio: ['ignore', 'ignore', 'inherit'], env }) : update;
    const still = needs.filter((need) => !need.present());
    if (install.status !== 0 || still.length) throw new Error(`不能安装：${still.map((m) => m.name).join('、')}`);
  }
  if (!wished.present() && process.getuid?.() === 0 && has('apt-get')) spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', wished.package], { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  return { chromium: browserPath() };
}
