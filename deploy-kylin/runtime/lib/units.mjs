// systemd units of a host, hardened; systemd 241 (UOS 20), 243 (Kylin V10) and 249 (openEuler 22.03) know every line.
import { join } from 'node:path';
import { environment, processesOf } from './processes.mjs';

/** @pkey: the runtime asks for memory protection keys where the processor has them, and the group @system-service leaves them out. Any other call is refused, not punished with death. */
const HARDENING = (inst) => `NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=${[inst.data, inst.log, ...(inst.sharedFolder ? [inst.sharedFolder] : [])].join(' ')}
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
CapabilityBoundingSet=
AmbientCapabilities=
SystemCallArchitectures=native
SystemCallFilter=@system-service @pkey
SystemCallErrorNumber=EPERM
UMask=0027`;
const NODE = (inst) => join(inst.base, 'current/node/bin/node');
const unit = (inst, { title, after, wants = [], service, memory }) => `[Unit]
Description=融呼 ${title}
After=${['network-online.target', ...after].join(' ')}
Wants=${['network-online.target', ...wants].join(' ')}
PartOf=ronghu.target
StartLimitIntervalSec=0

[Service]
User=${inst.user}
Group=${inst.group}
WorkingDirectory=${inst.data}
${Object.entries(environment(inst)).map(([name, value]) => `Environment=${name}=${value}`).join('\n')}
${service}
MemoryMax=${memory}
LimitNOFILE=65536
${HARDENING(inst)}

[Install]
WantedBy=ronghu.target
`;
/** The logs that the units write; made beforehand as the service's own, since systemd would make them root's and then the rotation as the service's user could not touch them. */
export const logNames = (inst) => [...(inst.embedded ? ['database'] : []), 'prepare', ...processesOf(inst).map((p) => p.name)];
/** Files by name, for /etc/systemd/system. */
export function systemdUnits(inst) {
  const service = (name) => `ronghu-${name}.service`, command = (what) => `${NODE(inst)} ${join(inst.base, 'current/deploy/ronghu.mjs')} service ${what}`, files = {}, list = processesOf(inst);
  const output = (name) => `StandardOutput=append:${join(inst.log, `${name}.log`)}\nStandardError=append:${join(inst.log, `${name}.log`)}`;
  if (inst.embedded) files[service('database')] = unit(inst, { title: '内嵌数据库', after: [], memory: '4G', service: `Type=simple\nExecStart=${command('database')}\nRestart=always\nRestartSec=1\nKillMode=mixed\nTimeoutStopSec=60\nOOMScoreAdjust=-500\n${output('database')}` });
  const database = inst.embedded ? [service('database')] : [];
  files[service('prepare')] = unit(inst, { title: '表结构与语音节点配置', after: database, wants: database, memory: '2G', service: `Type=oneshot\nRemainAfterExit=yes\nExecStart=${command('prepare')}\nTimeoutStartSec=900\n${output('prepare')}` });
  for (const item of list) {
    const before = item.name === 'simulator' ? [] : list.some((p) => p.name === 'simulator') ? [service('simulator')] : [];
    files[service(item.name)] = unit(inst, {
      title: item.title, after: [...database, service('prepare'), ...before], wants: [...database, service('prepare')], memory: item.memory,
      service: `Type=simple\nExecStart=${NODE(inst)} ${join(inst.base, 'current', item.script)}${item.args.map((a) => ` ${a}`).join('')}\nRestart=always\nRestartSec=500ms\nTimeoutStopSec=${item.stopSeconds ?? 20}\n${output(item.name)}`,
    });
  }
  files['ronghu.target'] = `[Unit]\nDescription=融呼\nWants=${Object.keys(files).join(' ')}\n\n[Install]\nWantedBy=multi-user.target\n`;
  return files;
}
