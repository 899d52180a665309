import { Controller, Inject, Provide } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import { routes, type FrontEnd } from '@ronghu/contract';
import { admit, Endpoint, type RequestState } from '../http/endpoint';
import { cookieName, frontOf, FRONT_PATHS } from '../http/front';
import { SESSION_MS, type SessionService } from './session.service';

@Provide()
@Controller('/')
export class IdentityController {
  @Inject() ctx!: Context;
  @Inject() sessions!: SessionService;

  @Endpoint(routes.signInKey) async signInKey() { admit(this.ctx, routes.signInKey); return this.sessions.signInKey(); }

  @Endpoint(routes.signIn) async signIn() {
    const { body } = admit(this.ctx, routes.signIn), front = frontOf(this.ctx.req) as FrontEnd;
    const { token, me } = await this.sessions.signIn(body.login, body.sealed, front, this.ctx.ip);
    // A phone closes its browser by itself: there the cookie lives as long as the session may, elsewhere it goes with the browser.
    this.ctx.cookies.set(cookieName(front), token, { path: FRONT_PATHS[front], httpOnly: true, sameSite: 'strict', secure: this.ctx.secure, signed: false, overwrite: true, ...(front === 'mobile' ? { maxAge: SESSION_MS } : {}) });
    return me;
  }
  @Endpoint(routes.signOut) async signOut() {
    const { scope } = admit(this.ctx, routes.signOut), front = frontOf(this.ctx.req) as FrontEnd;
    await this.sessions.signOut(scope);
    this.ctx.cookies.set(cookieName(front), '', { path: FRONT_PATHS[front], httpOnly: true, sameSite: 'strict', signed: false, maxAge: 0 });
    return { ok: true };
  }
  @Endpoint(routes.me) async me() { const { scope } = admit(this.ctx, routes.me); return this.sessions.describe(scope, (this.ctx.state as RequestState).mustChange ?? false); }

  @Endpoint(routes.changePassword) async changePassword() {
    const { scope, body } = admit(this.ctx, routes.changePassword);
    await this.sessions.changePassword(scope, body.sealedOld, body.sealedNew);
    return { ok: true };
  }
}
