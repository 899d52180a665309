import { z } from 'zod';
import { route } from './route';
import { Id, IdParams, PageQuery, PhoneNumber, requiredText, text, type MaskedNumber, type Page } from './common';
import type { OrgKind } from './identity';

export interface OrgNode { id: number; parentId: number | null; kind: OrgKind; name: string; code: string; companyId: number | null; children?: number }
/** Six-level address tree (BI-01): a child hangs only under the level directly above. The company level is the organisation's company node. */
export const AREA_KINDS = ['company', 'heatSource', 'heatStation', 'community', 'building', 'unit'] as const;
export type AreaKind = (typeof AREA_KINDS)[number];
export const AREA_KIND_NAMES: Record<AreaKind, string> = { company: '公司', heatSource: '热源', heatStation: '热站', community: '小区', building: '楼栋', unit: '单元' };
export interface AreaNode { id: number; parentId: number | null; companyId: number; kind: AreaKind; name: string; path: string; stationId: number | null; version: number; houses: number; hasChildren: boolean }
export interface AreaLogRow { id: number; at: number; personName: string; field: string; before: string | null; after: string | null; source: 'ui' | 'import' | 'sync' }
export interface AreaFigures { houses: number; customers: number; openOrders: number; closedOrders: number; calls: number; arrearsCents: number }
export interface HouseRow {
  id: number; companyId: number; communityName: string; address: string; roomNo: string; areaM2: number; heating: 'on' | 'suspended' | 'off'; ownerName: string | null; ownerNumber: MaskedNumber | null;
  stationId: number | null; stationName: string | null; contractNo: string; arrearsCents: number;
}
export interface HouseView extends HouseRow { unitId: number; path: { id: number; kind: AreaKind; name: string }[]; customers: CustomerView[]; version: number }
export interface CustomerView { id: number; companyId: number; name: string; level: 'normal' | 'vip'; numbers: MaskedNumber[]; idNoMasked: string | null; houses: { id: number; address: string }[]; remark: string | null; version: number }
/** Company-held records are named by company and id; ids alone are unique over the group too. */
const CompanyId = z.strictObject({ companyId: Id, id: Id });
export const CustomerBody = z.strictObject({ companyId: Id, name: requiredText(40), level: z.enum(['normal', 'vip']).default('normal'), numbers: z.array(PhoneNumber).min(0).max(5), houseIds: z.array(Id).max(20), remark: text(500).optional(), version: z.number().int().optional() });

export const basicInfoRoutes = {
  /** Whole organisation inside the caller's scope, flat, parents first. */
  orgTree: route<OrgNode[]>()({ method: 'GET', path: '/org/tree', permission: 'session' }),
  orgCreate: route<OrgNode>()({ method: 'POST', path: '/org/nodes', permission: 'org.write', body: z.strictObject({ parentId: Id, kind: z.enum(['division', 'company', 'station']), name: requiredText(60), code: z.string().regex(/^[A-Z0-9]{2,12}$/, '编码为 2 到 12 位大写字母或数字') }) }),
  orgRename: route<OrgNode>()({ method: 'PUT', path: '/org/nodes/:id', permission: 'org.write', params: IdParams, body: z.strictObject({ name: requiredText(60) }) }),
  /** Children of an area node; without parentId the companies in scope. */
  areaChildren: route<AreaNode[]>()({ method: 'GET', path: '/areas', permission: 'house.read', query: z.strictObject({ companyId: Id.optional(), parentId: Id.optional() }) }),
  areaCreate: route<AreaNode>()({ method: 'POST', path: '/areas', permission: 'house.write', body: z.strictObject({ companyId: Id, parentId: Id.nullable(), kind: z.enum(AREA_KINDS).exclude(['company']), name: requiredText(60), stationId: Id.optional() }) }),
  areaUpdate: route<AreaNode>()({ method: 'PUT', path: '/areas/:companyId/:id', permission: 'house.write', params: CompanyId, body: z.strictObject({ name: requiredText(60).optional(), parentId: Id.optional(), stationId: Id.nullable().optional(), version: z.number().int() }) }),
  areaDelete: route<{ ok: true }>()({ method: 'DELETE', path: '/areas/:companyId/:id', permission: 'house.write', params: CompanyId }),
  areaLog: route<AreaLogRow[]>()({ method: 'GET', path: '/areas/:companyId/:id/log', permission: 'house.read', params: CompanyId }),
  areaFigures: route<AreaFigures>()({ method: 'GET', path: '/areas/:companyId/:id/figures', permission: 'house.read', params: CompanyId }),
  /** `q`: part of the address, a phone number (whole or last four), an owner's name or a contract number; the server finds out which. */
  houses: route<Page<HouseRow>>()({ method: 'GET', path: '/houses', permission: 'house.read', query: PageQuery.extend({ companyId: Id.optional(), areaId: Id.optional(), orgId: Id.optional(), q: text(60).optional(), heating: z.enum(['on', 'suspended', 'off']).optional(), arrears: z.enum(['yes', 'no']).optional() }).strict() }),
  house: route<HouseView>()({ method: 'GET', path: '/houses/:companyId/:id', permission: 'house.read', params: CompanyId }),
  houseUpdate: route<HouseView>()({ method: 'PUT', path: '/houses/:companyId/:id', permission: 'house.write', params: CompanyId, body: z.strictObject({ roomNo: requiredText(20).optional(), areaM2: z.number().min(1).max(100000).optional(), heating: z.enum(['on', 'suspended', 'off']).optional(), version: z.number().int() }) }),
  customer: route<CustomerView>()({ method: 'GET', path: '/customers/:companyId/:id', permission: 'customer.read', params: CompanyId }),
  customerCreate: route<CustomerView>()({ method: 'POST', path: '/customers', permission: 'customer.write', body: CustomerBody }),
  customerUpdate: route<CustomerView>()({ method: 'PUT', path: '/customers/:companyId/:id', permission: 'customer.write', params: CompanyId, body: CustomerBody.omit({ companyId: true }).partial() }),
  /** Shows one number in clear; writes an audit row with the reason. */
  numberReveal: route<{ number: string }>()({ method: 'POST', path: '/numbers/reveal', permission: 'number.reveal', body: z.strictObject({ ref: text(200), reason: requiredText(200) }) }),
  /** One box over orders, houses, customers, calls and accounts in the caller's scope, at most five of each. A call is named by `callId`; its `id` is the time it began. */
  search: route<{ kind: 'house' | 'order' | 'customer' | 'call' | 'account'; id: number; companyId: number | null; title: string; subtitle: string; callId?: string }[]>()({ method: 'GET', path: '/search', permission: 'session', query: z.strictObject({ q: requiredText(60) }) }),
};
