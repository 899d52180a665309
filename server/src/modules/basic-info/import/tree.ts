import { buildingKey, nameKey, unitKey } from '../search/address.rules';

/** A node under the company. `added`: houses that this chunk puts under it; `made`: it is new with this chunk. */
export interface TreeNode { id: number; parent: TreeNode | null; level: number; name: string; path: string; own: number | null; stationId: number | null; added: number; made: boolean; children: Map<string, TreeNode>; /** Of a unit: room to the row that brought it. */ rooms: Map<string, number> | null }
export interface StoredNode { id: number; parent_id: number; kind: string; node_name: string; path: string; own_station_id: number | null; station_id: number | null }
export const KINDS = ['heatSource', 'heatStation', 'community', 'building', 'unit'] as const;
const KEY = [nameKey, nameKey, nameKey, buildingKey, unitKey] as const;
/** What two ways of writing one name have in common; apart from any name, since it begins as none can. */
const alike = (level: number, name: string): string => `\u0000${(KEY[level] as (name: string) => string)(name)}`;

/** The company's tree in memory while a file is saved: 3号楼 and 3栋 of one community are one building (see address.rules). */
export class Tree {
  private readonly roots = new Map<string, TreeNode>();
  /** Nodes made since the last `take`. */
  private made: TreeNode[] = [];
  private touched = new Set<TreeNode>();
  private last: { names: readonly string[]; node: TreeNode } | null = null;

  constructor(stored: readonly StoredNode[]) {
    const byId = new Map<number, TreeNode>(), depth = (n: StoredNode): number => KINDS.indexOf(n.kind as (typeof KINDS)[number]);
    for (const n of [...stored].sort((a, b) => depth(a) - depth(b) || a.id - b.id)) {
      const parent = n.parent_id === 0 ? null : (byId.get(n.parent_id) ?? null), node: TreeNode = { id: n.id, parent, level: depth(n), name: n.node_name, path: n.path, own: n.own_station_id, stationId: n.station_id, added: 0, made: false, children: new Map(), rooms: null };
      if (node.level < 0 || (n.parent_id !== 0 && !parent)) continue;
      byId.set(n.id, node);
      this.place(node);
    }
  }
  /** The node of these names as far as the tree has it. */
  find(names: readonly string[]): { node: TreeNode | null; depth: number } {
    const { last } = this;
    if (last && last.names.length === names.length && last.names.every((name, i) => name === names[i])) return { node: last.node, depth: names.length };
    let node: TreeNode | null = null, depth = 0;
    for (const name of names) {
      const below: Map<string, TreeNode> = node ? node.children : this.roots, next: TreeNode | undefined = below.get(name) ?? below.get(alike(depth, name));
      if (!next) break;
      node = next;
      depth += 1;
    }
    if (node && depth === names.length) this.last = { names, node };
    return { node, depth };
  }
  /** Makes what is missing below `from`. @param id of each level's new node; @param repair station of the topmost new one, when it is another than its parent's. */
  make(from: TreeNode | null, names: readonly string[], depth: number, id: (level: number) => number, repair: number | null): TreeNode {
    let node = from;
    for (let level = depth; level < names.length; level++) {
      const above = node?.stationId ?? null, own = level === depth && repair !== null && repair !== above ? repair : null, own_id = id(level);
      const made: TreeNode = { id: own_id, parent: node, level, name: names[level] as string, path: `${node?.path ?? '/'}${own_id}/`, own, stationId: own ?? above, added: 0, made: true, children: new Map(), rooms: null };
      this.place(made);
      this.made.push(made);
      node = made;
    }
    this.last = { names, node: node as TreeNode };
    return node as TreeNode;
  }
  /** One more house in a unit, and in everything above it. */
  addHouse(unit: TreeNode): void { for (let n: TreeNode | null = unit; n; n = n.parent) { n.added += 1; if (!n.made) this.touched.add(n); } }
  /** New nodes, and how many houses older ones gained, since the last time; the tree holds them as stored from now on. */
  take(): { made: { node: TreeNode; houses: number }[]; gained: Map<number, number[]> } {
    const made = this.made.map((node) => ({ node, houses: node.added })), gained = new Map<number, number[]>();
    for (const node of this.touched) { const ids = gained.get(node.added); if (ids) ids.push(node.id); else gained.set(node.added, [node.id]); node.added = 0; }
    for (const node of this.made) { node.made = false; node.added = 0; }
    this.made = [];
    this.touched = new Set();
    return { made, gained };
  }
  private place(node: TreeNode): void {
    const below = node.parent ? node.parent.children : this.roots, key = alike(node.level, node.name);
    below.set(node.name, node);
    if (key.length > 1 && !below.has(key)) below.set(key, node);
  }
}
/** 一号热源厂 / 群力热站 / 阳光花园, for messages. */
export const placeOf = (node: TreeNode): string => { const names: string[] = []; for (let n: TreeNode | null = node; n; n = n.parent) names.unshift(n.name); return names.slice(-3).join(''); };
