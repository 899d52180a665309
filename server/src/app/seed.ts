import { join } from 'node:path';
import { defaultRights, generateDemo, planOrganisation, type Organisation } from '../demo';
import { CryptoBox, loadOrCreateKeys, PasswordHasher, randomPassword } from '../platform/crypto';
import { createIds } from '../platform/database/ids';
import { knownCompanies, migrate, startAnew } from '../platform/database/migrate';
import type { DatabaseTarget } from '../platform/database/places';
import { createShards } from '../platform/database/shards';
import { BlobStore } from '../platform/storage';
import type { Installation } from './install';
import { allTables } from './tables';

/** The id share of installation jobs; running processes lease 1 to 255. */
const INSTALL_NODE = 0;
/** Written last: without it an installation is not whole. */
const INSTALLED = 'installed';
/**
 * Brings the schemas up to date, and fills a new installation: roles and rights always, demo data when asked for, otherwise one administrator
 * whose initial password is printed once. Returns true when something was filled.
 */
export async function seed(d: { dataDir: string; database: DatabaseTarget; installation: Installation; houses: number; renewPasswords: boolean; seedNumber?: number; light?: boolean; onProgress(text: string): void }): Promise<boolean> {
  const known = await knownCompanies(d.database), keys = loadOrCreateKeys(join(d.dataDir, 'keys')), ids = createIds(INSTALL_NODE, Date.now);
  await migrate(d.database, allTables, known);
  const first = await createShards({ ...d.database, maxConnections: 4, companyIds: [] });
  let plan: Organisation;
  try {
    const group = first.group();
    if (d.renewPasswords && d.installation.demoPassword) await group.execute('update account set password_hash = $1, failed_count = 0, locked_until = null', [await new PasswordHasher().hash(d.installation.demoPassword)]);
    if ((await group.query('select name from lease where name = $1', [INSTALLED])).length) return false;
    await startAnew(d.database, known); // an earlier try that was cut off before its last step
    const made = planOrganisation(ids);
    plan = made.plan;
    if (!d.installation.demo) { made.rows.length = 1; plan.companies = []; }
    await group.insertMany('org_node', made.rows);
  } finally { await first.close(); }
  const companyIds = plan.companies.map((c) => c.id);
  await migrate(d.database, allTables, companyIds);
  const shards = await createShards({ ...d.database, maxConnections: 12, companyIds });
  try {
    const group = shards.group();
    await group.insertMany('role_permission', defaultRights());
    if (d.installation.demo) {
      let last = 0;
      await generateDemo({ shards, ids, crypto: new CryptoBox(keys), blobs: new BlobStore(join(d.dataDir, 'blobs')) }, plan, { houses: d.houses, seed: d.seedNumber ?? 20261115, now: Date.now(), light: d.light, passwordHash: await new PasswordHasher().hash(d.installation.demoPassword as string) }, (what, done) => { if (Date.now() - last > 700 || done >= 1) { last = Date.now(); d.onProgress(`生成演示数据：${what} ${Math.round(done * 100)}%`); } });
    } else {
      const password = randomPassword(14), id = ids.next();
      await group.insertMany('account', [{ id, login: 'admin', person_name: '集团管理员', org_id: plan.groupId, account_status: 'active', password_hash: await new PasswordHasher().hash(password), must_change: true, failed_count: 0, created_at: Date.now(), version: 1 }]);
      await group.insertMany('account_role', [{ account_id: id, role_code: 'groupAdmin', org_id: plan.groupId }]);
      d.onProgress(`管理员账号 admin 的初始密码（只显示这一次，首次登录须修改）：${password}`);
    }
    await shards.analyze(); // without it the first lists do not use their indexes alone
    await group.insertMany('lease', [{ name: INSTALLED, holder: 'seed', epoch: 1, until_at: Date.now() }]);
    return true;
  } finally { await shards.close(); }
}
