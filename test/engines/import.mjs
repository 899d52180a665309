// Houses of a new company from a file, through the API of the whole product: begun, and held against the file when it is over.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { until } from '../harness/product.mjs';

const ROWS = 20000, BAD = 1000;
const HEAD = '热源,热站,小区,楼栋,单元,房号,面积,供热状态,合同号,业主姓名,业主电话';
const row = (i) => `呼兰二号热源,兰河热站,兰河${Math.floor(i / 2000) + 1}期,${(Math.floor(i / 80) % 25) + 1}号楼,${(Math.floor(i / 20) % 4) + 1}单元,${Math.floor((i % 20) / 2) + 1}0${(i % 2) + 1},${i % BAD === 7 ? '不详' : '88.5'},供热,HL${String(i).padStart(6, '0')},兰河住户${i},189${String(i).padStart(8, '0')}`;
/** @returns { middle() → the job while it is being done, id } */
export async function startImport(admin, companyId) {
  const form = new FormData();
  form.append('companyId', String(companyId));
  form.append('file', new Blob([[HEAD, ...Array.from({ length: ROWS }, (_, i) => row(i))].join('\r\n')]), '呼兰.csv');
  const response = await fetch(`${admin.root}/imports/houses`, { method: 'POST', headers: { cookie: admin.cookie(), 'x-ronghu': '1', 'idempotency-key': randomUUID() }, body: form }), job = await response.json();
  assert.equal(response.status, 200, JSON.stringify(job));
  const now = () => admin.call('GET', `/imports/houses/${companyId}/${job.id}`);
  return { id: job.id, now, async middle() { const at = await now(); if (at.finishedAt) throw new Error(`the import was over before it could be broken off: ${JSON.stringify(at)}`); return at.rowsRead > 0 && at; } };
}
export async function wholeImport(admin, companyId, job) {
  const at = await until('the import is over', async () => { const j = await job.now(); return j.finishedAt && j; }, 90000, 300);
  assert.deepEqual([at.state, at.rowsRead, at.bad, at.error], ['done', ROWS, ROWS / BAD, null]);
  const { total, rows } = await admin.call('GET', `/houses?companyId=${companyId}&size=5`);
  assert.equal(total, ROWS - ROWS / BAD);
  assert.ok(rows.every((r) => r.companyId === companyId));
  const found = await until('the last number is found', async () => (await admin.call('GET', `/houses?companyId=${companyId}&q=189${String(ROWS - 1).padStart(8, '0')}`)).rows, 20000, 300);
  assert.deepEqual(found.map((r) => r.ownerName), [`兰河住户${ROWS - 1}`]);
  const source = (await admin.call('GET', `/areas?companyId=${companyId}`)).find((n) => n.name === '呼兰二号热源');
  assert.equal(source.houses, total);
}
