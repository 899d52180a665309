const WIDTH = 1200;

/** PNG of the handwriting on white with `lines` above it, `WIDTH` pixels wide: what is signed can never be separated from the signature. */
export async function drawSignature(pad: HTMLCanvasElement, lines: readonly string[]): Promise<ArrayBuffer> {
  const scale = WIDTH / pad.width;
  const lead = 40;
  const head = lines.length * lead + 32;
  const out = document.createElement('canvas');
  out.width = WIDTH;
  out.height = Math.round(pad.height * scale) + head;
  const context = out.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, out.width, out.height);
  context.fillStyle = '#1b2430';
  context.textBaseline = 'top';
  context.font = '28px "HarmonyOS Sans SC","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
  lines.forEach((line, i) => context.fillText(line, 24, 16 + i * lead, WIDTH - 48));
  context.drawImage(pad, 0, head, WIDTH, out.height - head);
  const blob = await new Promise<Blob>((resolve, reject) => { out.toBlob((made) => (made ? resolve(made) : reject(new Error('canvas gave no picture'))), 'image/png'); });
  return blob.arrayBuffer();
}
