// Houses by every kind of text, at the API, over a million houses in three companies' shards (RONGHU_BENCH_HOUSES for fewer). Budget: p95 ≤ 100 ms for the worst kind.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../harness/figures.mjs';
import { startProduct } from '../harness/product.mjs';

const require = createRequire(import.meta.url), dist = (path) => require(`../../server/dist/${path}`);
const { Client } = require('pg'), { startEmbedded } = dist('platform/database/embedded.js'), { loadOrMakeInstallation } = dist('app/install.js'), { seed } = dist('app/seed.js'), { CryptoBox, loadOrCreateKeys } = dist('platform/crypto/index.js');
const HOUSES = Number(process.env.RONGHU_BENCH_HOUSES ?? 1_000_000), N = Number(process.env.RONGHU_BENCH_N ?? 200), dataDir = mkdtempSync(join(tmpdir(), 'ronghu-search-'));
let state = 20261121;
const below = (n) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state % n; };

/** Fills the data folder and gives samples of what is really in it: text to search for must be there to be found. */
async function prepare() {
  chmodSync(dataDir, 0o755);
  const { installation } = await loadOrMakeInstallation(dataDir, { demo: true, httpPort: 0, anyPorts: true });
  const database = await startEmbedded(join(dataDir, 'db'), installation.database.embeddedPort, installation.database.embeddedPassword);
  try {
    const began = Date.now();
    await seed({ dataDir, database: { url: database.url }, installation, houses: HOUSES, light: true, renewPasswords: false, onProgress: (text) => console.error(text) });
    console.error(`${HOUSES} 户已生成，用时 ${((Date.now() - began) / 1000).toFixed(0)} 秒`);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(`set search_path to ronghu_group`);
    // What the database's own housekeeping does within minutes of a load, done now so that each run measures the same.
    await client.query('vacuum analyze');
    const houses = (await client.query('select id, company_id, address, community_name, building_key, unit_key, room_key, owner_name, owner_tail, contract_no from house_index where id % 997 = 3 limit 3000')).rows;
    const crypto = new CryptoBox(loadOrCreateKeys(join(dataDir, 'keys'))), numbers = [];
    for (const company of new Set(houses.map((h) => h.company_id))) for (const row of (await client.query(`select number_sealed from ronghu_c${company}.customer_phone where customer_id % 991 = 5 limit 600`)).rows) numbers.push(crypto.open(row.number_sealed));
    await client.end();
    return { houses, numbers };
  } finally { await database.stop(); }
}

const { houses, numbers } = await prepare();
const house = () => houses[below(houses.length)], number = () => numbers[below(numbers.length)];
const part = (text) => { const chars = [...text], from = below(chars.length - 1); return chars.slice(from, from + 2).join(''); };
const kinds = {
  address_part: () => part(house().community_name), address_community: () => house().community_name, address_building: () => { const h = house(); return `${part(h.community_name)}${h.building_key}号楼`; },
  address_exact: () => { const h = house(); return `${h.community_name}${h.building_key}-${h.unit_key}-${h.room_key}`; }, address_nameless: () => { const h = house(); return `${h.building_key}号楼${h.unit_key}单元${h.room_key}`; }, address_room: () => `${house().room_key}室`, address_building_only: () => `${house().building_key}号楼`,
  phone: number, last_four: () => number().slice(-4), name: () => house().owner_name, surname: () => [...house().owner_name][0], given_name: () => house().owner_tail, contract: () => house().contract_no,
};
const product = await startProduct({ keep: dataDir, houses: HOUSES });
let worst = { kind: '', value: 0 };
try {
  const admin = await product.client('admin', 'admin'), head = await product.client('admin', 'zhanzhang');
  const measure = async (figure, path, client = admin) => {
    const times = [];
    let found = 0;
    for (let i = 0; i < N + 10; i++) {
      const url = path(), began = process.hrtime.bigint(), answer = await client.call('GET', url);
      if (i >= 10) times.push(Number(process.hrtime.bigint() - began) / 1e6); // the first ten warm the plan and the page cache
      if ((answer.rows ?? answer).length > 0) found += 1;
    }
    if (found < (N + 10) * 0.9) throw new Error(`${figure}: only ${found} of ${N + 10} searches found anything`);
    const value = percentile(times, 0.95);
    console.log(JSON.stringify({ bench: 'search', figure: `p95_ms_${figure}`, value: Math.round(value * 10) / 10, unit: 'ms', n: times.length }));
    if (value > worst.value) worst = { kind: figure, value };
  };
  const q = (make) => () => `/houses?q=${encodeURIComponent(make())}`;
  for (const [figure, make] of Object.entries(kinds)) await measure(figure, q(make));
  await measure('deep_page', () => `/houses?page=${1 + below(Math.floor(HOUSES / 20))}&size=20`);
  await measure('arrears', () => `/houses?arrears=yes&heating=on&page=${1 + below(Math.min(50, Math.floor(HOUSES / 400)))}`);
  await measure('station_browse', () => `/houses?page=${1 + below(Math.max(1, Math.floor(HOUSES / 18 / 40)))}`, head);
  await measure('everything', () => `/search?q=${encodeURIComponent(number())}`);
  console.error(`最慢的一类：${worst.kind}`);
  console.log(JSON.stringify({ bench: 'search', figure: 'p95_ms', value: Math.round(worst.value * 10) / 10, unit: 'ms', n: N, kind: worst.kind, houses: HOUSES }));
} finally { await product.stop(); rmSync(dataDir, { recursive: true, force: true }); }
