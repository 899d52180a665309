// Houses from a file (BI-04): a thousand rows with ten bad ones through the page, the error file, once more without effect, a file that is none, and nobody without the right.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { openAs, shot } from '../harness/browser.mjs';

const require = createRequire(import.meta.url), ExcelJS = require('exceljs');
const HEAD = '热源,热站,小区,楼栋,单元,房号,面积,供热状态,合同号,业主姓名,业主电话';
const file = (tag, n, bad) => [HEAD, ...Array.from({ length: n }, (_, i) => `${tag}热源,${tag}热站,${tag}花园,${Math.floor(i / 40) + 1}号楼,${(Math.floor(i / 20) % 2) + 1}单元,${Math.floor((i % 20) / 2) + 1}0${(i % 2) + 1},${bad(i) ? '不详' : '88.5'},供热,${tag}${String(i).padStart(6, '0')},导入户${i},188${String(i).padStart(8, '0')}`)].join('\r\n');
const rows = async (path) => { const book = new ExcelJS.Workbook(); await book.xlsx.readFile(path); const out = []; book.worksheets[0].eachRow((r) => out.push(Array.from(r.values.slice(1), (v) => String(v ?? '')))); return out; };
const finished = async (page, state = 'done') => { await page.locator(`.job[data-state="${state}"]`).waitFor({ timeout: 60_000 }); return Object.fromEntries(await page.locator('.job .counts > div').evaluateAll((list) => list.map((d) => [d.querySelector('dt').textContent, d.querySelector('dd').textContent]))); };

export const stories = [
  {
    name: 'an operator imports a thousand rows with ten bad ones: 990 are saved, the error file names the ten, and the same file again changes nothing',
    async run({ product, browser }) {
      const { page, problems } = await openAs(browser, product, 'admin', 'operator'), text = file('SL', 1000, (i) => i % 100 === 7);
      await page.goto(`${product.base}/admin/basic-info/areas`);
      await page.getByRole('link', { name: '批量导入' }).click();
      await page.getByRole('heading', { name: '导入房屋档案' }).waitFor();
      await shot(page, 'import-empty');
      const [template] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载模板' }).click()]);
      assert.equal((await rows(await template.path()))[0].slice(0, 11).join(','), HEAD);
      await page.locator('input[type=file]').setInputFiles({ name: '供热房屋.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      assert.deepEqual(await finished(page), { 新增: '990', 更新: '0', 未变: '0', 新建节点: String(3 + 25 + 50), 错误行: '10' });
      await shot(page, 'import-done');
      const [errors] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /下载错误行（10）/ }).click()]), bad = await rows(await errors.path());
      assert.equal(bad.length, 11);
      assert.deepEqual(bad.slice(1).map((r) => r.slice(6)), Array.from({ length: 10 }, (_, i) => ['不详', '供热', `SL${String(i * 100 + 7).padStart(6, '0')}`, `导入户${i * 100 + 7}`, `188${String(i * 100 + 7).padStart(8, '0')}`, '面积：“不详”不是数字', String(i * 100 + 9)]));
      // the same file once more
      await page.locator('input[type=file]').setInputFiles({ name: '供热房屋.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      await page.locator('tbody tr').nth(1).waitFor();
      const again = await finished(page);
      assert.equal(again.新增, '0');
      assert.equal(again.未变, '990');
      // the corrected error file, as the person would send it back
      bad[0].forEach((name, i) => { if (name === '面积') for (const r of bad.slice(1)) r[i] = '60'; });
      const book = new ExcelJS.Workbook(), sheet = book.addWorksheet('错误行');
      for (const r of bad) sheet.addRow(r);
      await page.locator('input[type=file]').setInputFiles({ name: '改好.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from(await book.xlsx.writeBuffer()) });
      await page.locator('tbody tr').nth(2).waitFor();
      assert.equal((await finished(page)).新增, '10');
      await shot(page, 'import-history');
      const operator = await product.client('admin', 'operator'), found = await operator.call('GET', '/houses?q=18800000007');
      assert.deepEqual(found.rows.map((r) => [r.address, r.areaM2, r.ownerName]), [['SL花园1号楼1单元402', 60, '导入户7']]);
      const source = (await operator.call('GET', `/areas?companyId=${operator.me.orgRoots[0].id}`)).find((n) => n.name === 'SL热源'), log = await operator.call('GET', `/areas/${source.companyId}/${source.id}/log`);
      assert.equal(source.houses, 1000);
      assert.equal(log[0].source, 'import');
      await page.locator('input[type=file]').setInputFiles({ name: '名单.csv', mimeType: 'text/csv', buffer: Buffer.from('姓名,电话\n甲,1\n') });
      await page.locator('.job[data-state="failed"]').waitFor({ timeout: 60_000 });
      await page.getByText('没有“热源”列').waitFor();
      await shot(page, 'import-failed');
      await page.locator('input[type=file]').setInputFiles({ name: '旧表.xls', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from('x') });
      await page.getByText('“旧表.xls”是旧版 .xls').waitFor();
      await page.setViewportSize({ width: 1920, height: 1080 });
      await shot(page, 'import-1920');
      await page.setViewportSize({ width: 390, height: 844 });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'no sideways scroll at 390');
      await shot(page, 'import-390');
      assert.deepEqual(problems(), []);
      const { page: head } = await openAs(browser, product, 'admin', 'zhanzhang');
      await head.goto(`${product.base}/admin/basic-info/imports`);
      await head.waitForTimeout(800);
      assert.equal(await head.locator('input[type=file]').count(), 0, 'a station head imports nothing');
      await shot(head, 'import-forbidden');
    },
  },
  {
    name: 'an import that runs is seen running, and cancelled keeps what it has',
    async run({ product, browser }) {
      const { page } = await openAs(browser, product, 'admin', 'operator');
      await page.goto(`${product.base}/admin/basic-info/imports`);
      await page.locator('input[type=file]').setInputFiles({ name: '大.csv', mimeType: 'text/csv', buffer: Buffer.from(file('BG', 60_000, () => false)) });
      await page.locator('.job[data-state="running"]').waitFor({ timeout: 60_000 });
      await page.waitForFunction(() => /已处理 [1-9]/.test(document.querySelector('.job')?.textContent ?? ''), null, { timeout: 60_000 });
      await shot(page, 'import-running');
      await page.getByRole('button', { name: '取消导入' }).click();
      await page.locator('.el-message-box').getByRole('button', { name: '取消导入' }).click();
      const counts = await finished(page, 'cancelled'), kept = Number(counts.新增.replace(/,/g, ''));
      assert.ok(kept > 0 && kept < 60_000, `${kept} kept`);
      const operator = await product.client('admin', 'operator');
      assert.equal((await operator.call('GET', `/houses?q=${encodeURIComponent('BG花园')}`)).total, kept);
      await shot(page, 'import-cancelled');
    },
  },
];
