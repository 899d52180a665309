/** A place in one heap. The three keys order it, smallest first; `index` is -1 outside. Living in the owner, it costs no allocation an event. */
export class HeapNode<T> {
  index = -1;
  first = 0; second = 0; third = 0;
  constructor(readonly owner: T) {}
}

/** Binary heap of nodes that know their own index: add, remove and re-key are O(log n), with nothing stale left behind. */
export class Heap<T> {
  private readonly nodes: HeapNode<T>[] = [];
  get length(): number { return this.nodes.length; }
  get head(): HeapNode<T> | undefined { return this.nodes[0]; }

  /** Puts the node in, or re-orders it when it is there already, with these keys. */
  put(node: HeapNode<T>, first: number, second: number, third: number): void {
    node.first = first; node.second = second; node.third = third;
    if (node.index < 0) { node.index = this.nodes.length; this.nodes.push(node); this.up(node.index); return; }
    this.up(node.index); this.down(node.index);
  }

  /** Takes the node out; does nothing when it is not in. */
  remove(node: HeapNode<T>): void {
    const at = node.index;
    if (at < 0) return;
    const last = this.nodes.pop();
    node.index = -1;
    if (last === undefined || last === node) return;
    this.nodes[at] = last; last.index = at;
    this.up(at); this.down(last.index);
  }

  /** Nodes in heap order, not sorted. */
  values(): readonly HeapNode<T>[] { return this.nodes; }

  /** Smallest node whose owner is accepted. Costs O(k log n) for k refused ones before it; they stay in. */
  best(refused: (owner: T) => boolean): HeapNode<T> | undefined {
    const head = this.nodes[0];
    if (head === undefined || !refused(head.owner)) return head;
    const aside: HeapNode<T>[] = [];
    let found: HeapNode<T> | undefined;
    for (let node = this.nodes[0]; node !== undefined; node = this.nodes[0]) {
      if (!refused(node.owner)) { found = node; break; }
      this.remove(node); aside.push(node);
    }
    for (const node of aside) this.put(node, node.first, node.second, node.third);
    return found;
  }

  private up(start: number): void {
    const nodes = this.nodes;
    const node = nodes[start];
    if (node === undefined) return;
    let at = start;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = nodes[parentAt];
      if (parent === undefined || !before(node, parent)) break;
      nodes[at] = parent; parent.index = at;
      at = parentAt;
    }
    nodes[at] = node; node.index = at;
  }

  private down(start: number): void {
    const nodes = this.nodes;
    const node = nodes[start];
    if (node === undefined) return;
    let at = start;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = nodes[childAt];
      if (child === undefined) break;
      const right = nodes[childAt + 1];
      if (right !== undefined && before(right, child)) { child = right; childAt += 1; }
      if (!before(child, node)) break;
      nodes[at] = child; child.index = at;
      at = childAt;
    }
    nodes[at] = node; node.index = at;
  }
}

export function before(a: HeapNode<unknown>, b: HeapNode<unknown>): boolean {
  if (a.first !== b.first) return a.first < b.first;
  if (a.second !== b.second) return a.second < b.second;
  return a.third < b.third;
}
