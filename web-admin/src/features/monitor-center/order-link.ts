/** Address of the order list behind a figure of the board. */
export function ordersBehind(figure: { orgId: number; kind: string; name: string }, filter: Record<string, string | number>): string {
  const query = new URLSearchParams(Object.entries(filter).map(([k, v]) => [k, String(v)]));
  if (figure.kind === 'worker') { query.set('workerId', String(figure.orgId)); query.set('workerName', figure.name); } else query.set('org', String(figure.orgId));
  return `/service-center/orders?${query.toString()}`;
}
