import type { KeysState, TwoPersonRow } from '@ronghu/contract';
import type { Platform } from '../../platform/platform';
import { requirePermission, type Scope } from '../../platform/identity/scope';

const KINDS = ['keyRotate', 'keyReseal'] as const;
/** The installation's data keys in the portal: a new one and the re-encryption are asked for by one person and confirmed by another (PF-24). Secrets never leave the keystore. */
export class KeysService {
  constructor(private readonly p: Pick<Platform, 'keyStore' | 'crypto' | 'reseal' | 'twoPerson' | 'clock'>) {
    // the id is fixed when it is asked for: a confirmation that fails after the key was made and is tried again makes no second one
    p.twoPerson.on('keyRotate', async (_tx, { detail }) => { p.keyStore.rotate(p.clock.now(), String(detail.newKey)); });
    p.twoPerson.on('keyReseal', async (tx) => { await p.reseal.start(tx, this.newest()); });
  }
  async state(scope: Scope): Promise<KeysState> {
    requirePermission(scope, 'key.manage');
    this.p.keyStore.refresh();
    const { keys } = this.p.keyStore;
    return {
      at: this.p.clock.now(), sealedBy: this.p.keyStore.sealedBy, keys: keys.data.map((k) => ({ id: k.id, createdAt: k.createdAt, activeFrom: k.activeFrom ?? null, sealing: k.id === this.p.crypto.sealingId })), signingKeys: keys.signing.map(({ id, createdAt }) => ({ id, createdAt })),
      job: await this.p.reseal.latest(), requests: (await this.p.twoPerson.list(scope, KINDS)).slice(0, 20),
    };
  }
  ask(scope: Scope, body: { act: 'rotate' | 'reseal'; reason: string }): Promise<TwoPersonRow> {
    requirePermission(scope, 'key.manage');
    this.p.keyStore.refresh();
    const newKey = this.p.keyStore.nextId();
    return body.act === 'rotate' ? this.p.twoPerson.ask(scope, { kind: 'keyRotate', detail: { newKey }, summary: `启用新的数据密钥 ${newKey}`, reason: body.reason, orgId: null }) : this.p.twoPerson.ask(scope, { kind: 'keyReseal', detail: {}, summary: `用密钥 ${this.newest()} 重新加密全部密文列`, reason: body.reason, orgId: null });
  }
  answer(scope: Scope, id: number, yes: boolean): Promise<TwoPersonRow> { requirePermission(scope, 'key.manage'); return this.p.twoPerson.answer(scope, id, yes, KINDS); }
  private newest(): string { return this.p.keyStore.keys.data[this.p.keyStore.keys.data.length - 1]?.id ?? ''; }
}
