import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A registered baresip that picks up by itself, says a tone, and keeps what it hears (`heard()` gives the file). */
export function startBaresip({ folder, extension, password, host, port, sipPort, rtpFirst, source }) {
  const home = join(folder, `baresip-${extension}`), dumps = join(home, 'dumps');
  mkdirSync(dumps, { recursive: true });
  writeFileSync(join(home, 'accounts'), `<sip:${extension}@${host}:${port};transport=udp>;auth_user=${extension};auth_pass=${password};answermode=auto;audio_codecs=PCMA;regint=60;audio_source=aufile,${source};audio_player=aufile,${join(home, 'player.wav')}\n`);
  writeFileSync(join(home, 'config'), ['sip_listen 127.0.0.1:' + sipPort, 'audio_channels 1', `rtp_ports ${rtpFirst}-${rtpFirst + 20}`, `module_path /usr/lib/baresip/modules`, 'module g711.so', 'module aufile.so', 'module sndfile.so', 'module_app account.so', 'module_app menu.so', `snd_path ${dumps}`, `audio_source aufile,${source}`, `audio_player aufile,${join(home, 'player.wav')}`, 'call_local_timeout 60', ''].join('\n'));
  const child = spawn('baresip', ['-f', home, '-n', '127.0.0.1'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (chunk) => { out += chunk; }); child.stderr.on('data', (chunk) => { out += chunk; });
  return {
    output: () => out,
    heard: () => readdirSync(dumps).filter((name) => /dec\.wav$/.test(name)).map((name) => join(dumps, name)),
    stop: () => new Promise((resolve) => { child.on('close', resolve); child.kill('SIGTERM'); setTimeout(() => child.kill('SIGKILL'), 3000).unref(); }),
  };
}
