import { WebSocketServer } from 'ws';
import { DirectorClient } from './director-client';

describe('the link to the director', () => {
  it('is given up when a director beats no more though its connection stands, as after a power cut, and taken up again when one answers', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    let connections = 0;
    server.on('connection', (ws) => {
      connections += 1;
      const beating = connections > 1 ? setInterval(() => ws.ping(), 50) : undefined; // the first falls silent at once
      ws.on('close', () => clearInterval(beating));
      ws.send(JSON.stringify({ event: 'snapshot', data: { agents: [], calls: [], queue: { waiting: 0, longestWaitMs: 0, allBusy: false, calls: [] }, skillGroups: [], restReasons: [], health: { epoch: connections } } }));
    });
    const client = new DirectorClient({ url: `ws://127.0.0.1:${(server.address() as { port: number }).port}`, token: 'x', retryMs: 20, silenceMs: 300 }), link: boolean[] = [];
    client.onLink((up) => link.push(up));
    client.start();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(link).toEqual([true, false, true]);
    expect(client.health?.epoch).toBe(2);
    client.stop();
    await new Promise((resolve) => server.close(resolve));
  });
});
