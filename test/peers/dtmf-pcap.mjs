/**
 * A capture file with one key as RFC 4733 events (payload type 101), which SIPp replays on the call's own audio port.
 * @param press which press of the call this is, from 0: each needs its own time stamp, or the switch takes it for a repetition of the last one.
 */
export function dtmfPcap(key, press = 0) {
  const event = '0123456789*#'.indexOf(key);
  if (event < 0) throw new Error(`no key ${key}`);
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0); head.writeUInt16LE(2, 4); head.writeUInt16LE(4, 6); head.writeUInt32LE(65535, 16); head.writeUInt32LE(1, 20);
  const packets = [];
  for (let index = 0; index < 8; index++) {
    const last = index >= 5, duration = Math.min(index + 1, 6) * 160;
    const rtp = Buffer.alloc(16);
    rtp[0] = 0x80; rtp[1] = 101 | (index === 0 ? 0x80 : 0); rtp.writeUInt16BE(1000 + press * 500 + index, 2); rtp.writeUInt32BE(160000 + press * 80000, 4); rtp.writeUInt32BE(0x1234abcd, 8);
    rtp[12] = event; rtp[13] = (last ? 0x80 : 0) | 10; rtp.writeUInt16BE(duration, 14);
    const udp = Buffer.alloc(8); udp.writeUInt16BE(6000, 0); udp.writeUInt16BE(6002, 2); udp.writeUInt16BE(8 + rtp.length, 4);
    const ip = Buffer.alloc(20); ip[0] = 0x45; ip.writeUInt16BE(28 + rtp.length, 2); ip[8] = 64; ip[9] = 17; ip.set([127, 0, 0, 1], 12); ip.set([127, 0, 0, 1], 16);
    const ethernet = Buffer.alloc(14); ethernet.writeUInt16BE(0x0800, 12);
    const frame = Buffer.concat([ethernet, ip, udp, rtp]);
    const record = Buffer.alloc(16); record.writeUInt32LE(1, 0); record.writeUInt32LE(index * 20000, 4); record.writeUInt32LE(frame.length, 8); record.writeUInt32LE(frame.length, 12);
    packets.push(record, frame);
  }
  return Buffer.concat([head, ...packets]);
}
