// Fault tests against the whole product on the database that it brings along (on the others: test/engines).
import { startProduct } from '../harness/product.mjs';
import { finish, runTests } from '../harness/runner.mjs';
import { faults } from './suite.mjs';

const product = await startProduct({ houses: 600, verbose: process.env.RONGHU_VERBOSE === '1' });
let result;
try { const { tests, options } = await faults(product, null); result = await runTests(tests, options); } finally { await product.stop(); }
finish(result);
