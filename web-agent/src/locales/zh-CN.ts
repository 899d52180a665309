import { phoneZh } from './phone';
import { shellZh } from './shell';
import { popZh } from './pop';
import { intakeZh } from './intake';
import { worksZh } from './works';

/** Every Chinese word of the workstation. */
export const zhCN = { phone: phoneZh, shell: shellZh, pop: popZh, intake: intakeZh, works: worksZh };
