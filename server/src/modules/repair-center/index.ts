export { RepairCenterConfiguration as Configuration } from './configuration';
export { FieldController } from './field.controller';
