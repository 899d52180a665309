export { NoticeConfiguration as Configuration } from './configuration';
export { NoticeController } from './notice.controller';
