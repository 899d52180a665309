export { ServiceCenterConfiguration as Configuration } from './configuration';
export { ApprovalController, OrderController } from './order.controller';
export { AttachmentController } from './attachment.controller';
