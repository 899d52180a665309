// Puts the generated texts where they belong: units for systemd, the rest in the folder from which an operator takes them.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from './layout.mjs';
import { sm3 } from './sums.mjs';
import { firewalld, keepalived, logrotate, nftables, nginxSite, nginxStream, tongSite } from './surroundings.mjs';
import { systemdUnits } from './units.mjs';

export const SYSTEM_UNITS = '/etc/systemd/system';
/** Text by name; scripts may be run. */
export function writeAll(dir, files) {
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: name.endsWith('.sh') || name.endsWith('.nft') ? 0o755 : 0o644 });
}
/** Everything around the product on this host, below `inst.etc`; nothing of the system's own is touched. */
export function writeSurroundings(inst) {
  writeAll(join(inst.etc, 'systemd'), systemdUnits(inst));
  writeAll(join(inst.etc, 'proxy'), { 'nginx-ronghu.conf': nginxSite(inst), 'tong-ronghu.conf': tongSite(inst), ...(inst.form === 'cluster' ? { 'nginx-stream.conf': nginxStream(inst) } : {}) });
  writeAll(join(inst.etc, 'firewall'), { 'firewalld.sh': firewalld(inst), 'ronghu.nft': nftables(inst) });
  writeAll(join(inst.etc, 'logrotate'), { ronghu: logrotate(inst) });
  if (inst.form !== 'standby') return;
  writeAll(join(inst.etc, 'keepalived'), { 'keepalived.conf': keepalived(inst, sm3(`${readConfig(inst).link.token}|vrrp`).slice(0, 8)) });
  chmodSync(join(inst.etc, 'keepalived/keepalived.conf'), 0o600);
}
