// What a further host must share with the first: keys, the director's token, the switch's password, the authority that people have been told to trust.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from './layout.mjs';
import { passphraseFrom, seal } from './seal.mjs';

export function writeJoinFile(inst, file, passphraseFile) {
  const config = readConfig(inst), keys = Object.fromEntries(readdirSync(join(inst.data, 'keys')).map((name) => [name, readFileSync(join(inst.data, 'keys', name)).toString('base64')]));
  if (Object.keys(keys).length === 0) throw new Error('本机还没有密钥：先启动一次，再导出加入文件');
  const tls = Object.fromEntries(['authority.crt', 'authority.key'].map((name) => [name, join(inst.data, 'tls', name)]).filter(([, path]) => existsSync(path)).map(([name, path]) => [name, readFileSync(path).toString('base64')]));
  const sealed = seal('ronghu-join', passphraseFrom(passphraseFile), JSON.stringify({ keys, tls, installation: { demo: config.demo, demoPassword: config.demoPassword, ...(config.timeZone ? { timeZone: config.timeZone } : {}) }, linkToken: config.link.token, switchNode: config.switch.nodes[0] }));
  writeFileSync(file, `${JSON.stringify(sealed)}\n`, { mode: 0o600, flag: 'wx' });
  console.log(`加入文件已写入 ${file}：用完即删`);
}
