import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leg } from './leg';

/** What mod_json_cdr writes of a leg, in the parts that readers use: variables, the last caller profile, the applications. */
export async function writeCallRecord(leg: Leg): Promise<void> {
  const { configuration } = leg.core;
  if (!configuration.modules.has('mod_json_cdr') || leg.variable('process_cdr') === 'false') return;
  const originated = leg.variable('originator') !== '';
  if (originated && !configuration.recordBLegs) return;
  const text = JSON.stringify({
    'core-uuid': leg.core.coreUuid, switchname: configuration.switchName, channel_data: { state: 'CS_REPORTING', direction: leg.options.direction, state_number: '11' },
    variables: Object.fromEntries(leg.variables),
    callflow: [{ dialplan: 'XML', profile_index: '1', caller_profile: { username: leg.options.number, dialplan: 'XML', caller_id_name: leg.options.callerName, caller_id_number: leg.options.number, ani: leg.options.number, network_addr: '127.0.0.1', destination_number: leg.initialDestination, uuid: leg.uuid, source: 'mod_sofia', context: leg.context, chan_name: leg.options.name } }],
  });
  const name = `${configuration.recordPrefix && !originated ? 'a_' : ''}${leg.uuid}.cdr.json`;
  if (configuration.recordUrl !== null && (await post(configuration.recordUrl, configuration.recordCredential, leg.uuid, text))) return;
  const directory = configuration.recordUrl === null ? configuration.recordDirectory : configuration.recordErrorDirectory;
  if (directory === null || !directory.startsWith('/')) return;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), `${text}\n`);
}

async function post(url: string, credential: string | null, uuid: string, text: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}?uuid=${uuid}`, { method: 'POST', body: text, signal: AbortSignal.timeout(3_000), headers: { 'content-type': 'application/json', ...(credential === null ? {} : { authorization: `Basic ${Buffer.from(credential).toString('base64')}` }) } });
    return answer.ok;
  } catch { return false; }
}
