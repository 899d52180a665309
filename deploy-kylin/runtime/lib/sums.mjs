// SM3 lists of a folder: one line a file, `<64 hex>  <path>`, as sha256sum writes them. A link counts by its target.
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export const SUMS = 'SM3SUMS';
const SMALL = 1 << 20;
/** SM3 (GM/T 0004-2012) of a file's content as hex; never holds a large file in memory. */
export async function sm3File(path, algorithm = 'sm3') {
  const hash = createHash(algorithm);
  if (lstatSync(path).size < SMALL) return hash.update(readFileSync(path)).digest('hex'); // ten thousand small files: a stream each costs more than the hash
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
export const sm3 = (data) => createHash('sm3').update(data).digest('hex');
/** Paths of files and links below a folder, sorted by bytes, with `/`. */
export function listFiles(root, at = '') {
  return readdirSync(join(root, at), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const path = at ? `${at}/${entry.name}` : entry.name;
    return entry.isDirectory() ? listFiles(root, path) : [path];
  });
}
const digest = async (root, path) => (lstatSync(join(root, path)).isSymbolicLink() ? sm3(`link:${readlinkSync(join(root, path))}`) : sm3File(join(root, path)));

/** The list of a folder as text, without the list itself. */
export async function makeSums(root) {
  const lines = [];
  for (const path of listFiles(root)) if (path !== SUMS) lines.push(`${await digest(root, path)}  ${path}\n`);
  return lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('');
}
/** Compares a folder with its list. Returns the number of files and, in Chinese, what is wrong with which: changed, missing, or not in the list. */
export async function verifySums(root) {
  const wanted = new Map(readFileSync(join(root, SUMS), 'utf8').split('\n').filter(Boolean).map((line) => [line.slice(66), line.slice(0, 64)])), bad = [], files = listFiles(root);
  for (const path of files) {
    if (path === SUMS) continue;
    const want = wanted.get(path);
    if (want === undefined) bad.push(`${path}：清单中没有`);
    else if (want !== (await digest(root, path))) bad.push(`${path}：内容被改动`);
    wanted.delete(path);
  }
  for (const path of wanted.keys()) bad.push(`${path}：缺失`);
  return { files: files.length - 1, bad };
}
