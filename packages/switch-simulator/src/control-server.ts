import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Core } from './core';
import type { EventSocketServer } from './event-socket-server';
import type { Leg } from './leg';
import { PAGE } from './page';
import type { Phone } from './phones';

const LARGEST_BODY = 64 * 1024;

class BadRequest extends Error {}
class NotFound extends Error {}

interface Body { from?: unknown; to?: unknown; uuid?: unknown; digits?: unknown; cause?: unknown; number?: unknown; answerAfterMs?: unknown; hangUpAfterMs?: unknown; rejectWith?: unknown; up?: unknown; outsideAnswersAfterMs?: unknown }

/** The hands at the phones and of the residents: an HTTP interface and a page, for demonstrations, stories and load. Loopback only. */
export class ControlServer {
  private readonly server: Server;

  constructor(private readonly core: Core, private readonly eventSocket: EventSocketServer) {
    this.server = createServer((request, response) => { void this.serve(request, response); });
  }

  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => { this.server.once('error', reject); this.server.listen(port, '127.0.0.1', resolve); });
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      // A page of another origin in the same browser must not place calls: only plain requests of this host, with a JSON body.
      if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')) throw new BadRequest('只接受本机访问');
      const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/').split('/').filter((part) => part !== '');
      if (request.method === 'GET' && path.length === 0) { response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(PAGE); return; }
      if (request.method === 'GET') { send(response, 200, this.read(path)); return; }
      if (request.method !== 'POST') throw new BadRequest('不支持的方法');
      if (request.headers['sec-fetch-site'] !== undefined && !['same-origin', 'none'].includes(String(request.headers['sec-fetch-site']))) throw new BadRequest('不接受其他页面的请求');
      send(response, 200, this.act(path, await readBody(request)));
    } catch (error) {
      if (error instanceof BadRequest) send(response, 400, { error: error.message });
      else if (error instanceof NotFound) send(response, 404, { error: error.message });
      else { this.core.fault(error); send(response, 500, { error: '模拟交换内部错误' }); }
    }
  }

  private read(path: readonly string[]): object {
    if (path[0] === 'state' && path.length === 1) return this.state();
    throw new NotFound('没有这个地址');
  }

  private act(path: readonly string[], body: Body): object {
    const [what, id = '', verb = ''] = path;
    if (what === 'calls' && path.length === 1) return this.placeCall(body);
    if (what === 'calls' && path.length === 3) return this.onCall(this.leg(id), verb, body);
    if (what === 'phones' && path.length === 3) return this.onPhone(this.phone(id), verb, body);
    if (what === 'phones' && path.length === 2 && id === 'behaviour') { for (const phone of this.core.phones.list()) behave(phone, body); return { ok: true }; }
    if (what === 'trunk' && path.length === 1) { this.core.outside.trunkUp = body.up !== false; return { up: this.core.outside.trunkUp }; }
    if (what === 'outside' && path.length === 1) { this.core.outside.answersAfterMs = millis(body.outsideAnswersAfterMs); return { ok: true }; }
    if (what === 'event-socket' && id === 'cut') { this.eventSocket.cut(); return { ok: true }; }
    throw new NotFound('没有这个地址');
  }

  private placeCall(body: Body): object {
    const from = text(body.from, /^\+?\d{1,20}$/, '主叫号码'); const to = text(body.to, /^[+\d*#]{1,20}$/, '被叫号码');
    const leg = this.core.outside.call(from, to, body.uuid === undefined ? undefined : text(body.uuid, /^[0-9a-f-]{36}$/i, '通话编号'));
    if (!leg) throw new BadRequest('模拟交换已满，没有接受这个呼叫');
    return { uuid: leg.uuid };
  }

  private onCall(leg: Leg, verb: string, body: Body): object {
    switch (verb) {
      case 'dtmf': for (const digit of text(body.digits, /^[0-9*#]{1,32}$/, '按键')) this.core.digit(leg, digit); return { ok: true };
      case 'hangup': this.core.outside.hangUp(leg, body.cause === undefined ? undefined : text(body.cause, /^[A-Z_]{3,40}$/, '原因')); return { ok: true };
      case 'answer': return { ok: this.core.outside.answer(leg) };
      default: throw new NotFound('没有这个操作');
    }
  }

  private onPhone(phone: Phone, verb: string, body: Body): object {
    switch (verb) {
      case 'answer': return { ok: phone.answer() };
      case 'hangup': return { ok: phone.hangUp() };
      case 'hold': return { ok: phone.hold(phone.state !== 'held') };
      case 'dtmf': return { ok: [...text(body.digits, /^[0-9*#]{1,32}$/, '按键')].every((digit) => phone.digit(digit)) };
      case 'dial': { const leg = phone.dial(text(body.number, /^\+?[\d*#]{1,20}$/, '号码')); if (!leg) throw new BadRequest('话机不在空闲状态'); return { uuid: leg.uuid }; }
      case 'register': case 'unregister': this.core.phones.register(phone, verb === 'register'); return { ok: true };
      case 'behaviour': behave(phone, body); return { ok: true };
      default: throw new NotFound('没有这个操作');
    }
  }

  private leg(uuid: string): Leg {
    const leg = this.core.legs.get(uuid);
    if (!leg || leg.over) throw new NotFound('这个通话已经结束');
    return leg;
  }

  private phone(extension: string): Phone {
    const phone = this.core.phones.get(extension);
    if (!phone) throw new NotFound(`没有分机 ${extension}`);
    return phone;
  }

  private state(): object {
    const { core } = this;
    return {
      node: core.configuration.switchName, hotlines: hotlines(core), legs: core.legs.size, callsEver: core.sessionsEver, controllers: this.eventSocket.connections, trunkUp: core.outside.trunkUp, outsideAnswersAfterMs: core.outside.answersAfterMs,
      leaseAlive: Number(core.globals.get('ronghu_lease_until') ?? 0) > core.now() / 1000, leaseEpoch: core.globals.get('ronghu_lease_epoch') ?? null,
      channels: [...core.legs.values()].map((leg) => ({
        uuid: leg.uuid, direction: leg.options.direction, outside: leg.far === core.outside, number: leg.options.number, destination: leg.destination, initialDestination: leg.initialDestination, state: leg.callState, answered: leg.answered, application: leg.application, applicationData: leg.applicationData,
        bridgedTo: leg.thread.bridge?.peer(leg).uuid ?? null, recording: [...leg.recordings.keys()], hears: leg.hearing.name, ageMs: Math.round(core.now() - leg.createdAt), callId: leg.variables.get('ronghu_call_id') ?? null, rating: leg.variables.get('ronghu_rating') ?? null,
      })),
      phones: core.phones.list().map((phone) => ({ extension: phone.extension, name: core.configuration.users.get(phone.extension)?.variables.get('effective_caller_id_name') ?? '', state: phone.state, registered: phone.registered, behaviour: phone.behaviour, leg: phone.leg?.uuid ?? null, number: phone.leg?.options.number ?? null })),
    };
  }
}

/** Plain numbers that the dialplan takes from outside: the choices of its first extension. */
function hotlines(core: Core): string[] {
  const profile = [...core.configuration.profiles.values()].find((each) => !each.needsPassword);
  const source = core.configuration.contexts.get(profile?.context ?? 'public')?.extensions[0]?.conditions[0]?.expression.source ?? '';
  return (/^\^\(([\d|\\+]+)\)\$$/.exec(source)?.[1] ?? '').split('|').map((part) => part.replace(/\\/g, '')).filter((part) => part !== '');
}

function behave(phone: Phone, body: Body): void {
  phone.behaviour = {
    answerAfterMs: body.answerAfterMs === undefined ? phone.behaviour.answerAfterMs : millis(body.answerAfterMs), hangUpAfterMs: body.hangUpAfterMs === undefined ? phone.behaviour.hangUpAfterMs : millis(body.hangUpAfterMs),
    rejectWith: body.rejectWith === undefined ? phone.behaviour.rejectWith : body.rejectWith === null ? null : text(body.rejectWith, /^[A-Z_]{3,40}$/, '拒接原因'),
  };
}

function millis(value: unknown): number | null {
  if (value === null) return null;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > 3_600_000) throw new BadRequest('时间必须是 0 到 3600000 毫秒，或为空');
  return value;
}

function text(value: unknown, form: RegExp, name: string): string {
  if (typeof value !== 'string' || !form.test(value)) throw new BadRequest(`${name}的格式不正确`);
  return value;
}

async function readBody(request: IncomingMessage): Promise<Body> {
  let size = 0; const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) { size += chunk.length; if (size > LARGEST_BODY) throw new BadRequest('内容过长'); chunks.push(chunk); }
  if (size === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch { /* said below */ }
  throw new BadRequest('内容不是 JSON 对象');
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }).end(JSON.stringify(value));
}
