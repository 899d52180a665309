export * from './route';
export * from './common';
export * from './permissions';
export * from './errors';
export * from './identity';
export * from './basic-info';
export * from './house-import';
export * from './call-center';
export * from './service-center';
export * from './work-order';
export * from './field';
export * from './monitor';
export * from './notice';
export * from './settings';
export * from './keys';
export * from './live';

import { identityRoutes } from './identity';
import { basicInfoRoutes } from './basic-info';
import { houseImportRoutes } from './house-import';
import { callCenterRoutes } from './call-center';
import { serviceCenterRoutes } from './service-center';
import { workOrderRoutes } from './work-order';
import { fieldRoutes } from './field';
import { monitorRoutes } from './monitor';
import { noticeRoutes } from './notice';
import { settingsRoutes } from './settings';
import { keysRoutes } from './keys';

/** Every route of the API by name. The isolation suite walks this table, so a new route cannot stay uncovered. */
export const routes = { ...identityRoutes, ...basicInfoRoutes, ...houseImportRoutes, ...callCenterRoutes, ...serviceCenterRoutes, ...workOrderRoutes, ...fieldRoutes, ...monitorRoutes, ...noticeRoutes, ...settingsRoutes, ...keysRoutes };
export type RouteName = keyof typeof routes;
export * from './switch-names';
