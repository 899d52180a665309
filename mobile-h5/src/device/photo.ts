/** A picture of the site, small enough for a bad network, with its time and place in the pixels (RC-19). */
export const PHOTO_EDGE = 1600;
export const PHOTO_BYTES = 400 * 1024;

export interface Fit { width: number; height: number }
/** Size within a square of `edge` pixels, never enlarged. */
export function fit(width: number, height: number, edge: number): Fit {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * Tries (edge, quality) pairs until the picture fits into `limit` bytes: quality down to 0.5 first, then a smaller edge, so that text on a meter
 * stays readable as long as possible. Returns the smallest one tried when none fits.
 */
export async function shrink<T extends { size: number }>(encode: (edge: number, quality: number) => Promise<T>, limit = PHOTO_BYTES): Promise<T> {
  let smallest: T | null = null;
  for (const edge of [PHOTO_EDGE, 1280, 1024, 800, 640]) {
    for (const quality of [0.82, 0.7, 0.6, 0.5]) {
      const out = await encode(edge, quality);
      if (out.size <= limit) return out;
      if (smallest === null || out.size < smallest.size) smallest = out;
    }
  }
  return smallest!;
}

function stamp(context: CanvasRenderingContext2D, { width, height }: Fit, lines: readonly string[]): void {
  const size = Math.max(14, Math.round(Math.min(width, height) / 32));
  const lead = Math.round(size * 1.45);
  const pad = Math.round(size * 0.7);
  context.font = `600 ${size}px "HarmonyOS Sans SC","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif`;
  context.textBaseline = 'top';
  const band = lines.length * lead + pad * 2;
  context.fillStyle = 'rgba(15,23,32,.62)';
  context.fillRect(0, height - band, width, band);
  context.fillStyle = '#fff';
  lines.forEach((line, i) => context.fillText(line, pad, height - band + pad + i * lead, width - pad * 2));
}

const toBlob = (canvas: HTMLCanvasElement, quality: number): Promise<Blob> => new Promise((resolve, reject) => {
  canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('canvas gave no picture'))), 'image/jpeg', quality);
});

/** JPEG of `source` within PHOTO_EDGE and PHOTO_BYTES, `lines` written at the bottom. Throws when the file is not a picture. */
export async function takePhoto(source: Blob, lines: readonly string[]): Promise<ArrayBuffer> {
  const bitmap = await createImageBitmap(source, { imageOrientation: 'from-image' });
  try {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    let drawn = 0;
    const blob = await shrink(async (edge, quality) => {
      if (drawn !== edge) {
        const size = fit(bitmap.width, bitmap.height, edge);
        canvas.width = size.width;
        canvas.height = size.height;
        context.drawImage(bitmap, 0, 0, size.width, size.height);
        stamp(context, size, lines);
        drawn = edge;
      }
      return toBlob(canvas, quality);
    });
    return await blob.arrayBuffer();
  } finally { bitmap.close(); }
}
