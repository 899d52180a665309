// Runs the browser stories against one freshly started product. `node test/stories/run.mjs [name part…]`; RONGHU_SHOTS=dir keeps screenshots.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProduct } from '../harness/product.mjs';
import { launchBrowser, shot } from '../harness/browser.mjs';
import { finish, runTests } from '../harness/runner.mjs';

const here = dirname(fileURLToPath(import.meta.url)), wanted = process.argv.slice(2);
const files = readdirSync(here).filter((f) => f.endsWith('.story.mjs') && (!wanted.length || wanted.some((w) => f.includes(w)))).sort();
const product = await startProduct({ houses: 1500, verbose: process.env.RONGHU_VERBOSE === '1' });
const browser = await launchBrowser();
const result = { passed: 0, failed: 0 };
try {
  for (const file of files) {
    const { stories } = await import(join(here, file)), { passed, failed } = await runTests(stories.map((story) => [story.name, () => story.run({ product, browser })]), {
      wanted: [],
      onFailure: async () => {
        for (const [i, context] of browser.contexts().entries()) for (const page of context.pages()) { await shot(page, `failed-${file}-${i}`).catch(() => {}); console.log(`  page: ${page.url()}`); }
        for (const name of ['server', 'director']) console.log(`--- ${name} log\n${product.log(name).split('\n').slice(-15).join('\n').slice(-4000)}`);
      },
      after: async () => { for (const context of browser.contexts()) await context.close(); },
    });
    result.passed += passed;
    result.failed += failed;
  }
} finally { await browser.close(); await product.stop(); }
finish(result);
