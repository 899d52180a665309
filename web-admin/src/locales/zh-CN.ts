import { audit } from './zh-CN/audit';
import { basicInfo } from './zh-CN/basic-info';
import { callCenter } from './zh-CN/call-center';
import { home } from './zh-CN/home';
import { menu } from './zh-CN/menu';
import { monitor } from './zh-CN/monitor-center';
import { notice } from './zh-CN/notice';
import { repair } from './zh-CN/repair-center';
import { report } from './zh-CN/report';
import { service } from './zh-CN/service-center';
import { settings } from './zh-CN/settings';
import { shell } from './zh-CN/shell';

/** Chinese texts of the portal, a file a feature. */
export const zhCN = { menu, shell, home, basicInfo, service, repair, monitor, callCenter, settings, notice, report, audit };
