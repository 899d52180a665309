import { deflateSync } from 'node:zlib';
import { crc32 } from '../platform/export/crc32';
import type { Seeded } from './random';

/** A picture in memory, three bytes a point. */
class Canvas {
  readonly points: Buffer;
  constructor(readonly width: number, readonly height: number, [r, g, b]: readonly number[]) {
    this.points = Buffer.alloc(width * height * 3);
    for (let i = 0; i < width * height; i++) this.points.set([r ?? 0, g ?? 0, b ?? 0], i * 3);
  }
  box(x: number, y: number, w: number, h: number, [r, g, b]: readonly number[]): void {
    for (let j = Math.max(0, Math.round(y)); j < Math.min(this.height, Math.round(y + h)); j++) for (let i = Math.max(0, Math.round(x)); i < Math.min(this.width, Math.round(x + w)); i++) this.points.set([r ?? 0, g ?? 0, b ?? 0], (j * this.width + i) * 3);
  }
  png(): Buffer {
    const rows = Buffer.alloc((this.width * 3 + 1) * this.height);
    for (let y = 0; y < this.height; y++) this.points.copy(rows, y * (this.width * 3 + 1) + 1, y * this.width * 3, (y + 1) * this.width * 3);
    const head = Buffer.alloc(13);
    head.writeUInt32BE(this.width, 0);
    head.writeUInt32BE(this.height, 4);
    head.set([8, 2, 0, 0, 0], 8);
    return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
  }
}
function chunk(name: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(name, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length), 0), 8 + data.length);
  return out;
}

/** A handwritten-looking stroke on white, as the signature pad of the field app makes it. */
export function signaturePicture(r: Seeded): Buffer {
  const c = new Canvas(320, 130, [255, 255, 255]);
  let x = 24;
  for (let stroke = r.int(4, 7); stroke > 0; stroke--) {
    let y = r.int(40, 90), dx = r.int(1, 4), dy = r.int(-4, 4);
    for (let i = 0; i < 40; i++) { c.box(x, y, 3, 3, [24, 28, 40]); x += dx * 0.35; y += dy * 0.5; if (y < 20 || y > 105 || i % 9 === 0) dy = y > 62 ? -r.int(1, 5) : r.int(1, 5); if (i % 13 === 0) dx = r.int(-2, 5); }
    x = Math.min(280, Math.max(20, x + r.int(4, 14)));
  }
  return c.png();
}
/** A radiator under a window, or a wet floor below its valve: enough for a page to show a photo. */
export function scenePicture(r: Seeded, leak: boolean): Buffer {
  const wall = r.int(205, 232), c = new Canvas(480, 360, [wall, wall - 6, wall - 18]);
  c.box(60, 20, 360, 120, [168, 196, 222]);
  for (const x of [60, 236, 412]) c.box(x, 20, 8, 120, [245, 245, 242]);
  c.box(0, 290, 480, 70, [150, 118, 88]);
  for (let i = 0; i < 14; i++) { c.box(88 + i * 22, 170, 17, 104, [240, 240, 238]); c.box(100 + i * 22, 174, 4, 96, [206, 206, 204]); }
  c.box(40, 186, 48, 9, [188, 170, 140]);
  c.box(34, 186, 9, 130, [188, 170, 140]);
  c.box(56, 178, 14, 24, [190, 40, 36]);
  if (leak) for (let i = 0; i < 26; i++) c.box(30 + r.int(0, 190), 296 + r.int(0, 46), r.int(20, 60), 4, [112, 128, 146]);
  return c.png();
}
