// One call, start to finish: three front ends at once, from the ringing phone to the closed, signed, counted order.
import assert from 'node:assert/strict';
import { look } from '../harness/accessible.mjs';
import { openAs } from '../harness/browser.mjs';
import { until } from '../harness/product.mjs';
import { readyAgent, residentCalls } from '../harness/telephone.mjs';
import { at, cameraPicture, fillResult, ready, signName, waiting } from './mobile-steps.mjs';

/** The owner of the first demo house (demo/names.ts): a house of the first station. */
const RESIDENT = '15400009973';
const text = (page) => page.locator('body').innerText();
const seen = (page, words, ms = 10000) => page.getByText(words).first().waitFor({ timeout: ms });
const phoneOf = async (product, extension) => (await product.sim('GET', '/state')).phones.find((p) => p.extension === extension);

export const stories = [{
  name: 'a resident\'s call becomes an order, a visit without signal, a signature, a revisit and a figure of the group',
  async run({ product, browser }) {
    const agent = await readyAgent(product, 'agent01'), other = await readyAgent(product, 'agent03');
    await other.command({ command: 'setReadiness', readiness: 'busy' });
    const desk = await openAs(browser, product, 'agent', 'agent01'), station = await openAs(browser, product, 'admin', 'zhanzhang'), group = await openAs(browser, product, 'admin', 'leader', { viewport: { width: 1920, height: 1080 } });
    await station.page.goto(`${product.base}/admin/repair-center/desk`);
    await group.page.goto(`${product.base}/admin/monitor-center/board`);

    // 1–2: the hotline, the menu, the queue; the pop while it rings
    await residentCalls(product, RESIDENT, '1');
    await agent.is('the phone rings', (s) => s.agent.callState === 'ringing', 30000);
    const answer = desk.page.locator('.band button.answer');
    await answer.waitFor({ timeout: 5000 });
    await until('the pop names the resident while it rings', async () => /154\*\*\*\*9973/.test(await desk.page.locator('.band').innerText()) && !/未建档/.test(await desk.page.locator('.band').innerText()));
    await seen(desk.page, '交退费');
    for (const block of ['历史工单', '同单元', '年度', '通话', '黑名单', '室温']) assert.ok((await text(desk.page)).includes(block), `the pop shows ${block}`);
    await look(desk.page, 'agent-ringing');
    await until('the board counts the ringing agent', async () => /振铃/.test(await text(group.page)));

    // 3: answered by the button, held and resumed, muted; consult and come back
    await answer.click();
    await agent.is('talking', (s) => s.agent.callState === 'talking');
    assert.equal((await phoneOf(product, agent.extension)).state, 'talking', 'the button answered the desk phone');
    const bar = (name) => desk.page.getByRole('button', { name: new RegExp(`^${name}`) }).first();
    await bar('保持').click();
    await agent.is('held', (s) => s.agent.callState === 'held');
    await bar('恢复').click();
    await agent.is('talking again', (s) => s.agent.callState === 'talking');
    await bar('静音').click();
    await agent.is('muted', (s) => s.agent.muted);
    await bar('取消静音').click();
    await agent.is('heard again', (s) => !s.agent.muted);
    await other.command({ command: 'setReadiness', readiness: 'ready' });
    await product.sim('POST', `/phones/${other.extension}/behaviour`, { answerAfterMs: 200 });
    await agent.command({ command: 'consult', to: { kind: 'agent', agentId: other.agentId } });
    await agent.is('consulting', (s) => s.agent.callState === 'consulting');
    await other.is('consulted', (s) => s.agent.callState === 'talking');
    await look(desk.page, 'agent-consulting');
    await agent.command({ command: 'retrieve' });
    await agent.is('back with the resident', (s) => s.agent.callState === 'talking' && s.call.state === 'talking');

    // 4: the order, prefilled, with its own deadline
    await desk.page.locator('.order-form textarea').first().fill('供暖后客厅和主卧一直不热，室温十五度，家里有老人');
    await desk.page.locator('.order-form').getByText('紧急', { exact: true }).click();
    await seen(desk.page, /4 小时/);
    await look(desk.page, 'agent-order');
    await desk.page.getByRole('button', { name: '提交工单' }).click();
    await seen(desk.page, '工单已受理');
    const orderNo = (await desk.page.locator('.done .no').innerText()).trim();
    assert.match(orderNo, /^DL\d{8}\d{5}$/);
    const head = await product.client('admin', 'zhanzhang'), worker = await product.client('mobile', 'worker01');
    const row = (await head.call('GET', `/orders?q=${orderNo}`)).rows[0], path = `/orders/${row.companyId}/${row.id}`, order = () => head.call('GET', path);
    const taken = await order();
    assert.equal(taken.state, 'dispatched');
    assert.ok(taken.callId && taken.houseId && taken.customerId && taken.number?.masked === '154****9973', 'number, customer, house and call came without typing');
    await agent.command({ command: 'hangUp' });
    await agent.is('wrap-up', (s) => s.agent.readiness === 'wrapUp' && s.agent.wrapUpUntil > Date.now());
    await agent.command({ command: 'endWrapUp' });

    // 5: the station head hears it, confirms, sees ranked candidates with reasons, assigns
    await seen(station.page, /客厅和主卧一直不热/, 8000);
    await station.page.locator('.cards .card', { hasText: '客厅和主卧一直不热' }).first().click();
    await station.page.getByRole('button', { name: '确认', exact: true }).first().click();
    await station.page.locator('.el-dialog').getByRole('button', { name: '确认' }).last().click();
    await until('confirmed', async () => (await order()).state === 'confirmed');
    const phone = await openAs(browser, product, 'mobile', 'worker01');
    await at(phone.page, 'tab-todo').waitFor();
    for (let i = 0; i < 30 && await at(phone.page, 'arrival').isVisible(); i++) { await at(phone.page, 'arrival-later').click(); await phone.page.waitForTimeout(250); }
    await station.page.getByRole('button', { name: /^分派/ }).first().click();
    const me = worker.me.personName;
    await station.page.locator('.el-dialog .person', { hasText: me }).first().waitFor();
    assert.match(await station.page.locator('.el-dialog .person').first().innerText(), /负荷|技能|责任区|在岗|\+/, 'candidates say why');
    await look(station.page, 'admin-candidates');
    await station.page.locator('.el-dialog .person', { hasText: me }).first().click();
    await station.page.locator('.el-dialog').getByRole('button', { name: /分派|确定/ }).last().click();
    await until('assigned', async () => (await order()).state === 'assigned');

    // 6: the engineer; the cellar without signal; back online everything exactly once
    await at(phone.page, 'arrival').waitFor({ timeout: 15000 });
    await look(phone.page, 'mobile-arrival');
    await at(phone.page, 'arrival-accept').click();
    await until('accepted', async () => (await order()).state === 'accepted');
    await at(phone.page, 'tab-underWay').click();
    await phone.page.locator(`[data-order="${orderNo}"]`).click();
    await phone.page.locator('[data-next="arrive"]').waitFor();
    await ready(phone.page);
    await phone.page.waitForTimeout(1000);
    await look(phone.page, 'mobile-order');
    await phone.context.setOffline(true);
    await at(phone.page, 'next').click();
    await phone.page.locator('[data-test="submit-step"]:not(.van-button--loading)').click();
    await phone.page.locator('[data-next="photos"]').click();
    await at(phone.page, 'camera').setInputFiles(await cameraPicture(phone.page));
    await until('the photo is kept', async () => await at(phone.page, 'photo').count() === 1);
    await at(phone.page, 'submit-step').click();
    await at(phone.page, 'track-temperature').locator('button').click();
    await at(phone.page, 'celsius').fill('21.5');
    await at(phone.page, 'save-temperature').click();
    await at(phone.page, 'submit-step').click();
    await phone.page.locator('[data-next="result"]').click();
    await fillResult(phone.page, worker);
    await at(phone.page, 'submit-step').click();
    await phone.page.locator('[data-next="rating"]').click();
    await at(phone.page, 'star-5').click();
    if (await at(phone.page, 'signed-by').inputValue() === '') await at(phone.page, 'signed-by').fill('张敏');
    await at(phone.page, 'submit-step').click();
    await signName(phone.page);
    await phone.page.locator('[data-next="submit"]').click();
    await phone.page.locator('.van-dialog__confirm').click();
    await phone.page.locator('[data-test="track-submit"][data-state="waiting"]').waitFor();
    assert.ok(await waiting(phone.page) >= 5, 'the count of waiting steps is visible');
    await look(phone.page, 'mobile-waiting');
    assert.equal((await order()).state, 'accepted', 'nothing arrived without signal');
    await phone.context.setOffline(false);
    await until('completed, everything arrived', async () => (await order()).state === 'completed', 30000);
    const done = await order();
    assert.equal(done.attachments.filter((a) => a.kind === 'photo').length, 1);
    assert.equal(done.temperatures.length, 1);
    assert.equal(done.evidence.rating, 5);
    assert.equal(done.evidence.intact, true);

    // 7: nobody closes it without a revisit; one click calls the resident; satisfied closes it
    await assert.rejects(head.call('POST', `${path}/commands`, { action: 'closeDirectly', reason: '想直接办结', result: '好了', version: done.version }));
    await product.sim('POST', `/phones/${agent.extension}/behaviour`, { answerAfterMs: 200 });
    await desk.page.goto(`${product.base}/agent/revisit`);
    await desk.page.locator('.revisit-list .item', { hasText: orderNo }).click({ timeout: 15000 });
    await agent.is('free', (s) => s.agent.callState === 'idle');
    await desk.page.getByRole('button', { name: '呼叫客户' }).click();
    await agent.is('talking to the resident', (s) => s.agent.callState === 'talking' && s.call?.purpose === 'revisit', 20000);
    await desk.page.locator('.question', { hasText: '问题是否已经解决' }).getByText('已解决', { exact: true }).click();
    await desk.page.locator('.question', { hasText: '按约定时间' }).getByText('是', { exact: true }).click();
    await desk.page.locator('.question', { hasText: '态度' }).locator('.el-rate__item').nth(4).click();
    await look(desk.page, 'agent-revisit');
    await desk.page.getByRole('button', { name: '满意，办结' }).click();
    await until('closed', async () => (await order()).state === 'closed');
    await agent.command({ command: 'hangUp' }).catch(() => undefined);

    // 8: the group sees it without refresh; the order's whole life; figures with rows; the auditor's proof
    await look(group.page, 'admin-board');
    const leader = await product.client('admin', 'leader');
    await group.page.goto(`${product.base}/admin/service-center${path}`);
    await seen(group.page, orderNo);
    const life = await order();
    for (const kind of ['受理', '安排', '确认', '分派', '接单', '签到', '提交', '回访']) assert.ok(life.events.some((e) => e.title.includes(kind)), `the life has ${kind}: ${life.events.map((e) => e.title).join(' ')}`);
    assert.equal(life.closeKind, 'revisited');
    // the resident of the first call may still be giving a rating; its recording comes to the open page by itself when that is over
    await until('the order has its recording', async () => (await order()).recordingId, 60000, 250);
    await group.page.getByText('这张工单没有通话录音').waitFor({ state: 'detached', timeout: 10000 });
    await group.page.locator('.player').first().waitFor({ state: 'visible' });
    await look(group.page, 'admin-order');
    const closure = (await leader.call('GET', '/kpis')).find((k) => k.code === 'closureRate');
    assert.ok(closure.denominator > 0);
    const rows = await leader.call('GET', '/kpis/closureRate/rows?size=200&counted=yes');
    assert.ok(rows.rows.some((r) => r.title.includes(orderNo) || r.id === row.id), 'the closed order stands behind the closure rate');
    const auditor = await product.client('admin', 'auditor');
    const xlsx = await fetch(`${auditor.root}/reports/orders.xlsx`, { headers: { cookie: auditor.cookie() } });
    assert.equal(xlsx.status, 200);
    assert.equal(Buffer.from(await xlsx.arrayBuffer()).subarray(0, 2).toString(), 'PK');
    const report = await auditor.call('POST', '/audit/verify', {});
    assert.equal(report.ok, true, JSON.stringify(report).slice(0, 400));
    for (const person of [desk, station, group, phone]) assert.deepEqual(person.problems(), []);
  },
}];
