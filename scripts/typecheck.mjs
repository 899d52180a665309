// Type checks every workspace, tests included. Usage: npm run typecheck
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const checks = [
  ['tsc', ['-p', 'packages/contract', '--noEmit']], ['tsc', ['-p', 'packages/contract'], 'emit'], ['tsc', ['-p', 'gateway-config', '--noEmit']], ['tsc', ['-p', 'packages/switch-simulator', '--noEmit']], ['tsc', ['-p', 'packages/kingbase-driver', '--noEmit']], ['tsc', ['-p', 'packages/dm-driver', '--noEmit']], ['tsc', ['-p', 'tsconfig.tests.json', '--noEmit']],
  ['vue-tsc', ['-p', 'web-admin', '--noEmit']], ['vue-tsc', ['-p', 'web-agent', '--noEmit']], ['vue-tsc', ['-p', 'mobile-h5', '--noEmit']],
];
let failed = 0;
for (const [tool, args] of checks) {
  if (!existsSync(`node_modules/.bin/${tool}`)) { console.error(`${tool} is not installed: run npm install`); process.exit(1); }
  const { status } = spawnSync(`node_modules/.bin/${tool}`, args, { stdio: 'inherit' });
  if (status !== 0) { failed += 1; console.error(`✗ ${tool} ${args.join(' ')}`); } else console.error(`✓ ${tool} ${args.join(' ')}`);
}
process.exit(failed ? 1 : 0);
