/**
 * Event → figure on the screen of the board, in a real page of the portal: orders taken (from the moment the order exists) and calls coming in (from the moment
 * the resident dials). Other events go on meanwhile: agents change state and calls wait. Budget: p99 ≤ 500 ms. `BOARD_EVENTS` changes the number.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { launchBrowser, openAs } from '../harness/browser.mjs';
import { percentile } from '../harness/figures.mjs';
import { repairAt } from '../harness/orders.mjs';
import { startProduct, until } from '../harness/product.mjs';
import { HOTLINE } from '../harness/telephone.mjs';

const EVENTS = Number(process.env.BOARD_EVENTS ?? 120);
const say = (figure, value, n) => console.log(JSON.stringify({ bench: 'board', figure, value: Math.round(value), unit: 'ms', n }));

const product = await startProduct({ houses: Number(process.env.BOARD_HOUSES ?? 5000) });
let browser = null, leader = null, running = true;
try {
  const agent = await product.client('agent', 'agent01'), houses = (await agent.call('GET', '/houses?size=100')).rows;
  await until('the telephone serves', () => agent.call('GET', '/phone/state'), 15000, 200);
  browser = await launchBrowser();
  leader = await openAs(browser, product, 'admin', 'leader', { viewport: { width: 1920, height: 1080 } });
  await leader.page.goto(`${product.base}/admin/monitor-center/board`, { waitUntil: 'domcontentloaded' });
  await leader.page.locator('tr.whole').first().waitFor({ timeout: 15000 });
  // a figure counts as shown in the frame after the text changed
  await leader.page.evaluate(() => {
    window.__shown = [];
    const number = (element) => Number((element?.textContent ?? '').replace(/[^\d]/g, ''));
    const read = () => { const cells = document.querySelectorAll('tr.whole')[0]?.querySelectorAll('td'); return { orders: number(cells?.[cells.length - 2]), inbound: number(document.querySelectorAll('.calls .figure .value')[2]) }; };
    let last = read();
    const look = () => {
      const now = read();
      if (now.orders === last.orders && now.inbound === last.inbound) return;
      last = now;
      requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => window.__shown.push({ ...now, at: Date.now() }); port2.postMessage(null); });
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    window.__figures = () => last;
  });
  const shown = [];
  const collect = async () => shown.push(...(await leader.page.evaluate(() => window.__shown.splice(0))));
  const noise = (async () => {
    await agent.call('POST', '/phone/commands', { command: 'signIn' });
    for (let i = 0; running; i++) { await agent.call('POST', '/phone/commands', { command: 'setReadiness', readiness: i % 2 ? 'busy' : 'suspended' }).catch(() => undefined); await sleep(900); }
  })().catch((error) => console.error(`no other events meanwhile: ${error.message}`));

  const measure = async (figure, act) => {
    const took = [];
    for (let i = 0; i < EVENTS; i++) {
      const before = (await leader.page.evaluate(() => window.__figures()))[figure], begin = await act(i);
      const seen = await until(`${figure} on the board`, async () => { await collect(); return shown.find((s) => s[figure] > before); }, 30000, 15);
      took.push(seen.at - begin);
      shown.length = 0;
      await sleep(60 + ((i * 137) % 420)); // no beat with the board's own pace
    }
    took.sort((a, b) => a - b);
    say(`${figure}_p50_ms`, percentile(took, 0.5), took.length);
    say(`${figure}_p99_ms`, percentile(took, 0.99), took.length);
    return took;
  };
  const orders = await measure('orders', async (i) => {
    const house = houses[i % houses.length];
    const order = await agent.call('POST', '/orders', repairAt(house, `看板基准 ${i}`));
    return order.createdAt;
  });
  const calls = await measure('inbound', async (i) => {
    const begin = Date.now(), { uuid } = await product.sim('POST', '/calls', { from: `1390000${String(1000 + i)}`, to: HOTLINE });
    setTimeout(() => void product.sim('POST', `/calls/${uuid}/hangup`, {}).catch(() => undefined), 2500);
    return begin;
  });
  const all = [...orders, ...calls].sort((a, b) => a - b);
  say('p99_ms', percentile(all, 0.99), all.length);
  running = false;
  await noise;
} finally {
  for (const problem of leader?.problems().slice(0, 5) ?? []) console.error(problem);
  running = false;
  await browser?.close();
  await product.stop();
}
