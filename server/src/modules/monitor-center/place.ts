import type { OrgKind } from '@ronghu/contract';
import { AppError } from '../../platform/errors/app-error';
import { requireOrg, type Scope } from '../../platform/identity/scope';

export interface OrgNodeLike { id: number; parentId: number | null; kind: OrgKind; name: string; companyId: number | null }
/** What this module asks of the organisation; OrgDirectory fits. */
export interface OrgTree { get(id: number): OrgNodeLike | undefined; root(): OrgNodeLike | undefined; childrenOf(id: number | null): readonly OrgNodeLike[]; below(id: number): readonly OrgNodeLike[]; ancestors(id: number): readonly OrgNodeLike[] }
/** A node of the organisation as a restriction on rows: `null` = none on that level. */
export interface PlaceFilter { companyIds: readonly number[] | null; stationIds: readonly number[] | null }

/** The node asked for, or the first root of the scope. @throws AppError NOT_FOUND outside the scope. */
export function nodeOf(scope: Scope, orgs: OrgTree, orgId: number | undefined): OrgNodeLike {
  const id = orgId ?? scope.orgRootIds[0] ?? (scope.system ? orgs.root()?.id : undefined), node = id === undefined ? undefined : orgs.get(id);
  if (!node) throw new AppError('NOT_FOUND', '没有找到该组织节点，或不在您的管辖范围');
  requireOrg(scope, node.id);
  return node;
}
/** Rows of a node: all for the group (also those of no company yet), whole companies for divisions and companies, the station's own for a station. */
export function placeOf(orgs: OrgTree, node: OrgNodeLike): PlaceFilter {
  switch (node.kind) {
    case 'group': return { companyIds: null, stationIds: null };
    case 'station': return { companyIds: null, stationIds: [node.id] };
    default: return { companyIds: [...new Set(orgs.below(node.id).map((n) => n.companyId).filter((id): id is number => id !== null))], stationIds: null };
  }
}
/** A test for rows in memory by the same rule. */
export function placeTest(place: PlaceFilter): (row: { companyId: number | null; stationId: number | null }) => boolean {
  const companies = place.companyIds && new Set(place.companyIds), stations = place.stationIds && new Set(place.stationIds);
  return (row) => (!companies || (row.companyId !== null && companies.has(row.companyId))) && (!stations || (row.stationId !== null && stations.has(row.stationId)));
}
/** Nodes whose boards show a row of this place: its station or company and everything above, the group in any case. Nearest first. */
export function nodesAbove(orgs: OrgTree, place: { companyId: number | null; stationId: number | null }): number[] {
  const start = place.stationId ?? place.companyId, chain = start === null ? [] : orgs.ancestors(start).map((node) => node.id);
  // the company of a row may be known without its node being the company's id
  const company = chain.length === 0 && place.companyId !== null ? orgs.below(orgs.root()?.id ?? 0).find((node) => node.kind === 'company' && node.companyId === place.companyId) : undefined;
  const ids = chain.length ? chain : company ? orgs.ancestors(company.id).map((node) => node.id) : [];
  const root = orgs.root()?.id;
  return ids.length ? ids : root === undefined ? [] : [root];
}
