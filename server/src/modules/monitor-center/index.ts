export { MonitorCenterConfiguration as Configuration } from './configuration';
export { MonitorController } from './monitor.controller';
