import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ChainName } from './chain';

export interface Head { seqNo: number; head: string }
/**
 * The newest head of each chain, kept outside the database. Without it whoever holds the database could drop the newest segments with their
 * rows and leave a shorter chain that still proves itself.
 */
export interface HeadAnchor { save(chain: ChainName, head: Head): Promise<void>; load(chain: ChainName): Promise<Head | null> }

/** A small file beside the keys, replaced whole. */
export class FileAnchor implements HeadAnchor {
  constructor(private readonly path: string) {}
  async save(chain: ChainName, head: Head): Promise<void> {
    const heads = { ...(await this.read()), [chain]: head };
    await mkdir(dirname(this.path), { recursive: true });
    const draft = `${this.path}.${process.pid}`;
    await writeFile(draft, JSON.stringify(heads), { mode: 0o600 });
    await rename(draft, this.path);
  }
  async load(chain: ChainName): Promise<Head | null> { return (await this.read())[chain] ?? null; }
  private async read(): Promise<Partial<Record<ChainName, Head>>> {
    try { return JSON.parse(await readFile(this.path, 'utf8')) as Partial<Record<ChainName, Head>>; } catch (error) { if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}; throw error; }
  }
}
