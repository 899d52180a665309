// Residents and agents as the tests play them: calls on the simulated switch, agents through the API.
import { until } from './product.mjs';

export const HOTLINE = '96777';
/** An agent through the API; `is` waits for a state, `patienceMs` unless told. */
export async function agentAt(product, login, patienceMs = 15000) {
  const client = await product.client('agent', login), state = () => client.call('GET', '/phone/state'), command = (body, key) => client.call('POST', '/phone/commands', body, key);
  const { agent } = await until('the telephone serves', state, 15000, 100);
  return { client, command, state, extension: agent.extension, agentId: agent.agentId, login, is: (what, test, ms = patienceMs) => until(`${login}: ${what}`, async () => { const s = await state(); return test(s) && s; }, ms, 40) };
}
/** Signs an agent in and makes it ready; its phone answers after `answerAfterMs`, or waits for a hand when null. */
export async function readyAgent(product, login, { answerAfterMs = null } = {}) {
  const agent = await agentAt(product, login);
  await product.sim('POST', `/phones/${agent.extension}/register`, {});
  await product.sim('POST', `/phones/${agent.extension}/behaviour`, { answerAfterMs });
  await agent.command({ command: 'signIn' });
  await agent.command({ command: 'setReadiness', readiness: 'ready' });
  return agent;
}
/** A resident calls the hotline and, once the menu speaks, presses the keys. */
export async function residentCalls(product, from, keys = '0') {
  const { uuid } = await product.sim('POST', '/calls', { from, to: HOTLINE });
  if (keys) await until('the menu takes the key', async () => {
    const channel = (await product.sim('GET', '/state')).channels.find((c) => c.uuid === uuid);
    if (!channel) throw new Error('the resident is gone');
    if (!/\/menu\.wav$/.test(String(channel.hears))) return false;
    await product.sim('POST', `/calls/${uuid}/dtmf`, { digits: keys });
    return true;
  }, 20000, 150);
  return uuid;
}
export const channelOf = async (product, uuid) => (await product.sim('GET', '/state')).channels.find((c) => c.uuid === uuid);
