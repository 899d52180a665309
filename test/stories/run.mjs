// Runs the browser stories against one freshly started product. `node test/stories/run.mjs [name part…]`; RONGHU_SHOTS=dir keeps screenshots.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProduct } from '../harness/product.mjs';
import { launchBrowser, shot } from '../harness/browser.mjs';

const here = dirname(fileURLToPath(import.meta.url)), wanted = process.argv.slice(2);
const files = readdirSync(here).filter((f) => f.endsWith('.story.mjs') && (!wanted.length || wanted.some((w) => f.includes(w)))).sort();
const product = await startProduct({ houses: 1500, verbose: process.env.RONGHU_VERBOSE === '1' });
const browser = await launchBrowser();
let passed = 0, failed = 0;
try {
  for (const file of files) {
    const { stories } = await import(join(here, file));
    for (const story of stories) {
      const begin = Date.now();
      try {
        await story.run({ product, browser });
        passed += 1;
        console.log(`✓ ${story.name} (${Date.now() - begin} ms)`);
      } catch (error) {
        failed += 1;
        console.log(`✗ ${story.name}\n${error.stack ?? error}`);
        for (const [i, context] of browser.contexts().entries()) for (const page of context.pages()) { await shot(page, `failed-${file}-${i}`).catch(() => {}); console.log(`  page: ${page.url()}`); }
        for (const name of ['server', 'director']) console.log(`--- ${name} log\n${product.log(name).split('\n').slice(-15).join('\n').slice(-4000)}`);
      } finally {
        for (const context of browser.contexts()) await context.close();
      }
    }
  }
} finally { await browser.close(); await product.stop(); }
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
