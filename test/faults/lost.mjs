// Nothing acknowledged is lost and no effect doubles, with every part killed in the middle. RONGHU_FAULT_ORDERS sets the count (10,000 for the full run, 2,000 by default).
import { nothingLost } from './scenario.mjs';

const orders = Number(process.env.RONGHU_FAULT_ORDERS ?? 2000), begin = Date.now();
let failed = 0, skipped = 0;
try {
  const result = await nothingLost({ orders, say: (text) => console.log(`  ${text}`) });
  skipped = result.skipped.length;
  for (const [part, why] of result.skipped) console.log(`跳过 ${part} 的故障：${why}`);
  console.log(`✓ ${orders} orders with database, Redis, broker, API process and worker killed in the middle: none lost, none doubled (${Date.now() - begin} ms)`);
} catch (error) { failed = 1; console.log(`✗ ${orders} orders with every part killed in the middle\n${error.stack ?? error}`); }
console.log(`\n${failed ? 0 : 1} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed ? 1 : 0);
