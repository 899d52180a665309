import type { Scope } from '../identity/scope';

/** The rooms a scope may be in; the client has no say. Publishers send to a node and all above it, so the roots of the scope are enough. */
export function roomsOf(scope: Scope): string[] {
  const can = scope.permissions, out = [`person:${scope.accountId}`];
  for (const id of scope.orgRootIds) {
    if (can.has('board.read')) out.push(`board:${id}`);
    if (can.has('agent.watch')) out.push(`agents:${id}`);
    if (can.has('order.read') && scope.frontEnd !== 'mobile') out.push(`orders:${id}`);
    out.push(`org:${id}`);
  }
  if (can.has('phone.use') || can.has('agent.watch')) out.push('queue');
  return out;
}
