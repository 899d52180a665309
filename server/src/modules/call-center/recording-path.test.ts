import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingPath } from './recording-path';

describe('recordingPath', () => {
  const top = mkdtempSync(join(tmpdir(), 'ronghu-rec-')), root = join(top, 'recordings');
  beforeAll(() => {
    mkdirSync(join(root, '2026', '11'), { recursive: true });
    mkdirSync(join(top, 'recordings-of-others'));
    writeFileSync(join(root, '2026', '11', 'a.wav'), 'RIFF');
    writeFileSync(join(top, 'recordings-of-others', 'b.wav'), 'RIFF');
    writeFileSync(join(top, 'secret.key'), 'secret');
    symlinkSync(join(top, 'secret.key'), join(root, 'link.wav'));
    symlinkSync(top, join(root, 'up'));
  });
  afterAll(() => { rmSync(top, { recursive: true, force: true }); });

  it('finds a file by relative and by absolute path', async () => {
    expect(await recordingPath(root, '2026/11/a.wav')).toBe(join(root, '2026/11/a.wav'));
    expect(await recordingPath(root, join(root, '2026/11/a.wav'))).toBe(join(root, '2026/11/a.wav'));
  });
  it.each([
    ['a climb', '../secret.key'], ['a climb from within', '2026/../../secret.key'], ['an absolute path elsewhere', join(top, 'secret.key')], ['a neighbour with the same beginning', '../recordings-of-others/b.wav'],
    ['a link to a file outside', 'link.wav'], ['a folder link outside', 'up/secret.key'], ['a null byte', '2026/11/a.wav\0.txt'], ['nothing', ''], ['the folder itself', '.'], ['a missing file', '2026/11/none.wav'], ['a file taken for a folder', '2026/11/a.wav/x'],
  ])('refuses %s', async (_name, stored) => { expect(await recordingPath(root, stored)).toBeNull(); });
  it('refuses everything when the folder is missing', async () => { expect(await recordingPath(join(top, 'none'), 'a.wav')).toBeNull(); });
});
