import { z } from 'zod';

const NodeId = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, '节点编号为 1 到 40 位字母、数字、- 或 _');
/** A prompt is a sound file of the node's prompt folder (no path, no extension: `greeting`). */
const Prompt = z.string().trim().regex(/^[A-Za-z0-9_-]{1,60}$/, '提示音为文件名，只含字母、数字、- 或 _');
const Label = z.string().trim().min(1, '不能为空').max(40);
/** Inter-digit and answer waits stay below 10 s (CC-28). */
const TimeoutMs = z.number().int().min(1000).max(9900).default(5000);
const Retries = z.number().int().min(0).max(9).default(2);

export const Condition = z.discriminatedUnion('test', [
  z.strictObject({ test: z.literal('equals'), variable: z.string().max(40), value: z.string().max(100) }),
  z.strictObject({ test: z.literal('present'), variable: z.string().max(40) }),
  z.strictObject({ test: z.literal('matches'), variable: z.string().max(40), prefix: z.string().max(40) }),
  /** Minutes of the local day, `from` inclusive, `to` exclusive; over midnight when from > to. */
  z.strictObject({ test: z.literal('minutes'), from: z.number().int().min(0).max(1440), to: z.number().int().min(0).max(1440) }),
  /** 1 = Monday … 7 = Sunday. */
  z.strictObject({ test: z.literal('weekday'), days: z.array(z.number().int().min(1).max(7)).min(1) }),
]);
export type Condition = z.infer<typeof Condition>;

export const IvrNode = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('menu'), label: Label, prompt: Prompt, keys: z.record(z.string().regex(/^[0-9*#]$/), NodeId), labels: z.record(z.string(), Label).optional(), invalidPrompt: Prompt.optional(), timeoutMs: TimeoutMs, retries: Retries, onFail: NodeId }),
  z.strictObject({ kind: z.literal('prompt'), label: Label, prompt: Prompt, next: NodeId }),
  z.strictObject({ kind: z.literal('collect'), label: Label, prompt: Prompt, variable: z.string().regex(/^[a-z][A-Za-z0-9]{0,29}$/), minDigits: z.number().int().min(1).max(32), maxDigits: z.number().int().min(1).max(32), terminator: z.enum(['#', '*', 'none']).default('#'), invalidPrompt: Prompt.optional(), timeoutMs: TimeoutMs, retries: Retries, next: NodeId, onFail: NodeId, secret: z.boolean().optional() }),
  /** All the tests of one branch must hold (weekday AND hour AND …, CC-31); the first branch that holds is taken. */
  z.strictObject({ kind: z.literal('condition'), label: Label, branches: z.array(z.strictObject({ all: z.array(Condition).min(1).max(10), next: NodeId })).max(30), otherwise: NodeId }),
  z.strictObject({ kind: z.literal('queue'), label: Label, skillGroup: z.string().max(30), level: z.number().int().min(0).max(9).optional(), priority: z.number().int().min(1).max(9).optional(), prompt: Prompt.optional() }),
  z.strictObject({ kind: z.literal('hangUp'), label: Label, prompt: Prompt.optional() }),
]);
export type IvrNode = z.infer<typeof IvrNode>;

/** One published flow; the value of the setting `ivr` is a list of these. Depth is unlimited (CC-29). */
export const IvrFlow = z.strictObject({ code: z.string().regex(/^[A-Za-z0-9_-]{1,30}$/), name: Label, start: NodeId, nodes: z.record(NodeId, IvrNode) }).superRefine((flow, ctx) => {
  const know = (id: string, path: (string | number)[]): void => { if (!flow.nodes[id]) ctx.addIssue({ code: 'custom', path, message: `节点 ${id} 不存在` }); };
  know(flow.start, ['start']);
  for (const [id, node] of Object.entries(flow.nodes)) {
    for (const target of targetsOf(node)) know(target, ['nodes', id]);
    if (node.kind === 'collect' && node.minDigits > node.maxDigits) ctx.addIssue({ code: 'custom', path: ['nodes', id], message: '最少位数大于最多位数' });
  }
});
export type IvrFlow = z.infer<typeof IvrFlow>;

export function targetsOf(node: IvrNode): string[] {
  switch (node.kind) {
    case 'menu': return [...Object.values(node.keys), node.onFail];
    case 'prompt': return [node.next];
    case 'collect': return [node.next, node.onFail];
    case 'condition': return [...node.branches.map((b) => b.next), node.otherwise];
    case 'queue': case 'hangUp': return [];
  }
}

/** The flow every installation begins with: greeting, 1 repair, 2 billing, 0 agent. */
export const DEFAULT_FLOW: IvrFlow = IvrFlow.parse({
  code: 'main', name: '服务热线', start: 'greeting',
  nodes: {
    greeting: { kind: 'prompt', label: '欢迎语', prompt: 'greeting', next: 'menu' },
    menu: { kind: 'menu', label: '主菜单', prompt: 'menu', keys: { '1': 'repair', '2': 'billing', '0': 'agent' }, labels: { '1': '报修', '2': '缴费', '0': '人工' }, invalidPrompt: 'invalid', timeoutMs: 6000, retries: 2, onFail: 'agent' },
    repair: { kind: 'queue', label: '报修', skillGroup: 'repair' },
    billing: { kind: 'queue', label: '缴费', skillGroup: 'billing' },
    agent: { kind: 'queue', label: '人工', skillGroup: 'service' },
  },
});
