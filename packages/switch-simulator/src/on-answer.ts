import { existsSync } from 'node:fs';
import type { Leg } from './leg';
import { Recording } from './recording';

/** `execute_on_answer=record_session /x.wav`: runs beside whatever the leg does next. */
export function executeOnAnswer(leg: Leg): void {
  const [application = '', ...rest] = leg.variable('execute_on_answer').split(/ |::/);
  if (application === 'record_session') startRecording(leg, rest.join(' '));
  else if (application !== '') leg.thread.send({ application, data: rest.join(' '), uuid: leg.core.uuid(), locked: true });
}
/** Begins a recording of a leg; false when one to this file already runs. */
export function startRecording(leg: Leg, path: string): boolean {
  if (path === '' || leg.recordings.has(path)) return false;
  const recording = new Recording(path, leg.truth('RECORD_STEREO'), leg.core.now());
  leg.recordings.set(path, recording);
  recording.note(0, leg.voice, leg.core.now());
  recording.note(1, leg.hearing, leg.core.now());
  leg.emit('RECORD_START', { 'Record-File-Path': path });
  return existsSync(path);
}
