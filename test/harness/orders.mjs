import { setTimeout as wait } from 'node:timers/promises';

/** What an agent sends to take in a repair that was told on the telephone. @param house a row of /houses; `more` goes over the rest. */
export const repairAt = (house, description, more) => ({ companyId: house.companyId, type: 'repair', urgency: 'normal', source: 'phone', faultCode: 'notHot', description, customerId: null, houseId: house.id, number: '13900000000', callId: null, attachmentIds: [], ...more });
/** Sends until acknowledged, with the same key each time, as the request client does. */
export async function persist(client, method, path, body, key, ms = 60000) {
  const end = Date.now() + ms;
  for (;;) {
    try { return await client.call(method, path, body, key); } catch (error) {
      if (Date.now() > end || (error.status && error.status < 500 && error.code !== 'STATE_CONFLICT')) throw error;
      await wait(150);
    }
  }
}
