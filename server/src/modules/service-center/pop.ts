export { PopConfiguration as Configuration } from './pop.configuration';
export { DraftController } from './draft.controller';
export { PopController } from './pop.controller';
