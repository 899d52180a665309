export { ReportConfiguration as Configuration } from './configuration';
export { AuditController } from './audit.controller';
export { ReportController } from './report.controller';
