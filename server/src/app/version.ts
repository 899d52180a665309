import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of the server's package, the one that is installed. */
export const PRODUCT_VERSION = (JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string }).version;
