import type { Bus } from '../../platform/bus/bus';
import type { OrgDirectory } from '../../platform/identity/org.store';
import type { IndexWriter } from './search/index-writer';

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.filter((n): n is number => typeof n === 'number') : []);

/** The group's indexes follow the companies' shards. Each consumer writes what the shard holds now, so repetition does no harm. */
export function followBasicInfo(bus: Bus, writer: IndexWriter, orgs: OrgDirectory): void {
  bus.on('basicInfo.houses', 'basicInfo.index', (e) => writer.houses(e.companyId as number, numbers(e.payload.houseIds)));
  bus.on('basicInfo.area', 'basicInfo.index', (e) => writer.area(e.companyId as number, e.payload.areaId as number));
  bus.on('basicInfo.communities', 'basicInfo.index', (e) => writer.communities(e.companyId as number, numbers(e.payload.communityIds)));
  bus.on('basicInfo.customers', 'basicInfo.index', async (e) => {
    await writer.customers(e.companyId as number, numbers(e.payload.customerIds));
    await writer.houses(e.companyId as number, numbers(e.payload.houseIds));
  });
  // beside the signal that the change itself sent: an event is never lost
  bus.everywhere('org.changed', 'basicInfo.orgs', () => orgs.reload());
}
