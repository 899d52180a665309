export * from './switch-link';
export { EventSocketLink } from './event-socket-link';
export { channelVariables, commandLine } from './command-text';
export { claimLease, releaseLease, renewLease } from './lease';
