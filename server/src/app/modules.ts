import * as basicInfo from '../modules/basic-info';
import * as callCenter from '../modules/call-center';
import * as monitorCenter from '../modules/monitor-center';
import * as notice from '../modules/notice';
import * as repairCenter from '../modules/repair-center';
import * as report from '../modules/report';
import * as serviceCenter from '../modules/service-center';
import * as pop from '../modules/service-center/pop';
import * as settings from '../modules/settings';
import type { ModuleComponent } from './http-server';

/** The eight desks, each a Midway component. The order desk comes first: its index line must be written before others read it for the same event. */
export const modules: ModuleComponent[] = [serviceCenter, notice, repairCenter, basicInfo, pop, callCenter, monitorCenter, report, settings];
