// Times from the kill of a part until its work goes on, while orders come in (scenario and assertions of the fault suite). Fewer orders than there: the times do not depend on them.
import { nothingLost } from '../faults/scenario.mjs';

const orders = Number(process.env.ORDERS ?? 1500), { figures, skipped } = await nothingLost({ orders, say: (text) => console.error(text) });
for (const [part, why] of skipped) console.error(`${part} is left out: ${why}`);
for (const [figure, value] of figures) console.log(JSON.stringify({ bench: 'recovery', figure, value, unit: 'ms', n: 1 }));
process.exit(0);
