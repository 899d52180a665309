import type { Bus } from '../../platform/bus/bus';
import type { IndexWriter } from './search/index-writer';

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.filter((n): n is number => typeof n === 'number') : []);

/** The group's indexes follow the companies' shards. Each consumer writes what the shard holds now, so repetition does no harm. */
export function followBasicInfo(bus: Bus, writer: IndexWriter): void {
  bus.on('basicInfo.houses', 'basicInfo.index', (e) => writer.houses(e.companyId as number, numbers(e.payload.houseIds)));
  bus.on('basicInfo.area', 'basicInfo.index', (e) => writer.area(e.companyId as number, e.payload.areaId as number));
  bus.on('basicInfo.communities', 'basicInfo.index', (e) => writer.communities(e.companyId as number, numbers(e.payload.communityIds)));
  bus.on('basicInfo.customers', 'basicInfo.index', async (e) => {
    await writer.customers(e.companyId as number, numbers(e.payload.customerIds));
    await writer.houses(e.companyId as number, numbers(e.payload.houseIds));
  });
}
