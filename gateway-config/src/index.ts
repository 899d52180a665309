export { DescriptionError, NodeDescription, passwordFault, readDescription, type NodeDescriptionInput } from './node-description';
export { freeswitchXml } from './freeswitch-xml';
export { generateNode, installSounds, MUSIC_DIRECTORY, PROMPTS_DIRECTORY, type Generated } from './generate';
export { provisionStation, provisionPhone, type PhoneProfile, type PhoneVendor, type ProvisionedFile, type StationProvisioning } from './phones/provision';
