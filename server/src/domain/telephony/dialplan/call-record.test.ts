import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForeignRecord, readCallRecord, type NodeCallRecord } from './call-record';
import { emptySpool } from './spool';

const recorded = readFileSync(join(__dirname, 'fixtures', 'served-locally.cdr.json'), 'utf8');
const changed = (variables: Record<string, unknown>): string => { const whole = JSON.parse(recorded) as { variables: Record<string, unknown> }; return JSON.stringify({ ...whole, variables: { ...whole.variables, ...variables } }); };

describe('call record of a node', () => {
  it('reads what a real switch wrote of a call that the station served alone', () => {
    expect(readCallRecord(recorded)).toEqual({
      callId: '49e0963b-5239-44b0-9b5a-c937670cb5c8', legId: '49e0963b-5239-44b0-9b5a-c937670cb5c8', node: 'centre', direction: 'inbound', clearNumber: '13800138000', calledNumber: '96060',
      startedAt: 1795272714641, answeredAt: 1795272714641, bridgedAt: 1795272715181, endedAt: 1795272721201, hangupCause: 'NORMAL_CLEARING', endedBy: 'other', servedBy: 'local', servedExtension: '8001', rating: null,
      recordingPath: '/var/lib/ronghu/recordings/local-49e0963b-5239-44b0-9b5a-c937670cb5c8.wav',
    });
  });
  it('reads when and with whom a caller talked whom the centre connected, also when a rating followed', () => {
    const connected = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'served-by-centre.cdr.json'), 'utf8')) as { variables: Record<string, unknown>; callflow: { times: Record<string, unknown> }[] };
    expect(readCallRecord(JSON.stringify(connected))).toMatchObject({ servedBy: 'centre', clearNumber: '13910000007', startedAt: 1795278759214, bridgedAt: 1795278759334, endedAt: 1795278767234, endedBy: 'customer', servedExtension: '8003' });
    // A real switch begins a new stretch at the rating and then says `bridge_uepoch` 0.
    const rated = { ...connected, variables: { ...connected.variables, bridge_uepoch: '0', ronghu_rating: '1' }, callflow: [{ ...connected.callflow[0], times: { ...connected.callflow[0]?.times, bridged_time: '0' } }, ...connected.callflow] };
    expect(readCallRecord(JSON.stringify(rated))).toMatchObject({ bridgedAt: 1795278759334, rating: 1, servedExtension: '8003' });
  });
  it('takes the rating only when it is 1, 2 or 3', () => {
    expect(readCallRecord(changed({ ronghu_rating: '3' }))?.rating).toBe(3);
    expect(readCallRecord(changed({ ronghu_rating: '9' }))?.rating).toBeNull();
    expect(readCallRecord(changed({ ronghu_rating: '_undef_' }))?.rating).toBeNull();
  });
  it('knows who hung up', () => expect(readCallRecord(changed({ sip_hangup_disposition: 'recv_bye' }))?.endedBy).toBe('customer'));
  it('passes over legs that are no customer', () => {
    expect(readCallRecord(changed({ ronghu_role: 'agent' }))).toBeNull();
    expect(readCallRecord(changed({ ronghu_call_id: undefined }))).toBeNull();
  });
  it.each(['', '{', '[]', 'null', '{"variables":{}}', '{"variables":null}'])('refuses %j', (text) => { expect(() => readCallRecord(text)).toThrow(ForeignRecord); });
});

describe('spool of a node', () => {
  let directory: string;
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'spool-')); });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('gives each record and deletes its file', async () => {
    writeFileSync(join(directory, 'a.cdr.json'), recorded);
    writeFileSync(join(directory, 'b.cdr.json'), changed({ ronghu_role: 'agent' }));
    const taken: NodeCallRecord[] = [];
    expect(await emptySpool(directory, async (record) => { taken.push(record); }, Date.now())).toEqual({ taken: 1, skipped: 1, foreign: 0, failed: 0 });
    expect(taken[0]?.clearNumber).toBe('13800138000');
    expect(readdirSync(directory)).toEqual([]);
  });
  it('keeps a record that could not be stored and gives it again', async () => {
    writeFileSync(join(directory, 'a.cdr.json'), recorded);
    expect((await emptySpool(directory, async () => { throw new Error('database down'); }, Date.now())).failed).toBe(1);
    expect((await emptySpool(directory, async () => undefined, Date.now())).taken).toBe(1);
  });
  it('leaves a half-written file alone, and puts it aside when it stays so', async () => {
    const path = join(directory, 'a.cdr.json');
    writeFileSync(path, recorded.slice(0, 500));
    expect(await emptySpool(directory, async () => undefined, Date.now())).toEqual({ taken: 0, skipped: 0, foreign: 0, failed: 0 });
    utimesSync(path, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    expect((await emptySpool(directory, async () => undefined, Date.now())).foreign).toBe(1);
    expect(readdirSync(join(directory, 'foreign'))).toEqual(['a.cdr.json']);
  });
  it('takes a missing folder for an empty one', async () => expect((await emptySpool(join(directory, 'none'), async () => undefined, Date.now())).taken).toBe(0));
});
