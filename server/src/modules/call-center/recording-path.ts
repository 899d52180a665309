import { realpath } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';

/**
 * The real path of a recording, or null when it is missing or does not lie inside the recordings folder: not by `..`, not by an absolute path,
 * not by a link that leads out. `stored` is what the director wrote, relative to the folder or absolute.
 */
export async function recordingPath(root: string, stored: string): Promise<string | null> {
  if (stored === '' || stored.includes('\0')) return null;
  const wanted = isAbsolute(stored) ? resolve(stored) : resolve(root, stored);
  if (!inside(resolve(root), wanted)) return null;
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(wanted)]);
    return inside(realRoot, real) ? real : null;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
const inside = (root: string, path: string): boolean => path.startsWith(root.endsWith(sep) ? root : root + sep);
