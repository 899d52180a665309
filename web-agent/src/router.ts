import { createRouter, createWebHistory, type Router } from 'vue-router';
import type { Permission } from '@ronghu/contract';
import { useSession } from '@ronghu/ui/core';

declare module 'vue-router' { interface RouteMeta { permission?: Permission; open?: boolean } }

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/agent/'),
    routes: [
      { path: '/sign-in', name: 'signIn', component: () => import('./shell/SignIn.vue'), meta: { open: true } },
      {
        path: '/', component: () => import('./shell/WorkShell.vue'),
        children: [
          { path: '', name: 'desk', component: () => import('./pop/DeskPage.vue') },
          { path: 'pools/:pool?', name: 'pools', component: () => import('./pools/PoolsPage.vue'), meta: { permission: 'order.arrange' } },
          { path: 'revisit', name: 'revisit', component: () => import('./revisit/RevisitPage.vue'), meta: { permission: 'order.revisit' } },
          { path: 'approvals', name: 'approvals', component: () => import('./approvals/ApprovalsPage.vue'), meta: { permission: 'order.approve' } },
          { path: 'calls', name: 'calls', component: () => import('./calls/CallsPage.vue'), meta: { permission: 'call.read' } },
          { path: 'orders/:companyId(\\d+)/:id(\\d+)', name: 'order', component: () => import('./orders/OrderPage.vue'), meta: { permission: 'order.read' } },
          { path: ':rest(.*)*', name: 'missing', component: () => import('./shell/Missing.vue') },
        ],
      },
    ],
  });
  router.beforeEach(async (to) => {
    const session = useSession();
    if (session.state === 'unknown') {
      // A failure that is not "nobody is signed in" is shown by the shell with a retry.
      try { await session.load(); } catch { return to.meta.open === true ? true : undefined; }
    }
    if (to.meta.open === true) return session.state === 'signedIn' && !session.mustChangePassword ? { name: 'desk' } : true;
    if (session.state !== 'signedIn' || session.mustChangePassword) return { name: 'signIn', query: to.fullPath === '/' ? {} : { to: to.fullPath } };
    return true;
  });
  return router;
}
