import { Bell, DataAnalysis, HomeFilled, Monitor, OfficeBuilding, Phone, Service, Setting, Tools } from '@element-plus/icons-vue';
import type { Component } from 'vue';
import type { Permission } from '@ronghu/contract';

/** One page of the menu. `need`: any of these rights opens it; the server decides in the end. */
export interface MenuPage { name: string; path: string; title: string; need: Permission[] }
export interface MenuModule { key: string; title: string; icon: Component; pages: MenuPage[] }
const page = (name: string, path: string, ...need: Permission[]): MenuPage => ({ name, path, title: `menu.${name}`, need });

/** The eight modules of the tender, the home above them. */
export const MODULES: MenuModule[] = [
  { key: 'home', title: 'menu.home', icon: HomeFilled, pages: [page('home', '/home')] },
  { key: 'basic-info', title: 'menu.basicInfo', icon: OfficeBuilding, pages: [page('areas', '/basic-info/areas', 'house.read'), page('houses', '/basic-info/houses', 'house.read'), page('imports', '/basic-info/imports', 'house.write'), page('organisation', '/basic-info/organisation', 'org.read')] },
  { key: 'service-center', title: 'menu.serviceCenter', icon: Service, pages: [page('orders', '/service-center/orders', 'order.read')] },
  { key: 'repair-center', title: 'menu.repairCenter', icon: Tools, pages: [page('station-desk', '/repair-center/desk', 'order.station'), page('approvals', '/repair-center/approvals', 'order.approve'), page('workers', '/repair-center/workers', 'order.read')] },
  { key: 'monitor-center', title: 'menu.monitorCenter', icon: Monitor, pages: [page('board', '/monitor-center/board', 'board.read'), page('agents', '/monitor-center/agents', 'agent.watch'), page('waiting', '/monitor-center/waiting', 'agent.watch')] },
  { key: 'call-center', title: 'menu.callCenter', icon: Phone, pages: [page('calls', '/call-center/calls', 'call.read'), page('blocklist', '/call-center/blocklist', 'blocklist.write')] },
  { key: 'settings', title: 'menu.settings', icon: Setting, pages: [page('accounts', '/settings/accounts', 'account.read'), page('roles', '/settings/roles', 'account.read'), page('bindings', '/settings/bindings', 'account.read'), page('documents', '/settings/documents', 'setting.read'), page('audit', '/settings/audit', 'audit.read'), page('verify', '/settings/verify', 'audit.verify'), page('system', '/settings/system', 'system.read'), page('dead-letters', '/settings/dead-letters', 'system.read'), page('keys', '/settings/keys', 'key.manage')] },
  { key: 'notice', title: 'menu.notice', icon: Bell, pages: [page('notices', '/notice/notices'), page('announcements', '/notice/announcements')] },
  { key: 'report', title: 'menu.report', icon: DataAnalysis, pages: [page('kpis', '/report/kpis', 'kpi.read'), page('exports', '/report/exports', 'report.export')] },
];

/** What this person sees of the menu: a module without an open page is left out. */
export function menuFor(can: (permission: Permission) => boolean): MenuModule[] {
  return MODULES.map((m) => ({ ...m, pages: m.pages.filter((p) => p.need.length === 0 || p.need.some(can)) })).filter((m) => m.pages.length > 0);
}
