export { ForeignRecord, readCallRecord, type NodeCallRecord } from './call-record';
export { emptySpool, type SpoolResult } from './spool';
