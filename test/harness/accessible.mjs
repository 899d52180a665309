// axe-core over what a person has on the screen: WCAG 2.x A and AA. Serious and critical findings fail the story, with the place in the message.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { shot } from './browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Serious and critical violations of the page as it is, a line each: rule, selector, reason. */
export async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe); // evaluated, not loaded: the page's content policy forbids foreign scripts
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'], resultTypes: ['violations'] }).then(({ violations: all }) => all.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.map((n) => ({ at: n.target.flat().join(' '), why: [...n.any, ...n.all, ...n.none].map((c) => c.message).join('; ') })) }))));
  return found.flatMap(({ id, impact, nodes }) => nodes.map(({ at, why }) => `${impact} ${id} at ${at}: ${why}`));
}
/** @throws Error naming every finding's selector. */
export async function accessible(page, where) {
  await page.waitForTimeout(350); // fading in, text has not its contrast yet
  const found = await violations(page);
  if (found.length > 0) throw new Error(`${where} (${new URL(page.url()).pathname}) is not accessible to everybody:\n  ${found.join('\n  ')}`);
}
/** A look at a state of a story: accessible, and kept as a picture when pictures are asked for. */
export async function look(page, name) { await shot(page, name); await accessible(page, name); }
