import type { Seeded } from './random';

const SURNAMES = '王王王王李李李李张张张刘刘刘陈陈杨杨赵赵黄周吴徐孙孙马胡朱郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴莫孔向常'.split('');
const COMPOUND = ['欧阳', '司马', '上官', '诸葛'];
const GIVEN_A = '建志国文明晓春秀玉海桂金立永德庆凤淑丽艳雪思雨子浩宇佳俊婷梦欣嘉瑞诗一泽晨'.split('');
const GIVEN_B = '华强军平英兰霞敏涛磊勇艳杰娟超明刚红梅玲芳伟静丽波辉斌鹏飞洋宁琳雪萍莹倩欣怡轩涵然博文'.split('');
export const personName = (r: Seeded): string => `${r.chance(0.004) ? r.pick(COMPOUND) : r.pick(SURNAMES)}${r.chance(0.78) ? r.pick(GIVEN_A) : ''}${r.pick(GIVEN_B)}`;

const FRONT = ['阳光', '翠湖', '金色', '御景', '锦绣', '和平', '盛世', '学府', '江畔', '松江', '香榭', '龙腾', '福泰', '康宁', '祥和', '海富', '群力', '爱建', '河松', '哈西', '融创', '绿园', '枫叶', '紫金', '银河', '天鹅', '观江', '丽江', '宏业', '民生', '新阳', '建国', '安和', '永平', '东方', '华南', '嘉禾', '汇锦', '溪树', '玫瑰', '湖滨', '春晓', '幸福', '长江', '黄河', '珠江', '滨江', '西城', '北岸', '南湖', '明珠', '世纪', '百合', '水岸', '景阳', '文化', '中兴', '兴业', '光明', '友谊'];
const BACK = ['花园', '家园', '小区', '新城', '雅居', '名苑', '嘉园', '华府', '庭院', '公寓', '新村', '广场', '国际', '半岛', '壹号', '春城', '府邸', '人家', '东区', '西区', '一期', '二期', '三期', '四期'];
/** The i-th community name; all different up to 1,440 and numbered beyond. */
export function communityName(i: number): string {
  const name = `${FRONT[i % FRONT.length]}${BACK[(Math.floor(i / FRONT.length) + (i % FRONT.length) * 7) % BACK.length]}`, turn = Math.floor(i / (FRONT.length * BACK.length));
  return turn ? `${name}${turn + 1}区` : name;
}
/** Prefixes that no carrier has been given: the shape is real, and a call placed by mistake reaches nobody. */
const SEGMENTS = ['154', '160', '161', '163', '164', '168', '169', '179', '194'];
/** Where these numbers are said to be from, for the table of number segments. */
export const demoSegments = () => SEGMENTS.map((prefix) => ({ prefix, province: '黑龙江', city: '哈尔滨', carrier: '演示号段' }));
/** The i-th invented landline of the city. */
export const landlineNumber = (i: number): string => `0451${5 + (i % 4)}${String((i * 7919 + 13) % 9_999_991).padStart(7, '0')}`;
/** The i-th invented mobile number: all different below 890 million. */
export function mobileNumber(i: number): string {
  const scattered = (i * 48_271 + 9_973) % 99_999_989; // a prime: no two i below it meet
  return `${SEGMENTS[i % SEGMENTS.length]}${String(scattered).padStart(8, '0')}`;
}
export const STATIONS = ['安宁', '兆麟', '经纬', '新阳路', '抚顺街', '爱建', '奋斗', '花园街', '革新', '文昌', '保健路', '哈西', '世茂', '万达', '太阳岛', '松浦', '学院路', '祥安'];
