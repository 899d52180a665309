// Sees to what the tests need beyond npm: a browser and Chinese fonts. As root it installs them by apt; otherwise it names what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
const browserPath = () => [process.env.RONGHU_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
const needs = [
  { name: 'Chromium', package: 'chromium', present: () => Boolean(browserPath()) },
  { name: '中文字体 Noto Sans CJK', package: 'fonts-noto-cjk', present: () => existsSync('/usr/share/fonts/opentype/noto') || spawnSync('sh', ['-c', 'fc-list :lang=zh | grep -q .'], { stdio: 'ignore' }).status === 0 },
  { name: 'MariaDB（数据库契约测试）', package: 'mariadb-server-core mariadb-client-core', optional: true, present: () => ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd'].some((path) => existsSync(path)) },
];
export function ensurePrerequisites() {
  const canInstall = process.getuid?.() === 0 && has('apt-get');
  for (const need of needs) if (need.optional && !canInstall && !need.present()) console.error(`缺少 ${need.name}：相应的测试会跳过并说明。安装：apt-get install ${need.package}`);
  const missing = needs.filter((need) => !need.present() && (canInstall || !need.optional));
  if (missing.length) {
    const packages = missing.flatMap((need) => need.package.split(' '));
    if (!canInstall) throw new Error(`缺少：${missing.map((m) => `${m.name}（软件包 ${m.package}）`).join('、')}。请安装后重试，例如：apt-get install ${packages.join(' ')}`);
    console.error(`安装 ${packages.join(' ')} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const update = spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
    if (update.status === 0) spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { stdio: ['ignore', 'ignore', 'inherit'], env });
    const still = needs.filter((need) => !need.present() && !need.optional);
    if (still.length) throw new Error(`不能安装：${still.map((m) => m.name).join('、')}`);
  }
  return { chromium: browserPath() };
}
