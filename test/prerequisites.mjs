// Sees to what the tests need beyond npm: a browser, Chinese fonts, a Redis server, Java with Maven for RocketMQ, a MariaDB server. As root it installs them by
// apt; otherwise it fails and names each. What apt does not have (another distribution) is named too, and the suite that needs it prints that it was skipped.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether a program is installed. */
export const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
const browserPath = () => [process.env.RONGHU_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
const BROKER = ['bus', 'lost'];
/** `suites`: who needs it; without, everything with a browser. */
const needs = [
  { name: 'Chromium', package: 'chromium', present: () => Boolean(browserPath()) },
  { name: '中文字体 Noto Sans CJK', package: 'fonts-noto-cjk', present: () => existsSync('/usr/share/fonts/opentype/noto') || spawnSync('sh', ['-c', 'fc-list :lang=zh | grep -q .'], { stdio: 'ignore' }).status === 0 },
  { name: 'Redis', package: 'redis-server', suites: ['unit', 'cluster', ...BROKER], present: () => has(process.env.RONGHU_REDIS_SERVER ?? 'redis-server') },
  { name: 'Java 17', package: 'default-jre-headless', suites: BROKER, present: () => has('java') },
  { name: 'Maven', package: 'maven', suites: BROKER, present: () => has('mvn') },
  { name: 'debootstrap', package: 'debootstrap', suites: ['deploy'], present: () => has('debootstrap') },
  { name: 'systemd-nspawn', package: 'systemd-container', suites: ['deploy'], present: () => has('systemd-nspawn') },
  { name: '网络工具 iproute2', package: 'iproute2', suites: ['hosts', 'deploy'], present: () => has('ip') },
  { name: 'MariaDB', package: 'mariadb-server-core mariadb-client-core', suites: ['engines'], present: () => ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd'].some((path) => existsSync(path)) },
];
/** @param suites the suites that are going to run; none: a browser alone is wanted. @throws Error naming each part that is missing and cannot be installed by us. */
export function ensurePrerequisites(suites = []) {
  const wanted = needs.filter((need) => !need.suites || need.suites.some((suite) => suites.includes(suite))), missing = wanted.filter((need) => !need.present());
  if (missing.length) {
    const packages = missing.flatMap((need) => need.package.split(' '));
    if (process.getuid?.() !== 0 || !has('apt-get')) throw new Error(`缺少：${missing.map((m) => `${m.name}（软件包 ${m.package}）`).join('、')}。请安装后重试，例如：apt-get install ${packages.join(' ')}`);
    console.error(`安装 ${packages.join(' ')} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }; // no server of the system's own is started
    const update = spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
    if (update.status === 0) spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { stdio: ['ignore', 'ignore', 'inherit'], env });
    const still = missing.filter((need) => !need.present());
    if (still.some((need) => !need.suites)) throw new Error(`不能安装：${still.map((m) => m.name).join('、')}`);
    if (still.length) console.error(`不能安装（相关测试组将跳过）：${still.map((m) => m.name).join('、')}`);
  }
  return { chromium: browserPath() };
}
