// A real RocketMQ 5 for tests: name server, broker and proxy from Maven Central's artefacts on Java, each a process that can be killed and started again.
// The artefacts are kept outside the repository (RONGHU_CACHE_DIR, default ~/.cache/ronghu); nothing of them is committed.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { has } from '../prerequisites.mjs';

const { answers, freePort, isFree } = createRequire(import.meta.url)('./ports.cjs');
export const ROCKETMQ_VERSION = '5.3.3';
const HEAP = { namesrv: 96, broker: 320, proxy: 256, tools: 96 }, MAIN = { namesrv: 'org.apache.rocketmq.namesrv.NamesrvStartup', broker: 'org.apache.rocketmq.broker.BrokerStartup', proxy: 'org.apache.rocketmq.proxy.ProxyStartup', tools: 'org.apache.rocketmq.tools.command.MQAdminStartup' };
const cacheDir = () => join(process.env.RONGHU_CACHE_DIR ?? join(homedir(), '.cache', 'ronghu'), `rocketmq-${ROCKETMQ_VERSION}`);

/** Why no RocketMQ can be started here, or null. Downloads the artefacts the first time (about 90 MB). */
export function missingRocketmq() {
  if (!has('java')) return 'Java（软件包 default-jre-headless）未安装';
  const dir = cacheDir(), lib = join(dir, 'lib');
  if (existsSync(lib)) return null;
  if (!has('mvn')) return 'Maven（软件包 maven）未安装，不能取得 RocketMQ 部件';
  mkdirSync(dir, { recursive: true });
  const dependency = (name) => `<dependency><groupId>org.apache.rocketmq</groupId><artifactId>rocketmq-${name}</artifactId><version>${ROCKETMQ_VERSION}</version></dependency>`;
  writeFileSync(join(dir, 'pom.xml'), `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>ronghu.test</groupId><artifactId>rocketmq</artifactId><version>1</version><dependencies>${['proxy', 'namesrv'].map(dependency).join('')}</dependencies></project>`);
  console.error(`取得 RocketMQ ${ROCKETMQ_VERSION} 部件（首次约 90 MB）…`);
  const fresh = join(dir, `lib.${process.pid}`), got = spawnSync('mvn', ['-q', '-B', '-f', join(dir, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${fresh}`, '-DincludeScope=runtime'], { encoding: 'utf8', timeout: 600000 });
  if (got.status !== 0 || !existsSync(fresh)) return `RocketMQ 部件不能从 Maven Central 取得：${(got.stdout || got.stderr || String(got.error)).trim().split('\n').slice(-3).join(' ')}`;
  if (!existsSync(lib)) renameSync(fresh, lib); else rmSync(fresh, { recursive: true, force: true });
  return null;
}
/** @returns { endpoints, version, kill(part), start(part), pause(part), resume(part), running(part), stop() }; parts: namesrv, broker, proxy. */
export async function startRocketmq({ topics = [], groups = [] } = {}) {
  const missing = missingRocketmq();
  if (missing) throw new Error(missing);
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-rocketmq-')), lib = join(cacheDir(), 'lib');
  const ports = { namesrv: await freePort(), proxy: await freePort(), remoting: await freePort(), ha: await freePort(), broker: 0 }, taken = Object.values(ports);
  do { ports.broker = await freePort(); } while (ports.broker < 12000 || taken.some((port) => port === ports.broker || port === ports.broker - 2) || !(await isFree(ports.broker - 2))); // it takes port - 2 too
  const namesrv = `127.0.0.1:${ports.namesrv}`, cluster = 'RonghuTest', file = (name, text) => { const path = join(dir, name); writeFileSync(path, text); return path; };
  mkdirSync(join(dir, 'conf'), { recursive: true });
  const conf = {
    namesrv: file('namesrv.properties', `listenPort=${ports.namesrv}\nkvConfigPath=${join(dir, 'kvConfig.json')}\nconfigStorePath=${join(dir, 'namesrv.store')}\n`),
    broker: file('broker.conf', [`brokerClusterName=${cluster}`, 'brokerName=broker-a', 'brokerId=0', `namesrvAddr=${namesrv}`, 'brokerIP1=127.0.0.1', `listenPort=${ports.broker}`, `haListenPort=${ports.ha}`, `storePathRootDir=${join(dir, 'store')}`, `storePathCommitLog=${join(dir, 'store', 'commitlog')}`,
      'flushDiskType=SYNC_FLUSH', 'autoCreateTopicEnable=false', 'autoCreateSubscriptionGroup=false', 'mappedFileSizeCommitLog=67108864', 'mappedFileSizeConsumeQueue=600000', 'deleteWhen=04', 'fileReservedTime=4', 'diskMaxUsedSpaceRatio=98', 'sendMessageThreadPoolNums=4', 'pullMessageThreadPoolNums=4', 'registerNameServerPeriod=10000', ''].join('\n')),
    proxy: file('proxy.json', JSON.stringify({ rocketMQClusterName: cluster, proxyClusterName: cluster, namesrvAddr: namesrv, proxyMode: 'CLUSTER', grpcServerPort: ports.proxy, remotingListenPort: ports.remoting, enableACL: false, localServeAddr: '127.0.0.1', topicRouteServiceCacheExpiredSeconds: 5, topicRouteServiceCacheRefreshSeconds: 2 })),
  };
  const env = { ...process.env, ROCKETMQ_HOME: dir, RMQ_PROXY_HOME: dir, NAMESRV_ADDR: namesrv, LC_ALL: 'C.UTF-8' };
  const java = (part, args) => [`-Xms${HEAP[part]}m`, `-Xmx${HEAP[part]}m`, '-XX:+UseSerialGC', '-XX:MaxDirectMemorySize=192m', '-XX:TieredStopAtLevel=1', '-Dio.netty.noPreferDirect=true', `-Duser.home=${dir}`, `-Drocketmq.client.logRoot=${dir}/logs`, '-cp', `${join(dir, 'conf')}:${lib}/*`, MAIN[part], ...args];
  const args = { namesrv: ['-c', conf.namesrv], broker: ['-c', conf.broker, '-n', namesrv], proxy: ['-pc', conf.proxy, '-n', namesrv] }, children = {};
  const tail = (part) => { const path = join(dir, `${part}.out`); return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(-12).join('\n') : ''; };
  const start = async (part, tries = part === 'proxy' ? 6 : 1) => {
    const child = spawn('java', java(part, args[part]), { env, stdio: ['ignore', 'pipe', 'pipe'] }), out = createWriteStream(join(dir, `${part}.out`), { flags: 'a' });
    child.stdout.pipe(out);
    child.stderr.pipe(out);
    children[part] = child;
    process.once('exit', () => child.kill('SIGKILL'));
    const end = Date.now() + 90000;
    while (!(await answers(ports[part]))) {
      if (child.exitCode !== null && tries > 1) { await wait(1000); await start(part, tries - 1); return; } // the broker is not yet known to the name server
      if (child.exitCode !== null || Date.now() > end) throw new Error(`RocketMQ ${part} 没有启动\n${tail(part)}`);
      await wait(100);
    }
  };
  const end = async (part, signal) => { const child = children[part]; if (!child || child.exitCode !== null || child.signalCode !== null) return; const ended = new Promise((r) => child.once('exit', r)); child.kill(signal); await ended; };
  const admin = async (command) => {
    for (let turn = 1; ; turn++) {
      const child = spawn('java', java('tools', [...command, '-n', namesrv]), { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      child.stdout.on('data', (d) => { text += d; });
      child.stderr.on('data', (d) => { text += d; });
      await new Promise((r) => child.once('close', r));
      if (/success/.test(text)) return;
      if (turn === 5) throw new Error(`mqadmin ${command.join(' ')}: ${text.slice(-1000)}`);
      await wait(1000);
    }
  };
  const stop = async () => { for (const part of ['proxy', 'broker', 'namesrv']) { children[part]?.kill('SIGCONT'); await end(part, 'SIGKILL'); } rmSync(dir, { recursive: true, force: true }); };
  const rocketmq = {
    endpoints: `127.0.0.1:${ports.proxy}`, version: ROCKETMQ_VERSION, dir, start, stop, running: (part) => children[part]?.exitCode === null && children[part]?.signalCode === null,
    kill: (part, signal = 'SIGKILL') => end(part, signal), pause: (part) => children[part].kill('SIGSTOP'), resume: (part) => children[part].kill('SIGCONT'), log: tail,
    /** A FIFO topic of eight queues, as an administrator makes it with mqadmin. */
    topic: (name) => admin(['updateTopic', '-b', `127.0.0.1:${ports.broker}`, '-t', name, '-r', '8', '-w', '8', '-o', 'true', '-a', '+message.type=FIFO']),
    group: (name) => admin(['updateSubGroup', '-b', `127.0.0.1:${ports.broker}`, '-g', name, '-o', 'true', '-r', '1000']),
  };
  try {
    await start('namesrv');
    await start('broker');
    await start('proxy');
    await Promise.all([...topics.map(rocketmq.topic), ...groups.map(rocketmq.group)]);
    return rocketmq;
  } catch (error) { await stop(); throw error; }
}
