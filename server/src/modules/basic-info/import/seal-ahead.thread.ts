import { parentPort, workerData } from 'node:worker_threads';
import { CryptoBox, type Keys } from '../../../platform/crypto';
import { FIELD, LINE, type AheadAsk } from './seal-ahead';

const box = new CryptoBox(workerData.data as Pick<Keys, 'data' | 'blind'>);
/** One text each way: a thread is given a text at the price of a copy, but an object field by field. */
parentPort?.on('message', (ask: AheadAsk | { keys: Pick<Keys, 'data'> }) => {
  if ('keys' in ask) { box.adopt(ask.keys); return; }
  const lines = ask.numbers.split(LINE).map((number) => `${box.blind(number)}${FIELD}${box.blindLast4(number)}${FIELD}${ask.seal ? box.seal(number) : ''}`);
  parentPort?.postMessage({ id: ask.id, lines: lines.join(LINE) });
});
