import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One read or write on the event socket: seconds since the start, direction (`<` from the switch), bytes. */
export interface TranscriptRecord { at: number; from: '<' | '>'; bytes: Buffer }

/** Reads a recorded session: `@<seconds> <dir> <n>`, line break, exactly n bytes, line break. */
export function readTranscript(file: string): TranscriptRecord[] {
  const data = gunzipSync(readFileSync(file));
  const records: TranscriptRecord[] = [];
  let at = data[0] === 35 ? data.indexOf(10) + 1 : 0;
  while (at < data.length) {
    const end = data.indexOf(10, at);
    const match = /^@([\d.]+) ([<>]) (\d+)$/.exec(data.toString('latin1', at, end));
    if (!match) throw new Error(`not a record at byte ${at} of ${file}`);
    const length = Number(match[3]);
    records.push({ at: Number(match[1]), from: match[2] as '<' | '>', bytes: data.subarray(end + 1, end + 1 + length) });
    at = end + 1 + length + 1;
  }
  return records;
}
