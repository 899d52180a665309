const { createConnection, createServer } = require('node:net');
/** A free port of the loopback, asked from the system. */
exports.freePort = () => new Promise((resolve, reject) => { const s = createServer(); s.once('error', reject); s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); }); });
/** Whether somebody takes connections there. */
exports.answers = (port, host = '127.0.0.1') => new Promise((resolve) => { const s = createConnection(port, host, () => { s.destroy(); resolve(true); }); s.on('error', () => resolve(false)); });
/** Whether a server may take it on every address of this machine: a client of somebody's may hold it, which `answers` cannot see. */
exports.isFree = (port) => new Promise((resolve) => { const s = createServer(); s.once('error', () => resolve(false)); s.listen(port, '0.0.0.0', () => s.close(() => resolve(true))); });
