// The thousand other people of the bench `pop`: one light process that holds live connections and counts what they hear.
const { io } = require('socket.io-client');

const sockets = [];
const reasons = {}; // of lost connections
let heard = 0;
process.on('message', (message) => {
  if (message.report) process.send({ heard, reasons, open: sockets.filter((s) => s.connected).length });
  else void openAll(message);
});
async function openAll({ base, cookies, count }) {
  const open = (i) => new Promise((resolve, reject) => {
    const socket = io(base, { path: '/agent/live', transports: ['websocket'], extraHeaders: { cookie: cookies[i % cookies.length] }, reconnection: false, forceNew: true });
    socket.on('live', () => { heard += 1; });
    socket.on('connect', () => { sockets.push(socket); resolve(); });
    socket.on('connect_error', reject);
    socket.on('disconnect', (reason) => { reasons[reason] = (reasons[reason] ?? 0) + 1; });
  });
  try {
    for (let i = 0; i < count; i += 25) await Promise.all(Array.from({ length: Math.min(25, count - i) }, (_, k) => open(i + k)));
    process.send({ ready: sockets.length });
  } catch (error) { process.send({ failed: String(error) }); }
}
process.on('disconnect', () => process.exit(0));
