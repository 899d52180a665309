// Cold start with 50,000 demo houses after install and build, and the second start on the same data. Budget: 15 s and 3 s.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProduct } from '../harness/product.mjs';

const keep = mkdtempSync(join(tmpdir(), 'ronghu-start-'));
const say = (figure, value) => console.log(JSON.stringify({ bench: 'start', figure, value: Math.round(value) / 1000, unit: 's', n: 1 }));
try {
  const first = await startProduct({ keep, houses: 50000 });
  say('demo_s', first.run().warmMs);
  await first.stop();
  const second = await startProduct({ keep, houses: 50000 });
  say('warm_s', second.run().warmMs);
  await second.stop();
} finally { rmSync(keep, { recursive: true, force: true }); }
