import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router';
import type { Permission, RoleCode } from '@ronghu/contract';
import { useSession } from '@ronghu/ui/core';
import { numberOf } from './features/query';
import { useScope } from './stores/scope';

declare module 'vue-router' {
  interface RouteMeta { /** Any of these rights opens the page. */ need?: Permission[]; /** Shown without a session. */ open?: boolean; /** Key of the page's title. */ title?: string; module?: string }
}

const children: RouteRecordRaw[] = [
  // Not a redirect: that would run before the session is known.
  { path: '', name: 'landing', component: () => import('./shell/MissingPage.vue'), beforeEnter: () => homeOf(useSession().me?.roles ?? []) },
  { path: 'home', name: 'home', component: () => import('./features/home/HomePage.vue'), meta: { title: 'menu.home', module: 'home' } },
  { path: 'basic-info/areas', name: 'areas', component: () => import('./features/basic-info/AreaPage.vue'), meta: { need: ['house.read'], title: 'menu.areas', module: 'basic-info' } },
  { path: 'basic-info/houses', name: 'houses', component: () => import('./features/basic-info/HouseList.vue'), meta: { need: ['house.read'], title: 'menu.houses', module: 'basic-info' } },
  { path: 'basic-info/houses/:companyId(\\d+)/:id(\\d+)', name: 'house', component: () => import('./features/basic-info/HousePage.vue'), meta: { need: ['house.read'], title: 'menu.house', module: 'basic-info' } },
  { path: 'basic-info/imports', name: 'imports', component: () => import('./features/basic-info/ImportPage.vue'), meta: { need: ['house.write'], title: 'menu.imports', module: 'basic-info' } },
  { path: 'basic-info/customers/:companyId(\\d+)/:id(\\d+)', name: 'customer', component: () => import('./features/basic-info/CustomerPage.vue'), meta: { need: ['customer.read'], title: 'menu.customer', module: 'basic-info' } },
  { path: 'basic-info/organisation', name: 'organisation', component: () => import('./features/basic-info/OrganisationPage.vue'), meta: { need: ['org.read'], title: 'menu.organisation', module: 'basic-info' } },
  { path: 'service-center/orders', name: 'orders', component: () => import('./features/service-center/OrderList.vue'), meta: { need: ['order.read'], title: 'menu.orders', module: 'service-center' } },
  { path: 'service-center/orders/:companyId(\\d+)/:id(\\d+)', name: 'order', component: () => import('./features/service-center/OrderPage.vue'), meta: { need: ['order.read'], title: 'menu.order', module: 'service-center' } },
  { path: 'repair-center/desk', name: 'station-desk', component: () => import('./features/repair-center/StationDesk.vue'), meta: { need: ['order.station'], title: 'menu.station-desk', module: 'repair-center' } },
  { path: 'repair-center/approvals', name: 'approvals', component: () => import('./features/repair-center/ApprovalList.vue'), meta: { need: ['order.approve'], title: 'menu.approvals', module: 'repair-center' } },
  { path: 'repair-center/workers', name: 'workers', component: () => import('./features/repair-center/WorkerLoad.vue'), meta: { need: ['order.read'], title: 'menu.workers', module: 'repair-center' } },
  { path: 'monitor-center/board', name: 'board', component: () => import('./features/monitor-center/BoardPage.vue'), meta: { need: ['board.read'], title: 'menu.board', module: 'monitor-center' } },
  { path: 'monitor-center/agents', name: 'agents', component: () => import('./features/monitor-center/AgentsPage.vue'), meta: { need: ['agent.watch'], title: 'menu.agents', module: 'monitor-center' } },
  { path: 'monitor-center/waiting', name: 'waiting', component: () => import('./features/monitor-center/WaitingPage.vue'), meta: { need: ['agent.watch'], title: 'menu.waiting', module: 'monitor-center' } },
  { path: 'call-center/calls', name: 'calls', component: () => import('./features/call-center/CallList.vue'), meta: { need: ['call.read'], title: 'menu.calls', module: 'call-center' } },
  { path: 'call-center/calls/:callId', name: 'call', component: () => import('./features/call-center/CallPage.vue'), meta: { need: ['call.read'], title: 'menu.call', module: 'call-center' } },
  { path: 'call-center/blocklist', name: 'blocklist', component: () => import('./features/call-center/BlocklistPage.vue'), meta: { need: ['blocklist.write'], title: 'menu.blocklist', module: 'call-center' } },
  { path: 'settings/accounts', name: 'accounts', component: () => import('./features/settings/AccountList.vue'), meta: { need: ['account.read'], title: 'menu.accounts', module: 'settings' } },
  { path: 'settings/roles', name: 'roles', component: () => import('./features/settings/RolesPage.vue'), meta: { need: ['account.read'], title: 'menu.roles', module: 'settings' } },
  { path: 'settings/bindings', name: 'bindings', component: () => import('./features/settings/BindingList.vue'), meta: { need: ['account.read'], title: 'menu.bindings', module: 'settings' } },
  { path: 'settings/documents/:code?', name: 'documents', component: () => import('./features/settings/DocumentPage.vue'), meta: { need: ['setting.read'], title: 'menu.documents', module: 'settings' } },
  { path: 'settings/audit', name: 'audit', component: () => import('./features/audit/AuditList.vue'), meta: { need: ['audit.read'], title: 'menu.audit', module: 'settings' } },
  { path: 'settings/verify', name: 'verify', component: () => import('./features/audit/VerifyPage.vue'), meta: { need: ['audit.verify'], title: 'menu.verify', module: 'settings' } },
  { path: 'settings/system', name: 'system', component: () => import('./features/settings/SystemPage.vue'), meta: { need: ['system.read'], title: 'menu.system', module: 'settings' } },
  { path: 'settings/dead-letters', name: 'dead-letters', component: () => import('./features/settings/DeadLetterList.vue'), meta: { need: ['system.read'], title: 'menu.dead-letters', module: 'settings' } },
  { path: 'settings/keys', name: 'keys', component: () => import('./features/settings/KeysPage.vue'), meta: { need: ['key.manage'], title: 'menu.keys', module: 'settings' } },
  { path: 'notice/notices', name: 'notices', component: () => import('./features/notice/NoticeList.vue'), meta: { title: 'menu.notices', module: 'notice' } },
  { path: 'notice/announcements', name: 'announcements', component: () => import('./features/notice/AnnouncementPage.vue'), meta: { title: 'menu.announcements', module: 'notice' } },
  { path: 'report/kpis', name: 'kpis', component: () => import('./features/report/KpiPage.vue'), meta: { need: ['kpi.read'], title: 'menu.kpis', module: 'report' } },
  { path: 'report/kpis/:code', name: 'kpi-rows', component: () => import('./features/report/KpiRows.vue'), meta: { need: ['kpi.read'], title: 'menu.kpi-rows', module: 'report' } },
  { path: 'report/exports', name: 'exports', component: () => import('./features/report/ExportPage.vue'), meta: { need: ['report.export'], title: 'menu.exports', module: 'report' } },
  { path: ':rest(.*)*', name: 'missing', component: () => import('./shell/MissingPage.vue'), meta: { title: 'menu.missing' } },
];

/** Home by role: a leader lands on the board, an auditor on exports, a station head on the desk, an administrator on what needs doing. */
export function homeOf(roles: RoleCode[]): string {
  if (roles.includes('groupLeader')) return '/monitor-center/board';
  if (roles.includes('stationHead')) return '/repair-center/desk';
  if (roles.includes('auditor')) return '/report/exports';
  if (roles.includes('qualityInspector')) return '/call-center/calls';
  return '/home';
}

export const router = createRouter({
  history: createWebHistory('/admin/'),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./shell/SignIn.vue'), meta: { open: true } },
    { path: '/wall', name: 'wall', component: () => import('./features/monitor-center/WallPage.vue'), meta: { need: ['board.read'], title: 'menu.wall' } },
    { path: '/', component: () => import('./shell/Shell.vue'), children },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

router.beforeEach(async (to) => {
  const session = useSession();
  if (session.state === 'unknown') {
    // A server that cannot be reached is told by the sign-in page's own attempt; the person is not kept on a blank page.
    try { await session.load(); } catch { session.expire(); }
  }
  const inside = session.state === 'signedIn' && !session.mustChangePassword;
  if (to.meta.open) return inside && to.name === 'sign-in' ? { path: '/' } : true;
  if (inside && to.query.org !== undefined) {
    // A figure of the board leads to the rows of its unit: the scope at the top follows, so that the person sees what filters the page.
    useScope().choose(numberOf(to.query.org) ?? null);
    const { org: _org, ...query } = to.query;
    return { path: to.path, query };
  }
  return inside ? true : { name: 'sign-in', query: to.fullPath === '/' ? {} : { back: to.fullPath } };
});

// After an upgrade a page's old part may be gone from the server: the page is loaded anew, once, where the person was going.
router.onError((error: unknown, to) => {
  const gone = error instanceof Error && /dynamically imported module|module script failed|preload CSS/i.test(error.message);
  if (!gone || sessionStorage.getItem('ronghu.reloaded') === to.fullPath) return;
  sessionStorage.setItem('ronghu.reloaded', to.fullPath);
  window.location.assign(router.resolve(to.fullPath).href);
});
router.afterEach(() => sessionStorage.removeItem('ronghu.reloaded'));
