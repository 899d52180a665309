import { AppError } from '../../errors/app-error';
import { classify } from './errors';

const HEAD_START_MS = 700, ANSWER_MS = 2000;
/** Which server of a database took writes last, by the address as it stands in the configuration. */
const served = new Map<string, string>();
const nameOf = (address: string): string => new URL(address).host;
/** What `peers` needs to know of a wire. */
export interface WriterParts<C> { open(address: string): Promise<C>; /** Whether this server takes writes now. */ writes(client: C): Promise<boolean>; close(client: C): void }

/**
 * The servers of one database, of which one takes writes (主备, PF-56): that of the address, then those of its `peers=host:port,host:port`.
 * @throws Error naming the setting for a peer that is no address.
 */
export function addressesOf(url: string): string[] {
  if (!url.includes('peers=')) return [url];
  const own = new URL(url), peers = (own.searchParams.get('peers') ?? '').split(',').map((peer) => peer.trim()).filter((peer) => peer !== '');
  own.searchParams.delete('peers');
  return [...new Set([own.toString(), ...peers.map((peer) => {
    const match = /^(\[[0-9a-f:.]+\]|[^:[\]/?#@\s]+)(?::(\d{1,5}))?$/i.exec(peer);
    if (!match) throw new Error(`setting database.url has a peer that is no host:port: ${peer}`);
    const other = new URL(own);
    other.hostname = match[1] as string;
    if (match[2]) other.port = match[2];
    return other.toString();
  })])];
}
/** Whether the address names more servers than one. */
export const hasPeers = (url: string): boolean => addressesOf(url).length > 1;
async function attempt<C>(address: string, parts: WriterParts<C>): Promise<C> {
  const client = await parts.open(address);
  try {
    if (await within(ANSWER_MS, parts.writes(client))) return client;
    throw new AppError('DATABASE_UNAVAILABLE', `数据库 ${nameOf(address)} 是备库，不接受写入`);
  } catch (error) { parts.close(client); throw error; }
}
/**
 * Opens the server that takes writes: the one that did last, and when it does not answer soon the others beside it, so that a dead host costs less than its
 * time-out. A database without peers is opened as it is. @throws what the servers answered; DATABASE_UNAVAILABLE while none takes writes.
 */
export function openWriter<C>(url: string, parts: WriterParts<C>): Promise<{ client: C; address: string }> {
  const all = addressesOf(url), last = served.get(url), order = last ? [last, ...all.filter((address) => address !== last)] : all;
  if (order.length === 1) return parts.open(order[0] as string).then((client) => ({ client, address: order[0] as string }));
  return new Promise((resolve, reject) => {
    const errors: unknown[] = [];
    let next = 0, timer: NodeJS.Timeout | undefined, over = false;
    const begin = (): void => {
      clearTimeout(timer);
      const address = order[next++] as string;
      if (next < order.length) timer = setTimeout(begin, HEAD_START_MS);
      attempt(address, parts).then((client) => {
        if (over) { parts.close(client); return; }
        over = true;
        clearTimeout(timer);
        served.set(url, address);
        resolve({ client, address });
      }, (error: unknown) => {
        errors.push(error);
        if (over) return;
        if (next < order.length) begin();
        else if (errors.length === order.length) { over = true; reject(errors.find((e) => classify(e) !== 'lost') ?? errors[0]); } // a wrong password says more than a standby
      });
    };
    begin();
  });
}
/** True when a server answers in time and takes writes. */
export async function takesWrites<C>(address: string, parts: WriterParts<C>): Promise<boolean> {
  const trying = attempt(address, parts);
  try { parts.close(await within(ANSWER_MS, trying)); return true; } catch { trying.then((late) => parts.close(late), () => undefined); return false; } // no answer, or not in time: that is what was asked
}
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  return Promise.race([work, new Promise<T>((_, reject) => { timer = setTimeout(() => reject(new AppError('DATABASE_UNAVAILABLE')), ms); })]).finally(() => clearTimeout(timer));
}
