// Every page of the three front ends, with data: axe-core finds nothing serious or critical (WCAG 2 A and AA).
import { violations } from '../harness/accessible.mjs';
import { openAs } from '../harness/browser.mjs';

/** Opens the pages one after the other within the application (no reload: the session and the shell stay) and gathers what is found. */
async function walk({ page }, root, paths) {
  const found = [];
  for (const path of paths) {
    await page.goto(root + path, { waitUntil: 'domcontentloaded' });
    await page.waitForTimeout(900); // data in place, transitions over
    await page.locator('.el-skeleton, .van-loading').first().waitFor({ state: 'detached', timeout: 10000 }).catch(() => undefined);
    const here = await violations(page);
    found.push(...here.map((line) => `${path || '/'}: ${line}`));
  }
  return found;
}
const fail = (front, found) => { if (found.length > 0) throw new Error(`${front}: ${found.length} places are not accessible to everybody:\n  ${found.join('\n  ')}`); };

export const stories = [
  {
    name: 'every page of the group portal can be used by everybody (axe, WCAG 2 A and AA)',
    async run({ product, browser }) {
      const admin = await product.client('admin', 'admin'), order = (await admin.call('GET', '/orders?size=1')).rows[0], call = (await admin.call('GET', '/calls?size=1')).rows[0], house = (await admin.call('GET', '/houses?size=1')).rows[0];
      const view = await admin.call('GET', `/houses/${house.companyId}/${house.id}`), customer = view.customers[0];
      const found = await walk(await openAs(browser, product, 'admin', 'admin'), `${product.base}/admin/`, [
        'home', 'monitor-center/board', 'wall', 'monitor-center/agents', 'monitor-center/waiting', 'service-center/orders', `service-center/orders/${order.companyId}/${order.id}`, 'repair-center/desk', 'repair-center/approvals', 'repair-center/workers',
        'call-center/calls', `call-center/calls/${call.callId}`, 'call-center/blocklist', 'basic-info/areas', 'basic-info/houses', 'basic-info/imports', `basic-info/houses/${house.companyId}/${house.id}`, ...(customer ? [`basic-info/customers/${customer.companyId ?? house.companyId}/${customer.id}`] : []), 'basic-info/organisation',
        'report/kpis', 'report/kpis/connectRate', 'report/exports', 'notice/notices', 'notice/announcements', 'nothing/here']);
      found.push(...await walk(await openAs(browser, product, 'admin', 'sysadmin'), `${product.base}/admin/`, ['home', 'settings/accounts', 'settings/roles', 'settings/bindings', 'settings/documents', ...['deadlineRules', 'workCalendar', 'kpiTargets', 'ivr', 'skillGroups', 'restReasons', 'revisitForm', 'resultTemplates', 'approvalRules'].map((code) => `settings/documents/${code}`), 'settings/system', 'settings/audit', 'settings/verify']));
      found.push(...await walk(await openAs(browser, product, 'admin', 'zhanzhang'), `${product.base}/admin/`, ['home', 'repair-center/desk', 'repair-center/approvals', 'repair-center/workers']));
      fail('web-admin', found);
    },
  },
  {
    name: 'every page of the workstation can be used by everybody (axe, WCAG 2 A and AA)',
    async run({ product, browser }) {
      const agent = await product.client('agent', 'agent01'), order = (await agent.call('GET', '/orders?size=1')).rows[0];
      fail('web-agent', await walk(await openAs(browser, product, 'agent', 'agent01'), `${product.base}/agent/`, ['', 'pools', 'revisit', 'calls', `orders/${order.companyId}/${order.id}`, 'approvals', 'nothing/here']));
    },
  },
  {
    name: 'every page of the engineer\'s phone can be used by everybody (axe, WCAG 2 A and AA)',
    async run({ product, browser }) {
      const worker = await product.client('mobile', 'worker01'), snapshot = await worker.call('GET', '/field/snapshot'), order = snapshot.orders?.[0];
      fail('mobile-h5', await walk(await openAs(browser, product, 'mobile', 'worker01'), `${product.base}/m/`, ['', 'under-way', 'me', 'recent', 'conflicts', 'nothing/here', ...(order ? ['', ...['refuse', 'arrive', 'photos', 'temperature', 'result', 'rating', 'signature', 'extension', 'cancel'].map((step) => `/${step}`)].map((step) => `orders/${order.id}${step}`) : [])]));
    },
  },
];
