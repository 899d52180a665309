import Dexie, { type EntityTable, type Table } from 'dexie';
import { uuid } from '@ronghu/ui/core';
import type { BlobRow, CardRow, DraftRow, FileRow, MetaRow, OrderRowLocal, StepRow } from './rows';

/**
 * What the phone keeps, a database of its own for every account: two engineers who share a phone never see or send each other's work.
 * Bytes lie apart from what is said of them, so that reading the queue does not read the photos.
 */
export class FieldDatabase extends Dexie {
  readonly orders!: EntityTable<OrderRowLocal, 'id'>;
  readonly steps!: EntityTable<StepRow, 'stepId'>;
  readonly files!: EntityTable<FileRow, 'uuid'>;
  readonly blobs!: EntityTable<BlobRow, 'uuid'>;
  readonly cards!: Table<CardRow, number>;
  readonly drafts!: EntityTable<DraftRow, 'orderId'>;
  readonly meta!: Table<MetaRow, string>;

  constructor(readonly accountId: number) {
    // A signature must not be lost with the battery: written through to the disk before the page says "saved".
    super(`ronghu-m-${accountId}`, { chromeTransactionDurability: 'strict' });
    this.version(1).stores({ orders: 'id', steps: 'stepId, deviceSeq, orderId, status', files: 'uuid, orderId, stepId, status', blobs: 'uuid', cards: '++key, orderId', drafts: 'orderId', meta: 'key' });
  }

  async metaValue<T>(key: MetaRow['key']): Promise<T | undefined> {
    return (await this.meta.get(key))?.value as T | undefined;
  }

  /** The name of this installation for this account; made once. */
  deviceId(): Promise<string> {
    return this.transaction('rw', this.meta, async () => {
      const known = await this.metaValue<string>('deviceId');
      if (known !== undefined) return known;
      const made = uuid();
      await this.meta.put({ key: 'deviceId', value: made });
      return made;
    });
  }
}
