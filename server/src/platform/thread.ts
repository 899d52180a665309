import { Worker, type ResourceLimits } from 'node:worker_threads';

/**
 * JavaScript in a string, because a file would have to be found by the compiled server, by ts-jest and by the packed product alike: under ts-jest the thread's
 * file is TypeScript and is translated when it is read.
 */
const BOOT = `
const { workerData } = require('node:worker_threads');
if (workerData.typescript) {
  const ts = require(workerData.typescript), { readFileSync } = require('node:fs'), compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true, experimentalDecorators: true };
  require.extensions['.ts'] = (module, file) => module._compile(ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions, fileName: file }).outputText, file);
}
require(workerData.entry);
`;
/** Runs a file of the server in a thread of its own. @param entry as `require.resolve` gives it. @param data found there as `workerData.data`. */
export function startThread(entry: string, data: unknown, resourceLimits?: ResourceLimits): Worker {
  return new Worker(BOOT, { eval: true, workerData: { data, entry, typescript: entry.endsWith('.ts') ? require.resolve('typescript') : null }, resourceLimits });
}
