import { AreaService } from './area.service';
import { followBasicInfo } from './basic-info.consumers';
import type { BasicInfoParts } from './basic-info.parts';
import { CustomerService } from './customer.service';
import { GlobalSearch } from './global-search';
import { HouseService } from './house.service';
import { NumberAttribution } from '../../domain/telephony/attribution/number-attribution';
import { OrgService } from './org.service';
import { IndexWriter } from './search/index-writer';

export interface BasicInfo { orgService: OrgService; areaService: AreaService; houseService: HouseService; customerService: CustomerService; numberAttribution: NumberAttribution; globalSearch: GlobalSearch; indexWriter: IndexWriter }
/** Builds the services of this room and lets the indexes follow its events. */
export function makeBasicInfo(parts: BasicInfoParts): BasicInfo {
  const indexWriter = new IndexWriter(parts.shards), numberAttribution = new NumberAttribution(parts.shards.group(), () => parts.signals?.send('numberSegments', {})), houseService = new HouseService(parts);
  parts.signals?.on('numberSegments', () => numberAttribution.forget());
  parts.signals?.onGap(() => numberAttribution.forget());
  followBasicInfo(parts.bus, indexWriter);
  return { orgService: new OrgService(parts), areaService: new AreaService(parts), houseService, customerService: new CustomerService({ ...parts, attribution: numberAttribution }), numberAttribution, globalSearch: new GlobalSearch({ ...parts, houses: houseService }), indexWriter };
}
