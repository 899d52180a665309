// kill -9 of the director while calls talk, wait and ring: until a new one serves again (link up, agents and queue rebuilt). Budget: 3,000 ms.
import { startProduct, until } from '../harness/product.mjs';
import { readyAgent, residentCalls } from '../harness/telephone.mjs';

const product = await startProduct({ houses: 600 });
try {
  const state = await product.client('admin', 'sysadmin'), times = [];
  const { client: agent } = await readyAgent(product, 'agent01', { answerAfterMs: 200 });
  await residentCalls(product, '13900001111', '1');
  await until('the call is talking', async () => (await agent.call('GET', '/phone/state')).call?.state === 'talking', 40000);
  for (let i = 0; i < 5; i++) {
    await until('the director serves', async () => (await state.call('GET', '/system/state')).directorConnected, 20000);
    await new Promise((r) => setTimeout(r, 1500));
    const epoch = (await state.call('GET', '/system/state')).directorEpoch, begin = performance.now();
    product.kill('director');
    await until('a newer director serves', async () => { const now = await state.call('GET', '/system/state'); return now.directorConnected && now.directorEpoch > epoch && now.switchConnected && (await agent.call('GET', '/phone/state')).call?.state === 'talking'; }, 30000, 20);
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ bench: 'takeover', figure: 'median_ms', value: Math.round(times[2]), unit: 'ms', n: times.length }));
  console.log(JSON.stringify({ bench: 'takeover', figure: 'worst_ms', value: Math.round(times[4]), unit: 'ms', n: times.length }));
} finally { await product.stop(); }
