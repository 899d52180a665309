import type { LiveMessage } from '@ronghu/contract';
import { FanOut } from './fan-out';

const rooms = new Map<string, Set<string>>(), heard = new Map<string, number[]>(), steps: string[] = [];
const message = (room: string, seq: number): LiveMessage => ({ room, seq, epoch: 'e', at: 0, event: { kind: 'reload' } });
const port = {
  members: (room: string) => rooms.get(room),
  emit: (to: string | string[], { room, seq }: LiveMessage) => {
    const all = typeof to === 'string' ? [...(rooms.get(to) ?? [])] : to;
    steps.push(`${room}#${seq}×${all.length}`);
    for (const one of all) heard.set(one, [...(heard.get(one) ?? []), seq]);
  },
};
const people = (n: number, from = 0) => Array.from({ length: n }, (_, i) => `p${from + i}`);
const turns = async (n: number) => { for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve)); };
beforeEach(() => { rooms.clear(); heard.clear(); steps.length = 0; rooms.set('queue', new Set(people(25))).set('person:1', new Set(['one'])); });

it('a small room hears at once, before a large one is through', async () => {
  const fan = new FanOut(port, 10);
  fan.send(message('queue', 1));
  fan.send(message('person:1', 1));
  expect(steps).toEqual(['queue#1×10', 'person:1#1×1']);
  await turns(5);
  expect(steps).toEqual(['queue#1×10', 'person:1#1×1', 'queue#1×10', 'queue#1×5']);
});
it('everyone in a large room hears every message once and in order, however fast they come', async () => {
  const fan = new FanOut(port, 10);
  for (let seq = 1; seq <= 20; seq++) { fan.send(message('queue', seq)); if (seq % 3 === 0) await turns(1); }
  await turns(80);
  for (const one of people(25)) expect(heard.get(one)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});
it('who leaves while the room is told hears no more, who joins hears what is told next', async () => {
  const fan = new FanOut(port, 10);
  fan.send(message('queue', 1));
  fan.send(message('queue', 2));
  rooms.get('queue')!.delete('p24');
  rooms.get('queue')!.add('late');
  await turns(10);
  expect(heard.get('p24')).toBeUndefined();
  expect(heard.get('late')).toEqual([2]);
  expect(heard.get('p23')).toEqual([1, 2]);
});
it('a room that everybody has left is forgotten', async () => {
  const fan = new FanOut(port, 10);
  fan.send(message('queue', 1));
  rooms.delete('queue');
  await turns(5);
  rooms.set('queue', new Set(['back']));
  fan.send(message('queue', 2));
  expect(heard.get('back')).toEqual([2]);
});
