export { CallCenterConfiguration as Configuration } from './configuration';
export { AgentController, CallController, PhoneController } from './call-center.controller';
