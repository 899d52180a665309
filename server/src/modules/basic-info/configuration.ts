import { Configuration, type IMidwayContainer } from '@midwayjs/core';
import type { Platform } from '../../platform/platform';
import { makeBasicInfo } from './basic-info';
import { HousesExport } from './import/houses-export';
import { ImportService } from './import/import.service';
import { ImportRunner } from './import/runner';

/** Wires this module. Needs `platform`. */
@Configuration({ namespace: 'basicInfo' })
export class BasicInfoConfiguration {
  private imports: ImportRunner | null = null;
  async onReady(container: IMidwayContainer): Promise<void> {
    const platform = await container.getAsync<Platform>('platform'), services = makeBasicInfo(platform);
    await services.numberAttribution.install();
    this.imports = new ImportRunner(platform);
    for (const [name, service] of Object.entries({ ...services, importRunner: this.imports, importService: new ImportService(platform, this.imports), housesExport: new HousesExport(platform) })) container.registerObject(name, service);
  }
  async onStop(): Promise<void> { await this.imports?.close(); }
}
