// The bill of materials of a bundle: CycloneDX 1.5 as JSON, the same for the same content.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Licence of a package as SPDX where it says so; the text's first line otherwise; 未声明 when there is neither. */
function licenceOf(item) {
  const { license, licenses } = item.manifest, named = typeof license === 'string' ? license : (license?.type ?? licenses?.map((l) => l.type ?? l).join(' OR '));
  if (named && named !== 'UNLICENSED' && !/^SEE LICEN[CS]E/i.test(named)) return named;
  if (item.workspace) return 'Proprietary';
  const file = readdirSync(item.from).find((name) => /^licen[cs]e/i.test(name));
  const first = file && existsSync(join(item.from, file)) ? readFileSync(join(item.from, file), 'utf8').split('\n').map((l) => l.trim()).find(Boolean) : null;
  return first?.slice(0, 120) ?? '未声明';
}
/**
 * @param packages as `productionPackages` gives them, with `sm3` of the package's files when known. @param node { version, sm3 } of the runtime.
 * `asserted` licences: an SPDX expression goes to `expression`, anything else to `name`.
 */
export function makeSbom({ version, arch, time, node, packages, lock }) {
  const licence = (text) => (/^[\w.+() -]+$/.test(text) && !/\s(?!OR|AND|WITH)\w+\s/.test(text) && text !== '未声明' ? [{ expression: text.replace(/^\((.*)\)$/, '$1') }] : [{ license: { name: text } }]);
  const component = (item) => {
    const purl = `pkg:npm/${item.name.replace('@', '%40')}@${item.version}`, integrity = lock.packages[item.to]?.integrity;
    return {
      type: 'library', 'bom-ref': `${purl}#${item.to}`, name: item.name, version: item.version, licenses: licence(licenceOf(item)), purl,
      ...(integrity?.startsWith('sha512-') ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }] } : {}),
    };
  };
  return {
    bomFormat: 'CycloneDX', specVersion: '1.5', version: 1,
    metadata: { timestamp: new Date(time * 1000).toISOString(), component: { type: 'application', 'bom-ref': 'ronghu', name: 'ronghu', version, licenses: [{ license: { name: 'Proprietary' } }] }, properties: [{ name: 'arch', value: arch }] },
    components: [
      { type: 'platform', 'bom-ref': `node@${node.version}`, name: 'Node.js', version: node.version, licenses: [{ expression: 'MIT' }], properties: [{ name: 'sm3', value: node.sm3 }] },
      ...packages.map(component),
    ],
  };
}
