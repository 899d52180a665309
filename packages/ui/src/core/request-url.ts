import type { FrontEnd } from '@ronghu/contract';

/** First folder of each front end: its API, its live connection and its session cookie live below it. */
export const FRONT_BASE: Record<FrontEnd, string> = { admin: '/admin', agent: '/agent', mobile: '/m' };

/** Fills `:name` parts of a route's path. Throws when one is missing: that is a mistake of ours, not of the person. */
export function fillPath(path: string, params: Record<string, unknown> | undefined): string {
  return path.replace(/:([a-zA-Z]+)/g, (_, name: string) => {
    const value = params?.[name];
    if (value === undefined || value === null || value === '') throw new Error(`path parameter ${name} of ${path} is missing`);
    return encodeURIComponent(String(value));
  });
}

/** Query string with `?`, or ''. Undefined, null, '' and false are left out: the server reads any text for a boolean as true. */
export function queryString(query: Record<string, unknown> | undefined): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === '' || value === false) continue;
    out.append(name, String(value));
  }
  const text = out.toString();
  return text === '' ? '' : `?${text}`;
}
