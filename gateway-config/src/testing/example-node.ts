import type { NodeDescriptionInput } from '../node-description';

/** A node description for tests: three phones, two of them in the hunt group, everything below one folder. */
export function exampleNode(folder: string): NodeDescriptionInput {
  return {
    name: 'example', listen: { address: '127.0.0.1', phonesPort: 5060, trunkPort: 5080 },
    eventSocket: { port: 8021, password: 'xR7-mqLw2_Tz9vKp' }, rtp: { first: 20_000, last: 20_998 },
    directories: { recordings: `${folder}/recordings`, spool: `${folder}/spool`, prompts: `${folder}/prompts`, music: `${folder}/music` },
    phones: ['8001', '8002', '8003'].map((extension, index) => ({ extension, password: `q${index}Vt-hLmW8xzR`, name: `座席${extension}` })), phonesFrom: ['192.168.10.0/24'],
    trunks: [{ name: 'pstn', address: '10.1.1.1', port: 5060, allowFrom: ['10.1.1.1/32'] }],
    hotlines: ['4008001234', '96060'], localHuntGroup: ['8001', '8002'],
  };
}
