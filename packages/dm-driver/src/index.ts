export { connectString, loadDmdb, type Dmdb, type DmColumn, type DmResult, type DmWire } from './dmdb';
export { connectDm, DmSession, type DmRows } from './session';
export { toBind, toRow, type DmBind } from './values';
