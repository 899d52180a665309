import { safeName, sniff } from './file-kind.rules';

const pad = (text: string) => Buffer.from(text.padEnd(24), 'latin1');
test.each([['\xff\xd8\xff\xe0JFIF', 'image/jpeg'], ['\x89PNG\r\n\x1a\n', 'image/png'], ['RIFF....WEBP', 'image/webp'], ['RIFF....WAVE', 'audio/wav'], ['....ftypisom', 'video/mp4'], ['....ftypheic', 'image/heic'], ['....ftypM4A ', 'audio/mp4'], ['%PDF-1.7', 'application/pdf'], ['PK\x03\x04', 'application/zip'], ['#!AMR\n', 'audio/amr'], ['\x1a\x45\xdf\xa3', 'video/webm']])('%j is %s', (head, mime) => expect(sniff(pad(head))?.mime).toBe(mime));
test.each(['<html><script>', '<svg xmlns="', '<?xml version', '#!/bin/sh', 'MZ\x90\x00', '\x7fELF', 'GIF12a', '', 'function(){}'])('%j is no attachment', (head) => expect(sniff(pad(head))).toBeNull());
test('the name keeps no path, no control character and gets the extension of what it is', () => {
  const jpeg = sniff(pad('\xff\xd8\xff'));
  if (!jpeg) throw new Error('jpeg not known');
  expect(safeName('..\\..\\etc/passwd.exe', jpeg)).toBe('passwd.jpg');
  expect(safeName('照片<script>.html', jpeg)).toBe('照片script.jpg');
  expect(safeName('\r\n', jpeg)).toBe('附件.jpg');
});
