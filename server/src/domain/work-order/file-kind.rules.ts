/** What a file really is, by its first bytes; the name and the type the sender claims count for nothing. Only these kinds are kept. */
export interface FileKind { mime: string; kind: 'photo' | 'video' | 'audio' | 'file'; extension: string; /** May be shown inside a page. */ inline: boolean }
const at = (b: Buffer, offset: number, text: string): boolean => b.subarray(offset, offset + text.length).toString('latin1') === text;

/** @returns null for anything not on the list: HTML, SVG, scripts, programs and unknown content are not attachments. At least 16 bytes tell. */
export function sniff(head: Buffer): FileKind | null {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return { mime: 'image/jpeg', kind: 'photo', extension: 'jpg', inline: true };
  if (at(head, 0, '\x89PNG\r\n\x1a\n')) return { mime: 'image/png', kind: 'photo', extension: 'png', inline: true };
  if (at(head, 0, 'RIFF') && at(head, 8, 'WEBP')) return { mime: 'image/webp', kind: 'photo', extension: 'webp', inline: true };
  if (at(head, 0, 'GIF87a') || at(head, 0, 'GIF89a')) return { mime: 'image/gif', kind: 'photo', extension: 'gif', inline: true };
  if (at(head, 0, 'RIFF') && at(head, 8, 'WAVE')) return { mime: 'audio/wav', kind: 'audio', extension: 'wav', inline: true };
  if (at(head, 0, 'ID3') || (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0)) return { mime: 'audio/mpeg', kind: 'audio', extension: 'mp3', inline: true };
  if (at(head, 0, 'OggS')) return { mime: 'audio/ogg', kind: 'audio', extension: 'ogg', inline: true };
  if (at(head, 0, '#!AMR')) return { mime: 'audio/amr', kind: 'audio', extension: 'amr', inline: false };
  if (at(head, 4, 'ftyp')) return at(head, 8, 'M4A') ? { mime: 'audio/mp4', kind: 'audio', extension: 'm4a', inline: true } : at(head, 8, 'heic') || at(head, 8, 'mif1') ? { mime: 'image/heic', kind: 'photo', extension: 'heic', inline: false } : { mime: 'video/mp4', kind: 'video', extension: 'mp4', inline: true };
  if (at(head, 0, '\x1a\x45\xdf\xa3')) return { mime: 'video/webm', kind: 'video', extension: 'webm', inline: true };
  if (at(head, 0, '%PDF-')) return { mime: 'application/pdf', kind: 'file', extension: 'pdf', inline: false };
  if (at(head, 0, 'PK\x03\x04')) return { mime: 'application/zip', kind: 'file', extension: 'zip', inline: false };
  return null;
}
/** The name as it is shown and offered for saving: no path, no control characters, the extension of what it really is. */
export function safeName(claimed: string, kind: FileKind): string {
  const base = (claimed.split(/[\\/]/).pop() ?? '').replace(/[\u0000-\u001f\u007f"<>|:*?]/g, '').replace(/\.[^.]*$/, '').trim().slice(0, 80) || '附件';
  return `${base}.${kind.extension}`;
}
