import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { provisionStation } from './provision';

/** Writes a station's files (0600) and gives their paths. */
export function writeStation(input: unknown, directory: string): string[] {
  const files = provisionStation(input);
  mkdirSync(directory, { recursive: true });
  return files.map((file) => {
    const path = join(directory, file.name);
    writeFileSync(path, file.content, { mode: 0o600 });
    return path;
  });
}
