import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { OrgNode } from '@ronghu/contract';
import { useApi } from '@ronghu/ui/core';

/** The organisation in the caller's scope, loaded once a session. */
export const useOrg = defineStore('org', () => {
  const nodes = ref<OrgNode[]>([]);
  let loading: Promise<void> | null = null;
  /** Loads when needed; a failure is thrown and the next call tries again. */
  function ensure(): Promise<void> {
    if (nodes.value.length > 0) return Promise.resolve();
    loading ??= useApi().call('orgTree').then((answer) => { nodes.value = answer; }).finally(() => { loading = null; });
    return loading;
  }
  const companies = computed(() => nodes.value.filter((n) => n.kind === 'company'));
  const stationsOf = (companyId: number): OrgNode[] => nodes.value.filter((n) => n.kind === 'station' && n.companyId === companyId);
  /** Number of the company a node is; the node of a company carries its own number. */
  const companyIdOf = (node: OrgNode): number => node.companyId ?? node.id;
  return { nodes, ensure, companies, stationsOf, companyIdOf };
});
