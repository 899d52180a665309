// Steps of the engineer's phone that more than one story takes.
import assert from 'node:assert/strict';

export const at = (page, name) => page.locator(`[data-test="${name}"]`);
export const waiting = async (page) => Number(await at(page, 'sync-line').getAttribute('data-waiting').catch(() => 0)) || 0;
export async function ready(page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}
/** A picture as a camera gives it: 4000 × 3000, noisy, over a megabyte. */
export async function cameraPicture(page) {
  const bytes = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 4000, height: 3000 }), c = canvas.getContext('2d');
    for (let i = 0; i < 3000; i += 1) { c.fillStyle = `hsl(${(i * 47) % 360} 60% ${30 + (i % 50)}%)`; c.fillRect((i * 131) % 4000, (i * 257) % 3000, 40 + (i % 160), 40 + (i % 120)); }
    return [...new Uint8Array(await (await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', 0.95); })).arrayBuffer())];
  });
  return { name: 'site.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(bytes) };
}
export async function signName(page) {
  await at(page, 'pad').waitFor();
  await page.waitForTimeout(300);
  const box = await at(page, 'pad').boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.2);
  await page.mouse.down();
  for (let i = 0; i <= 24; i += 1) await page.mouse.move(box.x + box.width * (0.5 + Math.sin(i / 2) * 0.25), box.y + box.height * (0.2 + i * 0.025));
  await page.mouse.up();
  await at(page, 'submit-step').click();
}
/** Fills the template's fields, whatever the group has made of them. */
export async function fillResult(page, worker) {
  const { templates } = await worker.call('GET', '/field/snapshot'), template = templates.find((one) => one.orderType === 'repair') ?? templates.find((one) => one.orderType === '*');
  await at(page, 'submit-step').click();
  assert.ok(await page.locator('.form-error').count() > 0, 'an empty result is refused field by field');
  await at(page, 'outcome-fixed').click();
  for (const field of template.fields) {
    const control = at(page, `field-${field.key}`).first();
    if (field.kind === 'single' || field.kind === 'boolean') await control.click();
    else await control.fill(field.kind === 'number' ? '18' : '排气并冲洗过滤网，三组暖气片恢复');
  }
  await at(page, 'add-part').click();
  await page.locator('.van-action-sheet__item').first().click();
  await page.waitForTimeout(400);
  if (await page.locator('.part input').first().inputValue() === '') await page.locator('.part input').first().fill('自动排气阀');
}
