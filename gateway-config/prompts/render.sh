#!/bin/sh
# Renders prompts.json to 8 kHz mono WAV files and the holding music. Needs espeak-ng, sox and node; run once, the files are kept.
set -e
cd "$(dirname "$0")"
node -e 'for (const [name, text] of Object.entries(require("./prompts.json"))) if (text) console.log(name + "\t" + text)' | while IFS="$(printf '\t')" read -r name text; do
  espeak-ng -v cmn -s 225 -p 45 --stdout "$text" | sox -V1 - -r 8000 -c 1 -e a-law "$name.wav" silence 1 0.02 0.2% reverse silence 1 0.02 0.2% reverse highpass 150 norm -4 pad 0.1 0.2
done
sox -V1 -n -r 8000 -c 1 -e a-law beep.wav synth 0.3 sine 1000 fade t 0.02 0.3 0.05 gain -9
# A slow chord sequence of our own: plucked fundamentals over soft pads, 20 s, joins at its ends.
bar() { sox -V1 -n -r 8000 -c 1 -b 16 "$5" synth 5 sine "$1" sine "$2" sine "$3" sine "$4" remix - fade t 0.6 5 0.6 tremolo 0.4 25 gain -16; }
pick() { sox -V1 -n -r 8000 -c 1 -b 16 "$2" synth 1.25 pluck "$1" fade t 0.01 1.25 0.3 gain -12; }
work=$(mktemp -d)
bar 130.81 196.00 261.63 329.63 "$work/c.wav"; bar 110.00 220.00 261.63 329.63 "$work/a.wav"; bar 87.31 174.61 220.00 349.23 "$work/f.wav"; bar 98.00 196.00 246.94 293.66 "$work/g.wav"
n=0
for tone in 523.25 659.25 783.99 659.25 440.00 523.25 659.25 523.25 349.23 440.00 523.25 698.46 392.00 493.88 587.33 493.88; do n=$((n+1)); pick $tone "$work/p$(printf %02d $n).wav"; done
sox -V1 "$work/c.wav" "$work/a.wav" "$work/f.wav" "$work/g.wav" "$work/bars.wav"
sox -V1 "$work"/p??.wav "$work/melody.wav"
sox -V1 -m "$work/bars.wav" "$work/melody.wav" -e a-law ../music/moh.wav norm -9
rm -r "$work"
