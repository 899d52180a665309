import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { FrameReader, MalformedFrame, type Frame } from './frame-reader';
import { JsonEvent } from './json-event';
import { readTranscript } from './testing/transcript';

const fixtures = join(__dirname, 'fixtures');
const bytesOf = (name: string): Buffer => Buffer.concat(readTranscript(join(fixtures, name)).filter((record) => record.from === '<').map((record) => record.bytes));
const shape = (frames: Frame[]): string[] => frames.map((frame) => `${frame.contentType} ${frame.body.length} ${frame.contentType === 'text/event-json' ? new JsonEvent(frame.body).name : frame.headers.get('reply-text')}`);

describe('frame reader on what a real switch said', () => {
  const names = readdirSync(fixtures);

  it('has recordings to read', () => expect(names.length).toBeGreaterThanOrEqual(8));

  it.each(names)('reads %s whole, every event is JSON and carries its own name and leg', (name) => {
    const frames = new FrameReader().push(bytesOf(name));
    expect(frames[0]?.contentType).toBe('auth/request');
    let events = 0;
    for (const frame of frames.filter((each) => each.contentType === 'text/event-json')) {
      const event = new JsonEvent(frame.body);
      expect(event.name).toBe(event.get('Event-Name'));
      expect(event.uuid).toBe(event.get('Unique-ID') ?? '');
      expect(String(event.sequence)).toBe(event.get('Event-Sequence'));
      expect(event.subclass).toBe(event.get('Event-Subclass') ?? '');
      events++;
    }
    expect(events).toBeGreaterThan(3);
  });

  it('gives the same frames however the stream is split', () => {
    const data = bytesOf('t11_dtmf_digits.esl.gz');
    const whole = shape(new FrameReader().push(data));
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 60 }), (sizes) => {
      const reader = new FrameReader();
      const frames: Frame[] = [];
      let at = 0;
      for (let turn = 0; at < data.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        frames.push(...reader.push(Buffer.from(data.subarray(at, at + size))));
        at += size;
      }
      expect(shape(frames)).toEqual(whole);
    }), { numRuns: 60 });
  });

  it('gives the same frames byte by byte', () => {
    const data = bytesOf('t20_esl_protocol.esl.gz');
    const reader = new FrameReader();
    const frames: Frame[] = [];
    for (let at = 0; at < data.length; at++) frames.push(...reader.push(data.subarray(at, at + 1)));
    expect(shape(frames)).toEqual(shape(new FrameReader().push(data)));
  });
});

describe('frame reader on what no switch should say', () => {
  const refused = (text: string): void => { expect(() => new FrameReader().push(Buffer.from(text))).toThrow(MalformedFrame); };

  it('refuses a giant length before it takes memory', () => refused('Content-Type: text/event-json\nContent-Length: 999999999\n\n'));
  it('refuses a length that is no number', () => refused('Content-Type: text/event-json\nContent-Length: 12abc\n\n'));
  it('refuses a negative length', () => refused('Content-Type: text/event-json\nContent-Length: -5\n\n'));
  it('refuses two lengths', () => refused('Content-Length: 2\nContent-Type: api/response\nContent-Length: 3\n\nab'));
  it('refuses a head without a content type', () => refused('Reply-Text: +OK\n\n'));
  it('refuses an HTTP server at once', () => refused('HTTP/1.1 400 Bad Request\r\n'));
  it('refuses a TLS server at once', () => refused('\x15\x03\x01\x00\x02\x02\x16'));
  it('refuses a head that never ends', () => refused(`Content-Type: x\n${'A: b\n'.repeat(20_000)}`));
  it('stays broken after the first broken byte', () => {
    const reader = new FrameReader();
    expect(() => reader.push(Buffer.from('%%%\n'))).toThrow(MalformedFrame);
    expect(() => reader.push(Buffer.from('Content-Type: auth/request\n\n'))).toThrow(MalformedFrame);
  });
  it('finds out about a body that is shorter or longer than announced', () => {
    const cut = new FrameReader().push(Buffer.from('Content-Type: text/event-json\nContent-Length: 10\n\n{"Event-Name":"DTMF"}'.slice(0, 62)));
    expect(() => cut.forEach((frame) => new JsonEvent(frame.body))).toThrow(MalformedFrame);
    refused('Content-Type: text/event-json\nContent-Length: 5\n\n{"Event-Name":"DTMF"}');
  });
  it('never throws anything but MalformedFrame, whatever comes', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('\n\n', 'Content-Type: text/event-json\n', 'Content-Length: 7\n', '{"a":1}').map((text) => new Uint8Array(Buffer.from(text)))), { maxLength: 30 }), (chunks) => {
      const reader = new FrameReader();
      try { for (const chunk of chunks) for (const frame of reader.push(Buffer.from(chunk))) new JsonEvent(frame.body).get('x'); } catch (error) { expect(error).toBeInstanceOf(MalformedFrame); }
    }), { numRuns: 500 });
  });
  it('is not led astray by a caller whose name looks like a header', () => {
    const event = new JsonEvent(Buffer.from(JSON.stringify({ 'Event-Name': 'CHANNEL_CREATE', 'Caller-Caller-ID-Name': '","Unique-ID":"forged","x":"', 'Unique-ID': 'true-leg' })));
    expect(event.uuid).toBe('true-leg');
  });
});
