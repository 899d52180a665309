import { join } from 'node:path';
import { Configuration, type IMidwayContainer } from '@midwayjs/core';
import { FileAnchor, verifyChains } from '../../platform/audit';
import type { Platform } from '../../platform/platform';
import { AuditService } from './audit.service';
import { ExportService } from './export.service';

/** Wires this module. Needs `platform`. */
@Configuration({ namespace: 'report' })
export class ReportConfiguration {
  async onReady(container: IMidwayContainer): Promise<void> {
    const { shards, clock, orgs, crypto, audit, log, keys, sm2, config, twoPerson } = await container.getAsync<Platform>('platform'), sql = shards.group();
    container.registerObject('exportService', new ExportService({ sql, orgs, clock, numbers: crypto, audit, log, twoPerson, secondPersonRows: config.exports?.secondPersonRows }));
    container.registerObject('auditService', new AuditService({ sql, audit, verifyChains: () => verifyChains({ group: sql, clock, keys, sm2, recordingsDir: config.switch.recordingsDir, anchor: new FileAnchor(join(config.dataDir, 'anchor')) }) }));
  }
}
