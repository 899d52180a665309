export { BasicInfoConfiguration as Configuration } from './configuration';
export { BasicInfoController } from './basic-info.controller';
export { HouseImportController } from './import/import.controller';
