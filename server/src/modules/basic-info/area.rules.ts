import { AREA_KIND_NAMES, AREA_KINDS, type AreaKind } from '@ronghu/contract';

/** The level directly above (BI-01); null for a company. */
export function levelAbove(kind: AreaKind): AreaKind | null { return AREA_KINDS[AREA_KINDS.indexOf(kind) - 1] ?? null; }
/** Why a node of `kind` may not hang under a node of `parent`, in Chinese, or null. */
export function levelProblem(kind: AreaKind, parent: AreaKind): string | null {
  const above = levelAbove(kind);
  return above === parent ? null : `${AREA_KIND_NAMES[kind]}只能建在${above ? AREA_KIND_NAMES[above] : '集团'}之下，不能建在${AREA_KIND_NAMES[parent]}之下`;
}
