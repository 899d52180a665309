// Every route of the contract with another company's ids: 403, 404 or nothing. A route that is not in this table fails the story, so none stays uncovered.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';

const require = createRequire(import.meta.url);
const { routes } = require('../../packages/contract/dist/cjs/index.js');
const query = (params) => { const text = new URLSearchParams(Object.entries(params).filter(([, v]) => v !== undefined)).toString(); return text ? `?${text}` : ''; };

/** 'own': concerns only the caller or nobody's records. Otherwise a call with foreign ids; `empty: true` allows 200 when no foreign row is in it. */
const probes = {
  signInKey: 'own', signIn: 'own', signOut: 'own', me: 'own', changePassword: 'own', roles: 'own', revisitForm: 'own', skillGroups: 'own', phoneState: 'own', orderDue: (x) => ['GET', `/orders/due${query({ companyId: x.company, type: 'repair', urgency: 'normal', source: 'phone' })}`],
  accounts: (x) => ['GET', `/accounts${query({ orgId: x.company })}`, { empty: true }], accountCreate: (x) => ['POST', '/accounts', { body: { login: `x${Date.now() % 1e8}`, personName: '甲', roles: ['agent'], orgId: x.company } }],
  accountUpdate: (x) => ['PUT', `/accounts/${x.account}`, { body: { personName: '甲', roles: ['agent'], orgId: x.company } }], accountUnlock: (x) => ['POST', `/accounts/${x.account}/unlock`], accountResetPassword: (x) => ['POST', `/accounts/${x.account}/reset-password`],
  roleUpdate: () => ['PUT', '/roles/agent', { body: { permissions: ['order.read'], reason: 'x' } }], bindings: (x) => ['GET', `/bindings${query({ orgId: x.company })}`, { empty: true }], bind: (x) => ['PUT', `/bindings/${x.agent}`, { body: { extension: null } }],
  orgTree: (x) => ['GET', '/org/tree', { empty: true, none: (json) => json.every((n) => n.companyId !== x.company) }], orgCreate: (x) => ['POST', '/org/nodes', { body: { parentId: x.company, kind: 'station', name: '甲', code: 'ZZZ9' } }], orgRename: (x) => ['PUT', `/org/nodes/${x.station}`, { body: { name: '甲' } }],
  areaChildren: (x) => ['GET', `/areas${query({ companyId: x.company, parentId: x.area })}`, { empty: true }], areaCreate: (x) => ['POST', '/areas', { body: { companyId: x.company, parentId: null, kind: 'heatSource', name: '甲' } }],
  areaUpdate: (x) => ['PUT', `/areas/${x.company}/${x.area}`, { body: { name: '甲', version: 1 } }], areaDelete: (x) => ['DELETE', `/areas/${x.company}/${x.area}`], areaLog: (x) => ['GET', `/areas/${x.company}/${x.area}/log`], areaFigures: (x) => ['GET', `/areas/${x.company}/${x.area}/figures`],
  houses: (x) => ['GET', `/houses${query({ companyId: x.company })}`, { empty: true }], house: (x) => ['GET', `/houses/${x.company}/${x.house}`], houseUpdate: (x) => ['PUT', `/houses/${x.company}/${x.house}`, { body: { roomNo: '9', version: 1 } }],
  customer: (x) => ['GET', `/customers/${x.company}/${x.customer}`], customerCreate: (x) => ['POST', '/customers', { body: { companyId: x.company, name: '甲', numbers: [], houseIds: [] } }], customerUpdate: (x) => ['PUT', `/customers/${x.company}/${x.customer}`, { body: { name: '甲' } }],
  numberReveal: () => ['POST', '/numbers/reveal', { body: { ref: 'not-a-ref', reason: 'x' } }], search: (x) => ['GET', `/search${query({ q: x.orderNo })}`, { empty: true, none: (json) => json.every((r) => r.companyId !== x.company) }],
  houseTemplate: 'own', houseImports: (x) => ['GET', `/imports/houses${query({ companyId: x.company })}`], houseImportStart: (x) => ['POST', '/imports/houses', { form: { companyId: x.company } }], houseImport: (x) => ['GET', `/imports/houses/${x.company}/987654321`], houseImportCancel: (x) => ['POST', `/imports/houses/${x.company}/987654321/cancel`],
  houseImportErrors: (x) => ['GET', `/imports/houses/${x.company}/987654321/errors.xlsx`], houseExport: (x) => ['GET', `/exports/houses.xlsx${query({ companyId: x.company })}`], houseExportRequest: (x) => ['POST', '/exports/houses/requests', { body: { companyId: x.company, reason: 'x' } }],
  phoneCommand: (x) => ['POST', '/phone/commands', { body: { command: 'dial', number: '13800000000', purpose: 'revisit', orderId: x.order, companyId: x.company } }], phoneTargets: (x) => ['GET', '/phone/targets', { empty: true, none: (json) => json.agents.every((a) => a.agentId !== x.agent) }],
  agents: (x) => ['GET', `/agents${query({ orgId: x.company })}`, { empty: true }], agentForce: (x) => ['POST', `/agents/${x.agent}/force`, { body: { readiness: 'busy', reason: 'x' } }], waitingCalls: () => ['GET', '/calls/waiting', { empty: true }],
  calls: (x) => ['GET', `/calls${query({ orgId: x.company })}`, { empty: true }], call: (x) => ['GET', `/calls/${x.call}`], callDisposition: (x) => ['PUT', `/calls/${x.call}/disposition`, { body: { disposition: 'x' } }], recording: (x) => ['GET', `/recordings/${x.recording}`],
  blocklist: 'own', blocklistAdd: 'own', blocklistRemove: () => ['DELETE', '/blocklist/987654321'],
  popByCall: (x) => ['GET', `/pops/calls/${x.call}`], popByCustomer: (x) => ['GET', `/pops/customers/${x.company}/${x.customer}`], numberBind: (x) => ['POST', `/customers/${x.company}/${x.customer}/numbers`, { body: { number: '13800000001' } }], numberUnbind: (x) => ['POST', `/customers/${x.company}/${x.customer}/numbers/unbind`, { body: { ref: 'x' } }],
  draftGet: (x) => ['GET', `/drafts/${x.call}`, { empty: true, none: (json) => json.draft === null }], draftPut: (x) => ['PUT', `/drafts/${x.call}`, { body: { draft: { description: 'x' } } }],
  orders: (x) => ['GET', `/orders${query({ orgId: x.company })}`, { empty: true }], orderCounts: (x) => ['GET', `/orders/counts${query({ orgId: x.company })}`, { empty: true, none: (json) => Object.values(json).every((n) => n === 0) }],
  orderIntake: (x) => ['POST', '/orders', { body: { companyId: x.company, type: 'repair', urgency: 'normal', source: 'phone', faultCode: 'notHot', description: 'x', customerId: null, houseId: null, callId: null } }], order: (x) => ['GET', `/orders/${x.company}/${x.order}`],
  orderCommand: (x) => ['POST', `/orders/${x.company}/${x.order}/commands`, { body: { action: 'urge', reason: 'x', version: 1 } }], orderCandidates: (x) => ['GET', `/orders/${x.company}/${x.order}/candidates`], approvals: (x) => ['GET', '/approvals', { empty: true, none: (json) => json.rows.every((r) => r.companyId !== x.company) }],
  approvalDecide: (x) => ['POST', `/approvals/${x.company}/${x.order}`, { body: { decision: 'approve', reason: '' } }], stationWorkers: (x) => ['GET', `/stations/${x.station}/workers`], attachmentUpload: (x) => ['POST', '/attachments', { upload: { companyId: x.company } }], attachment: (x) => ['GET', `/attachments/${x.company}/${x.attachment ?? x.order}`],
  fieldSnapshot: 'own', fieldHistory: 'own', fieldCheckIn: 'own', fieldSync: (x) => ['POST', '/field/steps', { as: 'worker', body: { deviceId: randomUUID(), steps: [{ kind: 'accept', stepId: randomUUID(), deviceSeq: 1, companyId: x.company, orderId: x.order, at: Date.now(), place: null }] }, empty: true, none: (json) => json.answers.every((a) => a.status === 'rejected') }],
  fieldFile: (x) => ['PUT', `/field/files/${randomUUID()}${query({ companyId: x.company, orderId: x.order })}`, { as: 'worker', raw: 'x' }],
  board: (x) => ['GET', `/board${query({ orgId: x.company })}`], kpis: (x) => ['GET', `/kpis${query({ orgId: x.company })}`], kpiRows: (x) => ['GET', `/kpis/closureRate/rows${query({ orgId: x.company })}`], exportOrders: (x) => ['GET', `/reports/orders.xlsx${query({ orgId: x.company })}`], exportCalls: (x) => ['GET', `/reports/calls.xlsx${query({ orgId: x.company })}`],
  audit: () => ['GET', '/audit'], verify: () => ['POST', '/audit/verify', { body: {} }], notices: 'own', noticeReadAll: 'own', announcements: 'own', noticeRead: () => ['POST', '/notices/987654321/read'], announcementCreate: (x) => ['POST', '/announcements', { body: { text: 'x', until: Date.now() + 1e6, orgId: x.company } }],
  setting: 'own', settingSave: () => ['PUT', '/settings/kpiTargets', { body: { value: {}, baseVersion: 1, reason: 'x' } }], settingRestore: () => ['POST', '/settings/kpiTargets/restore', { body: { version: 1, reason: 'x' } }], systemState: () => ['GET', '/system/state'],
  deadLetters: () => ['GET', '/system/dead-letters'], deadLetterReplay: (x) => ['POST', '/system/dead-letters/replay', { body: { letters: [{ shard: `company:${x.company}`, id: 1 }], reason: 'x' } }],
  keys: () => ['GET', '/keys'], keyRequest: () => ['POST', '/keys/requests', { body: { act: 'rotate', reason: 'x' } }], keyRequestAnswer: () => ['POST', '/keys/requests/987654321', { body: { answer: 'confirm' } }],
  exportRequests: () => ['GET', '/reports/requests', { empty: true }], exportRequest: (x) => ['POST', '/reports/requests', { body: { report: 'orders', from: Date.now() - 1e6, to: Date.now(), orgId: x.company, reason: 'x' } }], exportRequestAnswer: () => ['POST', '/reports/requests/987654321', { body: { answer: 'confirm' } }],
};
const foreignFree = (json, x) => { const rows = Array.isArray(json) ? json : (json?.rows ?? []); return rows.every((row) => row.companyId !== x.company && row.orgId !== x.company && row.stationId !== x.station); };

async function foreignIds(product) {
  const admin = await product.client('admin', 'admin');
  const tree = await admin.call('GET', '/org/tree'), companies = tree.filter((n) => n.kind === 'company');
  const own = (await product.client('admin', 'operator')).me.orgRoots[0];
  const company = companies.find((c) => c.id !== own.id), station = tree.find((n) => n.kind === 'station' && n.companyId === company.id);
  const order = (await admin.call('GET', `/orders?orgId=${company.id}`)).rows[0], house = (await admin.call('GET', `/houses?companyId=${company.id}`)).rows[0];
  const houseView = await admin.call('GET', `/houses/${company.id}/${house.id}`), area = (await admin.call('GET', `/areas?companyId=${company.id}`))[0], account = (await admin.call('GET', `/accounts?orgId=${company.id}`)).rows[0];
  const agent = (await admin.call('GET', `/agents?orgId=${company.id}`))[0], call = (await admin.call('GET', `/calls?orgId=${company.id}`)).rows[0];
  assert.ok(order && house && area && account && agent && call, 'the demo data has records of the other company');
  return { company: company.id, station: station.id, order: order.id, orderNo: order.orderNo, house: house.id, customer: houseView.customers[0]?.id ?? 1, area: area.id, account: account.id, agent: agent.agentId, call: call.callId, recording: call.recordingId ?? 987654321 };
}
async function knock(client, [method, path, options = {}]) {
  const headers = { cookie: client.cookie(), 'x-ronghu': '1', 'idempotency-key': randomUUID() };
  let body;
  if (options.form) { body = new FormData(); for (const [k, v] of Object.entries(options.form)) body.append(k, String(v)); body.append('file', new Blob(['热源\n甲\n']), 'a.csv'); } else if (options.upload) { body = new FormData(); for (const [k, v] of Object.entries({ ...options.upload, stage: 'intake', kind: 'photo' })) body.append(k, String(v)); body.append('file', new Blob([Buffer.from('89504e470d0a1a0a', 'hex')]), 'a.png'); } else if (options.raw) { body = options.raw; headers['content-type'] = 'application/octet-stream'; headers['x-sm3'] = '0'.repeat(64); } else if (options.body) { body = JSON.stringify(options.body); headers['content-type'] = 'application/json'; }
  const response = await fetch(client.root + path, { method, headers, body });
  const text = await response.text();
  return { status: response.status, json: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text };
}

export const stories = [
  {
    name: 'every route refuses another company\'s ids, from a company operator, a station head and an engineer',
    async run({ product }) {
      const x = await foreignIds(product);
      const uncovered = Object.keys(routes).filter((name) => !(name in probes));
      assert.deepEqual(uncovered, [], 'routes without a probe in this table');
      const people = { operator: await product.client('admin', 'operator'), head: await product.client('admin', 'zhanzhang'), worker: await product.client('mobile', 'worker01') };
      const leaks = [];
      for (const [name, probe] of Object.entries(probes)) {
        if (probe === 'own') continue;
        const call = probe(x);
        for (const [who, client] of Object.entries(people)) {
          if (call[2]?.as && call[2].as !== who) continue;
          const { status, json } = await knock(client, call);
          const refused = status === 403 || status === 404 || (name === 'numberReveal' && status === 400) || (name === 'numberUnbind' && status === 400) || (name === 'fieldFile' && status === 400);
          const empty = status === 200 && call[2]?.empty && (call[2].none ? call[2].none(json) : foreignFree(json, x));
          if (!refused && !empty) leaks.push(`${name} as ${who}: ${status} ${JSON.stringify(json).slice(0, 160)}`);
        }
      }
      assert.deepEqual(leaks, []);
    },
  },
  {
    name: 'every route refuses a caller without a session, and every changing one refuses a missing CSRF header',
    async run({ product }) {
      const open = [];
      for (const [name, route] of Object.entries(routes)) {
        if (route.permission === 'public') continue;
        const path = route.path.replace(/:callId|:uuid/g, randomUUID()).replace(':code', 'kpiTargets').replace(/:\w+/g, '1');
        const response = await fetch(`${product.base}/admin/api${path}`, { method: route.method, headers: { 'x-ronghu': '1', 'idempotency-key': randomUUID() } });
        if (response.status !== 401) open.push(`${name} without a session: ${response.status}`);
      }
      const operator = await product.client('admin', 'operator');
      for (const [name, route] of Object.entries(routes)) {
        if (route.method === 'GET') continue;
        const response = await fetch(`${operator.root}${route.path.replace(/:callId|:uuid/g, randomUUID()).replace(':code', 'kpiTargets').replace(/:\w+/g, '1')}`, { method: route.method, headers: { cookie: operator.cookie(), 'idempotency-key': randomUUID() } });
        if (response.status !== 403) open.push(`${name} without the CSRF header: ${response.status}`);
      }
      assert.deepEqual(open, []);
    },
  },
  {
    name: 'the live connection gives a company operator no room and no event of another company',
    async run({ product }) {
      const x = await foreignIds(product), operator = await product.client('admin', 'operator'), admin = await product.client('agent', 'agent01').catch(() => null);
      const socket = io(product.base, { path: '/admin/live', transports: ['websocket'], extraHeaders: { cookie: operator.cookie() } });
      const seen = [];
      socket.on('live', (message) => seen.push(message));
      await new Promise((resolve, reject) => { socket.on('connect', resolve); socket.on('connect_error', reject); });
      const answer = await socket.emitWithAck('resume', { rooms: Object.fromEntries([`orders:${x.company}`, `board:${x.company}`, `agents:${x.station}`, 'person:1'].map((room) => [room, { epoch: '', seq: 0 }])) });
      assert.deepEqual([...new Set(Object.values(answer.rooms))], ['left']);
      if (admin) await admin.call('POST', `/orders/${x.company}/${x.order}/commands`, { action: 'urge', reason: '隔离测试', version: 0 }).catch(() => null);
      await new Promise((r) => setTimeout(r, 800));
      assert.ok(seen.every((m) => m.event.kind !== 'order' || m.event.order.companyId !== x.company), 'no order event of the other company');
      socket.close();
    },
  },
];
