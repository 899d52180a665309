// The command `ronghu` (the wrapper script beside it finds the version in use).
import { parseArgs } from 'node:util';
import { becomeUser, bundleDir, fail, readInstallation, versionOf } from './lib/layout.mjs';

const HELP = `用法: ronghu 命令 [选项]
  status             运行状态（--quiet 只给退出码：0 正常；--door 问对外端口，由别的主机接替也算正常）
  doctor             逐项检查（--json 输出 JSON）；有不合格项时退出码为 1
  run                在前台运行（没有 systemd 时）
  backup DIR         备份到 DIR 下的新目录（--passphrase-file 密封密钥的口令；--with-recordings 连同录音）
  verify DIR         检查一份备份是否完整
  restore DIR        恢复到空的安装（--force 覆盖已有数据；恢复前须停止服务）
  upgrade 安装包     升级；不成功时自动退回（--no-backup 不先备份；--passphrase-file 备份的口令；--force 其他主机都不正常时也升级）
  rollback           退回上一个版本
  hosts 地址,…       本组主机的全部地址（加减主机时在每台执行，逐台重启生效）
  join-file FILE     导出其余主机安装时用的加入文件（--passphrase-file）
  version            版本`;
const options = { quiet: { type: 'boolean' }, door: { type: 'boolean' }, json: { type: 'boolean' }, force: { type: 'boolean' }, help: { type: 'boolean' }, 'with-recordings': { type: 'boolean' }, 'no-backup': { type: 'boolean' }, 'passphrase-file': { type: 'string' }, timeout: { type: 'string' } };
async function main() {
  const [command, ...rest] = process.argv.slice(2);
  if (!command || command === 'help' || command === '--help') { console.log(HELP); return; }
  if (command === 'version') { const v = versionOf(bundleDir); console.log(`融呼 ${v.version}（${v.arch}，${v.commit}），Node.js ${process.versions.node}`); return; }
  let parsed;
  try { parsed = parseArgs({ args: rest, options, allowPositionals: true }); } catch (error) { throw new Error(`${error.message}\n${HELP}`, { cause: error }); }
  const { values, positionals } = parsed, inst = readInstallation(), need = (what) => { if (!positionals[0]) throw new Error(`缺少${what}\n${HELP}`); return positionals[0]; };
  switch (command) {
    case 'run': return (await import('./lib/supervisor.mjs')).supervise(inst);
    case 'service': {
      if (need('服务名') === 'units') { const { SYSTEM_UNITS, writeAll } = await import('./lib/generate.mjs'); return writeAll(SYSTEM_UNITS, (await import('./lib/units.mjs')).systemdUnits(inst)); }
      becomeUser(inst);
      const services = await import('./lib/services.mjs');
      if (need('服务名') === 'database') return services.serveDatabase(inst);
      if (positionals[0] === 'prepare') return services.prepare(inst).then(() => process.exit(0));
      if (positionals[0] === 'migrate') return services.migrateAll(inst).then((n) => { console.log(`${n} statements`); process.exit(0); });
      throw new Error(`没有服务 ${positionals[0]}`);
    }
    case 'status': return (await import('./lib/status.mjs')).status(inst, values);
    case 'doctor': return (await import('./lib/doctor.mjs')).doctor(inst, values);
    case 'hosts': return (await import('./lib/hosts.mjs')).setHosts(inst, need('主机地址'));
    case 'join-file': return (await import('./lib/join.mjs')).writeJoinFile(inst, need('文件名'), values['passphrase-file']);
    case 'backup': return (await import('./lib/backup.mjs')).backupCommand(inst, need('目录'), values);
    case 'verify': return (await import('./lib/restore.mjs')).verifyCommand(need('备份目录'), values);
    case 'restore': return (await import('./lib/restore.mjs')).restoreCommand(inst, need('备份目录'), values);
    case 'upgrade': return (await import('./lib/upgrade.mjs')).upgradeCommand(inst, need('安装包'), values);
    case 'rollback': return (await import('./lib/upgrade.mjs')).rollbackCommand(inst, values);
    default: throw new Error(`没有命令 ${command}\n${HELP}`);
  }
}
// A wait that nothing can end any more would otherwise look like success.
let over = false;
process.once('beforeExit', () => { if (!over) fail(new Error('命令没有做完：等待的事没有结果，请查看日志后重试')); });
main().then(() => { over = true; }, fail);
