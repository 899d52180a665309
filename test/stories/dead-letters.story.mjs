// The page of set-aside events (PF-14): found, read with people masked, put back with a reason, gone; nobody without the right sees it.
import assert from 'node:assert/strict';
import { openAs, shot } from '../harness/browser.mjs';
import { until } from '../harness/product.mjs';

export const stories = [
  {
    name: 'a system administrator finds the events that were set aside, reads why, and has them handled anew',
    async run({ product, browser }) {
      const kind = 'story.broken', at = Date.now();
      const [{ nspname }] = await product.sql("select nspname from pg_namespace where nspname like 'ronghu_c%' order by nspname");
      for (const [i, schema] of ['ronghu_group', nspname, nspname].entries()) await product.sql(`insert into ${schema}.outbox (id, kind, aggregate, aggregate_id, company_id, payload, at, due_at, outbox_status, attempts, last_error, published_at) values ($1, $2, 'story', $3, null, $4, $5, 0, 2, 12, '索引不能写入：磁盘空间不足', $5)`, [at * 4 + i, kind, String(i), JSON.stringify({ customer_name: '刘桂兰', number: '13812345678', number_sealed: 'k1.secret', orderId: 17 }), at + i]);
      const { page, problems } = await openAs(browser, product, 'admin', 'sysadmin');
      await page.goto(`${product.base}/admin/settings/dead-letters`);
      await page.getByText(kind).first().waitFor();
      assert.equal(await page.locator('.el-table__body tr').count(), 3);
      await shot(page, 'dead-letters');
      await page.getByRole('button', { name: '查看内容' }).first().click();
      const payload = await page.locator('pre.payload').innerText();
      assert.ok(payload.includes('刘••') && payload.includes('138••••5678') && !payload.includes('桂兰') && !payload.includes('secret'), payload);
      await shot(page, 'dead-letter-content');
      await page.keyboard.press('Escape');
      await page.locator('.el-table__header .el-checkbox').first().click();
      await page.getByRole('button', { name: /重新处理所选 3 条/ }).click();
      await page.locator('.el-message-box textarea').fill('磁盘已扩容');
      await page.locator('.el-message-box').getByRole('button', { name: '重新处理' }).click();
      await page.getByText('没有搁置的事件').waitFor();
      await shot(page, 'dead-letters-none');
      await until('they are through', async () => (await product.sql('select 1 from ronghu_group.outbox where kind = $1 and outbox_status = 1', [kind])).length === 1, 10000);
      const auditor = await product.client('admin', 'auditor'), trace = (await auditor.call('GET', '/audit?action=event.replay').catch(() => auditor.call('GET', '/audit'))).rows.find((r) => r.action === 'event.replay');
      assert.ok(trace && /磁盘已扩容/.test(JSON.stringify(trace)), 'the replay is in the audit log');
      assert.deepEqual(problems(), []);
      const { page: other } = await openAs(browser, product, 'admin', 'operator');
      await other.goto(`${product.base}/admin/settings/dead-letters`);
      await other.waitForTimeout(800);
      assert.equal(await other.getByText('查看内容').count(), 0, 'an operator sees no events');
      await assert.rejects((await product.client('admin', 'operator')).call('GET', '/system/dead-letters'), (e) => e.status === 403);
    },
  },
];
