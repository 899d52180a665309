import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { OrgNode } from '@ronghu/contract';
import { useApi, useSession } from '@ronghu/ui/core';

const STORE = 'ronghu.scope';
/** The organisation node that filters the pages, chosen at the top; null is everything that the person may see. */
export const useScope = defineStore('scope', () => {
  const nodes = shallowRef<OrgNode[]>([]);
  const loaded = ref(false);
  const orgId = ref<number | null>(Number(sessionStorage.getItem(STORE)) || null);
  const byId = computed(() => new Map(nodes.value.map((n) => [n.id, n])));
  const node = computed(() => (orgId.value === null ? null : byId.value.get(orgId.value) ?? null));
  /** Filter for a query: left out when nothing is chosen. */
  const query = computed(() => (orgId.value === null ? {} : { orgId: orgId.value }));
  const roots = computed(() => nodes.value.filter((n) => n.parentId === null || !byId.value.has(n.parentId)));
  const companies = computed(() => nodes.value.filter((n) => n.kind === 'company'));
  const stations = computed(() => nodes.value.filter((n) => n.kind === 'station'));
  /** The company of the chosen node, where it has one. */
  const companyId = computed(() => (node.value === null ? null : node.value.kind === 'company' ? node.value.id : node.value.companyId));

  async function load(): Promise<void> {
    nodes.value = await useApi().call('orgTree');
    loaded.value = true;
    if (orgId.value !== null && !byId.value.has(orgId.value)) orgId.value = null;
  }
  /** Turns to a node; the top of what the person sees is the same as no choice. */
  function choose(id: number | null): void { const n = id === null ? undefined : byId.value.get(id); orgId.value = loaded.value && (n === undefined || (roots.value.length === 1 && roots.value[0]?.id === n.id)) ? null : id; }
  /** Names from the root to a node, for a breadcrumb. */
  function pathOf(id: number | null): OrgNode[] {
    const path: OrgNode[] = [];
    for (let at = id; at !== null;) { const n = byId.value.get(at); if (n === undefined) break; path.unshift(n); at = n.parentId; }
    return path;
  }
  const nameOf = (id: number | null): string => (id === null ? '' : byId.value.get(id)?.name ?? '');
  watch(orgId, (id) => { if (id === null) sessionStorage.removeItem(STORE); else sessionStorage.setItem(STORE, String(id)); });
  watch(() => useSession().state, (state) => { if (state === 'signedOut') { nodes.value = []; loaded.value = false; orgId.value = null; } });
  return { nodes, loaded, orgId, node, query, companies, stations, companyId, load, choose, pathOf, nameOf };
});
