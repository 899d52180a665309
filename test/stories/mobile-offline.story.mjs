// The engineer's phone (390 × 844): arrival, refusal, the whole visit without network, everything exactly once and in order, conflicts shown, nothing lost by a killed app.
import assert from 'node:assert/strict';
import { look } from '../harness/accessible.mjs';
import { openAs } from '../harness/browser.mjs';
import { until as poll } from '../harness/product.mjs';
import { at, cameraPicture, fillResult, ready, signName, waiting } from './mobile-steps.mjs';

/** What the phone and the station have to do takes them a while. */
const until = (what, check, ms = 20000) => poll(what, check, ms, 200);

/** An order of the engineer's station, taken by an agent, confirmed and assigned by the station head; the desks themselves have stories of their own. */
async function assignedOrder(product, description) {
  const head = await product.client('admin', 'zhanzhang'), agent = await product.client('agent', 'agent01'), worker = await product.client('mobile', 'worker01');
  const station = head.me.stationId ?? head.me.orgRoots[0].id;
  const house = (await head.call('GET', `/houses?orgId=${station}&size=50`)).rows.find((h) => h.stationId === station);
  assert.ok(house, 'the station head sees a house of the own station');
  const houseView = await head.call('GET', `/houses/${house.companyId}/${house.id}`), customer = houseView.customers[0];
  let order = await agent.call('POST', '/orders', { companyId: house.companyId, type: 'repair', urgency: 'urgent', source: 'phone', faultCode: 'notHot', description, customerId: customer?.id ?? null, houseId: house.id, contactName: customer?.name ?? '张敏', number: '13812345678', callId: null, attachmentIds: [] });
  const path = `/orders/${order.companyId}/${order.id}`;
  order = await head.call('GET', path);
  if (order.state === 'dispatched') order = await head.call('POST', `${path}/commands`, { action: 'confirm', version: order.version });
  order = await head.call('POST', `${path}/commands`, { action: 'assign', workerId: worker.me.accountId, version: order.version });
  assert.equal(order.state, 'assigned');
  return { order, path, head, worker };
}
/** Opens the phone and puts aside what arrived before this story. */
async function phone(browser, product) {
  const opened = await openAs(browser, product, 'mobile', 'worker01');
  await at(opened.page, 'tab-todo').waitFor();
  await opened.page.locator('[data-test="order-card"], [role="status"]').first().waitFor({ timeout: 15000 });
  await opened.page.waitForTimeout(800);
  for (let i = 0; i < 60 && await at(opened.page, 'arrival').isVisible(); i += 1) { await at(opened.page, 'arrival-later').click(); await opened.page.waitForTimeout(250); }
  return opened;
}

export const stories = [
  {
    name: 'the engineer does the whole visit offline, closes and reopens the app, and every step arrives exactly once and in order',
    async run({ product, browser }) {
      const { page, context, problems } = await phone(browser, product);
      const { order, path, head, worker } = await assignedOrder(product, '离线走通：客厅和主卧不热，已三天');
      await at(page, 'arrival').waitFor({ timeout: 20000 });
      const alert = await at(page, 'arrival').innerText();
      for (const text of ['报修', order.customerName ?? '', order.address, '不热', '客厅和主卧不热，已三天', '到期']) assert.ok(alert.replace(/\s/g, '').includes(text.replace(/\s/g, '')), `the alert shows ${text}: ${alert}`);
      await look(page, 'mobile-arrival');
      await at(page, 'arrival-accept').click();
      await until('the acceptance reaches the station', async () => (await head.call('GET', path)).state === 'accepted');

      await at(page, 'tab-underWay').click();
      await page.locator(`[data-order="${order.orderNo}"]`).click();
      await page.locator('[data-next="arrive"]').waitFor();
      await ready(page);
      await page.waitForTimeout(1500);
      await context.setOffline(true);

      await at(page, 'next').click();
      await page.locator('[data-test="submit-step"]:not(.van-button--loading)').click();
      await page.locator('[data-next="photos"]').click();
      const picture = await cameraPicture(page);
      assert.ok(picture.buffer.length > 500_000);
      await at(page, 'camera').setInputFiles(picture);
      await until('the first photo is kept', async () => await at(page, 'photo').count() === 1);
      await at(page, 'camera').setInputFiles({ ...picture, name: 'second.jpg' });
      await until('the second photo is kept', async () => await at(page, 'photo').count() === 2);
      await at(page, 'submit-step').click();
      await at(page, 'track-temperature').locator('button').click();
      await at(page, 'celsius').fill('17.4');
      await at(page, 'save-temperature').click();
      await at(page, 'submit-step').click();
      assert.equal(await waiting(page), 4, 'arrival, two photos and a temperature wait');

      await page.locator('[data-next="result"]').click();
      await fillResult(page, worker);
      await page.waitForTimeout(500);
      await page.reload();
      await at(page, 'outcome-fixed').waitFor();
      assert.match(await at(page, 'outcome-fixed').getAttribute('class'), /\bon\b/, 'a half-filled form survives a killed app, without network');
      await at(page, 'submit-step').click();
      await page.locator('[data-next="rating"]').click();
      await at(page, 'star-5').click();
      await at(page, 'comment').fill('师傅很准时');
      if (await at(page, 'signed-by').inputValue() === '') await at(page, 'signed-by').fill('张敏');
      await at(page, 'submit-step').click();
      await look(page, 'mobile-signature');
      await signName(page);
      await page.locator('[data-next="submit"]').click();
      await page.locator('.van-dialog__confirm').click();
      await page.locator('[data-test="track-submit"][data-state="waiting"]').waitFor();
      assert.equal(await waiting(page), 7);
      await look(page, 'mobile-waiting');

      // The app is killed and opened again in the cellar: everything is still there, within a second or so.
      await page.close();
      const again = await context.newPage();
      const begun = Date.now();
      await again.goto(`${product.base}/m/orders/${order.id}`, { waitUntil: 'commit' });
      await again.locator('[data-test="track-submit"][data-state="waiting"]').waitFor();
      const openedMs = Date.now() - begun;
      assert.ok(openedMs < 4000, `opened without network in ${openedMs} ms`);
      assert.equal(await waiting(again), 7);
      const before = await head.call('GET', path);
      assert.equal(before.state, 'accepted', 'nothing reached the server without network');

      await again.goto(`${product.base}/m/me`);
      await at(again, 'sign-out').click();
      assert.match(await again.locator('.van-dialog').innerText(), /还有 7 步没有上传/, 'signing out is refused while steps wait');
      await again.locator('.van-dialog__cancel').click();

      await context.setOffline(false);
      const done = await until('all steps are applied', async () => { const o = await head.call('GET', path); return o.state === 'completed' ? o : null; }, 30000);
      const photos = done.attachments.filter((file) => file.stage === 'field' && file.kind === 'photo');
      assert.equal(photos.length, 2);
      for (const photo of photos) {
        assert.ok(photo.bytes <= 400 * 1024, `a photo of ${photo.bytes} bytes`);
        assert.ok(photo.takenAt && photo.place && Math.abs(photo.place.lat - 45.7567) < 0.001, 'time and place of the photo');
      }
      assert.equal(done.temperatures.filter((one) => one.celsius === 17.4).length, 1);
      assert.equal(done.result.outcome, 'fixed');
      assert.equal(done.result.parts.length, 1);
      assert.equal(done.evidence.rating, 5);
      assert.equal(done.evidence.intact, true);
      const field = [...done.events].sort((a, b) => a.id - b.id).map((event) => event.kind).filter((kind) => ['accept', 'onSiteCheckIn', 'evidence', 'backfill', 'sign', 'submit'].includes(kind));
      assert.deepEqual(field, ['accept', 'onSiteCheckIn', 'evidence', 'evidence', 'evidence', 'backfill', 'sign', 'submit'], 'each step once, in the order of the visit');
      await until('the phone knows that nothing waits', async () => (await at(again, 'waiting').innerText()).includes('全部已上传'));
      await look(again, 'mobile-synced');

      // The signature cannot be changed afterwards, not even with the engineer's own session.
      const forged = await worker.call('POST', '/field/steps', { deviceId: crypto.randomUUID(), steps: [{ kind: 'backfill', stepId: crypto.randomUUID(), deviceSeq: 999, companyId: order.companyId, orderId: order.id, at: Date.now(), place: null, templateVersion: done.result.templateVersion, values: done.result.values, parts: [], durationMinutes: 5, outcome: 'unfixed' }] });
      assert.equal(forged.answers[0].status, 'rejected');
      assert.equal((await head.call('GET', path)).evidence.intact, true);
      assert.deepEqual(problems(), []);
    },
  },
  {
    name: 'an order reassigned while the phone was away leaves a card that says what happened and what was not applied',
    async run({ product, browser }) {
      const { page, context, problems } = await phone(browser, product);
      const { order, path, head } = await assignedOrder(product, '改派冲突：次卧暖气片漏水');
      await at(page, 'arrival-accept').click({ timeout: 20000 });
      await until('accepted', async () => (await head.call('GET', path)).state === 'accepted');
      await at(page, 'tab-underWay').click();
      await page.locator(`[data-order="${order.orderNo}"]`).click();
      await page.locator('[data-next="arrive"]').waitFor();
      await ready(page);
      await page.waitForTimeout(1500);
      await context.setOffline(true);
      await at(page, 'next').click();
      await page.locator('[data-test="submit-step"]:not(.van-button--loading)').click();
      await page.locator('[data-next="photos"]').click();
      await at(page, 'camera').setInputFiles(await cameraPicture(page));
      await until('the photo is kept', async () => await at(page, 'photo').count() === 1);

      const other = (await head.call('GET', `${path}/candidates`)).find((one) => one.workerId !== order.workerId);
      assert.ok(other, 'the station has another engineer');
      const now = await head.call('GET', path);
      await head.call('POST', `${path}/commands`, { action: 'reassign', workerId: other.workerId, reason: '离线联系不上，换人处理', version: now.version });

      await context.setOffline(false);
      await page.goto(`${product.base}/m/`);
      await at(page, 'conflict-line').click({ timeout: 25000 });
      const card = page.locator(`[data-test="conflict"][data-order="${order.orderNo}"]`);
      await card.waitFor();
      await until('the arrival and the photo were not applied, and are named', async () => await card.locator('[data-test="lost-step"]').count() === 2);
      assert.match(await card.innerText(), new RegExp(other.name), 'the card says who has it now');
      await look(page, 'mobile-conflict');
      await card.locator('[data-test="conflict-seen"]').click();
      await card.waitFor({ state: 'detached' });
      await page.reload();
      await at(page, 'tab-todo').waitFor().catch(() => undefined);
      assert.equal(await page.locator(`[data-test="conflict"][data-order="${order.orderNo}"]`).count(), 0, 'seen once, gone for good');
      const after = await head.call('GET', path);
      assert.equal(after.state, 'assigned');
      assert.equal(after.workerId, other.workerId);
      assert.equal(after.attachments.filter((file) => file.stage === 'field').length, 0);
      assert.deepEqual(problems(), []);
    },
  },
  {
    name: 'refusing an order needs a reason, and the order goes back to the station',
    async run({ product, browser }) {
      const { page, problems } = await phone(browser, product);
      const { order, path, head } = await assignedOrder(product, '拒单：不在辖区');
      await at(page, 'arrival-refuse').click({ timeout: 20000 });
      await at(page, 'submit-step').click();
      await at(page, 'reason-error').waitFor();
      assert.equal((await head.call('GET', path)).state, 'assigned');
      await at(page, 'reason').fill('不在我的辖区，请派铁西组');
      await at(page, 'submit-step').click();
      const back = await until('the order is back at the station', async () => { const o = await head.call('GET', path); return o.state === 'confirmed' ? o : null; });
      assert.ok(back.events.some((event) => event.reason?.includes('不在我的辖区')));
      await page.goto(`${product.base}/m/`);
      await page.locator('[data-test="order-card"], [role="status"]').first().waitFor();
      await until('it has left the list', async () => await page.locator(`[data-order="${order.orderNo}"]`).count() === 0);
      assert.deepEqual(problems(), []);
    },
  },
  {
    name: 'the engineer asks for more time from the phone, the station head agrees on hers, and the deadline moves',
    async run({ product, browser }) {
      const { page, problems } = await phone(browser, product);
      const { order, path, head } = await assignedOrder(product, '延时：缺暖气片');
      await at(page, 'arrival-accept').click({ timeout: 20000 });
      await until('accepted', async () => (await head.call('GET', path)).state === 'accepted');
      await page.goto(`${product.base}/m/orders/${order.id}/extension`);
      await at(page, 'submit-step').click();
      assert.equal(await page.locator('.form-error').count(), 2, 'reason and new deadline are both asked for');
      await at(page, 'reason').fill('暖气片缺货，两小时后到');
      await page.locator('.chip').first().click();
      await at(page, 'submit-step').click();
      await until('the request waits for approval', async () => (await head.call('GET', path)).pendingApproval === 'extension');
      assert.equal((await head.call('GET', path)).dueAt, order.dueAt, 'the deadline does not move before the decision');

      const chief = await openAs(browser, product, 'mobile', 'zhanzhang');
      const card = chief.page.locator(`[data-approval="${order.orderNo}"]`);
      await card.waitFor();
      assert.match(await card.innerText(), /暖气片缺货/);
      await look(chief.page, 'mobile-approval');
      await card.locator('[data-test="approve"]').click();
      const moved = await until('the deadline moved', async () => { const o = await head.call('GET', path); return o.pendingApproval === null ? o : null; });
      assert.equal(moved.dueAt, order.dueAt + 2 * 3_600_000);
      await page.goto(`${product.base}/m/orders/${order.id}`);
      await until('the engineer sees no request pending', async () => !(await page.locator('.page-body').innerText()).includes('延时审批中'));
      assert.deepEqual([...problems(), ...chief.problems()], []);
    },
  },
];
