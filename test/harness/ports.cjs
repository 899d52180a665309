const { createConnection, createServer } = require('node:net');
/** A free port of the loopback, asked from the system. */
exports.freePort = () => new Promise((resolve, reject) => { const s = createServer(); s.once('error', reject); s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); }); });
/** Whether somebody takes connections there. */
exports.answers = (port, host = '127.0.0.1') => new Promise((resolve) => { const s = createConnection(port, host, () => { s.destroy(); resolve(true); }); s.on('error', () => resolve(false)); });
