// Runs in the network of the place: takes orders, or finds them, and says the result as JSON. Usage: api.mjs take|find BASE PASSWORD [order numbers]
import { repairAt } from '../harness/orders.mjs';
import { signIn } from '../harness/product.mjs';

const [what, base, password, numbers] = process.argv.slice(2), agent = await signIn(base, 'agent', 'agent02', password);
if (what === 'take') {
  const admin = await signIn(base, 'admin', 'admin', password), { rows } = await admin.call('GET', '/houses?size=10'), taken = [];
  for (let i = 0; i < 5; i++) taken.push((await agent.call('POST', '/orders', repairAt(rows[i], `部署测试 ${i} 𠮷`, { contactName: '张三', number: `1390000000${i}` }))).orderNo);
  console.log(JSON.stringify(taken));
} else {
  const found = [];
  for (const number of numbers.split(',')) { const { rows } = await agent.call('GET', `/orders?q=${number}`), row = rows.find((r) => r.orderNo === number); if (!row) continue; const order = await agent.call('GET', `/orders/${row.companyId}/${row.id}`); found.push({ orderNo: number, description: order.description, phone: /139\*+\d{3,4}/.test(JSON.stringify(order)) }); }
  console.log(JSON.stringify(found));
}
process.exit(0);
