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

/** The eight desks, each a Midway component. */
export const modules: ModuleComponent[] = [settings, basicInfo, notice, serviceCenter, pop, repairCenter, callCenter, monitorCenter, report];
