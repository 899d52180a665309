import type { IncomingMessage } from 'node:http';
import type { FrontEnd } from '@ronghu/contract';

/** Path prefix of each front end; its session cookie lives on that path only, so one browser can hold three roles. */
export const FRONT_PATHS: Record<FrontEnd, string> = { admin: '/admin', agent: '/agent', mobile: '/m' };
const FRONT = Symbol('front');
const ROUTE = Symbol('route');
type Marked = IncomingMessage & { [FRONT]?: FrontEnd; [ROUTE]?: string };

/**
 * Rewrites `/admin/api/...` to `/api/...` and `/admin/live/...` to `/live/...` before anything else looks at the request, and remembers the front end.
 * A call without a front end's prefix reaches no route.
 */
export function markFront(request: IncomingMessage): void {
  const url = request.url ?? '/';
  for (const [front, path] of Object.entries(FRONT_PATHS) as [FrontEnd, string][]) {
    if (!url.startsWith(`${path}/api/`) && !url.startsWith(`${path}/live/`)) continue;
    (request as Marked)[FRONT] = front;
    request.url = url.slice(path.length);
    return;
  }
}
/** Notes the template of the route that answers, for figures that must not hold ids. */
export function nameRoute(request: IncomingMessage, template: string): void { (request as Marked)[ROUTE] = template; }
/** The template; `unknown` for a call of the interface that no route answered, `page` for everything else. */
export const routeOf = (request: IncomingMessage): string => (request as Marked)[ROUTE] ?? (frontOf(request) ? 'unknown' : 'page');
export const frontOf = (request: IncomingMessage): FrontEnd | undefined => (request as Marked)[FRONT];
export const cookieName = (front: FrontEnd): string => `ronghu_${front}`;
export function sessionToken(cookies: string | undefined, front: FrontEnd): string | undefined {
  for (const part of (cookies ?? '').split(';')) { const at = part.indexOf('='); if (at > 0 && part.slice(0, at).trim() === cookieName(front)) return part.slice(at + 1).trim(); }
  return undefined;
}
