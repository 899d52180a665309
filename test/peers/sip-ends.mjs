// The SIP ends of both suites, played by SIPp: desk phones that register and pick up, residents who call and press keys. Each side says a tone of its own, so that a
// recording tells who is heard on which channel.
import { ok as expect } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dtmfPcap } from './dtmf-pcap.mjs';
import { Sipp } from './sipp.mjs';
import { secondsOf, toneALaw } from './wav.mjs';

/** The tones in hertz. */
export const RESIDENT = 400, AGENT = 800;
/** Number of the index-th resident of a run. */
export const number = (index) => `139${String(10000000 + index)}`;
/** Seconds in which each side is heard on its own channel of a recording; a recording that is not stereo has no sides. */
export const voices = ({ rate, channels }) => (channels.length === 2 ? { resident: secondsOf(channels[0], rate, RESIDENT), agent: secondsOf(channels[1], rate, AGENT) } : { resident: 0, agent: 0 });

/**
 * @param options.host, phonesPort, trunkPort where the switch listens; hotline: what residents call; passwordOf(extension).
 * @param options.base the first of 12,000 local UDP ports: SIP on the first hundred, sound of phones from 2000 on, of residents from 8000 on.
 */
export function sipEnds({ folder, host, phonesPort, trunkPort, hotline, base, passwordOf }) {
  const sipp = new Sipp(folder), sound = (who) => join(folder, `${who}.raw`);
  // a SIPp process takes four ports a call, and two at its start: two of them never meet
  const media = (from, port, step) => base + from + (port - base) * step;
  writeFileSync(sound('resident'), toneALaw(RESIDENT, 10));
  writeFileSync(sound('agent'), toneALaw(AGENT, 10));
  const answering = (who, port, soundPort, { ringMs, talkMs }) => sipp.start(['-p', port, '-mp', soundPort, '-sf', sipp.scenario('phone', { ringMs, talkMs, audio: sound(who) })]);
  return {
    /** Phones registered with their contact at one SIPp process that plays all of them. */
    async phones(extensions, port, { ringMs = 300, talkMs = 3000 } = {}) {
      const rows = extensions.map((extension) => [extension, `[authentication username=${extension} password=${passwordOf(extension)}]`, port]);
      answering('agent', port, media(2000, port, 40), { ringMs, talkMs });
      const registered = await sipp.start([`${host}:${phonesPort}`, '-p', base + 90, '-sf', sipp.scenario('register', {}), '-inf', sipp.table(rows), '-m', rows.length, '-r', 50, '-timeout', 20]).done;
      expect(registered.ok === rows.length, `only ${registered.ok} of ${rows.length} phones registered`);
    },
    /** A resident's telephone behind the trunk, which answers what the switch calls. */
    outside: (port, { ringMs, talkMs }) => answering('resident', port, base + 5000, { ringMs, talkMs }),
    /** Residents who call the hotline and press `keys`, each `afterMs` after the one before (the first after the answer). `done` resolves with SIPp's counts. */
    residents(numbers, { talkMs = 120000, rate = 10, port = base + 10, keys = '', afterMs = 9500 } = {}) {
      const press = [...keys].map((key, index) => {
        const file = join(folder, `key-${index}-${key}.pcap`);
        writeFileSync(file, dtmfPcap(key, index));
        return `<pause milliseconds="${afterMs}"/><nop><action><exec play_pcap_audio="${file}"/></action></nop>`;
      }).join('');
      return sipp.start([`${host}:${trunkPort}`, '-p', port, '-mp', media(8000, port, 20), '-sf', sipp.scenario('resident', { talkMs, audio: sound('resident'), keys: press }), '-s', hotline, '-inf', sipp.table(numbers.map((each) => [each])), '-m', numbers.length, '-r', rate, '-l', numbers.length]);
    },
    stop: () => sipp.stop(),
  };
}
