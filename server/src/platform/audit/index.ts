export { AuditLog, type AuditEntry, type AuditFilter } from './audit-log';
export { auditTables } from './audit.tables';
export { FileAnchor, type HeadAnchor } from './anchor';
export { Sealer, type SealerParts } from './sealer';
export { verifyChains, type VerifyParts } from './verify';
