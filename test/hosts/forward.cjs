// Opens loopback services of this network namespace to the others: `node forward.cjs address port…`.
const { createConnection, createServer } = require('node:net');
const [address, ...ports] = process.argv.slice(2);
let open = 0;
for (const port of ports.map(Number)) createServer((from) => {
  const to = createConnection(port, '127.0.0.1');
  for (const [a, b] of [[from, to], [to, from]]) { a.on('error', () => b.destroy()); a.pipe(b); }
}).listen(port, address, () => { if (++open === ports.length) console.log('ready'); });
