import { join, resolve, sep } from 'node:path';

/**
 * The path of a stored file by its SM3: `<root>/ab/cd/<sm3>`. Anything that is not 64 lower-case hex digits is refused, so no text from outside
 * can name a path. @throws RangeError
 */
export function blobPath(root: string, sm3: string): string {
  if (!/^[0-9a-f]{64}$/.test(sm3)) throw new RangeError('not an SM3 digest');
  return assertInside(root, join(root, sm3.slice(0, 2), sm3.slice(2, 4), sm3));
}
/** The absolute form of a path that must lie below `root`. @throws RangeError for a path that leaves it, a NUL, or the root itself. */
export function assertInside(root: string, path: string): string {
  const base = resolve(root), full = resolve(base, path);
  if (path.includes('\0') || full === base || !full.startsWith(base + sep)) throw new RangeError('path leaves its folder');
  return full;
}
