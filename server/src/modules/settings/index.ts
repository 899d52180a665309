export { Configuration } from './configuration';
export { AccountsController } from './accounts.controller';
export { SettingsController } from './settings.controller';
