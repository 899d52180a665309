import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router';
import { useAccount } from './identity/account.store';

declare module 'vue-router' {
  interface RouteMeta { open?: boolean; tab?: boolean; right?: 'order.approve' }
}

const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'signIn', component: () => import('./identity/SignInPage.vue'), meta: { open: true } },
  { path: '/password', name: 'password', component: () => import('./identity/PasswordPage.vue'), meta: { open: true } },
  { path: '/', name: 'todo', component: () => import('./work/TodoPage.vue'), meta: { tab: true } },
  { path: '/under-way', name: 'underWay', component: () => import('./work/UnderWayPage.vue'), meta: { tab: true } },
  { path: '/map', name: 'map', component: () => import('./work/MapPage.vue'), meta: { tab: true } },
  { path: '/me', name: 'me', component: () => import('./me/MePage.vue'), meta: { tab: true, open: false } },
  { path: '/recent', name: 'recent', component: () => import('./me/RecentPage.vue') },
  { path: '/approvals', name: 'approvals', component: () => import('./approvals/ApprovalsPage.vue'), meta: { tab: true, right: 'order.approve' } },
  { path: '/conflicts', name: 'conflicts', component: () => import('./work/ConflictsPage.vue') },
  { path: '/orders/:id(\\d+)', name: 'order', component: () => import('./work/OrderPage.vue'), props: ({ params }) => ({ id: Number(params.id) }) },
  { path: '/orders/:id(\\d+)/:step(refuse|arrive|photos|temperature|result|rating|signature|extension|cancel)', name: 'step', component: () => import('./work/StepPage.vue'), props: ({ params }) => ({ id: Number(params.id), step: String(params.step) }) },
  { path: '/:rest(.*)*', name: 'notFound', component: () => import('./parts/NotFoundPage.vue') },
];

export const router = createRouter({ history: createWebHistory('/m/'), routes, scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 } });

router.beforeEach(async (to) => {
  const account = useAccount();
  await account.boot();
  if (to.name === 'signIn') return account.me && !account.lapsed && !account.mustChangePassword ? { name: 'todo' } : true;
  if (!account.me) return { name: 'signIn', query: to.fullPath === '/' ? {} : { to: to.fullPath } };
  if (account.mustChangePassword && to.name !== 'password') return { name: 'password' };
  if (to.meta.right === 'order.approve' && !account.mayApprove) return { name: 'notFound', params: { rest: ['approvals'] } };
  if (to.name === 'todo' && !account.mayWork && account.mayApprove) return { name: 'approvals' };
  return true;
});

/** All pages are fetched ahead when there is time, so that the first visit already works in a cellar even before the service worker is ready. */
export function fetchAhead(): void {
  const load = (): void => { for (const route of routes) if (typeof route.component === 'function') void (route.component as () => Promise<unknown>)().catch(() => undefined); };
  if ('requestIdleCallback' in window) requestIdleCallback(load, { timeout: 4000 }); else setTimeout(load, 2000);
}
