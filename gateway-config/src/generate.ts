import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeswitchXml } from './freeswitch-xml';
import { readDescription, type NodeDescription } from './node-description';

/** Sound files that come with the product: prompts in Chinese and a holding music. */
export const PROMPTS_DIRECTORY = join(__dirname, '..', 'prompts');
export const MUSIC_DIRECTORY = join(__dirname, '..', 'music');

export interface Generated { node: NodeDescription; files: string[] }

/**
 * Writes the configuration of one node: `freeswitch.xml` (0600, it holds passwords).
 * @param input a node description (see node-description.ts), unchecked
 * @param directory where the files go; made when missing
 * @throws DescriptionError with all faults in Chinese
 */
export function generateNode(input: unknown, directory: string): Generated {
  const node = readDescription(input);
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'freeswitch.xml');
  writeFileSync(file, freeswitchXml(node), { mode: 0o600 });
  chmodSync(file, 0o600);
  return { node, files: [file] };
}

/** Copies the sound files to a node's directories and makes the others, so that the switch can start. */
export function installSounds(node: NodeDescription): void {
  for (const [from, to] of [[PROMPTS_DIRECTORY, node.directories.prompts], [MUSIC_DIRECTORY, node.directories.music]] as const) {
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from).filter((each) => each.endsWith('.wav'))) copyFileSync(join(from, name), join(to, name));
  }
  mkdirSync(node.directories.recordings, { recursive: true });
  mkdirSync(node.directories.spool, { recursive: true });
}
