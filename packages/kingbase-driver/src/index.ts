export { askServer, connectKingbase, KingbaseClient, pgUrl } from './client';
export { MECHANISM, scramKeys, ScramSm3Exchange, verifyProof } from './scram-sm3';
export { checkServer, type ServerFacts } from './server-check';
