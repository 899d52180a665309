/** One frame of the event socket: a block of `Name: value` lines, an empty line, and as many bytes as Content-Length says. */
export interface Frame { readonly contentType: string; readonly headers: ReadonlyMap<string, string>; readonly body: Buffer }

/** What came is not the event socket's language. The link must be closed: nothing after this byte can be trusted. */
export class MalformedFrame extends Error {}

const LARGEST_HEAD = 64 * 1024;
/** `show channels as json` of 10,000 legs is about 10 MB. */
const LARGEST_BODY = 32 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);
const NEWLINE = 10;

/**
 * Cuts a byte stream into frames, however TCP split it. `push` gives the frames that became whole; it throws MalformedFrame on a
 * head without a content type, a wrong or giant length, or a head that does not end. A broken reader stays broken.
 */
export class FrameReader {
  private pending: Buffer = EMPTY;
  /** A long body is gathered in pieces and joined once, so that it costs linear time. */
  private pieces: Buffer[] = [];
  private missing = 0;
  private head: { contentType: string; headers: Map<string, string>; length: number } | null = null;
  private broken = false;

  push(chunk: Buffer): Frame[] {
    if (this.broken) throw new MalformedFrame('reader is broken');
    try { return this.cut(chunk); } catch (error) { this.broken = true; throw error; }
  }

  private cut(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    if (this.head) {
      if (chunk.length < this.missing) { this.pieces.push(chunk); this.missing -= chunk.length; return frames; }
      this.pieces.push(chunk.subarray(0, this.missing));
      frames.push({ contentType: this.head.contentType, headers: this.head.headers, body: Buffer.concat(this.pieces, this.head.length) });
      chunk = chunk.subarray(this.missing);
      this.head = null; this.pieces = []; this.missing = 0;
    }
    let data = this.pending.length > 0 ? Buffer.concat([this.pending, chunk]) : chunk;
    this.pending = EMPTY;
    for (;;) {
      let start = 0;
      while (start < data.length && data[start] === NEWLINE) start++;
      if (start > 0) data = data.subarray(start);
      if (data.length === 0) return frames;
      const end = data.indexOf('\n\n');
      if (end > LARGEST_HEAD || (end < 0 && data.length > LARGEST_HEAD)) throw new MalformedFrame('head without an end');
      if (end < 0) {
        refuseForeign(data);
        this.pending = Buffer.from(data);
        return frames;
      }
      const head = parseHead(data.toString('utf8', 0, end));
      data = data.subarray(end + 2);
      if (data.length < head.length) {
        this.head = head; this.pieces = [Buffer.from(data)]; this.missing = head.length - data.length;
        return frames;
      }
      frames.push({ contentType: head.contentType, headers: head.headers, body: data.subarray(0, head.length) });
      data = data.subarray(head.length);
    }
  }
}

/** A first line that cannot be a header is refused at once instead of after 64 KB: a wrong port, TLS, a body longer than announced. */
function refuseForeign(data: Buffer): void {
  const lineEnd = data.indexOf(NEWLINE);
  const line = data.toString('latin1', 0, lineEnd < 0 ? Math.min(data.length, 80) : lineEnd);
  if (!/^[A-Za-z0-9_-]{1,64}(:|$)/.test(line) && !(lineEnd < 0 && /^[A-Za-z0-9_-]{0,64}$/.test(line))) throw new MalformedFrame('not a header line');
}

function parseHead(text: string): { contentType: string; headers: Map<string, string>; length: number } {
  const headers = new Map<string, string>();
  let last = '';
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const name = colon > 0 ? line.slice(0, colon) : '';
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
      // A reply text may hold a single line break (`-ERR …\n`), so a line without a name goes to the one before.
      if (last !== 'reply-text') throw new MalformedFrame('not a header line');
      headers.set(last, `${headers.get(last) ?? ''}\n${line}`);
      continue;
    }
    last = name.toLowerCase();
    if (last === 'content-length' && headers.has(last)) throw new MalformedFrame('two lengths');
    headers.set(last, line.slice(colon + 1).trim());
  }
  const contentType = headers.get('content-type');
  if (!contentType) throw new MalformedFrame('no content type');
  const lengthText = headers.get('content-length') ?? '0';
  if (!/^\d{1,9}$/.test(lengthText) || Number(lengthText) > LARGEST_BODY) throw new MalformedFrame(`length ${lengthText.slice(0, 20)}`);
  return { contentType, headers, length: Number(lengthText) };
}
