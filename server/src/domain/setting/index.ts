export { SettingService, type Setting, type SettingDefinition, type Versioned } from './setting.service';
export { settingTables } from './setting.tables';
