/**
 * A server that lost power says nothing, and the wire to it would be waited for a quarter of an hour. Where a database has peers its connections are watched:
 * one that waits long has its server asked anew, and when that gives no answer twice, all connections to it are cut, so that the peer is turned to.
 */
const LOOK_MS = 500, LONG_MS = 2000;
export interface Watched { /** `performance.now()` of the statement under way; 0: none. */ readonly since: number; cut(): void }
interface Server { connections: Set<Watched>; alive(): Promise<boolean>; asking: boolean; silent: number }
const servers = new Map<string, Server>();
let timer: NodeJS.Timeout | null = null;

/** @param alive asks the server at this address over a wire of its own. @returns ends the watching of this connection. */
export function watchSilence(address: string, connection: Watched, alive: () => Promise<boolean>): () => void {
  const server = servers.get(address) ?? { connections: new Set<Watched>(), alive, asking: false, silent: 0 };
  servers.set(address, server);
  server.connections.add(connection);
  timer ??= setInterval(look, LOOK_MS).unref();
  return () => {
    server.connections.delete(connection);
    if (server.connections.size === 0 && servers.get(address) === server) servers.delete(address);
    if (servers.size === 0 && timer) { clearInterval(timer); timer = null; }
  };
}
function look(): void {
  const before = performance.now() - LONG_MS;
  for (const server of servers.values()) {
    if (server.asking || ![...server.connections].some(({ since }) => since > 0 && since < before)) continue;
    server.asking = true;
    void server.alive().then((alive) => {
      server.asking = false;
      server.silent = alive ? 0 : server.silent + 1;
      if (server.silent < 2) return;
      server.silent = 0;
      for (const connection of [...server.connections]) connection.cut();
    });
  }
}
